"""Periods of subjects: half-open, told as days of the seller."""

from __future__ import annotations

import pandas as pd

from features.instants import day_of, start_of_day

__all__ = ["date_text", "day_after", "day_start"]


def date_text(instant: pd.Timestamp, timezone: str) -> str:
    """Return the seller's day of an instant.

    Examples
    --------
    >>> date_text(pd.Timestamp("2015-12-31T23:00:00"), "Europe/Berlin")
    '2016-01-01'
    """
    return str(day_of(pd.DatetimeIndex([instant]), timezone)[0].date())


def day_start(instant: pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return the first second of the seller's day in which an instant lies."""
    return start_of_day(date_text(instant, timezone), timezone)


def day_after(instant: pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return the first second of the seller's next day: where a period that holds the instant stops."""
    next_day = pd.Timestamp(date_text(instant, timezone)) + pd.Timedelta(days=1)
    return start_of_day(next_day.date(), timezone)
