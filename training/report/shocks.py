"""Shocks to the facts of a portfolio, by stated arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from features.portfolio import Portfolio

__all__ = ["SHOCKS", "Shock"]

_SALES, _POINTS, _DAYS = 0.20, 0.02, 15


@dataclass(frozen=True)
class Shock:
    """A change of facts.

    Parameters
    ----------
    text : str
        The arithmetic.
    table : str
        Without which there is nothing to change.
    change : callable
        Takes the portfolio and returns the changed one.
    """

    text: str
    table: str
    change: Callable[[Portfolio], Portfolio]


def _sales_fall(portfolio: Portfolio) -> Portfolio:
    accounts = portfolio.tables["statements"].copy()
    for name in ("revenue", "cost_of_goods_sold", "gross_profit"):
        if name in accounts:
            accounts[name] *= 1 - _SALES
    lost = _SALES * _gross_profit(portfolio.tables["statements"])
    return _with(portfolio, "statements", _less(accounts, lost, _RESULTS))


def _interest_rises(portfolio: Portfolio) -> Portfolio:
    accounts = portfolio.tables["statements"].copy()
    debt = sum(
        (accounts[name].fillna(0.0) for name in ("short_term_debt", "long_term_debt") if name in accounts),
        pd.Series(0.0, index=accounts.index),
    )
    if "interest_expense" in accounts:
        accounts["interest_expense"] += _POINTS * debt
    return _with(portfolio, "statements", _less(accounts, _POINTS * debt, _AFTER_INTEREST))


def _settlements_later(portfolio: Portfolio) -> Portfolio:
    settlements = portfolio.tables["allocations"].copy()
    for name in ("settled_on", "recorded_at"):
        settlements[name] += pd.Timedelta(days=_DAYS)
    return _with(portfolio, "allocations", settlements)


_AFTER_INTEREST = ("pretax_income", "net_income", "operating_cash_flow")
_RESULTS = ("ebitda", "ebit", *_AFTER_INTEREST)

SHOCKS: Mapping[str, Shock] = {
    "sales_fall_20_percent": Shock(
        "revenue and cost of goods sold of all accounts 20 % lower, other costs the same: EBITDA, EBIT, "
        "pretax and net income and operating cash flow lower by the gross profit lost (20 % of revenue where "
        "costs of goods are not stated); no tax relief; growth and balance sheets stay as they are",
        "statements", _sales_fall,
    ),
    "interest_rises_2_points": Shock(
        "interest expense of all accounts higher by 2 % of short-term and long-term debt; pretax and net "
        "income and operating cash flow lower by as much; no tax relief; balance sheets stay as they are",
        "statements", _interest_rises,
    ),
    "payments_15_days_later": Shock(
        "every settlement of the whole book comes, and is known, 15 days later",
        "allocations", _settlements_later,
    ),
}  # fmt: skip
"""By code: what a stressed world looks like. Outcomes stay: only what the model reads changes."""


def _gross_profit(accounts: pd.DataFrame) -> pd.Series:
    """Return gross profit as stated, as revenue less costs, or as revenue where no costs are stated."""
    missing = pd.Series(float("nan"), index=accounts.index)
    revenue = accounts.get("revenue", missing)
    profit = accounts.get("gross_profit", missing)
    profit = profit.fillna(revenue - accounts.get("cost_of_goods_sold", missing))
    return profit.fillna(revenue).fillna(0.0)


def _less(accounts: pd.DataFrame, amount: pd.Series, names: tuple[str, ...]) -> pd.DataFrame:
    return accounts.assign(**{name: accounts[name] - amount for name in names if name in accounts})


def _with(portfolio: Portfolio, table: str, frame: pd.DataFrame) -> Portfolio:
    return replace(portfolio, tables={**portfolio.tables, table: frame})
