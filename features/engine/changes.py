"""What is known of the balance of a buyer's items: how it stands first, and each change after that.

A *row* is an item version, counted from the buyer's first. Of each row there are running sums: what is open,
what bills without an item hold, what was written off and what is in dispute. A fact on an item adds to them
from when it is known, or its day has come, until it is replaced. So any number of facts on one item costs one
step each, and what is a minimum or maximum of the sums is taken where they are read.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel, outermost
from features.engine.ledger import FOLLOWS, LOSS, MOVES, WHOLE_ITEM
from features.engine.sorting import first_from, order_by

__all__ = [
    "AGE",
    "AMOUNT",
    "BEGINS",
    "CURRENCY",
    "DAY",
    "DISPUTED",
    "DUE",
    "ENDS",
    "FIELD",
    "HELD",
    "IN_FORCE",
    "LOST",
    "MOVES_LATER",
    "OPEN",
    "PAYABLE",
    "PLACE",
    "ROW",
    "SIGN",
    "Changes",
    "capacity",
    "find_changes",
    "new_changes",
    "overdue_part",
    "own_rows",
]

OPEN, HELD, LOST, DISPUTED, IN_FORCE, MOVES_LATER, DUE, SIGN, PAYABLE, CURRENCY, AGE, PLACE = range(12)
"""Columns of `Changes.rows`: open balance, held by bills that are no item, written off, in dispute (not
limited to the balance yet), all in minor units; whether the row is in force, and whether anything changes
after the first moment; what the item is: due day, sign, whether it is to be paid, the number of its currency
among the buyer's; two columns for who reads them."""

_COLUMNS = 12

ROW, FIELD, AMOUNT, DAY, BEGINS, ENDS, _PARTS = range(7)
"""Columns of `Changes.facts`: what a fact adds to which sum of which row, its own day, and the instants
between which it is in force."""


class Changes(NamedTuple):
    """Room for one buyer.

    Parameters
    ----------
    rows : int64 ndarray, shape (rows, 12)
        The running sums, at first as known at the first moment.
    facts : int64 ndarray, shape (facts, 6)
    instant : int64 ndarray, shape (changes,)
        When something changes after the first moment.
    fact : int32 ndarray, shape (changes,)
        The fact that begins; ``~fact`` for one that ends.
    order, spare : int32 ndarray, shape (changes,)
        `order` sorts the changes by instant.
    """

    rows: npt.NDArray[np.int64]
    facts: npt.NDArray[np.int64]
    instant: npt.NDArray[np.int64]
    fact: npt.NDArray[np.int32]
    order: npt.NDArray[np.int32]
    spare: npt.NDArray[np.int32]


@kernel
def capacity(ledger, buyer):  # type: ignore[no-untyped-def]
    """Return how many facts there can be on a buyer's items."""
    size = 0
    for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
        item = ledger.item[i]
        allocations = ledger.allocation_start[item + 1] - ledger.allocation_start[item]
        disputes = ledger.dispute_start[item + 1] - ledger.dispute_start[item]
        size += 1 + 2 * (allocations + disputes)
    return size


@outermost
def new_changes(size):  # type: ignore[no-untyped-def]
    """Return room for `size` facts."""
    return Changes(
        np.empty((size, _COLUMNS), np.int64), np.empty((size, _PARTS), np.int64),
        np.empty(2 * size, np.int64), np.empty(2 * size, np.int32), np.empty(2 * size, np.int32),
        np.empty(2 * size, np.int32),
    )  # fmt: skip


@kernel
def find_changes(ledger, buyer, slot, moments, changes):  # type: ignore[no-untyped-def]
    """Fill `changes` with how a buyer's rows stand first and what changes until the last moment.

    Parameters
    ----------
    ledger : Ledger
    buyer : int
    slot : int64 ndarray, shape (currencies,)
        From `find_currencies`.
    moments : (int, int)
        The first and the last moment, in seconds.
    changes : Changes

    Returns
    -------
    facts, changes : int
        Their counts.
    """
    bounds = (ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1])
    count = _items(ledger, bounds, slot, changes.rows, changes.facts)
    count = _settlements(ledger, bounds, changes.facts, count)
    facts = _disputes(ledger, bounds, changes.facts, count)
    count = _distribute(changes, facts, moments)
    order_by(changes.instant, count, changes.order, changes.spare)
    return facts, count


