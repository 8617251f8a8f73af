"""Answers are kept before they are given, many in one transaction."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from serving.store.connect import Store
from serving.store.schema import assessments

__all__ = ["AnswerWriter", "answer_row", "keep_answers"]

_MOST_AT_ONCE = 1_000
_MOST_WAITING = 20_000

Waiting = tuple[Mapping[str, Any], "asyncio.AbstractEventLoop", "asyncio.Future[None]"]


def answer_row(
    said: Mapping[str, Any], release_id: str, created_at: datetime, body: bytes | None = None
) -> dict[str, Any]:
    """Return an assessment as a row of `serving.store.schema.assessments`.

    Parameters
    ----------
    said : mapping
        As `credit.assess.assess` gives it.
    release_id : str
    created_at : datetime
        With its zone.
    body : bytes, optional
        The assessment as JSON, where the caller has that already.
    """
    return {
        "assessment_id": said["assessment_id"],
        "buyer_id": said["buyer_id"],
        "as_of": datetime.fromisoformat(said["as_of"]),
        "facts_seq": said["facts_seq"],
        "created_at": created_at,
        "release_id": release_id,
        "body": orjson.dumps(said) if body is None else body,
    }


def keep_answers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep assessments in a transaction of the caller's; one that is kept already stays as it is."""
    connection.execute(_INSERTS[connection.dialect.name], rows)


# Reason: the same facts, request and release give the same assessment, which is kept once.
_INSERTS: Mapping[str, Any] = {
    "sqlite": sqlite.insert(assessments).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(assessments).on_conflict_do_nothing(),
}


class AnswerWriter:
    """Keeps answers from a thread of its own: whatever waits when a transaction ends is the next one.

    So one answer alone is kept at once, and under load a transaction's cost is shared by many.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: queue.Queue[Waiting | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
        self._thread.start()

    async def keep(self, row: Mapping[str, Any]) -> None:
        """Return once an answer is kept.

        Parameters
        ----------
        row : mapping of str to object
            Columns of `serving.store.schema.assessments`.

        Raises
        ------
        InputError
            Where the database refuses: the answer must not be given then.
        queue.Full
            Where so many wait that the database cannot keep up.
        """
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        self._queue.put_nowait((row, loop, kept))
        await kept

    def close(self) -> None:
        """Keep what waits, then end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_open = True
        while is_open:
            batch = [self._queue.get()]
            while len(batch) < _MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            is_open = None not in batch
            waiting = [each for each in batch if each is not None]
            if waiting:
                self._write(waiting)

    def _write(self, waiting: list[Waiting]) -> None:
        problem = self._problem([row for row, _, _ in waiting])
        if problem is not None and len(waiting) > 1:
            # Reason: one answer that cannot be kept must not refuse the others.
            for each in waiting:
                _tell([each], self._problem([each[0]]))
        else:
            _tell(waiting, problem)

    def _problem(self, rows: list[Mapping[str, Any]]) -> Exception | None:
        try:
            with self._store.writing(answers=True) as connection:
                keep_answers(connection, rows)
        except Exception as error:
            return error
        return None


def _tell(waiting: list[Waiting], problem: Exception | None) -> None:
    loops = {id(loop): loop for _, loop, _ in waiting}
    for key, loop in loops.items():
        futures = [future for _, other, future in waiting if id(other) == key]
        # Reason: a loop that has ended has nobody left who waits.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, futures, problem)


def _settle(futures: list[asyncio.Future[None]], problem: Exception | None) -> None:
    for future in futures:
        if future.cancelled():
            continue
        if problem is None:
            future.set_result(None)
        else:
            future.set_exception(problem)
