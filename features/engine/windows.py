"""Sliding windows: sums of facts that enter when known and leave with their day or a newer version."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel, outermost
from features.engine.ledger import NEVER
from features.engine.sorting import order_by

__all__ = [
    "ALL",
    "ARRIVED",
    "BLOCK",
    "COUNT",
    "DAY",
    "NO_BIN",
    "SPANS",
    "WATCHED",
    "WINDOWS",
    "Stream",
    "Sweep",
    "advance",
    "bin_at",
    "enter",
    "new_stream",
    "new_sweep",
    "percentile",
    "prepare",
    "within",
]

ALL = 10**6
"""Days of the window that holds all time."""

WINDOWS: tuple[str, ...] = ("30d", "90d", "180d", "365d", "all")
"""Names of the windows in the order of `SPANS`."""

SPANS = np.array([30, 90, 180, 365, ALL], np.int64)
"""Days of each window: it holds the days ``day - span < x <= day``."""

NO_BIN = -1

DAY, ARRIVED, WATCHED, COUNT = range(4)
"""Places in `Sweep.at`: the day; how many facts in order of their anchors have arrived, how many are watched,
how many there are."""

_BEGIN, _END, _ENDING, _EXPIRE = range(4, 8)
BLOCK = 32
"""Bins of a histogram that are also counted together."""


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
        What is summed.
    bins : int32 ndarray
        Bin in which it is counted; `NO_BIN` for none.
    watched : bool ndarray
        Whether it is listed in `Sweep.watch` while it is in force, for the caller to sum, and in no sum here.
    by_begin, by_end, by_anchor : int32 ndarray
        Orders.
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
    by_begin: npt.NDArray[np.int32]
    by_end: npt.NDArray[np.int32]
    by_anchor: npt.NDArray[np.int32]
    item_start: npt.NDArray[np.int32]
    spare: npt.NDArray[np.int32]


class Sweep(NamedTuple):
    """Where a sweep over a stream stands.

    Parameters
    ----------
    in_force : bool ndarray, shape (capacity,)
    sums : int64 ndarray, shape (currencies, windows, parts)
        Of the first parts of the stream, as many as it has room for.
    counts, blocks : int32 ndarray, shape (windows, bins) and (windows, bins / 32)
        Histograms and their sums by block; without windows where the stream has no bins.
    watch, place : int32 ndarray, shape (capacity,)
        Watched facts in force, and where each stands in the list.
    at : int64 ndarray
        See `DAY`; then positions in the stream's orders: next to begin, to end, to expire by window.
    """

    in_force: npt.NDArray[np.bool_]
    sums: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int32]
    blocks: npt.NDArray[np.int32]
    watch: npt.NDArray[np.int32]
    place: npt.NDArray[np.int32]
    at: npt.NDArray[np.int64]


@outermost
def new_stream(capacity, parts):  # type: ignore[no-untyped-def]
    """Return room for a stream of at most `capacity` facts."""
    return Stream(
        np.empty(capacity, np.int64), np.empty(capacity, np.int64), np.empty(capacity, np.int32),
        np.empty(capacity, np.int16), np.empty((capacity, parts), np.int64),
        np.full(capacity, NO_BIN, np.int32), np.zeros(capacity, np.bool_), np.empty(capacity, np.int32),
        np.empty(capacity, np.int32), np.empty(capacity, np.int32), np.empty(capacity + 2, np.int32),
        np.empty(capacity, np.int32),
    )  # fmt: skip


@outermost
def new_sweep(capacity, currencies, windows, parts, bins):  # type: ignore[no-untyped-def]
    """Return room for a sweep; no histograms where `bins` is 0."""
    histograms, blocks = windows * (bins > 0), bins // BLOCK + 1
    return Sweep(
        np.zeros(capacity, np.bool_), np.zeros((currencies, windows, parts), np.int64),
        np.zeros((histograms, blocks * BLOCK), np.int32),
        np.zeros((histograms, blocks), np.int32),
        np.empty(capacity, np.int32), np.empty(capacity, np.int32), np.zeros(_EXPIRE + windows, np.int64),
    )  # fmt: skip


@kernel
def prepare(stream, count, sweep, bins):  # type: ignore[no-untyped-def]
    """Put the first `count` facts of a stream in order, and the sweep with `bins` bins before them."""
    order_by(stream.begins, count, stream.by_begin, stream.spare)
    order_by(stream.anchor, count, stream.by_anchor, stream.spare)
    order_by(stream.ends, count, stream.by_end, stream.spare)
    ending = 0
    while ending < count and stream.ends[stream.by_end[ending]] < NEVER:
        ending += 1
    for row in range(count):
        sweep.in_force[row] = False
    sweep.sums[:] = 0
    sweep.at[:] = 0
    for window in range(sweep.counts.shape[0]):
        for place in range(bins):
            sweep.counts[window, place] = 0
        for block in range(bins // BLOCK + 1):
            sweep.blocks[window, block] = 0
    sweep.at[DAY], sweep.at[COUNT], sweep.at[_ENDING] = -ALL, count, ending


@kernel
def advance(stream, sweep, spans, as_of, day):  # type: ignore[no-untyped-def]
    """Move a sweep on to a moment; afterwards its sums are those of the facts in force then, by window.

    Parameters
    ----------
    stream : Stream
    sweep : Sweep
    spans : int64 ndarray, shape (windows,)
    as_of, day : int
        Not before the moment where the sweep stands.

    Notes
    -----
    First the day moves on for what was in force, then facts begin and end on that day. All sums are integers,
    so that neither the order within a step nor the number of steps can change them.
    """
    if day != sweep.at[DAY]:
        _expire(stream, sweep, spans, day)
        _arrive(stream, sweep, spans, day)
    _begin(stream, sweep, spans, as_of)
    _end(stream, sweep, spans, as_of)


@kernel
def within(stream, sweep, spans, rows, times):  # type: ignore[no-untyped-def]
    """Add (`times` = 1) or take out (-1) rows ``rows[0]:rows[1]`` that are in force and have arrived."""
    for row in range(rows[0], rows[1]):
        if sweep.in_force[row] and not stream.watched[row]:
            enter(stream, sweep, spans, row, times)


@inlined
def enter(stream, sweep, spans, row, times):  # type: ignore[no-untyped-def]
    """Add (`times` = 1) or take out (-1) a row in every window that holds its anchor."""
    anchor, day = stream.anchor[row], sweep.at[DAY]
    if anchor <= day:
        for window in range(len(spans)):
            if anchor > day - spans[window]:
                _add(stream, sweep, row, window, times)


@kernel
def percentile(sweep, window, percent, total):  # type: ignore[no-untyped-def]
    """Return a percentile of the bins of `total` facts counted in a window, interpolated between ranks."""
    if total == 0:
        return np.nan
    rank = percent * (total - 1)
    low = rank // 100
    share = (rank - 100 * low) / 100.0
    value = float(bin_at(sweep, window, low))
    if share > 0.0:
        value += (bin_at(sweep, window, low + 1) - value) * share
    return value


@kernel
def bin_at(sweep, window, rank):  # type: ignore[no-untyped-def]
    """Return the bin of the fact at a rank, counted from 0."""
    block = 0
    while rank >= sweep.blocks[window, block]:
        rank -= sweep.blocks[window, block]
        block += 1
    place = block * BLOCK
    while rank >= sweep.counts[window, place]:
        rank -= sweep.counts[window, place]
        place += 1
    return place


@inlined
def _expire(stream, sweep, spans, day):  # type: ignore[no-untyped-def]
    before, count = sweep.at[DAY], sweep.at[COUNT]
    for window in range(len(spans)):
        last_gone, k = day - spans[window], sweep.at[_EXPIRE + window]
        while k < count and stream.anchor[stream.by_anchor[k]] <= last_gone:
            row = stream.by_anchor[k]
            if sweep.in_force[row] and not stream.watched[row] and stream.anchor[row] <= before:
                _add(stream, sweep, row, window, -1)
            k += 1
        sweep.at[_EXPIRE + window] = k


@inlined
def _arrive(stream, sweep, spans, day):  # type: ignore[no-untyped-def]
    sweep.at[DAY] = day
    k = sweep.at[ARRIVED]
    while k < sweep.at[COUNT] and stream.anchor[stream.by_anchor[k]] <= day:
        row = stream.by_anchor[k]
        if sweep.in_force[row] and not stream.watched[row]:
            enter(stream, sweep, spans, row, 1)
        k += 1
    sweep.at[ARRIVED] = k


@inlined
def _begin(stream, sweep, spans, as_of):  # type: ignore[no-untyped-def]
    k = sweep.at[_BEGIN]
    while k < sweep.at[COUNT] and stream.begins[stream.by_begin[k]] <= as_of:
        row = stream.by_begin[k]
        sweep.in_force[row] = True
        if not stream.watched[row]:
            enter(stream, sweep, spans, row, 1)
        else:
            sweep.place[row] = sweep.at[WATCHED]
            sweep.watch[sweep.at[WATCHED]] = row
            sweep.at[WATCHED] += 1
        k += 1
    sweep.at[_BEGIN] = k


@inlined
def _end(stream, sweep, spans, as_of):  # type: ignore[no-untyped-def]
    k = sweep.at[_END]
    while k < sweep.at[_ENDING] and stream.ends[stream.by_end[k]] <= as_of:
        row = stream.by_end[k]
        sweep.in_force[row] = False
        if not stream.watched[row]:
            enter(stream, sweep, spans, row, -1)
        else:
            sweep.at[WATCHED] -= 1
            last = sweep.watch[sweep.at[WATCHED]]
            sweep.watch[sweep.place[row]], sweep.place[last] = last, sweep.place[row]
        k += 1
    sweep.at[_END] = k


@inlined
def _add(stream, sweep, row, window, times):  # type: ignore[no-untyped-def]
    currency, parts, sums = stream.currency[row], stream.parts, sweep.sums
    for part in range(sums.shape[2]):
        sums[currency, window, part] += times * parts[row, part]
    if sweep.counts.shape[0] and stream.bins[row] != NO_BIN:
        sweep.counts[window, stream.bins[row]] += times
        sweep.blocks[window, stream.bins[row] // BLOCK] += times
