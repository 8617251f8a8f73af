"""ISO weeks after a day: where receipts are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

__all__ = ["Weeks"]

_MONDAY = 3
"""Weekday of 1970-01-01, where Monday is 0."""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Weeks:
    """ISO weeks, Monday to Sunday, from the day after a moment on; the first one may have begun already.

    Parameters
    ----------
    today : int
        Local day of the moment, days since 1970; money that came in on it is no longer expected.
    count : int

    Examples
    --------
    >>> weeks = Weeks((date(2026, 6, 30) - date(1970, 1, 1)).days, 2)
    >>> [(weeks.label(w), str(weeks.monday(w)), str(weeks.sunday(w))) for w in range(2)]
    [('2026-W27', '2026-06-29', '2026-07-05'), ('2026-W28', '2026-07-06', '2026-07-12')]
    """

    today: int
    count: int

    @cached_property
    def last_days(self) -> npt.NDArray[np.int64]:
        """Sundays as days since 1970, shape (count,)."""
        first = self.today + 1
        monday = first - (first + _MONDAY) % 7
        return np.asarray(monday + 6 + 7 * np.arange(self.count), dtype=np.int64)

    def of_days(self, days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the week of each day, `count` for later ones; a day that has passed counts to the first."""
        return np.searchsorted(self.last_days, days, side="left").astype(np.int64)

    def sunday(self, week: int) -> date:
        """Return the last day of a week."""
        return _EPOCH + timedelta(days=int(self.last_days[week]))

    def monday(self, week: int) -> date:
        """Return the first day of a week."""
        return self.sunday(week) - timedelta(days=6)

    def label(self, week: int) -> str:
        """Return the name of a week as ISO 8601 writes it."""
        year, number, _ = self.monday(week).isocalendar()
        return f"{year}-W{number:02d}"
