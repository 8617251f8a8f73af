"""Numbers of a ledger's items by buyer, invoice and instalment."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from features.block import NO_ITEM
from features.lookup import TextIndex
from features.serials import SerialIndex, text_index
from features.texts import Texts, fixed

__all__ = ["Items"]

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Items:
    """The items of a block by name.

    A *fact* is an invoice and instalment, numbered by the row of its first version. It is one item unless
    versions of it name different buyers.

    Parameters
    ----------
    data, offsets : ndarray
        Of the invoice ids (`features.texts.Texts`), a row a version.
    instalment : int64 ndarray, shape (rows,)
        Without any row where all are the first.
    item_of_fact : int32 ndarray, shape (rows,)
        The fact's first item; -1 where it has none.
    buyer : int32 ndarray, shape (items,)
        Position of each item's buyer.
    other_fact, other_item : int32 ndarray
        The further items of a fact.
    """

    data: npt.NDArray[np.uint8]
    offsets: Ints
    instalment: Ints
    item_of_fact: Rows
    buyer: Rows
    other_fact: Rows
    other_item: Rows

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays by name, without what was made from them."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @cached_property
    def _index(self) -> TextIndex | SerialIndex:
        qualifier = self.instalment if len(self.instalment) else None
        return text_index(Texts(fixed(self.data), fixed(self.offsets)), qualifier)

    def items_of(self, facts: npt.NDArray[np.integer]) -> tuple[Ints, Rows]:
        """Return pairs of a position in `facts` and one of that fact's items, for every item."""
        first = np.append(self.item_of_fact, np.int32(NO_ITEM))[facts]
        positions = np.flatnonzero(first >= 0)
        if not len(self.other_fact):
            return positions, first[positions]
        order = np.argsort(self.other_fact, kind="stable")
        sorted_facts = self.other_fact[order]
        low = np.searchsorted(sorted_facts, facts, side="left")
        counts = np.searchsorted(sorted_facts, facts, side="right") - low
        again = np.repeat(np.arange(len(facts)), counts)
        within = np.arange(len(again)) - np.repeat(np.cumsum(counts) - counts, counts)
        others = self.other_item[order][low[again] + within]
        return np.concatenate([positions, again]), np.concatenate([first[positions], others])

    def find(self, buyers: Ints, invoice_ids: Texts, instalments: Ints) -> Ints:
        """Return the item of each buyer's invoice and instalment; `NO_ITEM` where there is none.

        Parameters
        ----------
        buyers : int64 ndarray, shape (n,)
            Positions in the block; -1 for an unknown buyer.
        invoice_ids : Texts, n rows
        instalments : int64 ndarray, shape (n,)
        """
        facts = self._index.find(invoice_ids, instalments if len(self.instalment) else None)
        if not len(self.instalment):
            facts = np.where(instalments == 1, facts, np.int32(NO_ITEM))
        positions, items = self.items_of(facts)
        own = self.buyer[items] == buyers[positions]
        found = np.full(len(buyers), NO_ITEM, np.int64)
        found[positions[own]] = items[own]
        return found
