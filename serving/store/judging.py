"""What becomes of posted facts: new, unchanged, or refused, each beside what the store has under its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select, tuple_

from features.columns import TABLES
from features.parts import parts_of
from features.seller import Seller
from serving.store.posted import Item, check_items, references
from serving.store.schema import FACTS, STAMPS

__all__ = ["Rows", "judge", "key_of"]

_CHUNK = 500

Rows = list[dict[str, Any]]


def judge(
    connection: Connection, posted: Sequence[Item], seller: Seller, now: datetime, *, atomic: bool
) -> dict[str, Rows]:
    """Give each fact its row and its status, and return the versions that the store has of them, by table.

    Parameters
    ----------
    connection : Connection
        Nothing is changed.
    posted : sequence of Item
        Changed in place.
    seller : Seller
    now : datetime
        From when a fact that does not say so is known.
    atomic : bool
        Refuse all where one is refused.
    """
    check_items(posted, seller, _named_invoices(connection, references(posted)), now)
    before = _compare(connection, posted)
    if atomic and any(item.status == "refused" for item in posted):
        _refuse_all(posted)
    return before


def _named_invoices(connection: Connection, invoice_ids: set[str]) -> pd.DataFrame:
    invoices = FACTS["invoices"].c
    columns = [invoices.invoice_id, invoices.instalment, invoices.buyer_id, invoices.currency]
    rows: list[Any] = []
    for some in parts_of(sorted(invoice_ids), _CHUNK):
        query = select(*columns).where(invoices.invoice_id.in_(some)).order_by(*FACTS["invoices"].primary_key)
        rows += connection.execute(query).all()
    return pd.DataFrame(rows, columns=[column.name for column in columns]).astype(
        {"invoice_id": "str", "instalment": "int64", "buyer_id": "str", "currency": "str"}
    )


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
    for some in parts_of(keys, _CHUNK):
        query = select(*content).where(tuple_(*(table.c[column] for column in key)).in_(some))
        found += [dict(row) for row in connection.execute(query).mappings()]
    return found


def _compare_table(name: str, items: Sequence[Item], stored: Rows) -> None:
    table = TABLES[name]
    versions: dict[tuple[Any, ...], dict[datetime, dict[str, Any]]] = {}
    for row in stored:
        versions.setdefault(key_of(row, table.key), {})[row[table.knowledge]] = row
    for item in sorted(items, key=lambda item: item.row[table.knowledge]):
        recorded = item.row[table.knowledge]
        known = versions.setdefault(key_of(item.row, table.key), {})
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


def key_of(row: Mapping[str, Any], key: Sequence[str]) -> tuple[Any, ...]:
    """Return what names the fact of a row; `key` are the columns that do."""
    return tuple(row[column] for column in key)


def _is_same(row: Mapping[str, Any], other: Mapping[str, Any], without: str) -> bool:
    return all(row.get(name) == other.get(name) for name in {*row, *other} if name != without)


def _refuse_all(posted: Sequence[Item]) -> None:
    for item in posted:
        step = "correct the refused facts, or post without atomic"
        item.refuse("atomic", "", "facts of which none is refused", "others that are refused", step)
