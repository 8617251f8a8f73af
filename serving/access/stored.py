"""Keys in the table `api_keys` of the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from serving.access.keys import Key
from serving.store.connect import Store, open_store, store_url
from serving.store.schema import api_keys

__all__ = ["StoredKeys", "keys_of"]


class StoredKeys:
    """Keys of a store.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> StoredKeys:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def list(self) -> list[Key]:
        """Return all keys, the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id))
            return [_key(row) for row in rows]

    def find(self, key_id: str) -> Key | None:
        """Return a key; None where there is none of that id."""
        with self._store.reading() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.key_id == key_id)).first()
            return None if row is None else _key(row)

    def add(self, key: Key) -> None:
        """Keep a new key."""
        row = {
            "key_id": key.key_id,
            "name": key.name,
            "hash": key.digest.hex(),
            "scopes": sorted(key.scopes),
            "rate_per_minute": key.rate_per_minute,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        with self._store.writing() as connection:
            connection.execute(insert(api_keys).values(row))

    def revoke(self, key_id: str, at: datetime) -> None:
        """Note that a key is revoked; the first revocation stands."""
        self._change(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None), revoked_at=at)

    def expire(self, key_id: str, at: datetime) -> None:
        """Note when a key expires."""
        self._change(api_keys.c.key_id == key_id, expires_at=at)

    def used(self, key_ids: Iterable[str], on: date) -> None:
        """Note the day on which keys were last used."""
        self._change(api_keys.c.key_id.in_(list(key_ids)), last_used_on=on)

    def _change(self, *which: ColumnElement[bool], **values: object) -> None:
        with self._store.writing() as connection:
            connection.execute(update(api_keys).where(*which).values(values))


def keys_of(home: Path) -> StoredKeys:
    """Return the keys of the store of a home.

    Parameters
    ----------
    home : Path

    Raises
    ------
    InputError
        Where the store cannot be opened.
    """
    return StoredKeys(open_store(store_url(home), pool_size=1))


def _key(row: Row[Any]) -> Key:
    return Key(
        key_id=row.key_id,
        name=row.name,
        digest=bytes.fromhex(row.hash),
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        rate_per_minute=row.rate_per_minute,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_on=row.last_used_on,
    )
