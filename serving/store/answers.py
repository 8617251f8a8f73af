"""Answers are kept before they are given, many in one transaction."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from serving.store.connect import Store
from serving.store.schema import assessments

__all__ = ["AnswerWriter"]

_MOST_AT_ONCE = 1_000
_MOST_WAITING = 20_000

Waiting = tuple[Mapping[str, Any], "asyncio.AbstractEventLoop", "asyncio.Future[None]"]


class AnswerWriter:
    """Keeps answers from a thread of its own: whatever waits when a transaction ends is the next one.

    So one answer alone is kept at once, and under load a transaction's cost is shared by many.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        # Reason: the same facts, request and release give the same assessment, which is kept once.
        dialect: Any = sqlite if store.is_sqlite else postgresql
        self._insert = dialect.insert(assessments).on_conflict_do_nothing()
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
                connection.execute(self._insert, rows)
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
