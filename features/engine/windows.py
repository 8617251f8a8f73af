"""Sliding windows: sums of facts that enter when known and leave with their day or a newer version."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.histograms import BLOCK, count_in
from features.engine.kernel import inlined, kernel, outermost
from features.engine.streams import BEGINNING, COUNT, ENDING, LANES, NO_BIN, STEADY, padded, places_until

__all__ = [
    "ALL",
    "ARRIVED",
    "DAY",
    "SPANS",
    "WATCHED",
    "WINDOWS",
    "Sweep",
    "add_up",
    "advance",
    "begin",
    "enter",
    "new_sweep",
    "within",
]

ALL = 10**6
"""Days of the window that holds all time."""

WINDOWS: tuple[str, ...] = ("30d", "90d", "180d", "365d", "all")
"""Names of the windows in the order of `SPANS`."""

SPANS = np.array([30, 90, 180, 365, ALL], np.int64)
"""Days of each window: it holds the days ``day - span < x <= day``."""

DAY, ARRIVED, WATCHED = range(3)
"""Places in `Sweep.at`: the day; how many facts by order of anchors have arrived, how many are watched."""

_BEGIN, _END, _EXPIRE = range(3, 6)


class Sweep(NamedTuple):
    """Where a sweep over a stream stands.

    Parameters
    ----------
    in_force : bool ndarray, shape (capacity,)
    rings, sums : int64 ndarray, shape (currencies, windows, parts)
        Of the first parts of the stream, as many as they have room for: by the shortest window that holds the
        fact, so that a fact that grows older moves once, and by window, as of the last `add_up`.
    running : int64 ndarray, shape (capacity + 1, parts)
        Sums of the steady facts before each place in order of anchors: those of a window are a difference of
        two. Without rows in a sweep with histograms.
    counts, blocks : int32 ndarray, shape (histograms, bins) and (histograms, bins / 32)
        Histograms of the longest windows and their sums by block.
    watch, place : int32 ndarray, shape (capacity,)
        Watched facts in force, and where each stands in the list.
    at : int64 ndarray
        See `DAY`; then positions in the stream's orders: next to begin, to end, to leave each ring.
    """

    in_force: npt.NDArray[np.bool_]
    rings: npt.NDArray[np.int64]
    sums: npt.NDArray[np.int64]
    running: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int32]
    blocks: npt.NDArray[np.int32]
    watch: npt.NDArray[np.int32]
    place: npt.NDArray[np.int32]
    at: npt.NDArray[np.int64]


@outermost
def new_sweep(capacity, currencies, windows, parts, shape):  # type: ignore[no-untyped-def]
    """Return room for a sweep with histograms of `shape`: how many of the longest windows, how many bins."""
    histograms, blocks, parts = shape[0], shape[1] // BLOCK + 1, padded(parts)
    return Sweep(
        np.zeros(capacity, np.bool_), np.zeros((currencies, windows, parts), np.int64),
        np.zeros((currencies, windows, parts), np.int64),
        np.empty(((capacity + 1) * (histograms == 0), parts), np.int64),
        np.zeros((histograms, blocks * BLOCK), np.int32),
        np.zeros((histograms, blocks), np.int32), np.empty(capacity, np.int32),
        np.empty(capacity, np.int32), np.zeros(_EXPIRE + windows, np.int64),
    )  # fmt: skip


@kernel
def begin(stream, sweep, spans, bins, first):  # type: ignore[no-untyped-def]
    """Put a sweep with `bins` bins at its first moment: second and day."""
    as_of, day = first
    _clear(sweep, bins)
    sweep.at[DAY] = day
    for row in range(stream.size[COUNT]):
        is_in_force = stream.begins[row] <= as_of < stream.ends[row]
        sweep.in_force[row] = is_in_force or stream.steady[row]
        if is_in_force and not stream.steady[row]:
            _start(stream, sweep, spans, row)
    sweep.at[ARRIVED] = places_until(stream, day)
    for window in range(len(spans)):
        sweep.at[_EXPIRE + window] = places_until(stream, day - spans[window])
    if stream.size[STEADY]:
        _run(stream, sweep)


@kernel
def _run(stream, sweep):  # type: ignore[no-untyped-def]
    """Add up the steady facts in order of their anchors."""
    running = sweep.running
    for part in range(running.shape[1]):
        running[0, part] = 0
    for place in range(stream.size[COUNT]):
        row = stream.by_anchor[place]
        for part in range(running.shape[1]):
            running[place + 1, part] = running[place, part] + stream.parts[row, part] * stream.steady[row]


@inlined
def advance(stream, sweep, spans, as_of, day):  # type: ignore[no-untyped-def]
    """Move a sweep on to a moment; afterwards it holds the facts in force then.

    Parameters
    ----------
    stream : Stream
    sweep : Sweep
    spans : int64 ndarray, shape (windows,)
        Ascending.
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
    k = sweep.at[_BEGIN]
    while k < stream.size[BEGINNING] and stream.begins[stream.by_begin[k]] <= as_of:
        sweep.in_force[stream.by_begin[k]] = True
        _start(stream, sweep, spans, stream.by_begin[k])
        k += 1
    sweep.at[_BEGIN], k = k, sweep.at[_END]
    while k < stream.size[ENDING] and stream.ends[stream.by_end[k]] <= as_of:
        _stop(stream, sweep, spans, stream.by_end[k])
        k += 1
    sweep.at[_END] = k


