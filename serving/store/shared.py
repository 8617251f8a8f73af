"""Rates and members of groups: one row that is written with the facts that it follows from."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, exists, insert, select, union

from credit.shared_facts import SharedFacts
from features.block import Block
from features.shared import Rates
from serving.store.changes import LEDGER_ID
from serving.store.schema import FACTS, shared

__all__ = ["TABLES_OF_SHARED", "read_shared", "shared_seq", "write_shared"]

TABLES_OF_SHARED = ("buyers", "fx")
"""Tables whose facts are shared."""


def write_shared(connection: Connection, facts_seq: int) -> None:
    """Make the shared facts anew, in the transaction that changes what they follow from.

    Parameters
    ----------
    connection : Connection
    facts_seq : int
        The change.
    """
    # Reason: who only reads the shared facts needs no pandas.
    from credit.side_facts import SideTables
    from features.packing import pack_portfolio
    from serving.store.facts import portfolio_of, read_rows

    frames = {name: read_rows(connection, name) for name in TABLES_OF_SHARED}
    packed = pack_portfolio(portfolio_of(connection, frames))
    tables, invoices = SideTables(packed), FACTS["invoices"]
    has_ledger = bool(connection.scalar(select(exists().select_from(invoices))))
    rates = _with(packed.block, _currencies(connection))
    body = SharedFacts(rates, tables.groups, has_ledger).to_bytes()
    connection.execute(delete(shared))
    connection.execute(insert(shared).values(id=LEDGER_ID, facts_seq=facts_seq, body=body))


def read_shared(connection: Connection) -> SharedFacts | None:
    """Return the shared facts; None where nothing was loaded yet.

    Raises
    ------
    InputError
        Where they are damaged or of another version.
    """
    body = connection.scalar(select(shared.c.body))
    return None if body is None else SharedFacts.from_bytes(bytes(body))


def shared_seq(connection: Connection) -> int:
    """Return the change with which the shared facts were made; 0 where there are none."""
    return connection.scalar(select(shared.c.facts_seq)) or 0


def _currencies(connection: Connection) -> Iterable[str]:
    """Return every currency in which the facts name money."""
    columns = [table.c.currency for table in FACTS.values() if "currency" in table.c]
    return connection.scalars(union(*(select(each).where(each.is_not(None)) for each in columns)))


def _with(block: Block, currencies: Iterable[str]) -> Rates:
    """Return the rates of a block with further currencies, that have none."""
    own = Rates.of_block(block)
    every = tuple(sorted({*own.currencies, *currencies}))
    return Rates(every, *(own.columns(every)[f"fx_{name}"] for name in ("start", "begins", "day", "rate")))
