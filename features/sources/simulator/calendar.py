"""When buyers pay: tables of the next and the last payment run of every day, for a look-up in one step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.sources.simulator.window import Ints, Window, last_day_of_month

__all__ = ["RUNS", "Calendar", "make_calendar"]

RUNS = 7
"""Runs 0 to 4 are weekly (0 Monday), 5 is the middle and the end of the month, 6 its end."""

_DAYS_BEFORE, _DAYS_AFTER = 700, 900


@dataclass(frozen=True)
class Calendar:
    """Tables by day; a day is its number since 1970.

    Parameters
    ----------
    first : int
        The first day of the tables.
    after, before : int64 ndarray, shape (RUNS, days)
        First run on or after, last run on or before each day.
    clears : int64 ndarray, shape (phases, days)
        First clearing of all arrears after each day, by phase.
    workday : int64 ndarray, shape (days,)
        Each day, or the Friday before where it falls on a weekend.
    """

    first: int
    after: Ints
    before: Ints
    clears: Ints
    workday: Ints

    def next_run(self, run: Ints, day: Ints) -> Ints:
        """Return the first payment run on or after each day."""
        return self.after[run, day - self.first]

    def last_run(self, run: Ints, day: Ints) -> Ints:
        """Return the last payment run on or before each day."""
        return self.before[run, day - self.first]

    def next_clearing(self, phase: Ints, day: Ints) -> Ints:
        """Return the first day after each day on which a buyer clears its arrears."""
        return self.clears[phase, day - self.first]

    def last_workday(self, day: Ints) -> Ints:
        """Return each day, or the Friday before where it falls on a weekend."""
        return self.workday[day - self.first]


def make_calendar(window: Window, clearing_months: int) -> Calendar:
    """Return the calendar of the books and of the years around them.

    Examples
    --------
    >>> from datetime import date
    >>> from features.sources.simulator.window import make_window
    >>> calendar = make_calendar(make_window(date(2026, 6, 30), 1), 2)
    >>> day = np.array(["2026-01-13"], "datetime64[D]").astype(np.int64)
    >>> [str(np.datetime64(int(calendar.next_run(run, day)[0]), "D")) for run in (4, 5, 6)]
    ['2026-01-16', '2026-01-15', '2026-01-30']
    """
    first = int(window.start.astype(np.int64)) - _DAYS_BEFORE
    last = int(window.end.astype(np.int64)) + _DAYS_AFTER
    day = np.arange(first, last + 1)
    is_run = np.zeros((RUNS, len(day)), bool)
    for weekday in range(5):
        is_run[weekday] = (day + 3) % 7 == weekday
    dates = day.astype("datetime64[D]")
    ends = np.busday_offset(last_day_of_month(dates), 0, roll="backward") == dates
    middle = np.busday_offset(dates.astype("datetime64[M]").astype("datetime64[D]") + 14, 0, roll="backward")
    is_run[5], is_run[6] = ends | (middle == dates), ends
    months = dates.astype("datetime64[M]").astype(np.int64)
    clears = np.stack([ends & (months % clearing_months == phase) for phase in range(clearing_months)])
    return Calendar(
        first,
        np.stack([_next(row, day) for row in is_run]),
        np.stack([_last(row, day) for row in is_run]),
        np.stack([_next(row, day, strictly=True) for row in clears]),
        _last(np.is_busday(dates), day),
    )


def _next(marks: np.ndarray, day: Ints, *, strictly: bool = False) -> Ints:
    """Return the first marked day on or after (strictly: after) each day; a far one where there is none."""
    marked = np.append(day[marks], day[-1] + 90)
    return np.asarray(marked[np.searchsorted(marked[:-1], day, side="right" if strictly else "left")])


def _last(marks: np.ndarray, day: Ints) -> Ints:
    marked = np.append(day[0] - 90, day[marks])
    return np.asarray(marked[np.searchsorted(marked[1:], day, side="right")])
