"""A buyer's past as known at a moment, on an axis of days that follows what becomes known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.axis import EXPOSURE, LIMIT, OVERDUE, Axis, new_axis, new_axis_room
from features.engine.changes import (
    AMOUNT,
    BEGINS,
    CURRENCY,
    DAY,
    ENDS,
    FIELD,
    IN_FORCE,
    OPEN,
    PAYABLE,
    PLACE,
    ROW,
    SIGN,
    Changes,
    capacity,
    find_changes,
    new_changes,
)
from features.engine.exchange import find_currencies, find_day_rates
from features.engine.kernel import inlined, kernel, outermost
from features.engine.ledger import MOVES
from features.engine.sorting import order_by
from features.engine.steps import find_steps, steps_size

__all__ = [
    "ITEMS",
    "UNTIL",
    "History",
    "Room",
    "advance",
    "new_room",
    "open_history",
    "room_size",
    "set_item",
]

_YEAR = 365

_DONE, _LIMITS_DONE, UNTIL, ITEMS, _STATE = range(5)
"""Entries of `History.state`: how many changes of items and of limits are made, the last row of the axis that
is still right, and how many items are in force."""

_TOLD = PLACE


class Room(NamedTuple):
    """Arrays that buyers use one after the other."""

    changes: Changes
    axis: Axis
    edges: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]
    limit_at: npt.NDArray[np.int64]
    limit: npt.NDArray[np.int32]
    limit_order: npt.NDArray[np.int32]
    slot: npt.NDArray[np.int64]
    used: npt.NDArray[np.int64]
    state: npt.NDArray[np.int64]


class History(NamedTuple):
    """One buyer's past.

    Parameters
    ----------
    buyer, first_row, first_day : int
        The first item version, and the day before the first row of the axis.
    changes, limit_changes : int
        Counts of what changes after the first moment.
    used : int64 ndarray, shape (currencies,)
        The buyer's currencies.
    axis : Axis
    state : int64 ndarray, shape (4,)
    """

    buyer: int
    first_row: int
    first_day: int
    changes: int
    limit_changes: int
    used: npt.NDArray[np.int64]
    axis: Axis
    state: npt.NDArray[np.int64]


@outermost
def new_room(size, currencies):  # type: ignore[no-untyped-def]
    """Return room for `size` facts, steps and limits."""
    return Room(
        new_changes(size), new_axis_room(64), np.empty((size, 2), np.int64), np.empty((size, 2), np.int64),
        np.empty((size, 2), np.int64), np.empty(size, np.int64), np.empty(size, np.int32),
        np.empty(size, np.int32), np.empty(currencies, np.int64), np.empty(currencies, np.int64),
        np.empty(_STATE, np.int64),
    )  # fmt: skip


@kernel
def room_size(ledger, buyer):  # type: ignore[no-untyped-def]
    """Return the size of the room that a buyer needs."""
    limits = 2 * (ledger.limit_start[buyer + 1] - ledger.limit_start[buyer])
    return max(capacity(ledger, buyer), steps_size(ledger, buyer), limits)


@outermost
def open_history(ledger, buyer, span, days, room):  # type: ignore[no-untyped-def]
    """Return a buyer's past as known at the first moment, and the room, which may have grown.

    Parameters
    ----------
    ledger : Ledger
    buyer : int
    span, days : (int, int)
        First and last moment, in seconds and as local days.
    room : Room
    """
    currencies = find_currencies(ledger, buyer, room.slot, room.used)
    facts, changes = find_changes(ledger, buyer, room.slot, span, room.changes)
    limits = _find_limits(ledger, buyer, span, room)
    first_day = min(
        _first_fact(room.changes.facts, facts, span[1], days[1]), _first_limit(ledger, buyer, span, days)
    )
    axis, spare = new_axis(days[1] - first_day + 2, currencies, room.axis)
    room = Room(
        room.changes, spare, room.edges, room.before, room.after, room.limit_at, room.limit, room.limit_order,
        room.slot, room.used, room.state,
    )  # fmt: skip
    used = room.used[:currencies]
    find_day_rates(ledger, used, first_day - 1, axis.rate)
    room.state[_DONE], room.state[_LIMITS_DONE], room.state[UNTIL], room.state[ITEMS] = 0, 0, 0, 0
    history = History(
        buyer, ledger.invoice_start[buyer], first_day - 1, changes, limits, used, axis, room.state
    )
    _put_limits(ledger, history, span[0], room.slot)
    _put_facts(ledger, history, room.changes, facts, span[0])
    _put_overdue(ledger, history, room, span[0])
    return history, room


@kernel
def _put_overdue(ledger, history, room, at):  # type: ignore[no-untyped-def]
    """Put what is known at the first moment of what was overdue."""
    rows, delta = room.changes.rows, history.axis.delta
    for row in range(ledger.invoice_start[history.buyer + 1] - history.first_row):
        rows[row, _TOLD] = at
        if rows[row, IN_FORCE] and rows[row, PAYABLE]:
            count = find_steps(ledger, history.first_row + row, at, room.edges, room.after)
            _put_steps(delta, room.after, (0, count), rows[row, CURRENCY], history.first_day, 1)


@kernel
def _find_limits(ledger, buyer, span, room):  # type: ignore[no-untyped-def]
    """Note when own limits become known and end, after the first moment; return how many there are."""
    count = 0
    for j in range(ledger.limit_start[buyer], ledger.limit_start[buyer + 1]):
        begins, ends = ledger.limit_begins[j], ledger.limit_ends[j]
        counts = ledger.is_own[j] and begins < ends
        if counts and span[0] < begins <= span[1]:
            room.limit_at[count], room.limit[count] = begins, j
            count += 1
        if counts and span[0] < ends <= span[1]:
            room.limit_at[count], room.limit[count] = ends, ~j
            count += 1
    order_by(room.limit_at, count, room.limit_order, room.changes.spare)
    return count


@kernel
def _first_fact(facts, count, until, day):  # type: ignore[no-untyped-def]
    for f in range(count):
        if facts[f, BEGINS] <= until and facts[f, BEGINS] < facts[f, ENDS]:
            day = min(day, facts[f, DAY])
    return day


@kernel
def _first_limit(ledger, buyer, span, days):  # type: ignore[no-untyped-def]
    """Return the first day on which an own limit counts: none of a year before the first moment."""
    first = days[1]
    for j in range(ledger.limit_start[buyer], ledger.limit_start[buyer + 1]):
        if ledger.is_own[j] and ledger.limit_begins[j] <= span[1]:
            first = min(first, max(ledger.limit_valid_from[j], days[0] - _YEAR))
    return first


@kernel
def _put_facts(ledger, history, changes, count, at):  # type: ignore[no-untyped-def]
    """Put what is known at the first moment of the exposure."""
    rows, facts, delta = changes.rows, changes.facts, history.axis.delta
    for f in range(count):
        row, field = facts[f, ROW], facts[f, FIELD]
        is_item = field == IN_FORCE
        if facts[f, BEGINS] <= at < facts[f, ENDS] and (is_item or field == OPEN):
            d = facts[f, DAY] - history.first_day
            amount = ledger.amount_minor[history.first_row + row] if is_item else facts[f, AMOUNT]
            history.state[ITEMS] += is_item
            if d < len(delta):
                delta[d, rows[row, CURRENCY], EXPOSURE] += rows[row, SIGN] * amount


@inlined
def _put_steps(delta, steps, bounds, currency, first_day, by):  # type: ignore[no-untyped-def]
    """Add (1) or take out (-1) steps of the overdue sum and return the first row of the axis that changes."""
    changed = len(delta)
    for k in range(bounds[0], bounds[1]):
        d = steps[k, 0] - first_day
        if d < len(delta):
            delta[d, currency, OVERDUE] += by * steps[k, 1]
            changed = min(changed, d)
    return changed


@inlined
def advance(ledger, history, room, as_of):  # type: ignore[no-untyped-def]
    """Make the changes that are known at `as_of`."""
    _advance_items(ledger, history, room, as_of)
    if history.limit_changes:
        _advance_limits(ledger, history, room, as_of)


@inlined
def _advance_items(ledger, history, room, as_of):  # type: ignore[no-untyped-def]
    changes, delta, state = room.changes, history.axis.delta, history.state
    rows, facts, instant, order = changes.rows, changes.facts, changes.instant, changes.order
    steps, first_row, first_day = (room.edges, room.before, room.after), history.first_row, history.first_day
    done, changed = state[_DONE], state[UNTIL] + 1
    while done < history.changes and instant[order[done]] <= as_of:
        at, fact = instant[order[done]], changes.fact[order[done]]
        by, fact = (1, fact) if fact >= 0 else (-1, ~fact)
        row, d, is_item = facts[fact, ROW], facts[fact, DAY] - first_day, facts[fact, FIELD] == IN_FORCE
        if is_item:
            rows[row, IN_FORCE] += by
            state[ITEMS] += by
        if d < len(delta) and (is_item or facts[fact, FIELD] == OPEN):
            amount = ledger.amount_minor[first_row + row] if is_item else facts[fact, AMOUNT]
            delta[d, rows[row, CURRENCY], EXPOSURE] += by * rows[row, SIGN] * amount
            changed = min(changed, d)
        if rows[row, PAYABLE] and rows[row, _TOLD] != at:
            moment = (rows[row, _TOLD], at)
            place = (rows[row, CURRENCY], first_day)
            changed = min(changed, _tell(ledger, first_row + row, moment, steps, delta, place))
            rows[row, _TOLD] = at
        done += 1
    state[_DONE], state[UNTIL] = done, changed - 1


@inlined
def _tell(ledger, i, moment, steps, delta, place):  # type: ignore[no-untyped-def]
    """Put what was overdue of a row as known now in place of what was known before, where they differ.

    Returns the first row of the axis that changes.
    """
    edges, before, after = steps
    known = find_steps(ledger, i, moment[0], edges, before)
    count = find_steps(ledger, i, moment[1], edges, after)
    k = 0
    while k < min(known, count) and before[k, 0] == after[k, 0] and before[k, 1] == after[k, 1]:
        k += 1
    changed = _put_steps(delta, before, (k, known), place[0], place[1], -1)
    return min(changed, _put_steps(delta, after, (k, count), place[0], place[1], 1))


@inlined
def _advance_limits(ledger, history, room, as_of):  # type: ignore[no-untyped-def]
    state, order = history.state, room.limit_order
    while state[_LIMITS_DONE] < history.limit_changes and room.limit_at[order[state[_LIMITS_DONE]]] <= as_of:
        j = room.limit[order[state[_LIMITS_DONE]]]
        _put_limit(ledger, history, j if j >= 0 else ~j, 1 if j >= 0 else -1, room.slot)
        state[_LIMITS_DONE] += 1


@kernel
def _put_limits(ledger, history, at, slot):  # type: ignore[no-untyped-def]
    """Put the own limits that are known at the first moment."""
    for j in range(ledger.limit_start[history.buyer], ledger.limit_start[history.buyer + 1]):
        if ledger.is_own[j] and ledger.limit_begins[j] <= at < ledger.limit_ends[j]:
            _put_limit(ledger, history, j, 1, slot)


@inlined
def _put_limit(ledger, history, j, by, slot):  # type: ignore[no-untyped-def]
    delta, state = history.axis.delta, history.state
    first = max(ledger.limit_valid_from[j] - history.first_day, 1)
    end = max(ledger.limit_valid_to[j] + 1 - history.first_day, first)
    if first < end and first < len(delta):
        delta[first, slot[ledger.limit_currency[j]], LIMIT] += by * ledger.limit_minor[j]
        state[UNTIL] = min(state[UNTIL], first - 1)
        if end < len(delta):
            delta[end, slot[ledger.limit_currency[j]], LIMIT] -= by * ledger.limit_minor[j]


@kernel
def set_item(ledger, history, room, row, as_of, by):  # type: ignore[no-untyped-def]
    """Take a row out of the history (-1), as known at `as_of`, or put it back (1)."""
    delta, i, currency = history.axis.delta, history.first_row + row, room.changes.rows[row, CURRENCY]
    item, sign, first = ledger.item[i], by * ledger.sign[i], ledger.issued_day[i] - history.first_day
    history.state[ITEMS] += by
    delta[first, currency, EXPOSURE] += sign * ledger.amount_minor[i]
    for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
        is_known = ledger.allocation_begins[a] <= as_of < ledger.allocation_ends[a]
        if is_known and ledger.meaning[a] & MOVES:
            d = ledger.settled_day[a] - history.first_day
            delta[d, currency, EXPOSURE] -= sign * ledger.settled_minor[a]
            first = min(first, d)
    count = find_steps(ledger, i, as_of, room.edges, room.after)
    first = min(first, _put_steps(delta, room.after, (0, count), currency, history.first_day, by))
    history.state[UNTIL] = min(history.state[UNTIL], first - 1)
