"""The books as a worker holds them: what buyers share is kept until it changes, dossiers are read by call."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from credit.common import Common
from features.as_of import second_of
from features.engine.context import NO_CONTEXT, Context
from features.errors import InputError
from features.seller import Seller
from serving.errors import CallError
from serving.live.reader import Reader
from serving.store.connect import Store
from serving.store.contexts import read_context
from serving.store.schema import FACTS, contexts, dossiers, ledger
from serving.store.shared import Shared, read_shared

__all__ = ["Head", "LiveLedger"]

_LOG = logging.getLogger("credence.serving")


@dataclass(frozen=True, eq=False)
class Head:
    """Where the books stand after a change of facts.

    Parameters
    ----------
    facts_seq : int
    seller : Seller
    observed_from, observed_until : datetime
        Naive UTC.
    shared : Shared
    context : Context
    month_ends : int
        Rows of `context`.
    has_ledger : bool
    """

    facts_seq: int
    seller: Seller
    observed_from: datetime
    observed_until: datetime
    shared: Shared
    context: Context = NO_CONTEXT
    month_ends: int = 0
    has_ledger: bool = False

    def has_month_end(self, end: datetime | None) -> bool:
        """Whether the figures of a month end (naive UTC) are among those of `context`."""
        if end is None:
            return True
        second = second_of(end)
        place = int(np.searchsorted(self.context.month_end, second))
        return place < len(self.context.month_end) and int(self.context.month_end[place]) == second

    def common(self, book: Callable[[datetime], object]) -> Common:
        """Return what assessments share; `book` gives the figures of a month end."""
        return Common(
            seller=self.seller,
            observed_from=self.observed_from,
            observed_until=self.observed_until,
            has_ledger=self.has_ledger,
            rates=self.shared.rates,
            members=self.shared.members,
            contexts=lambda: self.context,
            book=book,  # type: ignore[arg-type]
            facts_seq=self.facts_seq,
        )


class LiveLedger:
    """Keeps the head of the books, and reads it again where the facts have changed.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.reader = Reader(store)
        self._head: Head | None = None
        self._lock = threading.Lock()

    def head(self, facts_seq: int | None = None) -> Head:
        """Return the head of the books.

        Parameters
        ----------
        facts_seq : int, optional
            The last change that the caller knows of: a head at least as new is good enough. Without it the
            head is read.

        Raises
        ------
        CallError
            ``no_ledger`` where nothing was loaded, ``store_unreachable``.
        """
        head = self._head
        if head is not None and facts_seq is not None and head.facts_seq >= facts_seq:
            return head
        with self._lock:
            head = self._head
            if head is None or facts_seq is None or head.facts_seq < facts_seq:
                self._head = head = self._read(head)
        return head

    @property
    def facts_seq(self) -> int | None:
        """The last change of facts that this worker knows of."""
        return None if self._head is None else self._head.facts_seq

    @property
    def head_now(self) -> Head:
        """The head as it was read last; read it first where nobody has."""
        return self._head or self.head()

    def count(self) -> int:
        """Return the number of buyers."""
        with self.store.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(dossiers)) or 0)

    def forget_context(self) -> None:
        """Have the figures of month ends read with the next change: one was added."""
        with self._lock:
            if self._head is not None:
                self._head = replace(self._head, facts_seq=-1, month_ends=-1)

    def _read(self, before: Head | None) -> Head:
        try:
            with self.store.reading() as connection:
                return _head(connection, before)
        except InputError as error:
            problem = error.problems[0]
            raise CallError(
                "store_unreachable", problem.expected, problem.found, problem.next_step
            ) from error


def _head(connection: Connection, before: Head | None) -> Head:
    row = connection.execute(sa.select(ledger)).mappings().one_or_none()
    if row is None:
        step = "load a portfolio: credence load DIR"
        raise CallError("no_ledger", "a store with a portfolio", "an empty one", step)
    shared = read_shared(connection, None if before is None else before.shared)
    count = int(connection.scalar(sa.select(sa.func.count()).select_from(contexts)) or 0)
    is_same = before is not None and before.month_ends == count
    context = before.context if before is not None and is_same else read_context(connection)
    has_ledger = (before is not None and before.has_ledger) or _has_ledger(connection)
    return Head(
        row["facts_seq"],
        Seller(**row["seller"]),
        _naive(row["observed_from"]),
        _naive(row["observed_until"]),
        shared,
        context,
        count,
        has_ledger,
    )


def _has_ledger(connection: Connection) -> bool:
    return bool(connection.scalar(sa.select(sa.exists().select_from(FACTS["invoices"]))))


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None, microsecond=0)
