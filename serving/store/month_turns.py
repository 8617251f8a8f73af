"""Whose turn it is to make what a month end lacks: one of all workers and commands makes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from serving.store.connect import Store
from serving.store.turns import turn

__all__ = ["month_turn"]

_LOCK = 0x4352444D
_MOST_SECONDS = 600.0
_SECONDS_BETWEEN_TRIES = 0.05


@contextmanager
def month_turn(store: Store) -> Iterator[None]:
    """Wait for the turn among all that make figures of month ends for a store; it ends with the block.

    Who has waited looks first whether the one before has made them. The death of a process ends its turn.

    Parameters
    ----------
    store : Store
    """
    if store.is_sqlite:
        file = Path(f"{store.engine.url.database}.months.lock")
        with turn(file, _MOST_SECONDS, between=_SECONDS_BETWEEN_TRIES):
            yield
        return
    with store.engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield
