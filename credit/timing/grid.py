"""Intervals of days from due: single days around the due date, coarser ones outside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

__all__ = ["Grid", "Rows"]

Ints = npt.NDArray[np.int64]

_LONG_BEFORE = 100_000
"""Days before due at which the first interval starts: before every day on which an invoice can be known."""


@dataclass(frozen=True)
class Rows:
    """Subject x interval rows: one for each interval in which a subject is at risk.

    Parameters
    ----------
    subject, interval : int64 ndarray, shape (r,)
        Positions.
    width : int64 ndarray, shape (r,)
        Days of the interval on which the subject is at risk: after it enters and, where it is censored,
        until then.
    """

    subject: Ints
    interval: Ints
    width: Ints

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.subject)


@dataclass(frozen=True)
class Grid:
    """Intervals ``(ends[k - 1], ends[k]]`` of whole days from due; negative is before due.

    The first interval holds all days up to its end.

    Parameters
    ----------
    ends : tuple of int
        Last day of each interval, ascending.
    """

    ends: tuple[int, ...]

    @cached_property
    def last(self) -> Ints:
        """Last day of each interval, shape (m,)."""
        return np.array(self.ends, np.int64)

    @cached_property
    def before(self) -> Ints:
        """The day before each interval's first, shape (m,)."""
        return np.concatenate([[-_LONG_BEFORE], self.last[:-1]]).astype(np.int64)

    @property
    def is_single(self) -> npt.NDArray[np.bool_]:
        """Which intervals are one day, shape (m,)."""
        return np.asarray(self.last - self.before == 1)

    def interval_of(self, day: Ints) -> Ints:
        """Return the interval that holds each day; ``len(ends)`` for days after all.

        Examples
        --------
        >>> Grid((-7, 0, 1, 8)).interval_of(np.array([-400, -7, -6, 1, 2, 9])).tolist()
        [0, 0, 1, 2, 3, 4]
        """
        return np.searchsorted(self.last, day, side="left").astype(np.int64)

    def rows(self, entry: Ints, until: Ints) -> Rows:
        """Return the rows of subjects that are at risk from the day after `entry` through `until`.

        Parameters
        ----------
        entry, until : int64 ndarray, shape (n,)
            Days from due. Days after the last interval have no row.

        Examples
        --------
        >>> rows = Grid((-7, 0, 1, 8)).rows(np.array([-3, 1, 5]), np.array([1, 4, 5]))
        >>> rows.subject.tolist(), rows.interval.tolist(), rows.width.tolist()
        ([0, 0, 1], [1, 2, 3], [3, 1, 3])
        """
        first = self.interval_of(entry + 1)
        stop = np.minimum(self.interval_of(until), len(self.ends) - 1) + 1
        counts = np.maximum(np.where(until > entry, stop - first, 0), 0)
        subject = np.repeat(np.arange(len(entry)), counts)
        place = np.arange(len(subject)) - np.repeat(np.cumsum(counts) - counts, counts)
        interval = first[subject] + place
        width = np.minimum(self.last[interval], until[subject]) - np.maximum(
            self.before[interval], entry[subject]
        )
        return Rows(subject.astype(np.int64), interval.astype(np.int64), width.astype(np.int64))
