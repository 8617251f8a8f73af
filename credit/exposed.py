"""Who owed us something when: a buyer that owes nothing cannot fail to pay us."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from features.block import Block
from features.engine.ledger import MOVES, NEVER

__all__ = ["STILL_OPEN", "is_exposed", "last_owed_days"]

Ints = npt.NDArray[np.int64]

STILL_OPEN = 10**7
"""A day after all others, for items of which something is open at the end of the books."""

_SPAN = 4 * STILL_OPEN


def last_owed_days(block: Block) -> Ints:
    """Return by item version the last day on which its balance changed; `STILL_OPEN` while something is open.

    Told with all that is known by the end of the books.
    """
    ledger = block.ledger
    items = len(ledger.allocation_start) - 1
    item = np.searchsorted(ledger.allocation_start, np.arange(len(ledger.settled_day)), side="right") - 1
    closes = ((ledger.meaning & MOVES) != 0) & (ledger.allocation_ends >= NEVER)
    settled, last = np.zeros(items, np.int64), np.full(items, np.iinfo(np.int32).min, np.int64)
    np.add.at(settled, item[closes], ledger.settled_minor[closes])
    np.maximum.at(last, item[closes], ledger.settled_day[closes])
    is_open = settled[ledger.item] < ledger.amount_minor
    return np.where(is_open, STILL_OPEN, last[ledger.item])


def is_exposed(block: Block, buyer: Ints, first: Ints, last: Ints) -> npt.NDArray[np.bool_]:
    """Return which buyers owed something on some day after `first` and up to `last`.

    Parameters
    ----------
    block : Block
    buyer : int64 ndarray, shape (n,)
        Index into the block's buyers; -1 for one that it does not know.
    first, last : int64 ndarray, shape (n,)
        Days since 1970.
    """
    ledger = block.ledger
    rows = np.flatnonzero((ledger.payable == 1) & (ledger.ends >= NEVER))
    owner = np.searchsorted(ledger.invoice_start, rows, side="right") - 1
    place = owner * _SPAN + ledger.issued_day[rows]
    order = np.argsort(place, kind="stable")
    # Reason: the owner is part of the number, so that the largest so far is one of the same owner.
    until = np.maximum.accumulate((owner * _SPAN + last_owed_days(block)[rows])[order])
    found = np.searchsorted(place[order], buyer * _SPAN + last, side="right") - 1
    known = np.flatnonzero((buyer >= 0) & (found >= 0))
    exposed = np.zeros(len(buyer), bool)
    exposed[known] = until[found[known]] > buyer[known] * _SPAN + first[known]
    return exposed
