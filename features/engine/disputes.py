"""Disputes of a buyer as known at a moment: how many, how large, how long, and raised when."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from features.engine.changes import own_rows
from features.engine.exchange import converted, find_currencies, find_rates
from features.engine.ledger import WHOLE_ITEM
from features.engine.moments import next_buyer
from features.engine.sorting import order_by

__all__ = ["DISPUTES", "disputes"]

DISPUTES: tuple[str, ...] = (
    "count_disputes_90d",
    "count_disputes_365d",
    "count_disputes_all",
    "disputed_amount_365d",
    "mean_dispute_days_365d",
    "share_disputes_after_due_365d",
)
"""Columns that `disputes` fills, in order."""

_QUARTER, _YEAR = 90, 365

# Columns of the rows: first the buyer's item versions, then each dispute as known on each item version.
(
    _BEGINS, _ENDS, _ITEM, _IS_DISPUTE, _IN_FORCE, _RAISED, _RESOLVED, _AMOUNT, _CURRENCY, _AFTER_DUE, _AGE,
    _IS_OVER, _COLUMNS,
) = range(13)  # fmt: skip

# Counts of those in force: items; disputes by window; of a year those raised after the due date, those that
# are over and their days, and the days on which the others were raised.
_ITEMS, _IN_QUARTER, _IN_YEAR, _ALL, _LATER, _OVER, _DAYS, _SINCE, _COUNTS = range(9)

_LEFT_OUT = -1


class _Room(NamedTuple):
    rows: npt.NDArray[np.int64]
    keys: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    events: npt.NDArray[np.int32]
    order: npt.NDArray[np.int32]
    by_raised: npt.NDArray[np.int32]
    by_resolved: npt.NDArray[np.int32]
    spare: npt.NDArray[np.int32]
    slot: npt.NDArray[np.int64]
    used: npt.NDArray[np.int64]
    rates: npt.NDArray[np.float64]


@njit(nogil=True, cache=True)
def disputes(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill what is known of buyers' disputes at each moment, by the day on which they were raised.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
    out : float64 ndarray, shape (len(DISPUTES), n), C order
        Counts; the sum disputed in a year in the reporting currency (a dispute without amount: the item's);
        days from raising to resolution, or to now; the share raised after the item's due date. NaN where no
        item is in force, the sum has no rate, or a mean nothing to say.
    """
    currencies = len(ledger.fx_start) - 1
    room = _new_room(64, currencies)
    out[:, :] = np.nan
    first, count = 0, len(moments.buyer)
    while first < count:
        last, buyer = next_buyer(moments.buyer, first), moments.buyer[first]
        if buyer >= 0:
            size = _size(ledger, buyer)
            if size > len(room.rows):
                room = _new_room(2 * size, currencies)
            _buyer(ledger, buyer, moments, (first, last), room, out)
        first = last


@njit(nogil=True, cache=True)
def _size(ledger, buyer):  # type: ignore[no-untyped-def]
    size = 0
    for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
        size += 1 + ledger.dispute_start[ledger.item[i] + 1] - ledger.dispute_start[ledger.item[i]]
    return size


