"""Defaults in the books: spells of material arrears of every buyer, with all that is known at the end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from features.engine.axis import Rules, evaluate
from features.engine.history import new_room, open_history, room_size
from features.engine.kernel import kernel, outermost
from features.engine.ledger import Ledger

__all__ = ["NEVER", "find_spells"]

Days = npt.NDArray[np.int64]

NEVER = 10**6
"""A day (in the year 4707) after all that a ledger holds."""


def find_spells(ledger: Ledger, as_of: int, day: int, rules: Rules) -> tuple[Days, Days, Days]:
    """Return the defaults of every buyer until a day.

    Parameters
    ----------
    ledger : Ledger
    as_of : int
        Second up to which facts are known.
    day : int
        Last day; arrears that go on there have no end yet.
    rules : Rules

    Returns
    -------
    buyer, first, last : int64 ndarray, shape (defaults,)
        By buyer and day: the first day in default, and the last one before it is cured (`NEVER`: not known).
        Money of a day is converted at the latest rate known by its end. Arrears of which nobody knows how
        large they are, for lack of a rate, are not material.
    """
    return _sweep(ledger, as_of, day, rules)  # type: ignore[no-any-return]


@outermost
def _sweep(ledger, as_of, day, rules):  # type: ignore[no-untyped-def]
    currencies, buyers = len(ledger.fx_start) - 1, len(ledger.invoice_start) - 1
    room, size = new_room(64, currencies), 64
    found, count = np.empty((3, 64), np.int64), 0
    for buyer in range(buyers):
        needed = room_size(ledger, buyer)
        if needed > size:
            room, size = new_room(2 * needed, currencies), 2 * needed
        if ledger.invoice_start[buyer] < ledger.invoice_start[buyer + 1]:
            history, room = open_history(ledger, buyer, (as_of, as_of), (day, day), room)
            last = day - history.first_day
            evaluate(history.axis, 1, last, rules)
            # Reason: after a day in default there is one without, so the days bound the spells.
            if count + last // 2 + 1 > found.shape[1]:
                found = _longer(found, count, 2 * (count + last))
            count = _read(history.axis, last, (buyer, history.first_day), found, count)
    return found[0, :count].copy(), found[1, :count].copy(), found[2, :count].copy()


@outermost
def _longer(found, count, size):  # type: ignore[no-untyped-def]
    longer = np.empty((3, size), np.int64)
    longer[:, :count] = found[:, :count]
    return longer


@kernel
def _read(axis, last, where, found, count):  # type: ignore[no-untyped-def]
    """Read the spells in default off the axis and return their count."""
    buyer, first_day = where
    end = 0
    for d in range(1, last + 1):
        cured_after = axis.cured_after[d]
        if cured_after >= d:
            if d > end:
                found[0, count], found[1, count] = buyer, first_day + d
                count += 1
            end = cured_after
            found[2, count - 1] = NEVER if d == last and axis.run[d] > 0 else first_day + end
    return count