@inlined
def add_up(stream, sweep):  # type: ignore[no-untyped-def]
    """Fill `Sweep.sums`: a window holds the rings of all shorter ones, and the steady facts on its days."""
    rings, sums = sweep.rings, sweep.sums
    for currency in range(rings.shape[0]):
        for window in range(rings.shape[1]):
            for part in range(rings.shape[2]):
                shorter = sums[currency, window - 1, part] if window else 0
                sums[currency, window, part] = shorter + rings[currency, window, part]
    if stream.size[STEADY]:
        running, currency, until = sweep.running, stream.currency[0], sweep.at[ARRIVED]
        for window in range(rings.shape[1]):
            since = sweep.at[_EXPIRE + window]
            for part in range(rings.shape[2]):
                sums[currency, window, part] += running[until, part] - running[since, part]


@inlined
def within(stream, sweep, spans, rows, times):  # type: ignore[no-untyped-def]
    """Add (`times` = 1) or take out (-1) rows ``rows[0]:rows[1]`` that are in force and have arrived."""
    for row in range(rows[0], rows[1]):
        if sweep.in_force[row] and not stream.watched[row]:
            enter(stream, sweep, spans, row, times)


@inlined
def enter(stream, sweep, spans, row, times):  # type: ignore[no-untyped-def]
    """Add (`times` = 1) or take out (-1) a row where the windows hold its anchor."""
    anchor, day, ring = stream.anchor[row], sweep.at[DAY], 0
    if anchor <= day:
        while ring < len(spans) and anchor <= day - spans[ring]:
            ring += 1
        if ring < len(spans):
            _add(stream, sweep, row, ring, times)
            if stream.bins[row] != NO_BIN:
                without = len(spans) - sweep.counts.shape[0]
                for histogram in range(max(ring - without, 0), sweep.counts.shape[0]):
                    count_in(sweep, histogram, stream.bins[row], times)


@kernel
def _clear(sweep, bins):  # type: ignore[no-untyped-def]
    sweep.rings[:] = 0
    sweep.at[:] = 0
    for histogram in range(sweep.counts.shape[0]):
        for place in range(bins):
            sweep.counts[histogram, place] = 0
        for block in range(bins // BLOCK + 1):
            sweep.blocks[histogram, block] = 0


@inlined
def _start(stream, sweep, spans, row):  # type: ignore[no-untyped-def]
    """Let a row come into force."""
    if not stream.watched[row]:
        enter(stream, sweep, spans, row, 1)
    else:
        sweep.place[row] = sweep.at[WATCHED]
        sweep.watch[sweep.at[WATCHED]] = row
        sweep.at[WATCHED] += 1


@inlined
def _stop(stream, sweep, spans, row):  # type: ignore[no-untyped-def]
    """Let a row that is in force end."""
    sweep.in_force[row] = False
    if not stream.watched[row]:
        enter(stream, sweep, spans, row, -1)
    else:
        sweep.at[WATCHED] -= 1
        last = sweep.watch[sweep.at[WATCHED]]
        sweep.watch[sweep.place[row]], sweep.place[last] = last, sweep.place[row]


@inlined
def _expire(stream, sweep, spans, day):  # type: ignore[no-untyped-def]
    """Move what grows too old for a ring into the next one."""
    before, count = sweep.at[DAY], stream.size[COUNT]
    for window in range(len(spans)):
        last_gone, k = day - spans[window], sweep.at[_EXPIRE + window]
        while k < count and stream.days[k] <= last_gone:
            row = stream.by_anchor[k]
            is_in = sweep.in_force[row] and not stream.watched[row] and not stream.steady[row]
            if is_in and stream.days[k] <= before:
                _move(stream, sweep, row, window, len(spans))
            k += 1
        sweep.at[_EXPIRE + window] = k


@inlined
def _move(stream, sweep, row, window, windows):  # type: ignore[no-untyped-def]
    _add(stream, sweep, row, window, -1)
    if window + 1 < windows:
        _add(stream, sweep, row, window + 1, 1)
    histogram = window - (windows - sweep.counts.shape[0])
    if histogram >= 0 and stream.bins[row] != NO_BIN:
        count_in(sweep, histogram, stream.bins[row], -1)


@inlined
def _arrive(stream, sweep, spans, day):  # type: ignore[no-untyped-def]
    """Let facts in force come whose day has come."""
    sweep.at[DAY] = day
    k = sweep.at[ARRIVED]
    while k < stream.size[COUNT] and stream.days[k] <= day:
        row = stream.by_anchor[k]
        if sweep.in_force[row] and not stream.watched[row] and not stream.steady[row]:
            enter(stream, sweep, spans, row, 1)
        k += 1
    sweep.at[ARRIVED] = k


@inlined
def _add(stream, sweep, row, ring, times):  # type: ignore[no-untyped-def]
    currency, parts, rings = stream.currency[row], stream.parts, sweep.rings
    for part in range(0, rings.shape[2], LANES):
        # Reason: read before anything is written, which lets the compiler add them all at once.
        first = rings[currency, ring, part] + times * parts[row, part]
        second = rings[currency, ring, part + 1] + times * parts[row, part + 1]
        third = rings[currency, ring, part + 2] + times * parts[row, part + 2]
        fourth = rings[currency, ring, part + 3] + times * parts[row, part + 3]
        rings[currency, ring, part], rings[currency, ring, part + 1] = first, second
        rings[currency, ring, part + 2], rings[currency, ring, part + 3] = third, fourth
