"""Keys in the store of either database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from features.errors import InputError
from serving.access.issue import create, in_force, rotate
from serving.access.stored import StoredKeys
from serving.store.connect import open_store

NOW = datetime(2026, 7, 1, 12, 30, 15, 250_000, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoredKeys]:
    is_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if is_file else request.getfixturevalue("postgres_url")
    with StoredKeys(open_store(url)) as opened:
        yield opened


def test_a_key_comes_back_as_it_was_kept(keys: StoredKeys) -> None:
    # given two keys, one with all that a key can have
    end = NOW + timedelta(days=90)
    full, _ = create(keys, "Händler & Söhne", ["order", "assess"], NOW, expires_at=end, rate_per_minute=60)
    bare, _ = create(keys, "", ["admin"], NOW + timedelta(seconds=1))

    # then they are found, in the order in which they were made
    assert keys.list() == [full, bare]
    assert keys.find(full.key_id) == full
    assert keys.find("' OR 1=1 --") is None


def test_what_happens_to_a_key_is_kept(keys: StoredKeys) -> None:
    key, _ = create(keys, "ERP", ["assess"], NOW)
    other, _ = create(keys, "BI", ["assess"], NOW + timedelta(seconds=1))

    # when it is used, ends and is revoked twice
    keys.used([key.key_id, "nobody"], date(2026, 7, 2))
    keys.expire(key.key_id, NOW + timedelta(days=1))
    keys.revoke(key.key_id, NOW + timedelta(hours=1))
    keys.revoke(key.key_id, NOW + timedelta(hours=2))

    # then the first revocation stands, and the other key is as before
    ends = {"expires_at": NOW + timedelta(days=1), "revoked_at": NOW + timedelta(hours=1)}
    assert keys.find(key.key_id) == replace(key, last_used_on=date(2026, 7, 2), **ends)
    assert keys.find(other.key_id) == other
    with pytest.raises(InputError, match="found revoked"):
        in_force(keys, key.key_id, NOW)


def test_a_replacement_never_prolongs_a_key(keys: StoredKeys) -> None:
    # given a key with one more hour, when it is replaced with an overlap of a day
    end = NOW + timedelta(hours=1)
    old, _ = create(keys, "ERP", ["assess"], NOW, expires_at=end)
    new, _ = rotate(keys, old.key_id, NOW, timedelta(days=1))

    # then the old one ends as it was to, and the new one does too
    assert [key.expires_at for key in keys.list()] == [end, end]
    assert new.key_id != old.key_id
