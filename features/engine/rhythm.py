"""On which days a buyer pays: intervals, weekdays and month ends of a year's payment days."""

from __future__ import annotations

import numpy as np

from features.engine.kernel import inlined, kernel, outermost
from features.engine.ledger import PAID
from features.engine.moments import next_buyer, own_rows
from features.engine.windows import ALL, BLOCK, advance, new_stream, new_sweep, prepare, within

__all__ = ["RHYTHM", "is_month_end", "rhythm"]

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
_LAST_DAYS, _FIRST_DAYS = 3, 2


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
    stream, sweep = new_stream(rows, 0), new_sweep(rows, 1, 1, 0, days)
    weekdays, first = np.zeros(7, np.int64), 0
    out[:] = np.nan
    while first < len(moments.buyer):
        last, buyer = next_buyer(moments.buyer, first), moments.buyer[first]
        if buyer >= 0:
            count = _fill(ledger, buyer, stream)
            start, bins = _set_bins(stream, count)
            prepare(stream, count, sweep, bins)
            for s in range(first, last):
                advance(stream, sweep, _ALWAYS, moments.as_of[s], moments.day[s])
                own = own_rows(ledger, stream.item_start, buyer, moments.own_item[s])
                within(stream, sweep, _ALWAYS, own, -1)
                _write(sweep, start, (moments.day[s], bins), weekdays, out, s)
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
def _fill(ledger, buyer, stream):  # type: ignore[no-untyped-def]
    """Fill the stream with what counts as paid, each while it and its item are in force."""
    first, last = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    count, item = 0, -1
    for i in range(first, last):
        if ledger.item[i] != item:
            item = ledger.item[i]
            stream.item_start[item - ledger.item[first]] = count
        if not ledger.payable[i]:
            continue
        for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
            begins = max(ledger.begins[i], ledger.allocation_begins[a])
            ends = min(ledger.ends[i], ledger.allocation_ends[a])
            if begins < ends and ledger.meaning[a] & PAID and ledger.settled_minor[a] > 0:
                stream.begins[count], stream.ends[count] = begins, ends
                stream.anchor[count], stream.currency[count] = ledger.settled_day[a], 0
                count += 1
    if first < last:
        stream.item_start[item - ledger.item[first] + 1] = count
    return count


@kernel
def _set_bins(stream, count):  # type: ignore[no-untyped-def]
    """Count payments by day: set the bins, and return the first day and how many days there are."""
    start, stop = 10**9, -(10**9)
    for row in range(count):
        start, stop = min(start, stream.anchor[row]), max(stop, stream.anchor[row] + 1)
    for row in range(count):
        stream.bins[row] = stream.anchor[row] - start
    return start, max(stop - start, 0)


@kernel
def _write(sweep, start, until, weekdays, out, s):  # type: ignore[no-untyped-def]
    day, bins = until
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
            weekdays[(start + place + 3) % 7] += 1
            month_ends += is_month_end(start + place)
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


@inlined
def is_month_end(day):  # type: ignore[no-untyped-def]
    """Return whether a day (days since 1970) is among the last three or the first two of a month.

    Examples
    --------
    >>> days = np.arange("2024-02-26", "2024-03-04", dtype="datetime64[D]").astype(int)
    >>> [bool(is_month_end(day)) for day in days]
    [False, True, True, True, True, True, False]
    """
    return _day_of_month(day) <= _FIRST_DAYS or _day_of_month(day + _LAST_DAYS) <= _LAST_DAYS


@inlined
def _day_of_month(day):  # type: ignore[no-untyped-def]
    """Return the day of the month of the Gregorian calendar (H. Hinnant, days to civil date)."""
    shifted = day + 719468
    of_era = shifted % 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    return of_year - (153 * ((5 * of_year + 2) // 153) + 2) // 5 + 1
