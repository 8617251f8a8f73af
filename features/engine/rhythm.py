"""On which days a buyer pays: intervals, weekdays and month ends of a year's payment days."""

from __future__ import annotations

import numpy as np

from features.engine.civil import is_month_end
from features.engine.histograms import BLOCK
from features.engine.kernel import kernel, outermost
from features.engine.ledger import PAID
from features.engine.moments import next_buyer, own_rows
from features.engine.streams import new_stream, put_in_order
from features.engine.windows import ALL, advance, begin, new_sweep, within

__all__ = ["RHYTHM", "rhythm"]

RHYTHM: tuple[str, ...] = (
    "count_payment_days_365d",
    "cv_payment_interval_365d",
    "share_main_weekday_365d",
    "share_month_end_365d",
)
"""Columns that `rhythm` fills, in order."""

_ALWAYS = np.array([ALL], np.int64)
_YEAR = 365
_MIN_GAPS, _MIN_DAYS = 3, 4
_MONTH_END = 8
"""Added to the weekday of days around a month's end."""


@outermost
def rhythm(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill figures of the days on which payments came.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
        n moments, sorted by buyer and as_of.
    out : float64 ndarray, shape (len(RHYTHM), n)
        NaN where there are too few payment days to tell.
    """
    rows, days = _most(ledger, moments.buyer)
    stream, sweep = new_stream(rows, 0), new_sweep(rows, 1, 1, 0, (1, days))
    out[:] = np.nan
    _sweep(ledger, moments, (stream, sweep), (np.empty(days, np.int8), np.zeros(7, np.int64)), out)


@kernel
def _sweep(ledger, moments, scratch, room, out):  # type: ignore[no-untyped-def]
    stream, sweep = scratch
    first = 0
    while first < len(moments.buyer):
        last, buyer = next_buyer(moments.buyer, first), moments.buyer[first]
        if buyer >= 0:
            span = (moments.as_of[first], moments.as_of[last - 1])
            count = _fill(ledger, buyer, (span, moments.day[first] - _YEAR), stream)
            start, bins = _set_bins(stream, count, room[0])
            put_in_order(stream, count, moments, (first, last), False)
            begin(stream, sweep, _ALWAYS, bins, (moments.as_of[first], moments.day[first]))
            for s in range(first, last):
                advance(stream, sweep, _ALWAYS, moments.as_of[s], moments.day[s])
                own = own_rows(ledger, stream.item_start, buyer, moments.own_item[s])
                within(stream, sweep, _ALWAYS, own, -1)
                _write(sweep, (start, moments.day[s], bins), room, out, s)
                within(stream, sweep, _ALWAYS, own, 1)
        first = last


@kernel
def _most(ledger, buyers):  # type: ignore[no-untyped-def]
    """Return the most payments, and the most days between first and last one, that a buyer has."""
    rows, days, before = 0, 0, -1
    for buyer in buyers:
        if buyer < 0 or buyer == before:
            continue
        before, count, lowest, highest = buyer, 0, 10**9, -(10**9)
        for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
            item = ledger.item[i]
            for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
                lowest = min(lowest, ledger.settled_day[a])
                highest = max(highest, ledger.settled_day[a])
                count += 1
        rows, days = max(rows, count), max(days, highest - lowest + 1)
        rows = max(rows, ledger.invoice_start[buyer + 1] - ledger.invoice_start[buyer])
    return rows, days


@kernel
def _fill(ledger, buyer, asked, stream):  # type: ignore[no-untyped-def]
    """Fill the stream with what counts as paid after a day, each while it and its item are in force."""
    span, since = asked
    first, last = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    count, stream.item_start[0] = 0, 0
    for i in range(first, last):
        item = ledger.item[i]
        for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
            begins = max(ledger.begins[i], ledger.allocation_begins[a])
            ends = min(ledger.ends[i], ledger.allocation_ends[a])
            is_payment = ledger.payable[i] and ledger.meaning[a] & PAID and ledger.settled_minor[a] > 0
            is_asked = ledger.settled_day[a] > since and ends > span[0] and begins <= span[1]
            if is_payment and begins < ends and is_asked:
                stream.begins[count], stream.ends[count] = begins, ends
                stream.anchor[count], stream.currency[count] = ledger.settled_day[a], 0
                count += 1
        stream.item_start[item - ledger.item[first] + 1] = count
    return count


@kernel
def _set_bins(stream, count, kinds):  # type: ignore[no-untyped-def]
    """Count payments by day: set the bins and the kind of their days; return the first day and how many."""
    start, stop = 10**9, -(10**9)
    for row in range(count):
        start, stop = min(start, stream.anchor[row]), max(stop, stream.anchor[row] + 1)
    for row in range(count):
        stream.bins[row], day = stream.anchor[row] - start, stream.anchor[row]
        kinds[day - start] = (day + 3) % 7 + _MONTH_END * is_month_end(day)
    return start, max(stop - start, 0)


@kernel
def _write(sweep, bounds, room, out, s):  # type: ignore[no-untyped-def]
    start, day, bins = bounds
    kinds, weekdays = room
    days, month_ends, before, gaps, squares = 0, 0, -1, 0, 0
    for weekday in range(7):
        weekdays[weekday] = 0
    place, stop = max(0, day - _YEAR + 1 - start), min(bins, day + 1 - start)
    while place < stop:
        if sweep.blocks[0, place // BLOCK] == 0:
            place += BLOCK - place % BLOCK
            continue
        if sweep.counts[0, place]:
            if days:
                gaps, squares = gaps + place - before, squares + (place - before) ** 2
            days, before = days + 1, place
            weekdays[kinds[place] % _MONTH_END] += 1
            month_ends += kinds[place] >= _MONTH_END
        place += 1
    out[0, s] = days
    if days > _MIN_GAPS:
        mean = gaps / (days - 1)
        out[1, s] = np.sqrt(max(squares / (days - 1) - mean * mean, 0.0)) / mean
    if days >= _MIN_DAYS:
        most = 0
        for weekday in range(7):
            most = max(most, weekdays[weekday])
        out[2, s], out[3, s] = most / days, month_ends / days
