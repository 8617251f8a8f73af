"""The items of a ledger: invoices by instalment, bills, residuals and money that no invoice has yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.block import NO_ITEM
from features.columns import ALLOCATION_KINDS, INVOICE_KINDS
from features.facts import Facts, known_until_rows
from features.item_lookup import Items
from features.orders import Within, gathered, joined, ordered, text_prefixes
from features.residuals import with_residuals
from features.texts import Texts, texts_of
from features.versions import starts_of_days

__all__ = ["ItemVersions", "item_versions"]

Ints = npt.NDArray[np.int64]

_KINDS = {name: position for position, name in enumerate(INVOICE_KINDS)}
_PREPAYMENT = _KINDS["prepayment"]
_IS_SALE = np.array([kind.is_payable and name != "bill" for name, kind in INVOICE_KINDS.items()], np.int8)
_CLOSES = {name: True for name, kind in ALLOCATION_KINDS.items() if kind.closes}
_UNMATCHED = "\x1funmatched\x1f"


class ItemVersions(NamedTuple):
    """Versions of items as arrays, one row a version.

    Parameters
    ----------
    buyer : int32 ndarray
        Position among all buyers.
    fact : int32 ndarray
        Invoice and instalment, see `features.facts.Facts`; those of money without an invoice follow.
    text : int32 ndarray
        Row of the item's name.
    instalment, known_from, known_until, amount_minor : int64 ndarray
    issued_day, due_day : int32 ndarray
    currency : int16 ndarray
    kind : int8 ndarray
        Position in `INVOICE_KINDS`.
    is_sale : int8 ndarray
        0 for bills, residuals, credit memos and prepayments, which are no new business.
    """

    buyer: npt.NDArray[np.int32]
    fact: npt.NDArray[np.int32]
    text: npt.NDArray[np.int32]
    instalment: Ints
    known_from: Ints
    known_until: Ints
    amount_minor: Ints
    issued_day: npt.NDArray[np.int32]
    due_day: npt.NDArray[np.int32]
    currency: npt.NDArray[np.int16]
    kind: npt.NDArray[np.int8]
    is_sale: npt.NDArray[np.int8]

    def take(self, rows: npt.NDArray[Any]) -> ItemVersions:
        """Return some of the versions."""
        return ItemVersions(*gathered(self, rows))


@dataclass(frozen=True)
class Labels:
    """Positions of buyers and currencies in a block."""

    buyers: Mapping[str, int]
    currencies: Mapping[str, int]


def item_versions(
    facts: Facts, labels: Labels, timezone: str
) -> tuple[ItemVersions, Ints, npt.NDArray[np.int32], Items]:
    """Return every version of every item, sorted by buyer, name, instalment and knowledge time.

    Parameters
    ----------
    facts : Facts
    labels : Labels
    timezone : str
        In which a transfer's day begins.

    Returns
    -------
    versions : ItemVersions
        In order.
    starts : int64 ndarray, shape (buyers + 1,)
        Versions by buyer.
    item : int32 ndarray
        Number of each version's item.
    items : Items
    """
    versions, names = _unsorted(facts, labels, timezone)
    starts, order = _order(versions, names, len(labels.buyers))
    versions = versions.take(order)
    is_new = np.ones(len(order), bool)
    is_new[1:] = (versions.fact[1:] != versions.fact[:-1]) | (versions.buyer[1:] != versions.buyer[:-1])
    item = np.cumsum(is_new, dtype=np.int32) - np.int32(1)
    return versions, starts, item, _items(facts, versions.fact[is_new], versions.buyer[is_new])


def _unsorted(facts: Facts, labels: Labels, timezone: str) -> tuple[ItemVersions, Texts]:
    versions, names = _of_invoices(facts, labels), facts.invoices.texts("invoice_id")
    rows = np.flatnonzero(_live_allocations(facts) & _is_loose(facts))
    if len(rows):
        loose = _loose_money(facts, labels, rows)
        versions = joined(versions, loose)
        ids = facts.allocations.texts("allocation_id").to_arrow().take(pa.array(rows))
        mark, nothing = (pa.scalar(text, pa.large_string()) for text in (_UNMATCHED, ""))
        own = pc.binary_join_element_wise(mark, ids, nothing)
        names = texts_of(pa.chunked_array([names.to_arrow(), own]))
    return _with_residuals(facts, versions, timezone), names


def _live_allocations(facts: Facts) -> npt.NDArray[np.bool_]:
    return ~facts.allocations.numbers("withdrawn").astype(bool)


def _of_invoices(facts: Facts, labels: Labels) -> ItemVersions:
    table = facts.invoices
    known = table.numbers("recorded_at")
    kind = table.coded("kind").numbers(_KINDS, np.int8)
    versions = ItemVersions(
        buyer=table.coded("buyer_id").numbers(labels.buyers, np.int32),
        fact=facts.invoice_fact,
        text=np.arange(table.rows, dtype=np.int32),
        instalment=table.numbers("instalment"),
        known_from=known,
        known_until=known_until_rows(facts.invoice_fact, known),
        amount_minor=table.numbers("amount_minor"),
        issued_day=table.numbers("issued_on"),
        due_day=table.numbers("due_on"),
        currency=table.coded("currency").numbers(labels.currencies, np.int16),
        kind=kind,
        is_sale=_IS_SALE[kind],
    )
    withdrawn = table.numbers("withdrawn").astype(bool)
    return versions.take(np.flatnonzero(~withdrawn)) if withdrawn.any() else versions


def _is_loose(facts: Facts) -> npt.NDArray[np.bool_]:
    """Return which allocations are money that no invoice has yet, which counts like a prepayment."""
    table = facts.allocations
    closes = table.coded("kind").numbers(_CLOSES, bool)
    return closes & table.missing("invoice_id") & ~table.missing("buyer_id")


def _loose_money(facts: Facts, labels: Labels, rows: Ints) -> ItemVersions:
    table, count = facts.allocations, len(rows)
    known = table.numbers("recorded_at")
    return ItemVersions(
        buyer=table.coded("buyer_id").numbers(labels.buyers, np.int32)[rows],
        fact=facts.allocation_key[rows] + np.int32(facts.invoices.rows),
        text=np.arange(facts.invoices.rows, facts.invoices.rows + count, dtype=np.int32),
        instalment=np.ones(count, np.int64),
        known_from=known[rows],
        known_until=known_until_rows(facts.allocation_key, known)[rows],
        amount_minor=table.numbers("amount_minor")[rows],
        issued_day=table.numbers("settled_on")[rows],
        due_day=table.numbers("settled_on")[rows],
        currency=table.coded("currency").numbers(labels.currencies, np.int16, -1)[rows],
        kind=np.full(count, _PREPAYMENT, np.int8),
        is_sale=np.zeros(count, np.int8),
    )


def _with_residuals(facts: Facts, versions: ItemVersions, timezone: str) -> ItemVersions:
    """Give residuals the first due date; only they and what they go on for become a frame."""
    transfers = _transfers(facts, timezone)
    if not len(transfers):
        return versions
    of_invoice = versions.fact < facts.invoices.rows
    head = np.where(of_invoice, np.append(facts.invoice_head, -1)[versions.fact * of_invoice], -1)
    concerned = np.isin(head, np.concatenate([transfers["invoice"], transfers["successor"]])) & of_invoice
    rows = np.flatnonzero(concerned)
    frame = pd.DataFrame(
        {
            "invoice": head[rows].astype(np.int64),
            "instalment": versions.instalment[rows],
            "known_from": versions.known_from[rows],
            "known_until": versions.known_until[rows],
            "due": versions.due_day[rows].astype(np.int64),
            "is_sale": versions.is_sale[rows].astype(bool),
            "row": rows,
        }
    )
    return _replaced(versions, concerned, with_residuals(frame, transfers))


def _replaced(versions: ItemVersions, concerned: npt.NDArray[np.bool_], pieces: pd.DataFrame) -> ItemVersions:
    changed = versions.take(pieces["row"].to_numpy(np.int64))._replace(
        known_from=pieces["known_from"].to_numpy(np.int64),
        known_until=pieces["known_until"].to_numpy(np.int64),
        due_day=pieces["due"].to_numpy(np.int32),
        is_sale=pieces["is_sale"].to_numpy(np.int8),
    )
    others = versions.take(np.flatnonzero(~concerned))
    return joined(others, changed)


def _transfers(facts: Facts, timezone: str) -> pd.DataFrame:
    """Return the links from an item to its residual, from the day of the transfer on."""
    table = facts.allocations
    is_transfer = table.coded("kind").numbers({"transfer": True}, bool) & _live_allocations(facts)
    rows = np.flatnonzero(is_transfer & (table.numbers("amount_minor") > 0))
    rows = rows[(facts.successor[rows] >= 0) & (facts.allocation_invoice[rows] >= 0)]
    known = table.numbers("recorded_at")
    begins = starts_of_days(table.numbers("settled_on")[rows], timezone)
    until = known_until_rows(facts.allocation_key, known)[rows] if len(rows) else known[:0]
    return pd.DataFrame(
        {
            "invoice": facts.allocation_invoice[rows].astype(np.int64),
            "instalment": table.numbers("instalment")[rows],
            "successor": facts.successor[rows].astype(np.int64),
            "known_until": until,
            "known_from": np.maximum(known[rows], begins),
        }
    )


def _order(versions: ItemVersions, names: Texts, buyers: int) -> tuple[Ints, npt.NDArray[np.int32]]:
    prefixes = text_prefixes(names)
    within = Within(
        number=prefixes[versions.text],
        data=names.data,
        offsets=names.offsets,
        text=versions.text,
        tie=versions.instalment,
        last=versions.known_from,
    )
    return ordered(versions.buyer, buyers, within)


def _items(facts: Facts, fact: npt.NDArray[np.int32], buyer: npt.NDArray[np.int32]) -> Items:
    table = facts.invoices
    number = np.arange(len(fact), dtype=np.int32)
    item_of_fact = np.full(table.rows + facts.allocations.rows, NO_ITEM, np.int32)
    item_of_fact[fact[::-1]] = number[::-1]
    others = number[item_of_fact[fact] != number]
    names, instalments = table.texts("invoice_id"), table.instalments()
    return Items(
        data=names.data,
        offsets=names.offsets,
        instalment=np.zeros(0, np.int64) if instalments is None else instalments,
        item_of_fact=item_of_fact[: table.rows],
        buyer=buyer,
        other_fact=fact[others],
        other_item=others,
    )
