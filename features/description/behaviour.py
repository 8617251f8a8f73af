"""How buyers pay: days late of what is paid, and the share paid late by the month of the due date."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["LATE_EDGES", "days_late_counts", "late_by_month", "terms_counts"]

LATE_EDGES = (-30, -15, -5, -1, 0, 5, 10, 15, 30, 45, 60, 90)
"""Upper ends of the classes of days late, the end included; one more class is above the last."""

_LATE_DAYS = 30


def days_late_counts(items: pd.DataFrame) -> pd.Series[Any]:
    """Return how many paid items were paid how late.

    Parameters
    ----------
    items : DataFrame
        From `features.description.items.items_of`.

    Returns
    -------
    int Series, index of class labels
        Negative days are early. Open, diluted and written-off items are in no class.
    """
    paid = items[items["paid_on"].notna()]
    late = (paid["paid_on"] - paid["due_on"]).dt.days.to_numpy(np.int64)
    counts = np.bincount(np.searchsorted(LATE_EDGES, late, side="left"), minlength=len(LATE_EDGES) + 1)
    return pd.Series(counts, index=_labels(), name="items", dtype="int64")


def _labels() -> list[str]:
    ends = LATE_EDGES
    inner = [str(high) if high == low + 1 else f"{low + 1} to {high}" for low, high in pairwise(ends)]
    return [f"up to {ends[0]}", *inner, f"above {ends[-1]}"]


def late_by_month(items: pd.DataFrame) -> pd.DataFrame:
    """Return the share of items paid late by the month of the due date.

    An item is late where it was paid after its due date (for ``share_late_30``: more than 30 days after), is
    still open then, or was written off. Diluted items are left out. A share counts only items whose outcome
    can be known by the end of the books: those past due, or 30 days past due.

    Parameters
    ----------
    items : DataFrame
        From `features.description.items.items_of`.

    Returns
    -------
    DataFrame, index ``month`` (first day)
        ``items`` (mature for share_late), ``share_late``, ``items_30``, ``share_late_30``; a share of no item
        is missing.
    """
    kept = items[~items["is_diluted"] & (items["dpd"] > 0)]
    paid_late = (kept["paid_on"] - kept["due_on"]).dt.days
    days = paid_late.where(kept["paid_on"].notna(), kept["dpd"]).astype("float64")
    days = days.where(~kept["is_lost"], np.inf)
    is_mature = kept["dpd"] > _LATE_DAYS
    month = kept["due_on"].dt.to_period("M").dt.to_timestamp()
    frame = pd.DataFrame(
        {
            "month": month,
            "items": 1,
            "late": (days > 0).astype(int),
            "items_30": is_mature.astype(int),
            "late_30": (is_mature & (days > _LATE_DAYS)).astype(int),
        }
    )
    sums = frame.groupby("month").sum()
    shares = {
        "share_late": sums["late"] / sums["items"],
        "share_late_30": (sums["late_30"] / sums["items_30"]).where(sums["items_30"] > 0),
    }
    return sums.assign(**shares)[["items", "share_late", "items_30", "share_late_30"]]


def terms_counts(items: pd.DataFrame, shown: int = 8) -> pd.Series[Any]:
    """Return the most frequent terms in days with the number of items; the rest under -1."""
    days = (items["due_on"] - items["issued_on"]).dt.days
    counts = days.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    top = counts.iloc[:shown].sort_index()
    rest = int(counts.iloc[shown:].sum())
    return pd.concat([top, pd.Series({-1: rest})]) if rest else top