@kernel
def _items(ledger, bounds, slot, rows, facts):  # type: ignore[no-untyped-def]
    for i in range(bounds[0], bounds[1]):
        row = i - bounds[0]
        rows[row, OPEN], rows[row, HELD] = ledger.amount_minor[i], 0
        rows[row, LOST], rows[row, DISPUTED] = 0, 0
        rows[row, IN_FORCE], rows[row, MOVES_LATER] = 0, 0
        rows[row, DUE], rows[row, SIGN] = ledger.due_day[i], ledger.sign[i]
        rows[row, PAYABLE], rows[row, CURRENCY] = ledger.payable[i], slot[ledger.currency[i]]
        facts[row, ROW], facts[row, FIELD] = row, IN_FORCE
        facts[row, AMOUNT], facts[row, DAY] = 1, ledger.issued_day[i]
        facts[row, BEGINS], facts[row, ENDS] = ledger.begins[i], ledger.ends[i]
    return bounds[1] - bounds[0]


@kernel
def _settlements(ledger, bounds, facts, count):  # type: ignore[no-untyped-def]
    for i in range(bounds[0], bounds[1]):
        item = ledger.item[i]
        for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
            begins = max(ledger.begins[i], ledger.allocation_begins[a])
            ends = min(ledger.ends[i], ledger.allocation_ends[a])
            part, meaning = ledger.settled_minor[a], ledger.meaning[a]
            if begins < ends and meaning & (MOVES | FOLLOWS):
                facts[count, FIELD] = OPEN if meaning & MOVES else HELD
                facts[count, AMOUNT] = -part if meaning & MOVES else part
                facts[count, ROW], facts[count, DAY] = i - bounds[0], ledger.settled_day[a]
                facts[count, BEGINS], facts[count, ENDS] = begins, ends
                count += 1
            if begins < ends and meaning & LOSS:
                facts[count, FIELD], facts[count, AMOUNT] = LOST, part
                facts[count, ROW], facts[count, DAY] = i - bounds[0], ledger.settled_day[a]
                facts[count, BEGINS], facts[count, ENDS] = begins, ends
                count += 1
    return count


@kernel
def _disputes(ledger, bounds, facts, count):  # type: ignore[no-untyped-def]
    for i in range(bounds[0], bounds[1]):
        item = ledger.item[i]
        for d in range(ledger.dispute_start[item], ledger.dispute_start[item + 1]):
            begins = max(ledger.begins[i], ledger.dispute_begins[d])
            ends = min(ledger.ends[i], ledger.dispute_ends[d])
            amount, resolves = ledger.disputed_minor[d], min(max(ledger.dispute_resolves[d], begins), ends)
            # Reason: what is known of a dispute that is over still says on which past days it was open.
            for is_open in (True, False):
                facts[count, ROW], facts[count, FIELD] = i - bounds[0], DISPUTED
                whole = ledger.amount_minor[i] if amount == WHOLE_ITEM else amount
                facts[count, AMOUNT], facts[count, DAY] = whole * is_open, ledger.dispute_day[d]
                facts[count, BEGINS] = begins if is_open else resolves
                facts[count, ENDS] = resolves if is_open else ends
                count += begins < ends
    return count


@kernel
def _distribute(changes, facts_count, moments):  # type: ignore[no-untyped-def]
    """Add facts to what stands at the first moment, or note when they begin and end."""
    rows, facts, instant, fact = changes.rows, changes.facts, changes.instant, changes.fact
    since, until = moments
    count = 0
    for f in range(facts_count):
        row, begins, ends = facts[f, ROW], facts[f, BEGINS], facts[f, ENDS]
        if begins >= ends or ends <= since or begins > until:
            continue
        if begins <= since:
            rows[row, facts[f, FIELD]] += facts[f, AMOUNT]
        else:
            instant[count], fact[count], rows[row, MOVES_LATER] = begins, f, 1
            count += 1
        if ends <= until:
            instant[count], fact[count], rows[row, MOVES_LATER] = ends, ~f, 1
            count += 1
    return count


@inlined
def overdue_part(open_, held, disputed):  # type: ignore[no-untyped-def]
    """Return what of an open balance is neither held by bills nor in dispute: overdue once it is past due.

    Examples
    --------
    >>> overdue_part(100, 0, 30), overdue_part(100, 60, 70), overdue_part(-10, 0, 30)
    (70, 0, 0)
    """
    return max(open_ - held - min(disputed, max(open_, 0)), 0)


@inlined
def own_rows(items, item):  # type: ignore[no-untyped-def]
    """Return first and end of the rows of an item among a buyer's sorted `items`."""
    first = first_from(items, (0, len(items)), item)
    last = first
    while last < len(items) and items[last] == item:
        last += 1
    return first, last
