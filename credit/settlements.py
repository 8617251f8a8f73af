"""How much of an invoice was paid, credited or moved by a day, with all that is known by the end of the books."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from features.columns import ALLOCATION_KINDS
from features.portfolio import Portfolio

__all__ = ["paid_and_diluted"]

_ITEM = ["invoice_id", "instalment"]

_PAID = [name for name, kind in ALLOCATION_KINDS.items() if kind.counts_as_paid]
_DILUTES = [name for name, kind in ALLOCATION_KINDS.items() if kind.dilutes]
_FOLLOWS = [name for name, kind in ALLOCATION_KINDS.items() if kind.follows_successor]

_MAX_CHAIN = 5
"""Bills and residuals that follow one another are followed this far."""


def paid_and_diluted(portfolio: Portfolio, items: pd.DataFrame, by_day: pd.Series[Any]) -> pd.DataFrame:
    """Return sums of each item's allocations up to a day.

    Parameters
    ----------
    portfolio : Portfolio
    items : DataFrame, shape (n, ...)
        ``invoice_id`` and ``instalment``.
    by_day : Series of datetime64, shape (n,)
        Last day that counts.

    Returns
    -------
    DataFrame, shape (n, 3)
        ``paid`` and ``diluted`` in minor units; ``moved``: part of it was sold or factored by then, so that nobody
        here knows whether it was paid.
    """
    rows = _effects(portfolio)
    wanted = items[_ITEM].reset_index(drop=True).assign(by_day=by_day.to_numpy(), row=np.arange(len(items)))
    rows = wanted.merge(rows, on=_ITEM, how="inner")
    rows = rows[rows["day"] <= rows["by_day"]]
    sums = rows.pivot_table(
        index="row", columns="effect", values="amount_minor", aggfunc="sum", observed=True
    )
    sums = (
        sums.reindex(index=range(len(items)), columns=["paid", "diluted", "moved"]).fillna(0).astype(np.int64)
    )
    return sums.assign(moved=sums["moved"] != 0).set_axis(items.index)


def _effects(portfolio: Portfolio) -> pd.DataFrame:
    """Return item, day, amount and effect of each allocation that matters for lateness."""
    allocations = _final(portfolio.table("allocations"), ["allocation_id"])
    if "invoice_id" not in allocations:
        allocations = allocations.assign(invoice_id=pd.Series(dtype="str"))
    effect = allocations["kind"].map(
        dict.fromkeys(_PAID, "paid") | dict.fromkeys(_DILUTES, "diluted") | dict.fromkeys(_FOLLOWS, "follows")
    )
    rows = allocations.assign(effect=effect, day=allocations["settled_on"])[effect.notna()]
    if not (rows["effect"] == "follows").any():
        return rows[[*_ITEM, "day", "amount_minor", "effect"]]
    return _follow(portfolio, rows)[[*_ITEM, "day", "amount_minor", "effect"]]


def _follow(portfolio: Portfolio, rows: pd.DataFrame) -> pd.DataFrame:
    """Replace what went on in a bill or a residual item by its payment on the day on which that was cleared."""
    successor = rows.get("successor_id", pd.Series(pd.NA, index=rows.index, dtype="str"))
    follows = rows["effect"] == "follows"
    moved = rows["effect"].mask(follows & successor.isna(), "moved")
    rows = rows.assign(successor_id=successor, effect=moved)
    invoices = _final(portfolio.table("invoices"), _ITEM)
    for _ in range(_MAX_CHAIN):
        day = rows["successor_id"].map(_cleared_on(invoices, rows))
        ready = (rows["effect"] == "follows") & day.notna()
        if not ready.any():
            break
        rows = rows.assign(effect=rows["effect"].mask(ready, "paid"), day=rows["day"].mask(ready, day))
    return rows[rows["effect"] != "follows"]


def _cleared_on(invoices: pd.DataFrame, rows: pd.DataFrame) -> pd.Series[Any]:
    """Return by invoice the day on which all of it was paid; a bill that nothing was booked on is paid when it matures."""
    paid = (
        rows[rows["effect"] == "paid"]
        .groupby("invoice_id")
        .agg(paid=("amount_minor", "sum"), day=("day", "max"))
    )
    totals = invoices.groupby("invoice_id").agg(
        amount=("amount_minor", "sum"), due_on=("due_on", "max"), kind=("kind", "first")
    )
    both = totals.join(paid)
    untouched = both["paid"].isna() & (both["kind"] == "bill")
    cleared = both["day"].where(both["paid"] >= both["amount"]).mask(untouched, both["due_on"])
    return cleared.dropna()


def _final(versions: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return the last version of each fact that was not withdrawn."""
    last = versions.sort_values("recorded_at", kind="stable").drop_duplicates(key, keep="last")
    return last[~last["withdrawn"]].sort_index()
