"""Frozen bins of what training saw: about equal in frequency; Missing and Unseen are bins of their own."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

__all__ = ["MOST_BINS", "Bin", "Bins", "bins_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_BINS = 10
"""Bins of known values, at most."""

_SAME = 1e-9
"""Values no further apart are one, told twice."""


class Bin(BaseModel):
    """Known values that count together.

    Parameters
    ----------
    low, high : float
        Least and greatest training value in it; the same for a value so frequent that it is a bin of its own.
    count : int
        Training values in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float
    high: float
    count: int


class Bins(BaseModel):
    """What training saw of a quantity.

    Parameters
    ----------
    known : tuple of Bin
        By rising value; empty where no value was known.
    missing : int
        Training values that were missing.
    unseen : int
        Training values that were infinite.
    codes : tuple of float or None
        Values that training saw of a quantity that is a code; None for a measure, of which every value
        between the least and the greatest counts as seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    known: tuple[Bin, ...]
    missing: int
    unseen: int = 0
    codes: tuple[float, ...] | None = None

    @property
    def counts(self) -> Ints:
        """Training values by bin: the known ones, then Missing, then Unseen."""
        return np.array([*(one.count for one in self.known), self.missing, self.unseen], np.int64)

    def place(self, values: Floats) -> Ints:
        """Return the bin of each value, numbered as in `counts`.

        Parameters
        ----------
        values : float64 ndarray, shape (n,)
            NaN is Missing. Unseen is what is infinite, lies outside the range that training saw, or is a code
            that it never saw. What lies between two bins belongs to the upper one, unless that is a single
            value.

        Examples
        --------
        >>> bins_of(np.array([0.0, 0.0, 1.0, 2.0]), most=2).place(np.array([0.0, 0.5, 9.0, np.nan])).tolist()
        [0, 1, 3, 2]
        """
        missing, unseen = len(self.known), len(self.known) + 1
        place = np.searchsorted(self._upper, values, side="left")
        return np.where(np.isnan(values), missing, np.where(self._is_seen(values), place, unseen))

    def count(self, values: Floats) -> Ints:
        """Return how many values lie in each bin, numbered as in `counts`."""
        return np.bincount(self.place(values), minlength=len(self.known) + 2)

    def settled(self, values: Floats) -> Floats:
        """Return values, those within `_SAME` of an end of a bin moved onto it.

        What was told as a probability and is turned back into log-odds differs in its last digits; a score
        that many share would leave the bin that is its own.

        Examples
        --------
        >>> bins_of(np.array([0.1, 0.1, 0.3])).settled(np.array([0.1 + 1e-12, 0.2, np.nan])).tolist()
        [0.1, 0.2, nan]
        """
        edges = np.unique([end for one in self.known for end in (one.low, one.high)])
        if not len(edges):
            return values
        above = np.minimum(np.searchsorted(edges, values), len(edges) - 1)
        for near in (edges[above], edges[np.maximum(above - 1, 0)]):
            values = np.where(np.abs(values - near) <= _SAME, near, values)
        return values

    def _is_seen(self, values: Floats) -> npt.NDArray[np.bool_]:
        if not self.known:
            return np.zeros(len(values), bool)
        if self.codes is not None:
            return np.isin(values, self.codes)
        seen = (values >= self.known[0].low) & (values <= self.known[-1].high)
        return np.asarray(seen, bool)

    @cached_property
    def _upper(self) -> Floats:
        """Greatest number that belongs to each bin: what lies before a frequent value is not that value."""
        edges = [one.high for one in self.known]
        for index, after in enumerate(self.known[1:]):
            if after.low == after.high:
                edges[index] = float(np.nextafter(after.low, -np.inf))
        return np.array(edges, np.float64)


def bins_of(values: Floats, *, is_code: bool = False, most: int = MOST_BINS) -> Bins:
    """Return the frozen bins of training values.

    Parameters
    ----------
    values : float64 ndarray, shape (n,)
        NaN is missing; infinite values are counted and widen no range.
    is_code : bool
        Whether a value is a code (a flag, a weekday, a class), so that one never seen is Unseen.
    most : int
        Bins of known values, at most.

    Returns
    -------
    Bins
        A value that at least 1 in `most` known values has is a bin of its own; the values between such ones
        are cut into bins of about equal frequency, equal values staying together.

    Examples
    --------
    >>> bins = bins_of(np.array([0.0] * 6 + [1.0, 2.0, 3.0, 4.0]), most=5)
    >>> [(one.low, one.high, one.count) for one in bins.known]
    [(0.0, 0.0, 6), (1.0, 2.0, 2), (3.0, 4.0, 2)]
    """
    missing = np.isnan(values)
    finite = np.isfinite(values)
    distinct, counts = np.unique(values[finite], return_counts=True)
    starts = _starts(counts, most, every=is_code and len(distinct) <= most)
    stops = [*starts[1:], len(distinct)]
    known = tuple(
        Bin(low=float(distinct[a]), high=float(distinct[b - 1]), count=int(counts[a:b].sum()))
        for a, b in zip(starts, stops, strict=False)
    )
    return Bins(
        known=known,
        missing=int(missing.sum()),
        unseen=int((~finite & ~missing).sum()),
        codes=tuple(distinct.tolist()) if is_code else None,
    )


def _starts(counts: Ints, most: int, *, every: bool) -> list[int]:
    """Return the positions among distinct values at which bins start."""
    if every or not len(counts):
        return list(range(len(counts)))
    share = counts.sum() / most
    heavy = counts >= share
    turns = np.flatnonzero(heavy[1:] | heavy[:-1]) + 1
    starts: list[int] = []
    for first, stop in zip([0, *turns], [*turns, len(counts)], strict=True):
        starts += (first + _cuts(counts[first:stop], share)).tolist()
    return _joined(starts, counts, most)


def _cuts(counts: Ints, share: float) -> Ints:
    """Return where the bins of a run of values start, so many that each holds about a share."""
    total = counts.sum()
    before = np.cumsum(counts) - counts
    part = before * max(1, round(total / share)) // total
    return np.flatnonzero(np.diff(part, prepend=-1))


def _joined(starts: list[int], counts: Ints, most: int) -> list[int]:
    """Return starts of which the smallest neighbours were joined until there are no more than allowed."""
    while len(starts) > most:
        sizes = np.add.reduceat(counts, starts)
        del starts[int(np.argmin(sizes[1:] + sizes[:-1])) + 1]
    return starts
