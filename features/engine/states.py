"""States of items: what is known of an item's settlement, and from when to when that is all that is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel, outermost
from features.engine.ledger import DILUTES, FOLLOWS, LOSS, MOVES, PAID, WHOLE_ITEM

__all__ = [
    "FACTS",
    "LATE_DAYS",
    "NO_DAY",
    "States",
    "find_states",
    "most_states",
    "new_states",
]

LATE_DAYS = np.array([0, 15, 30, 60, 90], np.int64)
"""Days past due above which a part of an item counts as late, by threshold."""

NO_DAY = -(10**6)
"""A day before all that a ledger holds."""

(
    BASE, UNPAID, PAID_DAYS, EARLY, LATE, OPEN, HELD, DISPUTED, LOST, LAST_SETTLED, PARTLY, FACTS
) = (0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 15)  # fmt: skip
"""Columns of `States.facts`: the amount that lateness is told of, its unpaid part, amount x days late of its
paid parts, what was paid early, paid more than 0, 15, 30, 60, 90 days late (five columns), the open balance,
what bills without an item hold, what is disputed, what was written off, the last day of a payment, and
whether it was paid in parts."""


class States(NamedTuple):
    """States of one buyer's items, in order of item and time.

    Parameters
    ----------
    row : int32 ndarray
        The item version.
    begins, ends : int64 ndarray
        Seconds between which exactly these facts are in force.
    facts : int64 ndarray, shape (states, FACTS)
        Minor units, days and flags; see the columns.
    cuts : int64 ndarray
        Room for the instants at which one item's facts change.
    """

    row: npt.NDArray[np.int32]
    begins: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    facts: npt.NDArray[np.int64]
    cuts: npt.NDArray[np.int64]


@kernel
def most_states(ledger, buyers):  # type: ignore[no-untyped-def]
    """Return how many states the items of one of some buyers can have at most."""
    most, before = 0, -1
    for buyer in buyers:
        if buyer < 0 or buyer == before:
            continue
        before, size = buyer, 0
        for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
            item = ledger.item[i]
            allocations = ledger.allocation_start[item + 1] - ledger.allocation_start[item]
            disputes = ledger.dispute_start[item + 1] - ledger.dispute_start[item]
            size += 1 + 2 * allocations + 3 * disputes
        most = max(most, size)
    return most


@outermost
def new_states(size):  # type: ignore[no-untyped-def]
    """Return room for `size` states."""
    return States(
        np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size, np.int64),
        np.zeros((size, FACTS), np.int64), np.empty(size + 1, np.int64),
    )  # fmt: skip


@kernel
def find_states(ledger, buyer, span, states):  # type: ignore[no-untyped-def]
    """Fill `states` with those of a buyer's payable items between two seconds and return their count."""
    count = 0
    for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
        if not ledger.payable[i] or ledger.ends[i] <= span[0] or ledger.begins[i] > span[1]:
            continue
        pieces = _cuts(ledger, i, states.cuts)
        for piece in range(pieces):
            if states.cuts[piece + 1] <= span[0] or states.cuts[piece] > span[1]:
                continue
            states.row[count] = i
            states.begins[count], states.ends[count] = states.cuts[piece], states.cuts[piece + 1]
            _settle(ledger, i, states.cuts[piece], states.facts[count])
            count += 1
    return count


@inlined
def _cuts(ledger, i, cuts):  # type: ignore[no-untyped-def]
    """Fill `cuts` with the sorted instants between which the facts on an item version are the same."""
    item, begins, ends = ledger.item[i], ledger.begins[i], ledger.ends[i]
    if begins >= ends:
        return 0
    cuts[0], count = begins, 1
    for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
        count = _cut(ledger.allocation_begins[a], begins, ends, cuts, count)
        count = _cut(ledger.allocation_ends[a], begins, ends, cuts, count)
    for d in range(ledger.dispute_start[item], ledger.dispute_start[item + 1]):
        count = _cut(ledger.dispute_begins[d], begins, ends, cuts, count)
        count = _cut(ledger.dispute_ends[d], begins, ends, cuts, count)
        count = _cut(ledger.dispute_resolves[d], begins, ends, cuts, count)
    cuts[count] = ends
    return count


@inlined
def _cut(instant, begins, ends, cuts, count):  # type: ignore[no-untyped-def]
    """Insert an instant that lies inside, and is not there yet."""
    if not begins < instant < ends:
        return count
    hole = count
    while cuts[hole - 1] > instant:
        hole -= 1
    if cuts[hole - 1] == instant:
        return count
    for position in range(count, hole, -1):
        cuts[position] = cuts[position - 1]
    cuts[hole] = instant
    return count + 1


@inlined
def _settle(ledger, i, at, facts):  # type: ignore[no-untyped-def]
    """Fill the facts of an item version as known at an instant."""
    item, amount = ledger.item[i], ledger.amount_minor[i]
    first, last = ledger.allocation_start[item], ledger.allocation_start[item + 1]
    facts[:] = 0
    closed, base = 0, amount
    for a in range(first, last):
        if ledger.allocation_begins[a] <= at < ledger.allocation_ends[a]:
            part, meaning = ledger.settled_minor[a], ledger.meaning[a]
            closed += part * (meaning & MOVES > 0)
            base -= part * (meaning & (DILUTES | FOLLOWS) > 0)
            facts[HELD] += part * (meaning & (MOVES | FOLLOWS) == FOLLOWS)
            facts[LOST] += part * (meaning & LOSS > 0)
    facts[BASE], facts[OPEN] = base, amount - closed
    _pay(ledger, i, at, facts)
    facts[DISPUTED] = _disputed(ledger, i, at, facts[OPEN])


@inlined
def _pay(ledger, i, at, facts):  # type: ignore[no-untyped-def]
    """Fill what was paid of the base and when.

    What was paid by a day is between 0 and the base, so that an over-payment earns nothing and what takes a
    payment back makes that part unpaid again from that day on; allocations of an item are sorted by day.
    """
    item, due, base = ledger.item[i], ledger.due_day[i], max(facts[BASE], 0)
    running, paid, days, paid_on, settled_on = 0, 0, 0, NO_DAY, NO_DAY
    for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
        is_known = ledger.allocation_begins[a] <= at < ledger.allocation_ends[a]
        if not is_known or not ledger.meaning[a] & PAID:
            continue
        settled = ledger.settled_day[a]
        if ledger.settled_minor[a] > 0:
            settled_on = settled
        running += ledger.settled_minor[a]
        part = min(max(running, 0), base) - paid
        if part:
            paid += part
            late = settled - due
            days += part > 0 and settled != paid_on
            paid_on = settled if part > 0 else paid_on
            facts[PAID_DAYS] += part * late
            facts[EARLY] += part * (late < 0)
            for k in range(len(LATE_DAYS)):
                facts[LATE + k] += part * (late > LATE_DAYS[k])
    facts[UNPAID], facts[LAST_SETTLED] = base - paid, settled_on
    facts[PARTLY] = (days > 1) | (0 < paid < base)


@inlined
def _disputed(ledger, i, at, balance):  # type: ignore[no-untyped-def]
    """Return what of an item's open balance is in dispute."""
    item, disputed = ledger.item[i], 0
    for d in range(ledger.dispute_start[item], ledger.dispute_start[item + 1]):
        if ledger.dispute_begins[d] <= at < min(ledger.dispute_ends[d], ledger.dispute_resolves[d]):
            amount = ledger.disputed_minor[d]
            disputed += ledger.amount_minor[i] if amount == WHOLE_ITEM else amount
    return min(disputed, max(balance, 0))
