"""The books as a worker holds them: what buyers share is kept until it changes, dossiers are read by call."""

from __future__ import annotations

import threading
from dataclasses import replace

from features.errors import InputError
from serving.errors import CallError
from serving.live.reader import Reader
from serving.store.changes import ledger_row
from serving.store.common import Head, read_head
from serving.store.connect import Store
from serving.store.dossiers import count_buyers

__all__ = ["LiveLedger", "nothing_loaded"]


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

    def newest(self) -> Head:
        """Return the head, read again only where the facts have changed since.

        Raises
        ------
        CallError, InputError
            As `head`.
        """
        with self.store.reading() as connection:
            return self.head(ledger_row(connection)["facts_seq"])

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
        return count_buyers(self.store)

    def forget_context(self) -> None:
        """Have the figures of month ends read with the next change: one was added."""
        with self._lock:
            if self._head is not None:
                self._head = replace(self._head, facts_seq=-1, month_ends=-1)

    def _read(self, before: Head | None) -> Head:
        try:
            with self.store.reading() as connection:
                head = read_head(connection, before)
        except InputError as error:
            problem = error.problems[0]
            raise CallError(
                "store_unreachable", problem.expected, problem.found, problem.next_step
            ) from error
        if head is None:
            raise nothing_loaded()
        return head


def nothing_loaded() -> CallError:
    """Return the refusal of calls for which a portfolio has to be loaded first."""
    step = "load a portfolio: credence load DIR"
    return CallError("no_ledger", "a store with a portfolio", "an empty one", step)
