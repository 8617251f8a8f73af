"""What the workers of all machines serve, told in the database that they share."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from features.errors import InputError
from serving.releases.workers import WorkerState, may_run
from serving.store.connect import Store
from serving.store.schema import workers

__all__ = ["SharedBoard"]

_LOG = logging.getLogger("credence.serving")

_LONGEST_SILENCE = timedelta(minutes=1)
"""A worker tells of itself every few seconds, but not while it loads a release."""

_FORGOTTEN_AFTER = timedelta(hours=1)


class SharedBoard:
    """A row a worker, for the workers of all machines at one PostgreSQL; times are those of its clock.

    Parameters
    ----------
    store : Store
        PostgreSQL.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_away = False

    def write(self, told: WorkerState) -> None:
        """Put up what a worker tells, and forget who has been silent for long; say once where that fails."""
        row = {"worker_id": told["worker_id"], "host": told["host"], "pid": told["pid"], "state": told}
        upsert = insert(workers).values(**row, seen_at=func.now())
        again = {"state": upsert.excluded.state, "seen_at": upsert.excluded.seen_at}
        try:
            with self._store.writing() as connection:
                connection.execute(upsert.on_conflict_do_update(index_elements=["worker_id"], set_=again))
                connection.execute(delete(workers).where(workers.c.seen_at < func.now() - _FORGOTTEN_AFTER))
        except InputError as error:
            if not self._is_away:
                _LOG.warning("the state of workers cannot be written (%s)", error.problems[0].found)
            self._is_away = True
        else:
            self._is_away = False

    def read(self) -> list[WorkerState]:
        """Return what workers told that were heard of a moment ago, without those of this host that ended.

        Nothing where the store is away.
        """
        query = select(workers.c.state).where(workers.c.seen_at >= func.now() - _LONGEST_SILENCE)
        try:
            with self._store.reading() as connection:
                return [dict(state) for state in connection.scalars(query) if may_run(state)]
        except InputError:
            return []

    def remove(self, worker_id: str) -> None:
        """Take down what a worker told, which ends."""
        try:
            with self._store.writing() as connection:
                connection.execute(delete(workers).where(workers.c.worker_id == worker_id))
        except InputError:
            # Reason: it will not be read for long, and the worker ends all the same.
            _LOG.debug("the state of a worker that ends stays")
