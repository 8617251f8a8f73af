"""Writes what all dossiers share: made from the facts, and until when anything is known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from credit.side_facts import SideTables
from features.shared import Rates
from serving.store.facts import shared_portfolio
from serving.store.packing import pack_in_order
from serving.store.schema import shared
from serving.store.shared import (
    GROUPS,
    KNOWN_UNTIL,
    RATES,
    members_to_bytes,
    rates_to_bytes,
    read_known_until,
)

__all__ = ["write_known_until", "write_shared"]


def write_known_until(connection: Connection, facts_seq: int, loaded_at: datetime) -> None:
    """Note when the facts of a change came, where none came later.

    A clock that was ahead and is right again is told by it: such facts are known from an instant that has
    not come.

    Parameters
    ----------
    connection : Connection
        In the transaction that changes the facts.
    facts_seq : int
        The change.
    loaded_at : datetime
        With its zone.
    """
    before = read_known_until(connection)
    if before is None or loaded_at > before:
        _put(connection, KNOWN_UNTIL, facts_seq, loaded_at.isoformat().encode())


def write_shared(connection: Connection, facts_seq: int) -> None:
    """Make exchange rates and members of groups anew and write what differs from what is kept.

    Parameters
    ----------
    connection : Connection
        In the transaction that changes the facts.
    facts_seq : int
        The change.
    """
    portfolio = shared_portfolio(connection)
    packed = pack_in_order(portfolio)
    buyers = portfolio.table("buyers")
    names = sorted(buyers["group_id"].dropna().unique()) if "group_id" in buyers else []
    tables = SideTables(packed)
    made = {
        RATES: rates_to_bytes(Rates.of_block(packed.block)),
        GROUPS: members_to_bytes({str(name): list(tables.members(str(name))) for name in names}),
    }
    kept = {row.name: bytes(row.body) for row in connection.execute(select(shared.c.name, shared.c.body))}
    for name, body in made.items():
        if kept.get(name) != body:
            _put(connection, name, facts_seq, body)


def _put(connection: Connection, name: str, facts_seq: int, body: bytes) -> None:
    connection.execute(delete(shared).where(shared.c.name == name))
    connection.execute(insert(shared), {"name": name, "facts_seq": facts_seq, "body": body})
