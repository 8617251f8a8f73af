"""Dates and instants: a day is known at its end in the portfolio's time zone; instants are UTC seconds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.as_of import (
    FIRST_YEAR,
    LAST_YEAR,
    instant_of,
    is_day,
    last_month_end,
    parsed,
    refuse_instant,
)

__all__ = [
    "FAR_FUTURE",
    "FIRST_YEAR",
    "LAST_YEAR",
    "day_of",
    "end_of_day",
    "is_day",
    "local_days",
    "month_end_before",
    "month_ends",
    "parse_as_of",
    "start_of_day",
    "to_utc",
    "within_range",
]

FAR_FUTURE = np.datetime64("2262-01-01T00:00:00", "s")
"""Later than every instant of a ledger: the end of the validity of a version that none replaces."""

_FIRST = np.datetime64(f"{FIRST_YEAR}-01-01T00:00:00", "s")
_END = np.datetime64(f"{LAST_YEAR + 1}-01-01T00:00:00", "s")
_SECONDS_A_DAY = 86_400
_ONE_DAY = np.timedelta64(1, "D")


def within_range(times: pd.Series[Any] | pd.DatetimeIndex, *, is_utc: bool = False) -> npt.NDArray[np.bool_]:
    """Return which dates or instants lie from 1900-01-01 to 2200-12-31; missing ones do not.

    Parameters
    ----------
    times : Series or DatetimeIndex without a zone, shape (n,), missing allowed
    is_utc : bool
        Whether these are instants in UTC: the local day that they belong to may be the day before or after.

    Examples
    --------
    >>> within_range(pd.DatetimeIndex(["1899-12-31", "2200-12-31", "9999-12-31"])).tolist()
    [False, True, False]
    """
    leeway = _ONE_DAY if is_utc else np.timedelta64(0, "D")
    return np.asarray((times >= _FIRST - leeway) & (times < _END + leeway), dtype=bool)


def end_of_day(days: pd.Series[Any] | pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """Return the last second of each day, as a naive UTC instant.

    Parameters
    ----------
    days : Series or DatetimeIndex of midnights, missing allowed
    timezone : str
        IANA name of the time zone in which the days are meant.

    Examples
    --------
    >>> end_of_day(pd.DatetimeIndex(["2026-07-01"]), "Europe/Berlin")[0].isoformat()
    '2026-07-01T21:59:59'
    """
    # Reason: a day's end may not exist or exist twice where clocks change at midnight; the next day's start
    # less a second is always defined.
    next_day = pd.DatetimeIndex(days) + pd.Timedelta(days=1)
    local = next_day.tz_localize(
        timezone, ambiguous=np.ones(len(next_day), bool), nonexistent="shift_forward"
    )
    return (local.tz_convert("UTC").tz_localize(None) - pd.Timedelta(seconds=1)).as_unit("s")


def to_utc(instants: pd.Series[Any] | pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """Return instants as naive UTC seconds; those without a zone are local to `timezone`."""
    index = pd.DatetimeIndex(instants)
    if index.tz is None:
        index = index.tz_localize(timezone, ambiguous=np.ones(len(index), bool), nonexistent="shift_forward")
    return index.tz_convert("UTC").tz_localize(None).as_unit("s")


def day_of(instants: pd.Series[Any] | pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """Return the local day (midnight) of naive UTC instants."""
    local = pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(timezone)
    return local.tz_localize(None).normalize().as_unit("s")


def local_days(seconds: npt.NDArray[np.int64], timezone: str) -> npt.NDArray[np.int64]:
    """Return the local day of each of many instants, as days since 1970.

    The clock's offset is looked up once for each day in UTC, but for days on which it changes.

    Parameters
    ----------
    seconds : int64 ndarray, shape (n,)
        Since 1970, UTC.
    timezone : str

    Examples
    --------
    >>> local_days(np.array([0, 82799, 82800]), "Europe/Berlin").tolist()
    [0, 0, 1]
    """
    if not len(seconds):
        return np.zeros(0, np.int64)
    utc_day = seconds // _SECONDS_A_DAY
    first = int(utc_day.min())
    midnights = np.arange(first, int(utc_day.max()) + 2) * _SECONDS_A_DAY
    offset = _offsets(midnights, timezone)
    changes = offset[1:] != offset[:-1]
    position = utc_day - first
    days = (seconds + offset[position]) // _SECONDS_A_DAY
    rows = np.flatnonzero(changes[position])
    days[rows] = (seconds[rows] + _offsets(seconds[rows], timezone)) // _SECONDS_A_DAY
    return days


def _offsets(seconds: npt.NDArray[np.int64], timezone: str) -> npt.NDArray[np.int64]:
    """Return local less UTC seconds."""
    utc = pd.DatetimeIndex(seconds.astype("datetime64[s]"))
    local = utc.tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    return local.as_unit("s").to_numpy().astype(np.int64) - seconds


def month_ends(start: pd.Timestamp, stop: pd.Timestamp, timezone: str) -> pd.DatetimeIndex:
    """Return the end of the last day of each month in ``start <= instant < stop``.

    Examples
    --------
    >>> [str(end) for end in month_ends(pd.Timestamp("2026-01-15"), pd.Timestamp("2026-03-01"), "UTC")]
    ['2026-01-31 23:59:59', '2026-02-28 23:59:59']
    """
    days = pd.date_range(start.normalize() - pd.offsets.MonthEnd(1), stop + pd.offsets.MonthEnd(1), freq="ME")
    ends = end_of_day(days, timezone)
    return ends[(ends >= start) & (ends < stop)]


def month_end_before(instant: pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return the end of the month before that of an instant's local day.

    Examples
    --------
    >>> str(month_end_before(pd.Timestamp("2026-06-30 21:59:59"), "Europe/Berlin"))
    '2026-05-31 21:59:59'
    """
    return pd.Timestamp(last_month_end(instant, timezone)).as_unit("s")


def parse_as_of(value: str | date | datetime | pd.Timestamp, timezone: str) -> pd.Timestamp:
    """Return an `as_of` as a naive UTC instant; a date means the end of that day in `timezone`.

    Examples
    --------
    >>> parse_as_of("2015-07-01", "UTC").isoformat()
    '2015-07-01T23:59:59'
    >>> parse_as_of("2015-07-01T12:00:00+02:00", "UTC").isoformat()
    '2015-07-01T10:00:00'

    Raises
    ------
    InputError
        Where the text is neither a date nor an instant as ISO 8601 writes them; words like "today" are none.
    """
    if not isinstance(value, str) and pd.isna(value):
        raise refuse_instant()
    return pd.Timestamp(instant_of(value, timezone)).as_unit("s")


def start_of_day(day: str | date, timezone: str) -> pd.Timestamp:
    """Return the first second of a day in `timezone`, as a naive UTC instant: where a period starts or stops.

    Examples
    --------
    >>> start_of_day("2016-01-01", "Europe/Berlin").isoformat()
    '2015-12-31T23:00:00'
    """
    given = parsed(day) if isinstance(day, str) else day
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise refuse_instant()
    midnight = pd.DatetimeIndex([pd.Timestamp(given)]).normalize()
    return end_of_day(midnight - pd.Timedelta(days=1), timezone)[0] + pd.Timedelta(seconds=1)
