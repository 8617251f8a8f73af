"""Compiled reading of pay dates: probabilities by day, moments, intervals.

A row of `paid` holds the probability of having been paid by the end of each interval of the grid, `entry` the
day up to which nothing can have closed. Inside an interval probability is spread evenly over its days after
`entry`. What is missing (NaN) stays missing.

All compiled functions of this package are in this file, with the numbers that they know: Numba notices a
change of the file in which a function is, not of those that it calls.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = ["BARELY", "Curves", "intervals", "moments", "shares_by"]

BARELY = 1e-12
"""Probabilities are told apart from here on."""

_ROUNDED = 1e9
"""Distances of a probability from another are compared to nine decimals."""

_compiled: Any = njit(nogil=True, cache=True, _nrt=False)  # type: ignore[call-overload]
_inlined: Any = njit(nogil=True, cache=True, _nrt=False, forceinline=True)  # type: ignore[call-overload]


class Curves(NamedTuple):
    """Last days of the intervals; by row what is paid and what credited by then; the day of as_of by row."""

    days: npt.NDArray[np.int64]
    paid: npt.NDArray[np.float64]
    credited: npt.NDArray[np.float64]
    entry: npt.NDArray[np.float64]


@_compiled
def shares_by(days, paid, entry, day, out):  # type: ignore[no-untyped-def]
    """Write the probability of having been paid by the end of each row's day."""
    for row in range(len(paid)):
        out[row] = _by(days, paid[row], 1.0, entry[row], day[row])


@_compiled
def moments(curves, probability, out):  # type: ignore[no-untyped-def]
    """Write the moment at which a probability is reached, of what is not credited; NaN where it never is."""
    for row in range(len(curves.paid)):
        rest = _rest(curves.credited[row])
        out[row] = _moment(curves.days, curves.paid[row], rest, curves.entry[row], probability)


@_compiled
def intervals(curves, is_ok, level, out):  # type: ignore[no-untyped-def]
    """Write first and last day of an interval, and its probability, into the three columns of `out`.

    Of the whole days next to the moments before and after which a pay date lies with ``(1 - level) / 2``
    those are taken whose interval is the nearest to `level`; the first of several.
    """
    tail, days = (1.0 - level) / 2.0, curves.days
    for row in range(len(curves.paid)):
        told, rest, start = curves.paid[row], _rest(curves.credited[row]), curves.entry[row]
        beyond = float(days[-1]) if is_ok[row] else np.nan
        low = _moment(days, told, rest, start, tail)
        low = beyond if np.isnan(low) else low
        high = _moment(days, told, rest, start, 1.0 - tail)
        high = beyond if np.isnan(high) else high
        is_reached = told[-1] / rest >= level
        nearest = np.nan
        for choice in range(4):
            before = np.ceil(low) if choice >= 2 else max(np.floor(low), start)
            last = np.ceil(high) if choice % 2 else max(np.floor(high), start)
            last = max(last, before + 1.0) if is_reached else np.nan
            until = _by(days, told, rest, start, last) if is_reached else 1.0
            held = until - _by(days, told, rest, start, before)
            distance = np.rint(abs(held - level) * _ROUNDED) / _ROUNDED
            distance = np.inf if np.isnan(distance) else distance
            if choice == 0 or distance < nearest:
                nearest = distance
                out[row, 0], out[row, 1], out[row, 2] = before + 1.0, last, held


@_inlined
def _rest(credited):  # type: ignore[no-untyped-def]
    """Return what is not credited within the horizon; NaN where that is nothing."""
    rest = 1.0 - credited[-1]
    return rest if rest > BARELY else np.nan


@_inlined
def _by(days, paid, rest, entry, day):  # type: ignore[no-untyped-def]
    if np.isnan(day):
        return np.nan
    place = min(np.searchsorted(days, day), len(days) - 1)
    start, before = _start_of(days, paid, rest, entry, place)
    share = (day - start) / max(days[place] - start, 1.0)
    return before + min(max(share, 0.0), 1.0) * (paid[place] / rest - before)


@_inlined
def _moment(days, paid, rest, entry, probability):  # type: ignore[no-untyped-def]
    for place in range(len(days)):
        if paid[place] / rest >= probability - BARELY:
            start, before = _start_of(days, paid, rest, entry, place)
            share = (probability - before) / max(paid[place] / rest - before, BARELY)
            return start + min(max(share, 0.0), 1.0) * (days[place] - start)
    return np.nan


@_inlined
def _start_of(days, paid, rest, entry, place):  # type: ignore[no-untyped-def]
    """Return where the part of an interval begins in which an invoice can close, and what was closed."""
    if place == 0:
        return entry, 0.0
    return max(float(days[place - 1]), entry), paid[place - 1] / rest
