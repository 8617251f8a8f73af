"""How much of an invoice was paid, credited or moved by a day, with all that the books know at their end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from features.columns import ALLOCATION_KINDS
from features.openings import latest
from features.portfolio import Portfolio

__all__ = ["LOST", "effects_of", "final_amounts", "paid_and_diluted"]

_ITEM = ["invoice_id", "instalment"]
_EFFECTS = ["paid", "diluted", "moved"]

LOST = "written_off"

_EFFECT_BY_KIND = {
    name: "paid" if kind.counts_as_paid else "diluted" if kind.dilutes
    else "follows" if kind.follows_successor else LOST
    for name, kind in ALLOCATION_KINDS.items()
    if kind.counts_as_paid or kind.dilutes or kind.follows_successor or (kind.closes and kind.loss_sign > 0)
}  # fmt: skip

_MAX_CHAIN = 5
"""Bills and residuals that follow one another are followed this far."""


def final_amounts(portfolio: Portfolio, items: pd.DataFrame) -> pd.Series[Any]:
    """Return each item's amount in its last version, in minor units; missing where the item was taken back.

    Parameters
    ----------
    portfolio : Portfolio
    items : DataFrame, shape (n, ...)
        ``invoice_id`` and ``instalment``.
    """
    final = latest(portfolio, "invoices")[[*_ITEM, "amount_minor"]]
    found = items[_ITEM].merge(final, on=_ITEM, how="left")["amount_minor"]
    return found.astype("Int64").set_axis(items.index)


def paid_and_diluted(effects: pd.DataFrame, items: pd.DataFrame, by_day: pd.Series[Any]) -> pd.DataFrame:
    """Return sums of each item's allocations up to a day.

    Parameters
    ----------
    effects : DataFrame
        From `effects_of`.
    items : DataFrame, shape (n, ...)
        ``invoice_id`` and ``instalment``.
    by_day : Series of datetime64, shape (n,)
        Last day that counts.

    Returns
    -------
    DataFrame, shape (n, 3)
        ``paid`` and ``diluted`` in minor units; ``moved``: part of it was sold or factored by then, so that
        nobody here knows whether it was paid.
    """
    wanted = items[_ITEM].reset_index(drop=True).assign(by_day=by_day.to_numpy(), row=np.arange(len(items)))
    rows = wanted.merge(effects, on=_ITEM, how="inner")
    rows = rows[rows["day"] <= rows["by_day"]]
    sums = rows.groupby(["row", "effect"])["amount_minor"].sum().unstack("effect")
    sums = sums.reindex(index=range(len(items)), columns=_EFFECTS).fillna(0).astype(np.int64)
    return sums.assign(moved=sums["moved"] != 0).set_axis(items.index)


def effects_of(portfolio: Portfolio) -> pd.DataFrame:
    """Return item, day, amount and effect of each allocation that matters for lateness.

    Effects are ``paid``, ``diluted``, ``moved`` (sold or factored) and ``written_off``, which closes the item
    and pays nothing.
    """
    allocations = latest(portfolio, "allocations")
    if "invoice_id" not in allocations:
        allocations = allocations.assign(invoice_id=pd.Series(dtype="str"))
    effect = allocations["kind"].map(_EFFECT_BY_KIND)
    rows = allocations.assign(effect=effect, day=allocations["settled_on"])[effect.notna()]
    if (rows["effect"] == "follows").any():
        rows = _follow(portfolio, rows, set(allocations["invoice_id"].dropna()))
    return rows[[*_ITEM, "day", "amount_minor", "effect"]]


def _follow(portfolio: Portfolio, rows: pd.DataFrame, booked: set[str]) -> pd.DataFrame:
    """Replace what went on in a bill or a residual item by what became of that, on the day of it."""
    successor = rows.get("successor_id", pd.Series(pd.NA, index=rows.index, dtype="str"))
    follows = rows["effect"] == "follows"
    rows = rows.assign(
        successor_id=successor, effect=rows["effect"].mask(follows & successor.isna(), "moved")
    )
    invoices = latest(portfolio, "invoices")
    for _ in range(_MAX_CHAIN):
        ends = _ends(invoices, rows, booked)
        day = rows["successor_id"].map(ends["day"])
        ready = (rows["effect"] == "follows") & day.notna()
        if not ready.any():
            break
        effect = rows["effect"].mask(ready, rows["successor_id"].map(ends["effect"]))
        rows = rows.assign(effect=effect, day=rows["day"].mask(ready, day))
    return rows[rows["effect"] != "follows"]


def _ends(invoices: pd.DataFrame, rows: pd.DataFrame, booked: set[str]) -> pd.DataFrame:
    """Return what became of each invoice that is wholly cleared or was sold, and on which day.

    A bill that nothing was booked on is paid when it matures.
    """
    ends = [*_EFFECTS, LOST]
    told = rows[rows["effect"].isin(ends)].groupby(["invoice_id", "effect"])
    sums = told["amount_minor"].sum().unstack("effect").reindex(columns=ends).fillna(0)
    days = told["day"].max().unstack("effect").reindex(columns=ends).astype("datetime64[s]")
    whole = invoices.groupby("invoice_id").agg(
        amount=("amount_minor", "sum"), due_on=("due_on", "max"), kind=("kind", "first")
    )
    sums, days = sums.reindex(whole.index).fillna(0), days.reindex(whole.index)
    matures = (whole["kind"] == "bill") & ~whole.index.isin(booked)
    cleared = sums["paid"] + sums["diluted"] >= whole["amount"]
    closed = cleared | (sums["paid"] + sums["diluted"] + sums[LOST] >= whole["amount"])
    cases = [sums["moved"] != 0, matures, cleared & (sums["paid"] > 0), cleared, closed]
    effect = np.select(cases, ["moved", "paid", "paid", "diluted", LOST], default="")
    of_cleared, of_closed = days[["paid", "diluted"]].max(axis=1), days[["paid", "diluted", LOST]].max(axis=1)
    day = of_closed.where(closed).mask(cleared, of_cleared).mask(matures, whole["due_on"])
    return pd.DataFrame({"effect": effect, "day": day.mask(sums["moved"] != 0, days["moved"])})
