"""The economics of a buyer: accounts rolled forward year by year from its health, so that all sums hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.markets import INDUSTRIES
from features.sources.simulator.window import Flags, Floats, Texts

__all__ = ["Accounts", "Shape", "draw_opening", "draw_shape", "draw_year", "whole"]

_TAX_RATE = 0.27
_WORKING_CAPITAL_SIGNS = {
    "receivables": 1,
    "notes_receivable": 1,
    "inventory": 1,
    "prepaid_expenses": 1,
    "accounts_payable": -1,
    "notes_payable": -1,
    "contract_liabilities": -1,
}

Accounts = dict[str, Floats]
"""Line items of one year, float64 of whole currency units, shape (n,)."""


@dataclass(frozen=True)
class Shape:
    """What stays the same in a buyer's accounts; arrays of shape (n,)."""

    gross_margin: Floats
    overhead: Floats
    research: Floats
    receivable_days: Floats
    inventory_days: Floats
    payable_days: Floats
    fixed_assets: Floats
    payout: Floats
    uses_notes: Floats
    short_share: Floats


def draw_shape(rng: np.random.Generator, industry: Texts, uses_notes: Flags) -> Shape:
    """Draw what stays the same in the accounts of companies.

    Parameters
    ----------
    rng : numpy.random.Generator
    industry : str ndarray, shape (n,)
        Sections of NACE, those of `markets.INDUSTRIES`.
    uses_notes : bool ndarray, shape (n,)
        Part of its trade runs on notes (bank and commercial acceptances).
    """
    sections = [INDUSTRIES[name] for name in industry]
    stock_days = np.array([section.inventory_days for section in sections])
    count = len(industry)
    margin = np.array([section.gross_margin for section in sections]) + rng.normal(0.0, 0.04, count)
    tied = np.array([section.fixed_assets_to_revenue for section in sections])
    research = np.where(np.isin(industry, ["C", "J"]), rng.uniform(0.0, 0.04, count), 0.0)
    profit_before_fixed_costs = 0.045 + 0.13 * tied + rng.normal(0.0, 0.015, count)
    return Shape(
        gross_margin=margin,
        overhead=np.maximum(0.02, margin - research - profit_before_fixed_costs),
        research=research,
        receivable_days=rng.gamma(9.0, 5.5, count),
        inventory_days=stock_days * rng.uniform(0.6, 1.5, count),
        payable_days=rng.gamma(10.0, 4.2, count),
        fixed_assets=tied * rng.uniform(0.5, 1.6, count),
        payout=rng.uniform(0.1, 0.7, count),
        uses_notes=uses_notes * rng.uniform(0.0, 0.06, count),
        short_share=rng.uniform(0.25, 0.7, count),
    )


def draw_opening(rng: np.random.Generator, shape: Shape, revenue: Floats, level: Floats) -> Accounts:
    """Draw a balance sheet to start from: assets after the buyer's shape, debt whatever equity leaves.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : Shape
    revenue : float64 ndarray, shape (n,)
        Of a year, in the currency of the accounts.
    level : float64 ndarray, shape (n,)
        Health; the better, the more equity.
    """
    sales = whole(revenue)
    items: Accounts = {
        "revenue": sales,
        **_working_capital(shape, sales, sales * (1.0 - shape.gross_margin), 1.0),
    }
    items["property_plant_equipment"] = whole(sales * shape.fixed_assets)
    items["intangible_assets"] = whole(sales * rng.uniform(0.0, 0.03, len(sales)))
    items["cash_all"] = whole(sales * rng.uniform(0.02, 0.10, len(sales)))
    assets = _sum(items, "receivables notes_receivable inventory prepaid_expenses property_plant_equipment "
                         "intangible_assets cash_all")  # fmt: skip
    owed = _sum(items, "accounts_payable notes_payable contract_liabilities")
    own_share = np.clip(rng.beta(4.5, 9.0, len(sales)) + 0.07 * (level - 0.5), 0.03, 0.9)
    equity = whole(np.minimum(assets * own_share, assets - owed))
    items["debt"] = assets - owed - equity
    items["paid_in"] = whole(np.maximum(25_000.0, 0.3 * np.abs(equity)))
    items["retained_earnings"] = equity - items["paid_in"]
    return items


def draw_year(rng: np.random.Generator, before: Accounts, shape: Shape, level: Floats) -> Accounts:
    """Draw the accounts of the year after `before`.

    Parameters
    ----------
    rng : numpy.random.Generator
    before : Accounts
        The year before, or the opening.
    shape : Shape
    level : float64 ndarray, shape (n,)
        Mean health of the year: moves growth, margin, debt's price and term, stock, payables and cash.

    Returns
    -------
    Accounts
        Whole currency units, so that every identity holds exactly; beside line items ``cash_all`` (cash and
        short-term investments), ``debt`` (of all terms) and ``paid_in`` (equity but for retained earnings).
    """
    items = _income(rng, before, shape, level)
    slowness = np.exp(-0.10 * level + rng.normal(0.0, 0.10, len(level)))
    items |= _working_capital(shape, items["revenue"], items["cost_of_goods_sold"], slowness)
    rise = sum((items[name] - before[name]) * sign for name, sign in _WORKING_CAPITAL_SIGNS.items())
    items["operating_cash_flow"] = items["net_income"] + items["depreciation_amortization"] - rise
    items |= _invest_and_finance(rng, before, items, level)
    items["retained_earnings"] = before["retained_earnings"] + items["net_income"] - items["dividends"]
    items["paid_in"] = before["paid_in"]
    return items | _balance_sheet(items, shape, level)


