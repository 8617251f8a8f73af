"""Packed facts: the ledger of one or many buyers as plain arrays, ready for the compiled engine."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine.ledger import Ledger
from features.engine.profile import Profiles
from features.engine.statements import StatementBlock

__all__ = [
    "BY_ITEM",
    "LEDGER_ROWS",
    "NO_ITEM",
    "PROFILE_ROWS",
    "RATING_ROWS",
    "STATEMENT_ROWS",
    "Block",
    "SubjectArrays",
    "known_buyers",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_ITEM = -1
"""Item of a subject that is no invoice of the ledger."""

BY_ITEM = ("allocation_start", "dispute_start")
"""Arrays of starts by item; the other ones are by buyer."""

_STARTS = ("invoice_start", *BY_ITEM, "event_start", "limit_start", "fx_start")


def _groups() -> dict[str, list[str]]:
    """Return by array of starts the arrays of rows that follow it in the ledger; rates are nobody's own."""
    groups: dict[str, list[str]] = {}
    for name in Ledger._fields:
        if name in _STARTS:
            groups[name] = rows = []
        else:
            rows.append(name)
    del groups["fx_start"]
    return groups


LEDGER_ROWS = _groups()
"""Arrays of rows of the ledger by the array of starts that they follow; rates are nobody's own."""

STATEMENT_ROWS = [name for name in StatementBlock._fields if name not in ("start", "minor_per_unit")]
PROFILE_ROWS = ["known_from", "known_until", "founded_day", "traits", "group"]
RATING_ROWS = ["rating_known_from", "rating_known_until", "rating_expires", "rating_pd"]
"""Arrays of rows of the statements, and of the two kinds of rows of the profiles."""


def _of_group(part: Any, start: str, rows: list[str], group: slice) -> dict[str, Any]:
    """Return starts and rows of some owners alone, counted from 0."""
    edges = getattr(part, start)[group.start : group.stop + 1]
    mine = slice(edges[0], edges[-1])
    return {start: edges - edges[0]} | {name: getattr(part, name)[mine].copy() for name in rows}


@dataclass(frozen=True)
class Block:
    """The packed facts of one or many buyers.

    Parameters
    ----------
    buyer_ids : tuple of str
        Sorted.
    currencies : tuple of str
        Sorted.
    ledger : Ledger
        Invoices, allocations, disputes, events, limits and rates as arrays.
    statements : StatementBlock
    profiles : Profiles
    """

    buyer_ids: tuple[str, ...]
    currencies: tuple[str, ...]
    ledger: Ledger
    statements: StatementBlock
    profiles: Profiles

    def position(self, buyer_id: str) -> int:
        """Return the buyer's index, -1 where the block has no such buyer."""
        found = bisect_left(self.buyer_ids, buyer_id)
        return found if found < len(self.buyer_ids) and self.buyer_ids[found] == buyer_id else -1

    def of_buyer(self, position: int) -> Block:
        """Return the block of one buyer alone: the same facts, items numbered from 0, all rates."""
        ledger: Any = self.ledger
        versions = slice(ledger.invoice_start[position], ledger.invoice_start[position + 1])
        item = ledger.item[versions]
        items = slice(item[0], item[-1] + 1) if len(item) else slice(0, 0)
        own = slice(position, position + 1)
        changed: dict[str, Any] = {}
        for start, rows in LEDGER_ROWS.items():
            group = items if start in BY_ITEM else own
            changed |= _of_group(ledger, start, rows, group)
        changed["item"] = (item - item[0]).astype(np.int32) if len(item) else item.copy()
        return Block(
            (self.buyer_ids[position],),
            self.currencies,
            ledger._replace(**changed),
            self.statements._replace(**_of_group(self.statements, "start", STATEMENT_ROWS, own)),
            self.profiles._replace(
                **_of_group(self.profiles, "start", PROFILE_ROWS, own),
                **_of_group(self.profiles, "rating_start", RATING_ROWS, own),
            ),
        )


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


def known_buyers(block: Block, as_of: Any) -> npt.NDArray[np.bool_]:
    """Return of which buyers anything was known at an instant.

    Parameters
    ----------
    block : Block
    as_of : Timestamp
        Naive UTC.
    """
    second, ledger = int(as_of.timestamp()), block.ledger
    parts = (
        (ledger.invoice_start, ledger.begins),
        (ledger.event_start, ledger.event_begins),
        (ledger.limit_start, ledger.limit_begins),
        (block.statements.start, block.statements.known_from),
        (block.profiles.start, block.profiles.known_from),
        (block.profiles.rating_start, block.profiles.rating_known_from),
    )
    known = np.zeros(len(block.buyer_ids), bool)
    for starts, begins in parts:
        counts = np.concatenate([[0], np.cumsum(begins <= second)])
        known |= counts[starts[1:]] > counts[starts[:-1]]
    return known