@njit(nogil=True, cache=True)
def _new_room(size, currencies):  # type: ignore[no-untyped-def]
    return _Room(
        np.empty((size, _COLUMNS), np.int64), np.empty(2 * size, np.int64), np.empty(size, np.int64),
        np.empty(2 * size, np.int32), np.empty(2 * size, np.int32), np.empty(size, np.int32),
        np.empty(size, np.int32), np.empty(2 * size, np.int32), np.empty(currencies, np.int64),
        np.empty(currencies, np.int64), np.empty(currencies, np.float64),
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _buyer(ledger, buyer, moments, bounds, room, out):  # type: ignore[no-untyped-def]
    first, last = bounds
    used = room.used[: find_currencies(ledger, buyer, room.slot, room.used)]
    rates, counts = room.rates[: len(used)], np.zeros(_COUNTS, np.int64)
    sums = np.zeros((len(used), 1), np.int64)
    items = ledger.item[ledger.invoice_start[buyer] : ledger.invoice_start[buyer + 1]]
    rows = room.rows[: _find_rows(ledger, buyer, room.slot, room.rows)]
    disputed = rows[len(items) :, _ITEM].copy()
    events = _find_events(rows, room, (moments.as_of[first], moments.as_of[last - 1]))
    orders = (
        _order_days(rows, (len(items), _RAISED), room, room.by_raised),
        _order_days(rows, (len(items), _RESOLVED), room, room.by_resolved),
    )
    state = np.zeros(4, np.int64)
    for s in range(first, last):
        _age(rows, orders, moments.day[s], state, sums, counts)
        _advance(rows, room, (events, moments.as_of[s]), state, sums, counts)
        mine = own_rows(disputed, moments.own_item[s])
        own = (own_rows(items, moments.own_item[s]), (mine[0] + len(items), mine[1] + len(items)))
        _set_own(rows, own, (1, _LEFT_OUT), sums, counts)
        if counts[_ITEMS] > 0:
            find_rates(ledger, moments.as_of[s], used, rates)
            _write(sums, counts, rates, moments.day[s], out[:, s])
        _set_own(rows, own, (_LEFT_OUT, 1), sums, counts)


@njit(nogil=True, cache=True)
def _find_rows(ledger, buyer, slot, rows):  # type: ignore[no-untyped-def]
    """Fill `rows` with item versions, and what is known of the disputes on those that are to be paid."""
    first, last = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    count = last - first
    for i in range(first, last):
        item, row = ledger.item[i], i - first
        rows[row, _ITEM], rows[row, _IS_DISPUTE], rows[row, _IN_FORCE] = item, 0, 0
        rows[row, _BEGINS], rows[row, _ENDS] = ledger.begins[i], ledger.ends[i]
        rows[row, _RAISED], rows[row, _RESOLVED], rows[row, _AGE], rows[row, _IS_OVER] = 0, 0, 0, 0
        rows[row, _AMOUNT], rows[row, _CURRENCY], rows[row, _AFTER_DUE] = 0, 0, 0
        for d in range(ledger.dispute_start[item], ledger.dispute_start[item + 1]):
            amount, day = ledger.disputed_minor[d], ledger.dispute_day[d]
            rows[count, _ITEM], rows[count, _IS_DISPUTE], rows[count, _IN_FORCE] = item, 1, 0
            rows[count, _BEGINS] = max(ledger.begins[i], ledger.dispute_begins[d])
            rows[count, _ENDS] = min(ledger.ends[i], ledger.dispute_ends[d])
            rows[count, _RAISED], rows[count, _RESOLVED] = day, ledger.resolved_day[d]
            rows[count, _AMOUNT] = ledger.amount_minor[i] if amount == WHOLE_ITEM else amount
            rows[count, _CURRENCY], rows[count, _AFTER_DUE] = (
                slot[ledger.currency[i]],
                day > ledger.due_day[i],
            )
            rows[count, _AGE], rows[count, _IS_OVER] = 0, 0
            count += ledger.payable[i]
    return count


@njit(nogil=True, cache=True)
def _find_events(rows, room, span):  # type: ignore[no-untyped-def]
    """Sort when rows come into force (row) and end (~row); return how many of these events there are."""
    keys, events, count = room.keys, room.events, 0
    for row in range(len(rows)):
        begins, ends = max(rows[row, _BEGINS], span[0]), rows[row, _ENDS]
        if begins < ends and begins <= span[1]:
            keys[count], events[count] = begins, row
            count += 1
            if ends <= span[1]:
                keys[count], events[count] = ends, ~row
                count += 1
    order_by(keys, count, room.order, room.spare)
    return count


@njit(nogil=True, cache=True)
def _order_days(rows, what, room, order):  # type: ignore[no-untyped-def]
    """Return the dispute rows in ascending order of a column."""
    first, column = what
    for row in range(first, len(rows)):
        room.days[row - first] = rows[row, column]
    order_by(room.days, len(rows) - first, order, room.spare)
    for position in range(len(rows) - first):
        order[position] += first
    return order[: len(rows) - first]


@njit(nogil=True, cache=True)
def _count(rows, row, by, sums, counts):  # type: ignore[no-untyped-def]
    """Add (1) or take out (-1) a row, if it is in force; without branches, as in the other sweeps."""
    by *= rows[row, _IN_FORCE] == 1
    counts[_ITEMS] += by * (1 - rows[row, _IS_DISPUTE])
    by *= rows[row, _IS_DISPUTE]
    counts[_ALL] += by
    counts[_IN_QUARTER] += by * (rows[row, _AGE] == 0)
    by *= rows[row, _AGE] < 2
    is_over, raised = rows[row, _IS_OVER], rows[row, _RAISED]
    sums[rows[row, _CURRENCY], 0] += by * rows[row, _AMOUNT]
    counts[_IN_YEAR] += by
    counts[_LATER] += by * rows[row, _AFTER_DUE]
    counts[_OVER] += by * is_over
    counts[_DAYS] += by * is_over * (rows[row, _RESOLVED] - raised)
    counts[_SINCE] += by * (1 - is_over) * raised


@njit(nogil=True, cache=True)
def _set(rows, row, what, sums, counts):  # type: ignore[no-untyped-def]
    """Give a column of a row a value, in the counts too."""
    _count(rows, row, -1, sums, counts)
    rows[row, what[0]] = what[1]
    _count(rows, row, 1, sums, counts)


@njit(nogil=True, cache=True, forceinline=True)
def _age(rows, orders, day, state, sums, counts):  # type: ignore[no-untyped-def]
    """Let disputes drop out of the windows and be over by `day`."""
    by_raised, by_resolved = orders
    while state[0] < len(by_raised) and day - rows[by_raised[state[0]], _RAISED] >= _QUARTER:
        _set(rows, by_raised[state[0]], (_AGE, 1), sums, counts)
        state[0] += 1
    while state[1] < len(by_raised) and day - rows[by_raised[state[1]], _RAISED] >= _YEAR:
        _set(rows, by_raised[state[1]], (_AGE, 2), sums, counts)
        state[1] += 1
    while state[2] < len(by_resolved) and rows[by_resolved[state[2]], _RESOLVED] <= day:
        _set(rows, by_resolved[state[2]], (_IS_OVER, 1), sums, counts)
        state[2] += 1


@njit(nogil=True, cache=True, forceinline=True)
def _advance(rows, room, until, state, sums, counts):  # type: ignore[no-untyped-def]
    """Let facts come into force and end by a moment."""
    events, as_of = until
    keys, order = room.keys, room.order
    while state[3] < events and keys[order[state[3]]] <= as_of:
        event = room.events[order[state[3]]]
        _set(rows, event if event >= 0 else ~event, (_IN_FORCE, 1 if event >= 0 else 0), sums, counts)
        state[3] += 1


@njit(nogil=True, cache=True, forceinline=True)
def _set_own(rows, ranges, values, sums, counts):  # type: ignore[no-untyped-def]
    """Leave the rows of an item out, or put them back."""
    for bounds in ranges:
        for row in range(bounds[0], bounds[1]):
            if rows[row, _IN_FORCE] == values[0]:
                _set(rows, row, (_IN_FORCE, values[1]), sums, counts)


@njit(nogil=True, cache=True, forceinline=True)
def _write(sums, counts, rates, day, out):  # type: ignore[no-untyped-def]
    out[0], out[1], out[2] = counts[_IN_QUARTER], counts[_IN_YEAR], counts[_ALL]
    out[3] = converted(sums, 0, rates)
    if counts[_IN_YEAR]:
        days = counts[_DAYS] + (counts[_IN_YEAR] - counts[_OVER]) * day - counts[_SINCE]
        out[4], out[5] = days / counts[_IN_YEAR], counts[_LATER] / counts[_IN_YEAR]
