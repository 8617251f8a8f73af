"""Keys in the table `api_keys` of the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa

from serving.access.keys import Key

__all__ = ["StoredKeys", "keys_of"]

_TABLES = sa.MetaData()
api_keys = sa.Table(
    "api_keys",
    _TABLES,
    sa.Column("key_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("hash", sa.String, nullable=False),
    sa.Column("scopes", sa.String, nullable=False),
    sa.Column("rate_per_minute", sa.Integer),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True)),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    sa.Column("last_used_on", sa.Date),
)


class StoredKeys:
    """Keys of a store.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def list(self) -> list[Key]:
        """Return all keys, the oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id))
            return [_key(row) for row in rows]

    def find(self, key_id: str) -> Key | None:
        """Return a key; None where there is none of that id."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(api_keys).where(api_keys.c.key_id == key_id)).first()
            return None if row is None else _key(row)

    def add(self, key: Key) -> None:
        """Keep a new key."""
        row = {
            "key_id": key.key_id,
            "name": key.name,
            "hash": key.digest.hex(),
            "scopes": " ".join(sorted(key.scopes)),
            "rate_per_minute": key.rate_per_minute,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(api_keys).values(row))

    def revoke(self, key_id: str, at: datetime) -> None:
        """Note that a key is revoked; the first revocation stands."""
        self._change(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None), revoked_at=at)

    def expire(self, key_id: str, at: datetime) -> None:
        """Note when a key expires."""
        self._change(api_keys.c.key_id == key_id, expires_at=at)

    def used(self, key_ids: Iterable[str], on: date) -> None:
        """Note the day on which keys were last used."""
        self._change(api_keys.c.key_id.in_(list(key_ids)), last_used_on=on)

    def _change(self, *which: sa.ColumnElement[bool], **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.update(api_keys).where(*which).values(values))


def keys_of(home: Path) -> StoredKeys:
    """Return the keys of the store of a home.

    Parameters
    ----------
    home : Path
    """
    home.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{home / 'store.sqlite'}")
    _TABLES.create_all(engine)
    return StoredKeys(engine)


def _key(row: sa.Row[tuple[object, ...]]) -> Key:
    return Key(
        key_id=row.key_id,
        name=row.name,
        digest=bytes.fromhex(row.hash),
        scopes=frozenset(row.scopes.split()),
        created_at=_utc(row.created_at),
        rate_per_minute=row.rate_per_minute,
        expires_at=None if row.expires_at is None else _utc(row.expires_at),
        revoked_at=None if row.revoked_at is None else _utc(row.revoked_at),
        last_used_on=row.last_used_on,
    )


def _utc(instant: datetime) -> datetime:
    """Return an instant with its zone, which SQLite does not keep."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
