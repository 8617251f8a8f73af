"""Dossiers by buyer: read by primary key, rewritten by whoever changes the facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from features.parts import parts_of
from serving.store.connect import Store
from serving.store.schema import dossiers

__all__ = ["StoredDossier", "buyers", "count_buyers", "read_dossier", "write_dossiers"]

_AT_ONCE = 500


class StoredDossier(NamedTuple):
    """A buyer's dossier, and the change of facts that last rewrote it."""

    facts_seq: int
    body: bytes


_QUERY = "SELECT facts_seq, body FROM dossiers WHERE buyer_id = "


def read_dossier(connection: Connection, buyer_id: str) -> StoredDossier | None:
    """Return the dossier of a buyer; None where the ledger names no such buyer.

    The driver is asked directly, with a statement that it keeps prepared: that is half the time of a call.

    Parameters
    ----------
    connection : Connection
    buyer_id : str
    """
    driver: Any = connection.connection.driver_connection
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    row = driver.execute(_QUERY + mark, (buyer_id,)).fetchone()
    return None if row is None else StoredDossier(row[0], bytes(row[1]))


def buyers(connection: Connection, *, prefix: str = "", after: str = "", limit: int = 100) -> list[str]:
    """Return ids of buyers in order.

    Parameters
    ----------
    connection : Connection
    prefix : str
        With which they begin; upper and lower case are the same.
    after : str
        The last id of the page before.
    limit : int
        How many at most.
    """
    # Reason: languages order letters differently.
    column = dossiers.c.buyer_id.collate("BINARY" if connection.dialect.name == "sqlite" else "C")
    query = select(dossiers.c.buyer_id).where(column > after).order_by(column).limit(limit)
    if prefix:
        lower = func.lower(dossiers.c.buyer_id)
        query = query.where(lower.startswith(prefix.lower(), autoescape=True))
    return list(connection.scalars(query))


def count_buyers(store: Store) -> int:
    """Return the number of buyers."""
    with store.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(dossiers)) or 0)


def write_dossiers(connection: Connection, made: Iterable[tuple[str, bytes]], facts_seq: int) -> int:
    """Write the dossiers that differ from those kept.

    Parameters
    ----------
    connection : Connection
        In the transaction that changes the facts.
    made : iterable of (str, bytes)
        Buyers and dossiers.
    facts_seq : int
        The change.

    Returns
    -------
    int
        How many differed.
    """
    written = 0
    for part in parts_of(made, _AT_ONCE):
        kept = _kept(connection, [buyer_id for buyer_id, _ in part])
        rows = [{"buyer": buyer_id, "seq": facts_seq, "new": body} for buyer_id, body in part]
        new = [row for row in rows if row["buyer"] not in kept]
        changed = [row for row in rows if row["buyer"] in kept and kept[row["buyer"]] != row["new"]]
        if new:
            named = [{"buyer_id": row["buyer"], "facts_seq": facts_seq, "body": row["new"]} for row in new]
            connection.execute(insert(dossiers), named)
        if changed:
            by = update(dossiers).where(dossiers.c.buyer_id == bindparam("buyer"))
            connection.execute(by.values(facts_seq=bindparam("seq"), body=bindparam("new")), changed)
        written += len(new) + len(changed)
    return written


def _kept(connection: Connection, buyer_ids: list[str]) -> dict[str, bytes]:
    query = select(dossiers.c.buyer_id, dossiers.c.body).where(dossiers.c.buyer_id.in_(buyer_ids))
    return {buyer_id: bytes(body) for buyer_id, body in connection.execute(query)}
