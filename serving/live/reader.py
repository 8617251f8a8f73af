"""The one row that an online call reads: the dossier of a buyer, what is in force, where the books stand."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from sqlalchemy import PoolProxiedConnection

from credit.publish import Published
from serving.errors import CallError
from serving.store.connect import Store
from serving.store.published_rows import published_of

__all__ = ["NOTHING_KNOWN", "Entry", "Reader"]

NOTHING_KNOWN = -1
"""In the place of the last change of a dossier: its bytes are read."""

_QUERY = """
SELECT l.facts_seq, d.facts_seq, CASE WHEN d.facts_seq = {mark} THEN NULL ELSE d.body END,
    p.grade, p.computed_grade, p.amount, p.currency, p.reviewed_on, p.valid_until
FROM ledger l
LEFT JOIN dossiers d ON d.buyer_id = {mark}
LEFT JOIN published p ON p.seq = (SELECT max(seq) FROM published WHERE buyer_id = {mark})
"""


class Entry(NamedTuple):
    """What is kept of a buyer.

    Parameters
    ----------
    facts_seq : int
        The last change of anybody's facts.
    dossier_seq : int or None
        The last change of the buyer's own facts; None where the ledger names no such buyer.
    dossier : bytes or None
        None also where the caller knows it.
    published : Published or None
        The grade and limit in force.
    """

    facts_seq: int
    dossier_seq: int | None
    dossier: bytes | None
    published: Published | None


class Reader:
    """Reads entries over a connection of its own, with a statement that the driver keeps prepared.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._query = _QUERY.format(mark="?" if store.is_sqlite else "%s")
        self._connection: PoolProxiedConnection | None = None
        self._lock = threading.Lock()

    def read(self, buyer_id: str, known_seq: int = NOTHING_KNOWN) -> Entry | None:
        """Return what is kept of a buyer; None where nothing was loaded yet.

        Parameters
        ----------
        buyer_id : str
        known_seq : int
            `Entry.dossier_seq` of the dossier that the caller knows: it is not read again.

        Raises
        ------
        CallError
            ``store_unreachable``.
        """
        with self._lock:
            row = self._row(buyer_id, known_seq)
        if row is None:
            return None
        body = None if row[2] is None else bytes(row[2])
        return Entry(row[0], row[1], body, None if row[7] is None else published_of(*row[3:]))

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._forget()

    def _row(self, buyer_id: str, known_seq: int) -> Any:
        """Read over the kept connection; one that has broken is replaced once."""
        if self._connection is not None:
            try:
                return self._execute(buyer_id, known_seq)
            except Exception:
                self._forget()
        try:
            return self._execute(buyer_id, known_seq)
        except Exception as error:
            self._forget()
            raise _unreachable() from error

    def _execute(self, buyer_id: str, known_seq: int) -> Any:
        if self._connection is None:
            self._connection = self._open()
        driver: Any = self._connection.driver_connection
        return driver.execute(self._query, (known_seq, buyer_id, buyer_id)).fetchone()

    def _open(self) -> PoolProxiedConnection:
        connection = self._store.engine.raw_connection()
        if not self._store.is_sqlite:
            # Reason: a transaction that is left open would see the same facts for ever.
            driver: Any = connection.driver_connection
            driver.autocommit = True
        return connection

    def _forget(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()


def _unreachable() -> CallError:
    step = "call again in a few seconds; the operator finds the cause in the log"
    return CallError("store_unreachable", "a store that answers", "one that does not", step)
