"""The simulated time: the days that the books cover, the months before them, and when people work and pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "FUTURE_MONTHS",
    "HISTORY_MONTHS",
    "Days",
    "Flags",
    "Floats",
    "Ints",
    "Texts",
    "Window",
    "booked_at",
    "days",
    "last_day_of_month",
    "later",
    "make_window",
    "next_business_day",
    "to_dates",
    "to_instants",
]

Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

HISTORY_MONTHS = 60
"""Months before the books begin in which buyers already live, so that accounts of earlier years exist."""

FUTURE_MONTHS = 8
"""Months after the books end in which what was sold before is still paid, or not; nothing of it is told."""


@dataclass(frozen=True)
class Window:
    """The days from `start` to `end`, both in the books, and the months of the buyers' lives.

    Parameters
    ----------
    start, end : datetime64[D]
        First and last day of the books.
    months : datetime64[M] ndarray
        Every month from `HISTORY_MONTHS` before `start` to `FUTURE_MONTHS` after `end`.
    """

    start: np.datetime64
    end: np.datetime64
    months: npt.NDArray[np.datetime64]

    @property
    def first_month(self) -> int:
        """Position in `months` of the month in which the books begin."""
        return HISTORY_MONTHS

    @property
    def last_month(self) -> int:
        """Position in `months` of the month in which the books end."""
        return len(self.months) - 1 - FUTURE_MONTHS

    def month_of(self, day: Days) -> Ints:
        """Return each day's position in `months`; days outside take the nearest month."""
        position = (day.astype("datetime64[M]") - self.months[0]).astype(np.int64)
        clipped: Ints = np.clip(position, 0, len(self.months) - 1)
        return clipped

    def known(self, instants: Days) -> Flags:
        """Tell which instants (UTC) the books know by the evening (20:00 UTC) of the last day."""
        return np.asarray(instants <= self.end.astype("datetime64[s]") + np.timedelta64(20, "h"))


def make_window(end: date, years: int) -> Window:
    """Return the window of `years` whole years that ends with the day `end`.

    Examples
    --------
    >>> window = make_window(date(2026, 6, 30), 4)
    >>> str(window.start), str(window.end), str(window.months[-1])
    ('2022-07-01', '2026-06-30', '2027-02')
    """
    before = pd.Timestamp(end) - pd.DateOffset(years=years)
    start = np.datetime64(before.date(), "D") + np.timedelta64(1, "D")
    last = np.datetime64(end, "D")
    first_month, last_month = start.astype("datetime64[M]"), last.astype("datetime64[M]")
    months = np.arange(first_month - HISTORY_MONTHS, last_month + 1 + FUTURE_MONTHS)
    return Window(start, last, months)


def days(count: npt.ArrayLike) -> npt.NDArray[np.timedelta64]:
    """Return whole days as timedelta64[D]; fractions are cut off."""
    return np.asarray(count).astype(np.int64).astype("timedelta64[D]")


def later(day: Days | np.datetime64, count: npt.ArrayLike) -> Days:
    """Return days moved by `count` days (cut to whole ones, negative is earlier); NaT stays.

    Examples
    --------
    >>> later(np.array(["2026-01-30"], "datetime64[D]"), 2.9).astype(str).tolist()
    ['2026-02-01']
    """
    moved: Days = np.asarray(day).astype("datetime64[D]") + days(count)  # type: ignore[assignment]
    return moved


def next_business_day(day: Days) -> Days:
    """Return each day, or the Monday after where it falls on a weekend."""
    return np.busday_offset(day.astype("datetime64[D]"), 0, roll="forward")


def last_day_of_month(day: Days) -> Days:
    """Return the last day of each day's month.

    Examples
    --------
    >>> last_day_of_month(np.array(["2024-02-03"], "datetime64[D]")).astype(str).tolist()
    ['2024-02-29']
    """
    return later(np.asarray(day.astype("datetime64[M]") + 1, "datetime64[M]"), -1)


def booked_at(rng: np.random.Generator, day: Days, latest_lag_days: Ints | int) -> Days:
    """Return the instants (UTC) at which facts of these days enter the books.

    Parameters
    ----------
    rng : numpy.random.Generator
    day : datetime64[D] ndarray, shape (n,)
        Day of each fact.
    latest_lag_days : int or int64 ndarray, shape (n,)
        The lag is uniform from 0 to this many days, both included.

    Returns
    -------
    datetime64[s] ndarray, shape (n,)
        Between 07:00:00 and 16:59:59 UTC.
    """
    lag = rng.integers(0, np.broadcast_to(latest_lag_days, day.shape), endpoint=True)
    seconds = rng.integers(7 * 3600, 17 * 3600, size=day.shape).astype("timedelta64[s]")
    return np.asarray((day.astype("datetime64[D]") + days(lag)).astype("datetime64[s]") + seconds)


def to_dates(day: Days) -> pd.DatetimeIndex:
    """Return days as pandas dates (datetime64[s] at midnight); NaT stays missing."""
    return pd.DatetimeIndex(day.astype("datetime64[D]").astype("datetime64[s]"))


def to_instants(instants: Days) -> pd.DatetimeIndex:
    """Return naive UTC instants as pandas instants that say so (datetime64[s, UTC])."""
    return pd.DatetimeIndex(instants.astype("datetime64[s]")).tz_localize("UTC")
