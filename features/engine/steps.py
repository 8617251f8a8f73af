"""On which past days what of an item was overdue, as known at a moment."""

from __future__ import annotations

from features.engine.changes import overdue_part
from features.engine.kernel import inlined, kernel
from features.engine.ledger import FOLLOWS, MOVES, WHOLE_ITEM

__all__ = ["find_steps", "steps_size"]

_NEVER = 2**40


@kernel
def steps_size(ledger, buyer):  # type: ignore[no-untyped-def]
    """Return how many steps an item of a buyer can have at most."""
    size = 0
    for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
        item = ledger.item[i]
        allocations = ledger.allocation_start[item + 1] - ledger.allocation_start[item]
        disputes = ledger.dispute_start[item + 1] - ledger.dispute_start[item]
        size = max(size, 1 + allocations + 2 * disputes)
    return size


@inlined
def find_steps(ledger, i, at, edges, steps):  # type: ignore[no-untyped-def]
    """Fill `steps` with the changes of an item version's overdue amount and return their count.

    Parameters
    ----------
    ledger : Ledger
    i : int
        Row of the item version.
    at : int
        Second; only what is in force then counts.
    edges, steps : int64 ndarray, shape (m, 2)
        Room; `steps` gets day and change in minor units, in order of days. What is disputed is not overdue
        on the days on which the dispute was open.
    """
    item, day = ledger.item[i], max(ledger.due_day[i] + 1, ledger.issued_day[i])
    a, last, e, n = ledger.allocation_start[item], ledger.allocation_start[item + 1], 0, 0
    disputes = _find_edges(ledger, i, at, edges)
    open_, held, disputed, late = ledger.amount_minor[i], 0, 0, 0
    goes_on = ledger.payable[i] and ledger.begins[i] <= at < ledger.ends[i]
    while goes_on:
        while a < last and ledger.settled_day[a] <= day:
            part = ledger.settled_minor[a] * (ledger.allocation_begins[a] <= at < ledger.allocation_ends[a])
            open_ -= part * (ledger.meaning[a] & MOVES > 0)
            held += part * (ledger.meaning[a] & (MOVES | FOLLOWS) == FOLLOWS)
            a += 1
        while e < disputes and edges[e, 0] <= day:
            disputed += edges[e, 1]
            e += 1
        now = overdue_part(open_, held, disputed)
        if now != late:
            steps[n, 0], steps[n, 1] = day, now - late
            n, late = n + 1, now
        goes_on = a < last or e < disputes
        day = min(ledger.settled_day[a] if a < last else _NEVER, edges[e, 0] if e < disputes else _NEVER)
    return n


@inlined
def _find_edges(ledger, i, at, edges):  # type: ignore[no-untyped-def]
    """Fill `edges` with the days on which disputes of an item begin and end, sorted, and their amounts."""
    item, count = ledger.item[i], 0
    for d in range(ledger.dispute_start[item], ledger.dispute_start[item + 1]):
        amount = ledger.disputed_minor[d]
        amount = ledger.amount_minor[i] if amount == WHOLE_ITEM else amount
        is_known = ledger.dispute_begins[d] <= at < ledger.dispute_ends[d]
        if is_known and ledger.dispute_day[d] < ledger.resolved_day[d]:
            for by in (1, -1):
                day = ledger.dispute_day[d] if by > 0 else ledger.resolved_day[d]
                hole = count
                while hole > 0 and edges[hole - 1, 0] > day:
                    edges[hole, 0], edges[hole, 1] = edges[hole - 1, 0], edges[hole - 1, 1]
                    hole -= 1
                edges[hole, 0], edges[hole, 1] = day, by * amount
                count += 1
    return count
