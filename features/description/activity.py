"""When rows come: months and weekdays, months without any, months that look wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["SPREADS", "monthly", "seasons"]

SPREADS = 5.0
"""How many spreads from its neighbours a month is suspicious."""

_NEIGHBOURS = 3
_LEAST_SPREAD = 0.1
_LEAST_MONTHS = 4


def monthly(days: pd.Series[Any], end_day: pd.Timestamp) -> pd.DataFrame:
    """Return rows a month from the first to the last, and what is odd about it.

    A month is suspicious where the logarithm of its count (plus one) is more than `SPREADS` spreads from the
    median of up to three months on either side. The spread is 1.4826 times the median absolute deviation of
    all months from their neighbours' median, at least 0.1 and what chance does to so few rows (one over the
    square root of the neighbours' median), so that a steady ledger may move by half. The last month is not
    judged where the books end before it does.

    Parameters
    ----------
    days : datetime Series
        Event dates.
    end_day : Timestamp
        Day on which the books end.

    Returns
    -------
    DataFrame, index ``month`` (first day)
        ``rows`` and ``remark``: empty, ``gap`` (no row), ``suspicious`` or ``incomplete``.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2026-01-05", "2026-03-02"]))
    >>> monthly(days, pd.Timestamp("2026-03-10"))["remark"].tolist()
    ['', 'gap', 'incomplete']
    """
    if not len(days):
        return pd.DataFrame({"rows": pd.Series(dtype="int64"), "remark": pd.Series(dtype="str")})
    months = days.dt.to_period("M")
    span = pd.period_range(months.min(), months.max(), freq="M")
    rows = months.value_counts().reindex(span, fill_value=0)
    is_cut = (span == end_day.to_period("M")) & bool(end_day.day < end_day.days_in_month)
    remark = np.where(_far_off(rows.to_numpy(np.int64), is_cut), "suspicious", "")
    remark = np.where(rows == 0, "gap", remark)
    remark = np.where(is_cut, "incomplete", remark)
    index = pd.Index(span.to_timestamp(), name="month")
    return pd.DataFrame({"rows": rows.to_numpy(np.int64), "remark": remark}, index=index)


def seasons(days: pd.Series[Any]) -> pd.DataFrame:
    """Return rows by month of the year (1 to 12) and weekday (0 Monday to 6 Sunday)."""
    counts = np.zeros((12, 7), np.int64)
    np.add.at(counts, (days.dt.month.to_numpy() - 1, days.dt.day_of_week.to_numpy()), 1)
    return pd.DataFrame(counts, index=pd.RangeIndex(1, 13, name="month"))


def _far_off(rows: Any, is_cut: Any) -> Any:
    logs = np.log1p(rows)
    judged = np.flatnonzero(~is_cut & (rows > 0))
    if len(judged) < _LEAST_MONTHS:
        return np.zeros(len(rows), bool)
    offsets, chance = np.zeros(len(rows)), np.zeros(len(rows))
    for at in judged:
        around = judged[(np.abs(judged - at) <= _NEIGHBOURS) & (judged != at)]
        if len(around):
            offsets[at] = logs[at] - np.median(logs[around])
            chance[at] = 1 / np.sqrt(np.median(rows[around]))
    spread = max(1.4826 * float(np.median(np.abs(offsets[judged]))), _LEAST_SPREAD)
    return np.abs(offsets) > SPREADS * np.maximum(spread, chance)
