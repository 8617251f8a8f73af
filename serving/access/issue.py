"""Keys are made, and replaced by new ones while the old ones still hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from features.errors import InputError
from serving.access.keys import Key, Keys, new_secret
from serving.access.scopes import SCOPES

__all__ = ["create", "in_force", "rotate"]


def create(
    keys: Keys, name: str, scopes: Collection[str], now: datetime,
    *, expires_at: datetime | None = None, rate_per_minute: int | None = None,
) -> tuple[Key, str]:  # fmt: skip
    """Make a key and keep what the store may know of it.

    Parameters
    ----------
    keys : Keys
    name : str
        Whose it is.
    scopes : collection of str
        Of `SCOPES`, at least one.
    now, expires_at : datetime
        UTC.
    rate_per_minute : int or None

    Returns
    -------
    key : Key
    text : str
        For its holder; nobody can tell it again.

    Raises
    ------
    InputError
        Where the scopes are none, or the key would have expired already.
    """
    if not scopes or not set(scopes) <= set(SCOPES):
        raise InputError.of(f"scopes of {', '.join(SCOPES)}", "none, or others", "name at least one of them")
    if expires_at is not None and expires_at <= now:
        raise InputError.of("an end in the future as --expires", "one in the past", "name a later day")
    key_id, text, digest = new_secret()
    key = Key(key_id, name, digest, frozenset(scopes), now, rate_per_minute, expires_at)
    keys.add(key)
    return key, text


def in_force(keys: Keys, key_id: str, now: datetime) -> Key:
    """Return a key that is in force.

    Raises
    ------
    InputError
        Where there is none of that id, or it is in force no more.
    """
    key = keys.find(key_id)
    state = "none of that id" if key is None else key.state(now)
    if key is None or state != "in force":
        step = "see `credence keys list`"
        raise InputError.of("the id of a key in force", f"{state}", step)
    return key


def rotate(keys: Keys, key_id: str, now: datetime, overlap: timedelta) -> tuple[Key, str]:
    """Make a key that may do the same as another one, and have that one expire after the overlap.

    Parameters
    ----------
    keys : Keys
    key_id : str
        Of the old key.
    now : datetime
    overlap : timedelta
        For which both are in force; the old one no longer than it was to be anyway.

    Raises
    ------
    InputError
        Where the old key is not in force.
    """
    old = in_force(keys, key_id, now)
    new_id, text, digest = new_secret()
    new = replace(old, key_id=new_id, digest=digest, created_at=now, last_used_on=None)
    keys.add(new)
    end = now + overlap
    keys.expire(key_id, end if old.expires_at is None else min(end, old.expires_at))
    return new, text
