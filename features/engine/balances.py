"""What a buyer owes now: exposure, age, what is overdue or in dispute, and money that no invoice has yet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.changes import (
    AGE,
    AMOUNT,
    CURRENCY,
    DISPUTED,
    DUE,
    FIELD,
    HELD,
    IN_FORCE,
    LOST,
    MOVES_LATER,
    OPEN,
    PAYABLE,
    PLACE,
    ROW,
    SIGN,
    Changes,
    capacity,
    find_changes,
    new_changes,
    overdue_part,
    own_rows,
)
from features.engine.exchange import converted, find_currencies, find_rates
from features.engine.kernel import inlined, kernel, outermost
from features.engine.moments import next_buyer
from features.engine.sorting import order_by

__all__ = ["BALANCES", "balances"]

BALANCES: tuple[str, ...] = tuple(
    """exposure unapplied_amount written_off_amount disputed_amount open_not_due_amount open_1_30_amount
    open_31_60_amount open_61_90_amount open_91_120_amount open_121_180_amount open_over_180_amount
    overdue_amount overdue_share overdue_over_30_share overdue_over_90_share mean_days_past_due_open
    oldest_open_days_past_due disputed_share unapplied_share count_open count_overdue""".split()
)
"""Columns that `balances` fills, in order."""

_EDGES = np.array([0, 30, 60, 90, 120, 180], np.int64)
"""Days past due above which an item is in the next bucket of the ageing."""

_BUCKETS = len(_EDGES) + 1
_OVER_30, _OVER_90 = 2, 4

# Columns of the sums by currency. The first ones are shown as they are, the others parts of shares and means;
# _LATE_DUE is what is overdue times the day on which it fell due, _LATE_DAYS times the days since then.
_EXPOSURE, _UNAPPLIED, _LOST, _DISPUTED, _AGED = range(5)
_LATE = _AGED + _BUCKETS
_LATE_30, _LATE_90, _LEDGER, _LATE_DUE, _LATE_DAYS, _SUMS = range(_LATE + 1, _LATE + 7)

_OPEN_ITEMS, _LATE_ITEMS, _ITEMS, _FIRST_LATE, _COUNTS = range(5)

_LEFT_OUT = -1
"""A row that would be in force, but for the subject whose own it is."""

_NOWHERE = 2**40
"""After all places."""


class _Sheet(NamedTuple):
    """The rows of one buyer and the sums of those in force.

    `rows` is that of `Changes`, with the bucket of each row in AGE and its place among the rows that can be
    open by due day (`order`) in PLACE; `edges` is how many of these are past each edge of the ageing;
    `counts` has also the place of the oldest row that is overdue, or a place before it.
    """

    rows: npt.NDArray[np.int64]
    order: npt.NDArray[np.int32]
    edges: npt.NDArray[np.int64]
    sums: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


class _Room(NamedTuple):
    changes: Changes
    order: npt.NDArray[np.int32]
    keys: npt.NDArray[np.int64]
    open_rows: npt.NDArray[np.int32]
    slot: npt.NDArray[np.int64]
    used: npt.NDArray[np.int64]
    rates: npt.NDArray[np.float64]
    sums: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


@outermost
def balances(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill what buyers owe at each moment.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
    out : float64 ndarray, shape (len(BALANCES), n), C order
        Amounts in the reporting currency at the rates known at as_of, shares, days and counts. NaN where no
        item is in force, or a sum has no rate. An item is overdue from the day after its due day with what
        bills without an item do not hold and nobody disputes; ageing is of all that is open.
    """
    currencies = len(ledger.fx_start) - 1
    room = _new_room(64, currencies)
    out[:, :] = np.nan
    first, count = 0, len(moments.buyer)
    while first < count:
        last, buyer = next_buyer(moments.buyer, first), moments.buyer[first]
        if buyer >= 0:
            size = capacity(ledger, buyer)
            if size > len(room.keys):
                room = _new_room(2 * size, currencies)
            _buyer(ledger, buyer, moments, (first, last), room, out)
        first = last


