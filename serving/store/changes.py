"""The ledger's one row: taken first by every change, so that changes come one after the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from features.errors import InputError
from serving.store.schema import ledger

__all__ = [
    "LEDGER_ID",
    "ledger_row",
    "next_change",
    "nothing_stored",
    "take_ledger",
    "widen_books",
]

LEDGER_ID = 1


def ledger_row(connection: Connection) -> dict[str, Any]:
    """Return whose facts the store has, and between which instants the books are complete.

    Raises
    ------
    InputError
        Where nothing was loaded yet.
    """
    return _row(connection, select(ledger))


def take_ledger(connection: Connection) -> dict[str, Any]:
    """Return the ledger's row and keep others from changing anything until the transaction ends.

    Parameters
    ----------
    connection : Connection
        Of `Store.writing`.

    Raises
    ------
    InputError
        Where nothing was loaded yet.
    """
    return _row(connection, select(ledger).with_for_update())


def _row(connection: Connection, query: Select[Any]) -> dict[str, Any]:
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise nothing_stored()
    return dict(row)


def nothing_stored() -> InputError:
    """Return the refusal of a store that nothing was loaded into."""
    return InputError.of("a store with a portfolio", "an empty one", "load it: credence load DIR")


def next_change(connection: Connection) -> int:
    """Count one change and return its number; `take_ledger` came first."""
    raised = update(ledger).values(facts_seq=ledger.c.facts_seq + 1).returning(ledger.c.facts_seq)
    return connection.scalars(raised).one()


def widen_books(connection: Connection, row: dict[str, Any], first: datetime, last: datetime) -> None:
    """Let the books be complete from the earlier start until the later end; `row` is what was taken."""
    values = {
        "observed_from": min(row["observed_from"], first),
        "observed_until": max(row["observed_until"], last),
    }
    connection.execute(update(ledger).values(values))
