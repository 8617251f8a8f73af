"""Events that somebody else is to be told of, kept until they were delivered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from serving.store.schema import outbox
from serving.store.types import second_text

__all__ = ["Event", "claim", "delivered", "failed", "put", "put_all", "waiting"]

_LEASE = timedelta(minutes=2)
"""How long an event belongs to the worker that took it: longer than a delivery lasts."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=6)


@dataclass(frozen=True)
class Event:
    """An event to be delivered.

    Parameters
    ----------
    id : int
        The same at each attempt, so that the receiver can tell a repetition.
    kind : str
        Like ``limit.changed`` or ``order.released``.
    content : bytes
        What it tells, as JSON.
    created_at : datetime
    attempts : int
        Failed ones before.
    """

    id: int
    kind: str
    content: bytes
    created_at: datetime
    attempts: int

    @property
    def body(self) -> bytes:
        """What the receiver gets: JSON with ``id``, ``kind``, ``created_at`` and ``data``."""
        told = {
            "id": f"evt_{self.id}",
            "kind": self.kind,
            "created_at": second_text(self.created_at),
        }
        return orjson.dumps({**told, "data": orjson.Fragment(self.content)})


def put(connection: Connection, kind: str, content: dict[str, Any], now: datetime) -> None:
    """Add an event in the transaction of what it tells of."""
    put_all(connection, kind, [content], now)


def put_all(connection: Connection, kind: str, contents: Iterable[dict[str, Any]], now: datetime) -> int:
    """Add events of one kind in the transaction of what they tell of; return how many."""
    stamps = {"kind": kind, "created_at": now, "attempts": 0, "next_at": now}
    rows = [{**stamps, "body": orjson.dumps(content)} for content in contents]
    if rows:
        connection.execute(sa.insert(outbox), rows)
    return len(rows)


def claim(connection: Connection, now: datetime, most: int = 20) -> list[Event]:
    """Take events that are due, oldest first; no other worker takes them while the lease lasts."""
    due = (
        sa.select(outbox.c.id, outbox.c.kind, outbox.c.body, outbox.c.created_at, outbox.c.attempts)
        # Reason: no wait is longer, so that one that seems to be was begun by a clock that was ahead.
        .where((outbox.c.next_at <= now) | (outbox.c.next_at > now + _LONGEST_WAIT))
        .order_by(outbox.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    events = [Event(*row) for row in connection.execute(due)]
    if events:
        taken = outbox.c.id.in_([event.id for event in events])
        connection.execute(sa.update(outbox).where(taken).values(next_at=now + _LEASE))
    return events


def delivered(connection: Connection, event: Event, now: datetime) -> None:
    """Note that the receiver has confirmed an event."""
    connection.execute(
        sa.update(outbox).where(outbox.c.id == event.id).values(delivered_at=now, next_at=None)
    )


def failed(connection: Connection, event: Event, now: datetime) -> None:
    """Note a failed attempt; each wait is twice as long as the one before, up to six hours."""
    wait = min(_FIRST_WAIT * 2 ** min(event.attempts, 30), _LONGEST_WAIT)
    values = {"attempts": event.attempts + 1, "next_at": now + wait}
    connection.execute(sa.update(outbox).where(outbox.c.id == event.id).values(values))


def waiting(connection: Connection) -> int:
    """Return how many events are not delivered yet."""
    count = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.next_at.is_not(None))
    return int(connection.execute(count).scalar_one())
