"""Posted facts into the store: idempotent, answered one by one, with the dossiers that they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select, tuple_, update

from features.columns import TABLES
from features.seller import Seller
from serving.store.changes import next_change, take_ledger, widen_books
from serving.store.connect import Store
from serving.store.dossiers import write_dossiers
from serving.store.facts import buyers_of_invoices, connected_invoices, stored_portfolio
from serving.store.packing import dossiers_of
from serving.store.posted import Item, check_items, items_of, references
from serving.store.schema import FACTS, STAMPS, ledger
from serving.store.sharing import write_known_until, write_shared

__all__ = ["Posted", "add_facts", "post_ledger"]

_CHUNK = 500


@dataclass(frozen=True)
class Posted:
    """What became of posted facts.

    Parameters
    ----------
    facts_seq : int
        The change with which they came; the last one where nothing changed.
    items : list of dict
        By fact, in order: ``table``, ``status`` (accepted, unchanged, refused) and, where refused, ``code``,
        ``field``, ``expected``, ``found``, ``next_step``.
    buyers : list of str
        Whose dossiers were rewritten.
    """

    facts_seq: int
    items: list[dict[str, Any]] = field(default_factory=list)
    buyers: list[str] = field(default_factory=list)


def post_ledger(store: Store, items: Any, *, atomic: bool = False, now: datetime) -> Posted:
    """Add facts and versions of facts.

    A fact is `unchanged` where the store has it, or where it says what the version in force then says; it is
    refused with the code `conflict` where the store has other content under its key and `recorded_at`.

    Parameters
    ----------
    store : Store
    items : mapping or sequence of mapping
        See `serving.store.posted.items_of`.
    atomic : bool
        Refuse all where one is refused.
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
        Where `items` has another shape, nothing was loaded yet, or the database refuses.
    """
    posted = items_of(items)
    with store.writing() as connection:
        return add_facts(connection, posted, atomic=atomic, now=now)


def add_facts(connection: Connection, posted: Sequence[Item], *, atomic: bool, now: datetime) -> Posted:
    """Add facts within a transaction; see `post_ledger`."""
    now = now.replace(microsecond=0)
    row = take_ledger(connection)
    check_items(posted, Seller(**row["seller"]), _named_invoices(connection, references(posted)), now)
    before = _compare(connection, posted)
    if atomic and any(item.status == "refused" for item in posted):
        _refuse_all(posted)
    accepted = [item for item in posted if item.status == "accepted"]
    if not accepted:
        return Posted(row["facts_seq"], [item.as_json() for item in posted])
    sequence = next_change(connection)
    touched = _touched(connection, accepted, before)
    _insert(connection, accepted, {"loaded_at": now, "facts_seq": sequence, "history": False})
    touched |= _touched(connection, accepted, before)
    _set_head(connection, row, accepted, sequence)
    write_known_until(connection, sequence, now)
    buyers = sorted(touched)
    if any(item.table in ("buyers", "fx") for item in accepted):
        write_shared(connection, sequence)
    if buyers:
        made = dossiers_of(stored_portfolio(connection, buyers), buyers)
        write_dossiers(connection, made, sequence)
    return Posted(sequence, [item.as_json() for item in posted], buyers)


def _named_invoices(connection: Connection, invoice_ids: set[str]) -> pd.DataFrame:
    invoices = FACTS["invoices"].c
    columns = [invoices.invoice_id, invoices.instalment, invoices.buyer_id, invoices.currency]
    rows: list[Any] = []
    for some in _chunks(sorted(invoice_ids)):
        query = select(*columns).where(invoices.invoice_id.in_(some)).order_by(*FACTS["invoices"].primary_key)
        rows += connection.execute(query).all()
    return pd.DataFrame(rows, columns=[column.name for column in columns]).astype(
        {"invoice_id": "str", "instalment": "int64", "buyer_id": "str", "currency": "str"}
    )


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[first : first + _CHUNK] for first in range(0, len(values), _CHUNK))


Rows = list[dict[str, Any]]


def _compare(connection: Connection, posted: Sequence[Item]) -> dict[str, Rows]:
    """Give each good fact its status, and return the versions that the store has of them, by table."""
    before: dict[str, Rows] = {}
    for name in TABLES:
        mine = [item for item in posted if item.table == name and item.status != "refused"]
        if mine:
            before[name] = _stored(connection, name, [item.row for item in mine])
            _compare_table(name, mine, before[name])
    return before


def _stored(connection: Connection, name: str, rows: Rows) -> Rows:
    table = FACTS[name]
    key = TABLES[name].key
    keys = sorted({tuple(row[column] for column in key) for row in rows})
    content = [column for column in table.columns if column.name not in STAMPS]
    found: Rows = []
    for some in _chunks(keys):
        query = select(*content).where(tuple_(*(table.c[column] for column in key)).in_(some))
        found += [dict(row) for row in connection.execute(query).mappings()]
    return found


def _compare_table(name: str, items: Sequence[Item], stored: Rows) -> None:
    table = TABLES[name]
    versions: dict[tuple[Any, ...], dict[datetime, dict[str, Any]]] = {}
    for row in stored:
        versions.setdefault(_key(row, table.key), {})[row[table.knowledge]] = row
    for item in sorted(items, key=lambda item: item.row[table.knowledge]):
        recorded = item.row[table.knowledge]
        known = versions.setdefault(_key(item.row, table.key), {})
        if recorded in known:
            if _is_same(item.row, known[recorded], ""):
                item.status = "unchanged"
            else:
                step = f"give each version its {table.knowledge}"
                expected = f"one content for one key and {table.knowledge}"
                item.refuse("conflict", "", expected, "a stored fact with other content", step)
            continue
        earlier = [instant for instant in known if instant < recorded]
        if earlier and _is_same(item.row, known[max(earlier)], table.knowledge):
            item.status = "unchanged"
            continue
        item.status = "accepted"
        known[recorded] = item.row


def _key(row: Mapping[str, Any], key: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[column] for column in key)


def _is_same(row: Mapping[str, Any], other: Mapping[str, Any], without: str) -> bool:
    return all(row.get(name) == other.get(name) for name in {*row, *other} if name != without)


def _refuse_all(posted: Sequence[Item]) -> None:
    for item in posted:
        step = "correct the refused facts, or post without atomic"
        item.refuse("atomic", "", "facts of which none is refused", "others that are refused", step)


def _insert(connection: Connection, accepted: Sequence[Item], stamps: dict[str, Any]) -> None:
    for name in TABLES:
        rows = [{**item.row, **stamps} for item in accepted if item.table == name]
        if rows:
            connection.execute(insert(FACTS[name]), rows)


def _touched(connection: Connection, accepted: Sequence[Item], before: Mapping[str, Rows]) -> set[str]:
    """Return the buyers whose dossiers depend on some facts or on the versions that these replace."""
    rows = [(item.table, item.row) for item in accepted]
    changed = {(item.table, _key(item.row, TABLES[item.table].key)) for item in accepted}
    rows += [
        (name, row)
        for name, found in before.items()
        for row in found
        if (name, _key(row, TABLES[name].key)) in changed
    ]
    buyers = {row["buyer_id"] for _, row in rows if row.get("buyer_id")}
    invoices = {
        row[name] for _, row in rows for name in ("invoice_id", "successor_id") if row.get(name) is not None
    }
    buyers |= buyers_of_invoices(connection, connected_invoices(connection, invoices))
    return buyers


def _set_head(connection: Connection, row: dict[str, Any], accepted: Sequence[Item], sequence: int) -> None:
    recorded = [item.row[TABLES[item.table].knowledge] for item in accepted]
    widen_books(connection, row, row["observed_from"], max(recorded))
    if any(item.table == "buyers" for item in accepted):
        connection.execute(update(ledger).values(groups_seq=sequence))
