"""``credence keys``: who may call the service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, print_json, say

if TYPE_CHECKING:
    from serving.access.keys import Key
    from serving.access.stored import StoredKeys

__all__ = ["keys"]

_SCOPES = ("assess", "ledger", "order", "admin")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def keys() -> None:
    """Keys for callers of the service: create, list, rotate, revoke.

    The store of CREDENCE_HOME keeps only a hash of each: a key is shown once, when it is made. A running
    service knows of every change within five seconds.

    \b
    Example:
      credence keys create --name ERP --scope assess --scope order --expires 2027-12-31
    """  # noqa: D301 (click reads the escaped character)


@keys.command()
@click.option("--name", required=True, help="Whose key it is.")
@click.option("--scope", "scopes", type=click.Choice(_SCOPES), multiple=True, required=True,
              help="What it may do; may be repeated.")  # fmt: skip
@click.option("--expires", type=_DAY, metavar="DATE", help="Last day, in UTC [default: it does not expire].")
@click.option("--rate", type=click.IntRange(1), metavar="N",
              help="Calls a minute, in each worker [default: no limit].")  # fmt: skip
@as_json
def create(
    name: str, scopes: tuple[str, ...], expires: datetime | None, rate: int | None, as_json: bool
) -> None:
    """Make a key and print it, once.

    \b
    Example:
      credence keys create --name ERP --scope assess --scope order --rate 600
    """  # noqa: D301 (click reads the escaped character)
    from serving.access.issue import create as issue

    end = None if expires is None else expires.replace(tzinfo=UTC) + timedelta(days=1)
    with _stored() as stored:
        key, text = issue(stored, name, scopes, _now(), expires_at=end, rate_per_minute=rate)
    _hand_over(key, text, as_json)


@keys.command(name="list")
@as_json
def list_keys(as_json: bool) -> None:
    """Tell which keys there are, what they may do and when they were last used.

    \b
    Example:
      credence keys list
    """  # noqa: D301 (click reads the escaped character)
    with _stored() as stored:
        found, now = stored.list(), _now()
    if as_json:
        print_json([_told(key, now) for key in found])
        return
    if not found:
        say("no keys; make one: credence keys create --name ERP --scope assess")
    for key in found:
        told = _told(key, now)
        parts = (
            told["key_id"],
            f"{told['state']:<8}",
            f"scopes {','.join(told['scopes'])}",
            f"rate {told['rate_per_minute'] or 'no limit'}",
            f"until {told['expires_at'] or 'revoked'}",
            f"last used {told['last_used_on'] or 'never'}",
            told["name"],
        )
        click.echo("  ".join(parts))


@keys.command()
@click.argument("key_id", metavar="KEY_ID")
@as_json
def revoke(key_id: str, as_json: bool) -> None:
    """Have a key open nothing any more: at the latest in five seconds.

    \b
    Example:
      credence keys revoke 0c5f9a2b71de
    """  # noqa: D301 (click reads the escaped character)
    from serving.access.issue import in_force

    with _stored() as stored:
        now = _now()
        key = in_force(stored, key_id, now)
        stored.revoke(key.key_id, now)
    if as_json:
        print_json({"key_id": key.key_id, "state": "revoked"})
        return
    click.echo(f"revoked {key.key_id} ({key.name})")


@keys.command()
@click.argument("key_id", metavar="KEY_ID")
@click.option("--overlap", type=click.FloatRange(0, 24 * 90), default=24.0, show_default=True,
              metavar="HOURS", help="How long the old key still opens.")  # fmt: skip
@as_json
def rotate(key_id: str, overlap: float, as_json: bool) -> None:
    """Replace a key: print a new one with the same rights; the old one opens for the overlap.

    \b
    Example:
      credence keys rotate 0c5f9a2b71de --overlap 48
    """  # noqa: D301 (click reads the escaped character)
    from serving.access.issue import rotate as replaced

    with _stored() as stored:
        key, text = replaced(stored, key_id, _now(), timedelta(hours=overlap))
        old = stored.find(key_id)
    end = None if old is None or old.expires_at is None else old.expires_at
    say(f"the old key {key_id} opens until {_instant(end)}")
    _hand_over(key, text, as_json)


def _hand_over(key: Key, text: str, as_json: bool) -> None:
    if as_json:
        print_json({**_told(key, _now()), "key": text})
        return
    say(f"key {key.key_id} of {key.name}; it is shown only now:")
    click.echo(text)


def _told(key: Key, now: datetime) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "name": key.name,
        "state": key.state(now),
        "scopes": sorted(key.scopes),
        "rate_per_minute": key.rate_per_minute,
        "created_at": _instant(key.created_at),
        "expires_at": _instant(key.expires_at),
        "revoked_at": _instant(key.revoked_at),
        "last_used_on": None if key.last_used_on is None else key.last_used_on.isoformat(),
    }


def _instant(value: datetime | None) -> str | None:
    return None if value is None else f"{value:%Y-%m-%dT%H:%M:%SZ}"


def _now() -> datetime:
    return datetime.now(UTC)


def _stored() -> StoredKeys:
    from serving.access.stored import keys_of
    from serving.settings import Settings

    return keys_of(Settings.from_environment().home)
