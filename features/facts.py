"""Invoices and allocations as columns, with what refers to what found by compiled look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.instants import FAR_FUTURE
from features.lookup import TextIndex
from features.portfolio import Portfolio
from features.serials import SerialIndex, text_index
from features.texts import Texts
from features.typed import Typed, typed_of

__all__ = ["FactTables", "Facts", "facts_of", "known_until_rows"]

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]

NOWHERE = -1
_NEVER = int(FAR_FUTURE.astype(np.int64))


class Facts:
    """Invoices and allocations of a portfolio, linked.

    A fact is an invoice and instalment; its number is the row of its first version.

    Parameters
    ----------
    invoices, allocations : Typed
    """

    def __init__(self, invoices: Typed, allocations: Typed) -> None:
        self.invoices, self.allocations = invoices, allocations

    @cached_property
    def _has_instalments(self) -> bool:
        return self.invoices.instalments() is not None

    @cached_property
    def _fact_index(self) -> TextIndex | SerialIndex:
        qualifier = self.invoices.numbers("instalment") if self._has_instalments else None
        return text_index(self.invoices.texts("invoice_id"), qualifier)

    @cached_property
    def _id_index(self) -> TextIndex | SerialIndex:
        if not self._has_instalments:
            return self._fact_index
        return text_index(self.invoices.texts("invoice_id"))

    @property
    def invoice_fact(self) -> Rows:
        """Fact of each invoice row."""
        return self._fact_index.first

    @cached_property
    def allocation_key(self) -> Rows:
        """First row with the same allocation_id, of each allocation row."""
        return text_index(self.allocations.texts("allocation_id")).first

    @cached_property
    def allocation_fact(self) -> Rows:
        """Fact that each allocation refers to; -1 for none."""
        return self.find(self.allocations.texts("invoice_id"), self.allocations.numbers("instalment"))

    @cached_property
    def allocation_invoice(self) -> Rows:
        """First row of the invoice that each allocation names, whatever the instalment; -1 for none."""
        if not self._has_instalments and self.allocations.instalments() is None:
            return self.allocation_fact
        return self._id_index.find(self.allocations.texts("invoice_id"))

    @cached_property
    def successor(self) -> Rows:
        """First row of the invoice that takes over from each allocation's; -1 for none."""
        if bool(self.allocations.missing("successor_id").all()):
            return np.full(self.allocations.rows, NOWHERE, np.int32)
        return self._id_index.find(self.allocations.texts("successor_id"))

    @cached_property
    def invoice_head(self) -> Rows:
        """First row with the same invoice_id, of each invoice row."""
        return self._id_index.first

    def find(self, invoice_ids: Texts, instalments: Ints) -> Rows:
        """Return the fact of each invoice_id and instalment; -1 where there is none."""
        if self._has_instalments:
            return self._fact_index.find(invoice_ids, instalments)
        found = self._fact_index.find(invoice_ids)
        return found if (instalments == 1).all() else np.where(instalments == 1, found, np.int32(NOWHERE))

    def currency_rows(self, invoice_ids: Texts) -> Rows:
        """Return the first row of each invoice; -1 where there is none."""
        return self._id_index.find(invoice_ids)


def known_until_rows(fact: Rows, known: Ints) -> Ints:
    """Return until when each version counts: the next version's knowledge time.

    Examples
    --------
    >>> until = known_until_rows(np.array([0, 1, 0], np.int32), np.array([5, 6, 7]))
    >>> until.tolist()[0], str(until[1:].astype("datetime64[s]")[0])
    (7, '2262-01-01T00:00:00')
    """
    until = np.full(len(fact), _NEVER, np.int64)
    rows = versioned_rows(fact)
    if len(rows):
        order = rows[np.lexsort((known[rows], fact[rows]))]
        follows = fact[order[1:]] == fact[order[:-1]]
        until[order[:-1][follows]] = known[order[1:][follows]]
    return until


def versioned_rows(first: Rows) -> npt.NDArray[np.int64]:
    """Return the rows of keys that several rows have."""
    later = np.flatnonzero(first != np.arange(len(first), dtype=np.int32))
    if not len(later):
        return later
    several = np.zeros(len(first), bool)
    several[first[later]] = True
    several[later] = True
    return np.flatnonzero(several)


class FactTables(Mapping[str, pd.DataFrame]):
    """Tables of a portfolio of which the large ones become frames only where somebody asks for them.

    Parameters
    ----------
    names : sequence of str
        All tables, in order.
    frames : mapping of str to DataFrame
        The small ones.
    facts : Facts
    """

    def __init__(self, names: tuple[str, ...], frames: Mapping[str, pd.DataFrame], facts: Facts) -> None:
        self._names, self._frames, self.facts = names, dict(frames), facts

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._frames:
            self._frames[name] = getattr(self.facts, name).frame()
        return self._frames[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def facts_of(portfolio: Portfolio) -> Facts:
    """Return the invoices and allocations of a portfolio as columns."""
    if isinstance(portfolio.tables, FactTables):
        return portfolio.tables.facts
    return Facts(
        typed_of("invoices", portfolio.table("invoices")),
        typed_of("allocations", portfolio.table("allocations")),
    )