@outermost
def _new_room(size, currencies):  # type: ignore[no-untyped-def]
    return _Room(
        new_changes(size), np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size, np.int32),
        np.empty(currencies, np.int64), np.empty(currencies, np.int64), np.empty(currencies, np.float64),
        np.empty((currencies, _SUMS), np.int64), np.empty(len(_EDGES), np.int64), np.empty(_COUNTS, np.int64),
    )  # fmt: skip


@kernel
def _buyer(ledger, buyer, moments, bounds, room, out):  # type: ignore[no-untyped-def]
    first, last = bounds
    changes = room.changes
    currencies = find_currencies(ledger, buyer, room.slot, room.used)
    used, rates = room.used[:currencies], room.rates[:currencies]
    span = (moments.as_of[first], moments.as_of[last - 1])
    _, count = find_changes(ledger, buyer, room.slot, span, changes)
    items = ledger.item[ledger.invoice_start[buyer] : ledger.invoice_start[buyer + 1]]
    in_order = _new_sheet(len(items), room, currencies)
    sheet = _Sheet(changes.rows, room.order[:in_order], room.edges, room.sums[:currencies], room.counts)
    done = 0
    for s in range(first, last):
        _age(sheet, moments.day[s])
        done = _advance(sheet, changes, done, count, moments.as_of[s])
        own = own_rows(items, moments.own_item[s])
        _leave_out(sheet, own)
        if sheet.counts[_ITEMS] > 0:
            find_rates(ledger, moments.as_of[s], used, rates)
            _write(sheet, rates, moments.day[s], out[:, s])
        _put_back(sheet, own)


@kernel
def _new_sheet(count, room, currencies):  # type: ignore[no-untyped-def]
    """Begin the sheet of a buyer with all rows in the youngest bucket; return how many can be open."""
    rows, keys, open_rows = room.changes.rows, room.keys, room.open_rows
    n = 0
    for row in range(count):
        can_be_open = rows[row, MOVES_LATER] or rows[row, OPEN] > 0 or _late(rows, row) > 0
        rows[row, AGE], rows[row, PLACE] = 0, 0
        if rows[row, PAYABLE] and can_be_open:
            keys[n], open_rows[n] = rows[row, DUE], row
            n += 1
    order_by(keys, n, room.order, room.changes.spare)
    for place in range(n):
        room.order[place] = open_rows[room.order[place]]
        rows[room.order[place], PLACE] = place
    sums, counts = room.sums[:currencies], room.counts
    sums[:, :], counts[:], room.edges[:] = 0, 0, 0
    for row in range(count):
        _count(rows, row, 1, sums, counts)
    return n


@inlined
def _count(rows, row, by, sums, counts):  # type: ignore[no-untyped-def]
    """Add (1) or take out (-1) a row, if it is in force."""
    at, payable, bucket = rows[row, CURRENCY], rows[row, PAYABLE], rows[row, AGE]
    by *= rows[row, IN_FORCE] == 1
    open_, owed, late = rows[row, OPEN], max(rows[row, OPEN], 0), payable * _late(rows, row)
    is_past = (late > 0) & (bucket > 0)
    sums[at, _EXPOSURE] += by * rows[row, SIGN] * open_
    sums[at, _UNAPPLIED] += by * (1 - payable) * owed
    by_payable = by * payable
    sums[at, _LOST] += by_payable * rows[row, LOST]
    sums[at, _DISPUTED] += by_payable * min(rows[row, DISPUTED], owed)
    sums[at, _AGED + bucket] += by_payable * owed
    sums[at, _LEDGER] += by_payable * owed
    sums[at, _LATE] += by * is_past * late
    sums[at, _LATE_30] += by * (bucket >= _OVER_30) * late
    sums[at, _LATE_90] += by * (bucket >= _OVER_90) * late
    sums[at, _LATE_DUE] += by * is_past * late * rows[row, DUE]
    counts[_ITEMS] += by
    counts[_OPEN_ITEMS] += by_payable * (owed > 0)
    counts[_LATE_ITEMS] += by * is_past
    has_come = (by > 0) & (late > 0)
    counts[_FIRST_LATE] = min(counts[_FIRST_LATE], rows[row, PLACE] + (1 - has_come) * _NOWHERE)


@inlined
def _late(rows, row):  # type: ignore[no-untyped-def]
    return overdue_part(rows[row, OPEN], rows[row, HELD], rows[row, DISPUTED])


