"""Ratios and changes of accounts: definitions and denominator rules."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["FLOW_ITEMS", "Accounts", "changes", "complete", "levels", "log"]

Floats = npt.NDArray[np.float64]
Accounts = dict[str, Floats]
"""Line items by name, shape (n,) each, in currency units; flow items over twelve months; NaN is missing."""

FLOW_ITEMS = frozenset(
    """revenue cost_of_goods_sold gross_profit selling_general_administrative research_development
    operating_expenses depreciation_amortization ebitda ebit interest_expense pretax_income tax_expense
    net_income operating_cash_flow capital_expenditure dividends""".split()
)
"""Items that grow with the months of the period; the others are balances at its end."""

_DERIVED: dict[str, Callable[[Accounts], Floats]] = {
    "gross_profit": lambda a: a["revenue"] - a["cost_of_goods_sold"],
    "ebitda": lambda a: a["ebit"] + a["depreciation_amortization"],
    "equity": lambda a: a["total_assets"] - a["total_liabilities"],
    "total_liabilities": lambda a: a["total_assets"] - a["equity"],
}
"""What an item is where the accounts leave it out but give its parts."""


def complete(accounts: Accounts) -> Accounts:
    """Return accounts with items filled that follow from others, and net worth and working capital added."""
    filled = dict(accounts)
    for item, formula in _DERIVED.items():
        filled[item] = np.where(np.isnan(accounts[item]), formula(accounts), accounts[item])
    for item in (
        "intangible_assets",
        "goodwill",
        "related_party_receivables",
        "short_term_investments",
        "prepaid_expenses",
    ):
        filled[item] = np.nan_to_num(accounts[item])
    softness = filled["intangible_assets"] + filled["goodwill"] + filled["related_party_receivables"]
    filled["tangible_net_worth"] = filled["equity"] - softness
    filled["working_capital"] = filled["current_assets"] - filled["current_liabilities"]
    return filled


def levels(a: Accounts) -> dict[str, Floats]:
    """Return the ratios of one year's accounts.

    Parameters
    ----------
    a : Accounts
        From `complete`.

    Returns
    -------
    dict of str to float64 ndarray, shape (n,)
        NaN where an item is missing or the denominator is not above 0: a ratio over nothing is no number.

    Notes
    -----
    Days are 365 x balance / flow. Sources: common definitions of credit analysis (current, quick and cash
    ratio; DSO, DIO, DPO).
    """
    return {
        "current_ratio": _over(a["current_assets"], a["current_liabilities"]),
        "quick_ratio": _over(
            a["current_assets"] - a["inventory"] - a["prepaid_expenses"], a["current_liabilities"]
        ),
        "cash_ratio": _over(a["cash"] + a["short_term_investments"], a["current_liabilities"]),
        "working_capital_to_assets": _over(a["working_capital"], a["total_assets"]),
        "liabilities_to_assets": _over(a["total_liabilities"], a["total_assets"]),
        "retained_earnings_to_assets": _over(a["retained_earnings"], a["total_assets"]),
        "long_term_debt_to_assets": _over(a["long_term_debt"], a["total_assets"]),
        "ebitda_to_liabilities": _over(a["ebitda"], a["total_liabilities"]),
        "operating_cash_flow_to_liabilities": _over(a["operating_cash_flow"], a["total_liabilities"]),
        "interest_to_revenue": _over(a["interest_expense"], a["revenue"]),
        "ebit_to_interest": _over(a["ebit"], a["interest_expense"]),
        "ebit_to_assets": _over(a["ebit"], a["total_assets"]),
        "net_income_to_assets": _over(a["net_income"], a["total_assets"]),
        "net_margin": _over(a["net_income"], a["revenue"]),
        "gross_margin": _over(a["gross_profit"], a["revenue"]),
        "gross_profit_to_assets": _over(a["gross_profit"], a["total_assets"]),
        "dso_days": 365 * _over(a["receivables"], a["revenue"]),
        "dio_days": 365 * _over(a["inventory"], a["cost_of_goods_sold"]),
        "dpo_days": 365 * _over(a["accounts_payable"], a["cost_of_goods_sold"]),
        "asset_turnover": _over(a["revenue"], a["total_assets"]),
        "market_value_to_liabilities": _over(a["market_value"], a["total_liabilities"]),
    }


def changes(a: Accounts, prior: Accounts, exchange: Floats | float = 1.0) -> dict[str, Floats]:
    """Return changes against the year before; amounts as log ratios, ratios and days as differences.

    Parameters
    ----------
    a, prior : Accounts
        From `complete`.
    exchange : float64 ndarray, shape (n,), or float
        What turns the prior year's money into the currency of the latest accounts.

    Examples
    --------
    >>> from features.columns import LINE_ITEMS
    >>> now = complete({item: np.array([110.0]) for item in LINE_ITEMS})
    >>> before = complete({item: np.array([100.0]) for item in LINE_ITEMS})
    >>> round(float(changes(now, before)["change_revenue_1y"][0]), 4)
    0.0953
    """
    now, before = levels(a), levels(prior)
    differences = ("net_income_to_assets", "liabilities_to_assets", "current_ratio", "dso_days", "dpo_days")
    growth = ("revenue", "total_assets", "market_value")
    return {
        **{f"change_{name}_1y": now[name] - before[name] for name in differences},
        **{f"change_{item}_1y": log(_over(a[item], prior[item] * exchange)) for item in growth},
    }


def log(values: Floats) -> Floats:
    """Return the natural logarithm; NaN for what is not above 0."""
    return np.log(np.where(values > 0, values, np.nan))


def _over(above: Floats, below: Floats) -> Floats:
    return above / np.where(below > 0, below, np.nan)
