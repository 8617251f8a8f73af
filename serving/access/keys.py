"""Keys: what a caller holds, and what the store knows of it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

__all__ = ["Key", "Keys", "holder_of", "new_secret", "split"]

_PREFIX = "crd"
_LONGEST = 200


@dataclass(frozen=True)
class Key:
    """A key as the store knows it; the secret itself is known to its holder alone.

    Parameters
    ----------
    key_id : str
        Twelve hexadecimal digits; no secret.
    name : str
        Whose it is.
    digest : bytes
        SHA-256 of the secret. A secret of 256 random bits needs no slow hash: there is nothing to guess.
    scopes : frozenset of str
        What it may do (`serving.access.scopes.SCOPES`).
    created_at : datetime
        Instants are UTC.
    rate_per_minute : int or None
        Calls that it may make; None sets no limit.
    expires_at, revoked_at : datetime or None
    last_used_on : date or None
    """

    key_id: str
    name: str
    digest: bytes = field(repr=False)
    scopes: frozenset[str]
    created_at: datetime
    rate_per_minute: int | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_on: date | None = None

    def state(self, now: datetime) -> str:
        """Return ``in force``, ``revoked`` or ``expired``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "in force"


class Keys(Protocol):
    """Where keys are kept."""

    def list(self) -> list[Key]:
        """Return all keys, the oldest first."""

    def find(self, key_id: str) -> Key | None:
        """Return a key; None where there is none of that id."""

    def add(self, key: Key) -> None:
        """Keep a new key."""

    def revoke(self, key_id: str, at: datetime) -> None:
        """Note that a key is revoked; the first revocation stands."""

    def expire(self, key_id: str, at: datetime) -> None:
        """Note when a key expires."""

    def used(self, key_ids: Iterable[str], on: date) -> None:
        """Note the day on which keys were last used."""


def new_secret() -> tuple[str, str, bytes]:
    """Return the id of a new key, the text for its holder, and the digest for the store."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    return key_id, f"{_PREFIX}_{key_id}_{secret}", hashlib.sha256(secret.encode()).digest()


def split(text: str) -> tuple[str, str]:
    """Return key id and secret of what a caller sent; empty texts where it is no key.

    Examples
    --------
    >>> split("crd_0123456789ab_secret")
    ('0123456789ab', 'secret')
    >>> split("Basic dXNlcg==")
    ('', '')
    """
    prefix, _, rest = text[:_LONGEST].partition("_")
    key_id, _, secret = rest.partition("_")
    return (key_id, secret) if prefix == _PREFIX else ("", "")


_NOBODY = Key("", "", secrets.token_bytes(32), frozenset(), datetime.min)


def holder_of(keys: Mapping[str, Key], text: str, now: datetime) -> Key | None:
    """Return the key in force that a caller holds; None where it holds none.

    The same is computed whatever is wrong: an unknown id is compared with a digest that no secret has.

    Parameters
    ----------
    keys : mapping
        Key by id.
    text : str
        What the caller sent.
    now : datetime
    """
    key_id, secret = split(text)
    key = keys.get(key_id, _NOBODY)
    sent = hashlib.sha256(secret.encode("utf-8", "replace")).digest()
    is_holder = hmac.compare_digest(sent, key.digest)
    is_in_force = key.state(now) == "in force"
    return key if is_holder & is_in_force else None
