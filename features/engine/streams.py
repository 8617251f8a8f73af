"""Facts of a buyer as a stream: each in force for an interval of time, and anchored on a day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel, outermost
from features.engine.sorting import first_from, order_by_day, order_rows

__all__ = [
    "BEGINNING",
    "COUNT",
    "ENDING",
    "LANES",
    "NO_BIN",
    "STEADY",
    "Stream",
    "new_stream",
    "padded",
    "places_until",
    "put_in_order",
]

NO_BIN = -1

COUNT, BEGINNING, ENDING, STEADY = range(4)
"""Places in `Stream.size`."""

LANES = 4
"""Parts that are added at once."""

_DAYS = 4096


class Stream(NamedTuple):
    """Facts of one buyer, each in force for an interval of time and anchored on a day.

    Parameters
    ----------
    begins, ends : int64 ndarray, shape (capacity,)
        Seconds between which the fact is in force.
    anchor : int32 ndarray
        Local day that decides which windows it is in.
    currency : int16 ndarray
    parts : int64 ndarray, shape (capacity, parts)
        What is summed; as many columns as parts, and up to three of zeros.
    bins : int32 ndarray
        Bin in which it is counted; `NO_BIN` for none.
    watched : bool ndarray
        Whether it is listed in `Sweep.watch` while it is in force, for the caller to sum, and in no sum here.
    steady : bool ndarray
        Whether it is in force at each moment of the sweep from its day on, and in the first fact's currency.
    by_begin, by_end, by_anchor : int32 ndarray
        Orders; the first two of those alone that begin or end between the moments of a sweep.
    days : int32 ndarray
        Anchors in their order.
    size : int64 ndarray, shape (4,)
        How many facts there are, how many begin and how many end between the moments, how many are steady.
    item_start : int32 ndarray
        Rows of the buyer's item k are ``item_start[k]:item_start[k + 1]``.
    spare : int32 ndarray
    """

    begins: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    anchor: npt.NDArray[np.int32]
    currency: npt.NDArray[np.int16]
    parts: npt.NDArray[np.int64]
    bins: npt.NDArray[np.int32]
    watched: npt.NDArray[np.bool_]
    steady: npt.NDArray[np.bool_]
    by_begin: npt.NDArray[np.int32]
    by_end: npt.NDArray[np.int32]
    by_anchor: npt.NDArray[np.int32]
    days: npt.NDArray[np.int32]
    size: npt.NDArray[np.int64]
    item_start: npt.NDArray[np.int32]
    spare: npt.NDArray[np.int32]


@outermost
def new_stream(capacity, parts):  # type: ignore[no-untyped-def]
    """Return room for a stream of at most `capacity` facts; none of them is watched or has a bin."""
    return Stream(
        np.empty(capacity, np.int64), np.empty(capacity, np.int64), np.empty(capacity, np.int32),
        np.empty(capacity, np.int16), np.zeros((capacity, padded(parts)), np.int64),
        np.full(capacity, NO_BIN, np.int32), np.zeros(capacity, np.bool_), np.zeros(capacity, np.bool_),
        np.empty(capacity, np.int32), np.empty(capacity, np.int32), np.empty(capacity, np.int32),
        np.empty(capacity, np.int32), np.zeros(4, np.int64),
        np.empty(capacity + 2, np.int32), np.empty(capacity + _DAYS, np.int32),
    )  # fmt: skip


@inlined
def padded(parts):  # type: ignore[no-untyped-def]
    """Return the next multiple of `LANES`."""
    return -(-parts // LANES) * LANES


@kernel
def put_in_order(stream, count, moments, bounds, marks_steady):  # type: ignore[no-untyped-def]
    """Put the first `count` facts of a stream in order, for moments ``bounds[0] <= s < bounds[1]``.

    With `marks_steady`, for sweeps without histograms, those that begin and end in no step are marked.
    """
    first, last = moments.as_of[bounds[0]], moments.as_of[bounds[1] - 1]
    order_by_day(stream.anchor, count, stream.by_anchor, stream.spare)
    for place in range(count):
        stream.days[place], stream.steady[place] = stream.anchor[stream.by_anchor[place]], False
    stream.size[COUNT], stream.size[STEADY] = count, 0
    if marks_steady:
        _mark_steady(stream, moments, bounds)
    beginning, ending = 0, 0
    for row in range(count):
        if first < stream.begins[row] <= last and not stream.steady[row]:
            stream.by_begin[beginning] = row
            beginning += 1
        if first < stream.ends[row] <= last:
            stream.by_end[ending] = row
            ending += 1
    order_rows(stream.begins, stream.by_begin, beginning, stream.spare)
    order_rows(stream.ends, stream.by_end, ending, stream.spare)
    stream.size[BEGINNING], stream.size[ENDING] = beginning, ending


@kernel
def _mark_steady(stream, moments, bounds):  # type: ignore[no-untyped-def]
    """Mark facts that are known at the first moment from their day on, and that nothing replaces.

    What becomes known late, or is replaced, is not steady: in most books that is little between two moments.
    """
    s, last = bounds[0], moments.as_of[bounds[1] - 1]
    for place in range(stream.size[COUNT]):
        row = stream.by_anchor[place]
        while s < bounds[1] and moments.day[s] < stream.days[place]:
            s += 1
        is_known = s == bounds[1] or stream.begins[row] <= moments.as_of[s]
        is_first = stream.currency[row] == stream.currency[0]
        stream.steady[row] = is_known and is_first and stream.ends[row] > last and not stream.watched[row]
        stream.size[STEADY] += stream.steady[row]


@inlined
def places_until(stream, day):  # type: ignore[no-untyped-def]
    """Return how many facts in order of their anchors have one up to a day."""
    return first_from(stream.days, (0, stream.size[COUNT]), day + 1)
