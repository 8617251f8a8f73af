"""When invoices closed and by what: the outcome of the timing model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.outcomes import tolerance_of
from credit.settlements import LOST, effects_of, final_amounts
from features.portfolio import Portfolio

__all__ = ["CAUSES", "exits_of"]

Ints = npt.NDArray[np.int64]

CAUSES = ("paid", "credited", "written_off")
"""What closes an invoice, in the order of their numbers, from 1 on; 0 is "still open"."""

_SUMS = ["paid", "diluted", LOST, "moved"]


def exits_of(portfolio: Portfolio, items: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Tell of items on which day they closed, and by what.

    An item closes on the day from which on no more than max(1.00, 1 % of it) is open. It is credited where
    credits alone leave no more than that, written off where it would be open without a write-off, and else
    paid. A payment that bounced closed nothing. What went on in a bill or a residual item closes when that
    does; what was sold or factored without recourse is out of sight from that day on.

    Parameters
    ----------
    portfolio : Portfolio
        Facts that the books knew only after its ``observed_until`` do not count.
    items : DataFrame, shape (n, ...)
        ``invoice_id``, ``instalment``, ``amount_minor`` and ``currency``.
    until : Timestamp
        Midnight of the last day that counts.

    Returns
    -------
    DataFrame, shape (n, 4)
        ``closed_on`` (missing where the item is open), ``cause`` (a number of `CAUSES` from 1 on; 0 open),
        ``moved_on`` (missing where it was not sold), ``nothing_owed`` (taken back, or no more than the
        tolerance from the start); index of `items`.
    """
    known = portfolio.cut(portfolio.observed_until)
    final = final_amounts(known, items)
    owed = np.minimum(items["amount_minor"].to_numpy(np.int64), final.fillna(0).to_numpy(np.int64))
    tolerance = tolerance_of(items)
    days = _running_sums(effects_of(known), items, until)
    row = days["row"].to_numpy()
    base = owed[row] - days["diluted"].to_numpy()
    unpaid = base - days["paid"].to_numpy()
    is_open = unpaid - days[LOST].to_numpy() > tolerance[row]
    at = _last_closing(row, is_open)
    cause = np.where(base <= tolerance[row], 2, np.where(unpaid > tolerance[row], 3, 1))
    told = pd.DataFrame(
        {"closed_on": pd.NaT, "cause": 0, "moved_on": pd.NaT, "nothing_owed": owed <= tolerance}
    )
    told = told.astype({"closed_on": "datetime64[s]", "moved_on": "datetime64[s]"}).set_axis(items.index)
    moved = days[days["moved"] != 0].drop_duplicates("row")
    day = days["day"].to_numpy()
    for name, rows, values in (
        ("closed_on", row[at], day[at]),
        ("cause", row[at], cause[at]),
        ("moved_on", moved["row"].to_numpy(), moved["day"].to_numpy()),
    ):
        column = told[name].to_numpy(copy=True)
        column[rows] = values
        told[name] = column
    return told


def _running_sums(effects: pd.DataFrame, items: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Return by item, in order of days, what was paid, credited, lost and sold up to each day."""
    key = ["invoice_id", "instalment"]
    wanted = items[key].reset_index(drop=True).assign(row=np.arange(len(items)))
    rows = wanted.merge(effects[effects["day"] <= until], on=key, how="inner")
    sums = rows.groupby(["row", "day", "effect"])["amount_minor"].sum().unstack("effect")
    sums = sums.reindex(columns=_SUMS).fillna(0).astype(np.int64)
    return sums.groupby(level="row").cumsum().reset_index()


def _last_closing(row: Ints, is_open: npt.NDArray[np.bool_]) -> Ints:
    """Return for each row that ends closed the position from which on it stays so."""
    if not len(row):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.diff(row, prepend=-1))
    ends = np.append(starts[1:], len(row)) - 1
    place = np.where(is_open, np.arange(len(row)), -1)
    last_open = np.maximum.reduceat(place, starts)
    closing = np.maximum(last_open + 1, starts)
    return np.asarray(closing[last_open < ends], np.int64)
