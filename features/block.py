"""Packed facts: the ledger of one or many buyers as plain arrays, ready for the compiled engine."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "DILUTES",
    "FOLLOWS",
    "LOSS",
    "MOVES",
    "NO_ITEM",
    "PAID",
    "Block",
    "StatementBlock",
    "SubjectArrays",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NO_ITEM = -1
"""Item of a subject that is no invoice of the ledger."""

PAID, DILUTES, LOSS, FOLLOWS, MOVES = 1, 2, 4, 8, 16
"""Bits of an allocation's meaning: counts as paid, dilutes, is a credit loss, goes on in a successor, and
leaves the item's open balance (closed, or moved to a bill)."""


@dataclass(frozen=True)
class StatementBlock:
    """Statements by buyer, one row a version.

    Parameters
    ----------
    start : int64 ndarray, shape (buyers + 1,)
        Rows of buyer b are ``start[b]:start[b + 1]``.
    known_from, known_until : int64 ndarray, shape (rows,)
        Seconds since 1970 between which the version counts.
    period_end : int64 ndarray
        Days since 1970.
    months : int64 ndarray
    consolidated : int64 ndarray
        1 where the accounts are of the group.
    currency : int64 ndarray
        Index into `Block.currencies`.
    items : float64 ndarray, shape (rows, line items)
        In units of the statement's currency; NaN is missing.
    """

    start: Ints
    known_from: Ints
    known_until: Ints
    period_end: Ints
    months: Ints
    consolidated: Ints
    currency: Ints
    items: Floats


@dataclass(frozen=True)
class Block:
    """The packed facts of buyers.

    Rows of invoices are versions, sorted by buyer and item; an *item* is an invoice and instalment. Times
    are seconds, days are days since 1970, amounts minor units, currencies indexes into `currencies`.

    Parameters
    ----------
    buyer_ids : tuple of str
        Sorted.
    currencies : tuple of str
        Sorted.
    invoice_start : int64 ndarray, shape (buyers + 1,)
    item, known_from, known_until, issued_day, due_day, amount_minor : int64 ndarray
    currency, sign, payable, sale : int64 ndarray
        By invoice version; `known_until` ends when a later version is known; `payable` is 1 for items that
        are to be paid, 0 for credit memos and prepayments; `sign` is what the kind does to the balance;
        `sale` is 0 for bills and residuals, which go on for other items.
    allocation_start : int64 ndarray, shape (items + 1,)
    allocation_known_from, allocation_known_until, settled_day, settled_minor, meaning : int64 ndarray
        By allocation version, sorted by item.
    event_start : int64 ndarray, shape (buyers + 1,)
    event_known_from, event_known_until, event_day, is_insolvency : int64 ndarray
    dispute_start : int64 ndarray, shape (buyers + 1,)
    dispute_known_from, dispute_known_until, dispute_day, dispute_item : int64 ndarray
        By dispute version; the day is that on which it was raised.
    limit_start : int64 ndarray, shape (buyers + 1,)
    limit_known_from, limit_known_until, limit_valid_from, limit_valid_to : int64 ndarray
    limit_minor, limit_currency, is_own : int64 ndarray
    fx_start : int64 ndarray, shape (currencies + 1,)
    fx_known_from : int64 ndarray
    fx_rate : float64 ndarray
        Reporting currency for one minor unit, by currency and time.
    statements : StatementBlock
    """

    buyer_ids: tuple[str, ...]
    currencies: tuple[str, ...]
    invoice_start: Ints
    item: Ints
    known_from: Ints
    known_until: Ints
    issued_day: Ints
    due_day: Ints
    amount_minor: Ints
    currency: Ints
    sign: Ints
    payable: Ints
    sale: Ints
    allocation_start: Ints
    allocation_known_from: Ints
    allocation_known_until: Ints
    settled_day: Ints
    settled_minor: Ints
    meaning: Ints
    event_start: Ints
    event_known_from: Ints
    event_known_until: Ints
    event_day: Ints
    is_insolvency: Ints
    dispute_start: Ints
    dispute_known_from: Ints
    dispute_known_until: Ints
    dispute_day: Ints
    dispute_item: Ints
    limit_start: Ints
    limit_known_from: Ints
    limit_known_until: Ints
    limit_valid_from: Ints
    limit_valid_to: Ints
    limit_minor: Ints
    limit_currency: Ints
    is_own: Ints
    fx_start: Ints
    fx_known_from: Ints
    fx_rate: Floats
    statements: StatementBlock

    def position(self, buyer_id: str) -> int:
        """Return the buyer's index, -1 where the block has no such buyer."""
        found = int(np.searchsorted(np.asarray(self.buyer_ids, dtype=object), buyer_id))
        return found if found < len(self.buyer_ids) and self.buyer_ids[found] == buyer_id else -1

    def as_one_buyer(self) -> Block:
        """Return the same items as those of one pseudo-buyer: the whole book, for figures across buyers."""
        whole = {
            name: np.array([0, getattr(self, name)[-1]], np.int64)
            for name in ("invoice_start", "event_start", "dispute_start", "limit_start")
        }
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return Block(**{**values, **whole, "buyer_ids": ("",)})


@dataclass(frozen=True)
class SubjectArrays:
    """Subjects as arrays.

    Parameters
    ----------
    buyer : int64 ndarray, shape (n,)
        Index into `Block.buyer_ids`; -1 for a buyer that the block does not know.
    as_of : int64 ndarray, shape (n,)
        Seconds since 1970.
    day : int64 ndarray, shape (n,)
        The seller's local day of `as_of`, days since 1970.
    own_item : int64 ndarray, shape (n,)
        The subject's own invoice, left out of every feature; `NO_ITEM` for none.
    amount : float64 ndarray, shape (n,)
        Requested amount in the reporting currency; NaN for none.
    terms_days, days_until_due : float64 ndarray, shape (n,)
        NaN for none.
    due_day : float64 ndarray, shape (n,)
        Due date of the request, days since 1970; NaN for none.
    """

    buyer: Ints
    as_of: Ints
    day: Ints
    own_item: Ints
    amount: Floats
    terms_days: Floats
    days_until_due: Floats
    due_day: Floats

    def __len__(self) -> int:
        return len(self.buyer)

    def take(self, rows: Any) -> SubjectArrays:
        """Return some of the subjects."""
        return SubjectArrays(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})
