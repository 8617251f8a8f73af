"""Posted facts into the store: idempotent, answered one by one, with the dossiers that they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from features.columns import TABLES
from features.seller import Seller
from serving.store.changes import books_end, claimed_end, next_change, take_ledger, widen_books
from serving.store.connect import Store
from serving.store.dossiers import write_dossiers
from serving.store.facts import buyers_of_invoices, connected_invoices, stored_portfolio
from serving.store.judging import Rows, judge, key_of
from serving.store.outcomes import Posted
from serving.store.packing import dossiers_of
from serving.store.posted import Item, items_of
from serving.store.schema import FACTS, ledger
from serving.store.sharing import write_known_until, write_shared

__all__ = ["add_facts", "post_ledger"]


def post_ledger(
    store: Store, items: Any, *, atomic: bool = False, books_until: str | None = None, now: datetime
) -> Posted:
    """Add facts and versions of facts.

    A fact is `unchanged` where the store has it, or where it says what the version in force then says; it is
    refused with the code `conflict` where the store has other content under its key and `recorded_at`.

    Parameters
    ----------
    store : Store
    items : mapping or sequence of mapping
        See `serving.store.posted.items_of`.
    atomic : bool
        Refuse all where one is refused, what `books_until` says too.
    books_until : str, optional
        Until when the books are complete, as the caller says (see `serving.store.changes.claimed_end`).
        Without it the latest entry of the ledger among the facts says so. They never become less complete.
    now : datetime
        Moment of the call, with its zone: from when a fact without `recorded_at` is known, and from when one
        that was recorded earlier is known here.

    Returns
    -------
    Posted
        Once this is returned, the facts survive the death of the process and of the machine.

    Raises
    ------
    InputError
        Where `items` has another shape, `books_until` is none or has not come, nothing was loaded yet, or the
        database refuses.
    """
    posted = items_of(items)
    with store.writing() as connection:
        return add_facts(connection, posted, atomic=atomic, books_until=books_until, now=now)


def add_facts(
    connection: Connection, posted: Sequence[Item], *, atomic: bool, books_until: str | None, now: datetime
) -> Posted:
    """Add facts within a transaction; see `post_ledger`."""
    now = now.replace(microsecond=0)
    row = take_ledger(connection)
    seller = Seller(**row["seller"])
    claimed = claimed_end(books_until, seller.timezone, now)
    before = judge(connection, posted, seller, now, atomic=atomic)
    accepted = [item for item in posted if item.status == "accepted"]
    if atomic and any(item.status == "refused" for item in posted):
        claimed = None
    told, end = [item.as_json() for item in posted], row["observed_until"]
    if not accepted and (claimed is None or claimed <= end):
        return Posted(row["facts_seq"], told, books_until=end)
    sequence = next_change(connection)
    touched = _touched(connection, accepted, before)
    _insert(connection, accepted, {"loaded_at": now, "facts_seq": sequence, "history": False})
    touched |= _touched(connection, accepted, before)
    end = max(end, claimed) if claimed else books_end(connection, row, _recorded(accepted))
    _set_head(connection, row, accepted, sequence, end)
    write_known_until(connection, sequence, now)
    buyers = sorted(touched)
    if any(item.table in ("buyers", "fx") for item in accepted):
        write_shared(connection, sequence)
    if buyers:
        made = dossiers_of(stored_portfolio(connection, buyers), buyers)
        write_dossiers(connection, made, sequence)
    return Posted(sequence, told, buyers, end, end > row["observed_until"])


def _insert(connection: Connection, accepted: Sequence[Item], stamps: dict[str, Any]) -> None:
    for name in TABLES:
        rows = [{**item.row, **stamps} for item in accepted if item.table == name]
        if rows:
            connection.execute(insert(FACTS[name]), rows)


def _touched(connection: Connection, accepted: Sequence[Item], before: Mapping[str, Rows]) -> set[str]:
    """Return the buyers whose dossiers depend on some facts or on the versions that these replace."""
    rows = [(item.table, item.row) for item in accepted]
    changed = {(item.table, key_of(item.row, TABLES[item.table].key)) for item in accepted}
    rows += [
        (name, row)
        for name, found in before.items()
        for row in found
        if (name, key_of(row, TABLES[name].key)) in changed
    ]
    buyers = {row["buyer_id"] for _, row in rows if row.get("buyer_id")}
    invoices = {
        row[name] for _, row in rows for name in ("invoice_id", "successor_id") if row.get(name) is not None
    }
    buyers |= buyers_of_invoices(connection, connected_invoices(connection, invoices))
    return buyers


def _recorded(accepted: Sequence[Item]) -> Iterable[tuple[str, datetime]]:
    return ((item.table, item.row[TABLES[item.table].knowledge]) for item in accepted)


def _set_head(
    connection: Connection, row: dict[str, Any], accepted: Sequence[Item], sequence: int, end: datetime
) -> None:
    widen_books(connection, row, row["observed_from"], end)
    if any(item.table == "buyers" for item in accepted):
        connection.execute(update(ledger).values(groups_seq=sequence))
