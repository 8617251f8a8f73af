"""Tables of the store. The facts' are those of a portfolio, with when and by which change each row came."""

from __future__ import annotations

from typing import cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from features.columns import TABLES
from features.columns import Column as FactColumn
from features.columns import Table as FactTable
from serving.store.types import Amount, Instant

__all__ = [
    "FACTS", "METADATA", "STAMPS", "api_keys", "assessments", "books", "contexts", "dossiers", "ledger",
    "order_checks", "outbox", "published", "shared", "workers",
]  # fmt: skip

METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"}
)

STAMPS = ("loaded_at", "facts_seq", "history")
"""What the store adds to each fact: when it came, with which change, and if `recorded_at` alone says when it
was known; else it is known from the later of `recorded_at` and `loaded_at`."""

_BIG = BigInteger().with_variant(Integer, "sqlite")

_KINDS: dict[str, type[TypeEngine]] = {
    "text": Text,
    "date": Date,
    "instant": Instant,
    "money": Amount,
    "number": Double,
    "integer": BigInteger,
    "flag": Boolean,
    "currency": Text,
    "country": Text,
}

_LOOKED_UP = ("buyer_id", "invoice_id", "successor_id")
"""Columns by which the facts of a buyer are found."""


def _facts(table: FactTable) -> Table:
    key = (*table.key, table.knowledge)
    columns = [_fact_column(column, column.name in key) for column in table.columns]
    stamps = [
        Column("loaded_at", Instant, nullable=False),
        Column("facts_seq", BigInteger, nullable=False),
        Column("history", Boolean, nullable=False),
    ]
    indexes = [
        Index(f"ix_{table.name}_{column.name}", column.name)
        for column in table.columns
        if column.name in _LOOKED_UP and column.name != table.key[0]
    ]
    ordered: list[Column] = sorted(
        columns, key=lambda column: key.index(column.name) if column.name in key else len(key)
    )
    items = cast("list[SchemaItem]", [*ordered, *stamps, *indexes])
    return Table(table.name, METADATA, *items)


def _fact_column(column: FactColumn, is_key: bool) -> Column:
    is_filled = is_key or column.required or column.default is not None
    # Reason: whole numbers of a key are given, never counted up by the database.
    return Column(
        column.name, _KINDS[column.kind], primary_key=is_key, nullable=not is_filled, autoincrement=False
    )


FACTS: dict[str, Table] = {name: _facts(table) for name, table in TABLES.items()}
"""Append-only tables of facts by name."""

ledger = Table(
    "ledger",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seller", JSON, nullable=False),
    Column("facts_seq", BigInteger, nullable=False),
    Column("observed_from", Instant, nullable=False),
    Column("observed_until", Instant, nullable=False),
    Column("groups_seq", BigInteger, nullable=False),
)
"""One row, taken first by every change of facts; `groups_seq` is the last change of a group's members."""

dossiers = Table(
    "dossiers",
    METADATA,
    Column("buyer_id", Text, primary_key=True),
    Column("facts_seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

shared = Table(
    "shared",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("facts_seq", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""What all dossiers share: exchange rates and members of groups, rewritten where either changes."""

contexts = Table(
    "contexts",
    METADATA,
    Column("month_end", Instant, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

books = Table(
    "books",
    METADATA,
    Column("month_end", Instant, primary_key=True),
    Column("release_id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

assessments = Table(
    "assessments",
    METADATA,
    Column("assessment_id", Text, primary_key=True),
    Column("buyer_id", Text, nullable=False, index=True),
    Column("as_of", Instant, nullable=False),
    Column("facts_seq", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("release_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

published = Table(
    "published",
    METADATA,
    Column("seq", _BIG, primary_key=True),
    Column("buyer_id", Text, nullable=False),
    Column("grade", Text),
    Column("computed_grade", Text),
    Column("amount", Amount),
    Column("currency", Text),
    Column("reviewed_on", Date),
    Column("valid_until", Date),
    Column("grade_code", Text),
    Column("limit_code", Text),
    Column("assessment_id", Text),
    Column("created_at", Instant, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Index("ix_published_buyer_id", "buyer_id", "seq"),
)
"""Append-only; the latest row of a buyer is in force."""

order_checks = Table(
    "order_checks",
    METADATA,
    Column("order_id", Text, primary_key=True),
    Column("buyer_id", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reserved", Amount, nullable=False),
    Column("expires_at", Instant),
    Column("decision", LargeBinary, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("facts_seq", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("ix_order_checks_state", "state", "seq"),
)
"""States: released, held, referred, cancelled, expired, delivered; `reserved` in the reporting currency."""

api_keys = Table(
    "api_keys",
    METADATA,
    Column("key_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("rate_per_minute", Integer),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_on", Date),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", _BIG, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_at", Instant, index=True),
    Column("delivered_at", Instant),
)
"""Events for webhooks; without `next_at` nothing is left to do."""

workers = Table(
    "workers",
    METADATA,
    Column("worker_id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("state", JSON, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