@inlined
def _leave_out(sheet, own):  # type: ignore[no-untyped-def]
    for row in range(own[0], own[1]):
        if sheet.rows[row, IN_FORCE] == 1:
            _count(sheet.rows, row, -1, sheet.sums, sheet.counts)
            sheet.rows[row, IN_FORCE] = _LEFT_OUT


@inlined
def _put_back(sheet, own):  # type: ignore[no-untyped-def]
    for row in range(own[0], own[1]):
        if sheet.rows[row, IN_FORCE] == _LEFT_OUT:
            sheet.rows[row, IN_FORCE] = 1
            _count(sheet.rows, row, 1, sheet.sums, sheet.counts)


@inlined
def _age(sheet, day):  # type: ignore[no-untyped-def]
    """Move the rows that grew older by `day` to their bucket, the oldest ones first."""
    rows, order, edges, sums, counts = sheet
    for k in range(len(_EDGES) - 1, -1, -1):
        place = edges[k]
        while place < len(order) and day - rows[order[place], DUE] > _EDGES[k]:
            row = order[place]
            if rows[row, AGE] <= k:
                _count(rows, row, -1, sums, counts)
                rows[row, AGE] = k + 1
                _count(rows, row, 1, sums, counts)
            place += 1
        edges[k] = place


@inlined
def _advance(sheet, changes, done, count, as_of):  # type: ignore[no-untyped-def]
    """Make the changes from `done` on that are known at `as_of` and return how many are done."""
    rows, sums, counts = sheet.rows, sheet.sums, sheet.counts
    instant, order, fact, facts = changes.instant, changes.order, changes.fact, changes.facts
    while done < count and instant[order[done]] <= as_of:
        change = fact[order[done]]
        by = 1 if change >= 0 else -1
        change = change if change >= 0 else ~change
        row = facts[change, ROW]
        _count(rows, row, -1, sums, counts)
        rows[row, facts[change, FIELD]] += by * facts[change, AMOUNT]
        _count(rows, row, 1, sums, counts)
        done += 1
    return done


@inlined
def _write(sheet, rates, day, out):  # type: ignore[no-untyped-def]
    sums, counts, n = sheet.sums, sheet.counts, _LATE
    for k in range(n + 1):
        out[k] = converted(sums, k, rates)
    exposure, overdue = out[_EXPOSURE], out[_LATE]
    out[n + 1] = _share_of_exposure(overdue, exposure)
    out[n + 2] = _share_of_exposure(converted(sums, _LATE_30, rates), exposure)
    out[n + 3] = _share_of_exposure(converted(sums, _LATE_90, rates), exposure)
    out[n + 4], out[n + 5] = 0.0, 0.0
    if counts[_LATE_ITEMS]:
        for c in range(len(rates)):
            sums[c, _LATE_DAYS] = day * sums[c, _LATE] - sums[c, _LATE_DUE]
        out[n + 4] = converted(sums, _LATE_DAYS, rates) / overdue if overdue > 0 else np.nan
        out[n + 5] = day - sheet.rows[_oldest(sheet), DUE]
    ledger = converted(sums, _LEDGER, rates)
    out[n + 6] = out[_DISPUTED] / ledger if ledger > 0 else np.nan
    out[n + 7] = out[_UNAPPLIED] / ledger if ledger > 0 else np.nan
    out[n + 8], out[n + 9] = counts[_OPEN_ITEMS], counts[_LATE_ITEMS]


@inlined
def _share_of_exposure(part, exposure):  # type: ignore[no-untyped-def]
    """Return a share; of a buyer that owes nothing on balance nothing is overdue: 0, not missing."""
    if part <= 0 or exposure <= 0:
        return 0.0
    share = part / exposure
    return min(share, 1.0) if share == share else np.nan


@inlined
def _oldest(sheet):  # type: ignore[no-untyped-def]
    """Return the row that fell due first of those with a part that is overdue."""
    rows, order, place = sheet.rows, sheet.order, sheet.counts[_FIRST_LATE]
    while rows[order[place], IN_FORCE] != 1 or _late(rows, order[place]) <= 0:
        place += 1
    sheet.counts[_FIRST_LATE] = place
    return order[place]