def _income(rng: np.random.Generator, before: Accounts, shape: Shape, level: Floats) -> Accounts:
    count = len(level)
    sales = whole(before["revenue"] * np.exp(0.015 + 0.045 * (level - 0.3) + rng.normal(0.0, 0.09, count)))
    margin = shape.gross_margin + 0.026 * (level - 0.5) + rng.normal(0.0, 0.014, count)
    cost = whole(sales * (1.0 - margin))
    overhead = whole(sales * shape.overhead * np.exp(rng.normal(0.0, 0.035, count)))
    research = whole(sales * shape.research)
    depreciation = whole(0.13 * before["property_plant_equipment"])
    interest = whole(before["debt"] * np.clip(0.045 - 0.008 * level, 0.02, 0.11))
    gross = sales - cost
    costs = overhead + research + depreciation
    pretax = gross - costs - interest
    tax = whole(_TAX_RATE * np.maximum(0.0, pretax))
    net = pretax - tax
    return {
        "revenue": sales,
        "cost_of_goods_sold": cost,
        "gross_profit": gross,
        "selling_general_administrative": overhead,
        "research_development": research,
        "depreciation_amortization": depreciation,
        "operating_expenses": costs,
        "ebit": gross - costs,
        "ebitda": gross - costs + depreciation,
        "interest_expense": interest,
        "pretax_income": pretax,
        "tax_expense": tax,
        "net_income": net,
        "dividends": whole(shape.payout * np.maximum(0.0, net) * (level > -0.5)),
    }


def _working_capital(shape: Shape, sales: Floats, cost: Floats, slowness: Floats | float) -> Accounts:
    """Return the items that trade ties up; `slowness` above 1 means stock and payables that wait longer."""
    payables = whole(cost * shape.payable_days * np.power(slowness, 2.0) / 365.0)
    return {
        "receivables": whole(sales * shape.receivable_days / 365.0),
        "notes_receivable": whole(sales * shape.uses_notes),
        "inventory": whole(cost * shape.inventory_days * slowness / 365.0),
        "prepaid_expenses": whole(0.008 * sales),
        "accounts_payable": payables,
        "notes_payable": whole(payables * np.minimum(0.5, 5.0 * shape.uses_notes)),
        "contract_liabilities": whole(0.012 * sales),
    }


def _invest_and_finance(
    rng: np.random.Generator, before: Accounts, items: Accounts, level: Floats
) -> Accounts:
    """Return investment, and debt such that cash after all flows is what the buyer wants or can hold."""
    growth = np.clip(items["revenue"] / np.maximum(before["revenue"], 1.0), 0.7, 1.3)
    spending = whole(items["depreciation_amortization"] * growth * rng.uniform(0.7, 1.3, len(level)))
    fixed = before["property_plant_equipment"] + spending - items["depreciation_amortization"]
    wanted = whole(items["revenue"] * 0.05 * np.exp(0.40 * level + rng.normal(0.0, 0.45, len(level))))
    unfinanced = before["cash_all"] + items["operating_cash_flow"] - spending - items["dividends"]
    borrowed = np.maximum(-before["debt"], wanted - unfinanced)
    return {
        "capital_expenditure": spending,
        "property_plant_equipment": fixed,
        "intangible_assets": before["intangible_assets"],
        "debt": before["debt"] + borrowed,
        "cash_all": unfinanced + borrowed,
    }


def _balance_sheet(items: Accounts, shape: Shape, level: Floats) -> Accounts:
    invested = whole(0.15 * items["cash_all"] * (items["revenue"] > 2e7))
    short = whole(items["debt"] * np.clip(shape.short_share - 0.07 * level, 0.1, 0.95))
    trade = _sum(items, "receivables notes_receivable inventory prepaid_expenses")
    current = items["cash_all"] + trade
    current_owed = short + _sum(items, "accounts_payable notes_payable contract_liabilities")
    owed = current_owed + items["debt"] - short
    return {
        "cash": items["cash_all"] - invested,
        "short_term_investments": invested,
        "current_assets": current,
        "goodwill": np.zeros(len(level)),
        "total_assets": current + items["property_plant_equipment"] + items["intangible_assets"],
        "short_term_debt": short,
        "current_liabilities": current_owed,
        "long_term_debt": items["debt"] - short,
        "total_liabilities": owed,
        "equity": items["paid_in"] + items["retained_earnings"],
    }


def whole(values: Floats) -> Floats:
    """Round to whole currency units, so that sums of float64 are exact."""
    return np.rint(values)


def _sum(items: Accounts, names: str) -> Floats:
    return np.asarray(sum(items[name] for name in names.split()))
