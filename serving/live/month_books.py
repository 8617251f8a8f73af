"""Figures of the whole book by month end: read from the store, and made where they lack."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from credit.book import Book
from features.as_of import last_month_end
from serving.errors import CallError
from serving.store.books import read_book
from serving.store.common import Head
from serving.store.connect import Store
from serving.store.month_turns import month_turn

__all__ = ["MAKING", "MonthBooks"]

_LOG = logging.getLogger("credence.serving")

MAKING = "month end"
"""Name of the threads that wait for the figures of a month end."""

_KEPT = 60

_FOR_POSTS = timedelta(seconds=2)
"""For how long after its end a month is not made yet: facts of its last second are still being written."""


class MonthBooks:
    """The books of one release.

    Parameters
    ----------
    store : Store
    release_id : str
    make : callable
        Makes and keeps what lacks of a month end (naive UTC); returns once it is kept. Of all workers of the
        store, one calls it.
    """

    def __init__(self, store: Store, release_id: str, make: Callable[[datetime], None]) -> None:
        self._store, self._release_id, self._make = store, release_id, make
        self._kept: dict[datetime, Book | None] = {}
        self._making: dict[datetime, threading.Thread] = {}
        self._lock = threading.Lock()

    def before(self, moment: datetime, head: Head, *, seconds: float = 0.0) -> Book | None:
        """Return the figures of the month end before a moment; None before the books begin.

        Parameters
        ----------
        moment : datetime
            Naive UTC.
        head : Head
        seconds : float
            For how long to wait where they have to be made first.

        Raises
        ------
        CallError
            ``busy`` while they are made.
        """
        end = last_month_end(moment, head.seller.timezone)
        if end < head.observed_from:
            return None
        if end not in self._kept:
            self._remember(end, self._found(end, seconds))
        return self._kept[end]

    def has(self, end: datetime, head: Head) -> bool:
        """Whether the figures of the month end before another one are there, or there are none to be made."""
        before = last_month_end(end, head.seller.timezone)
        return before < head.observed_from or before in self._kept or self._read(before) is not None

    def _found(self, end: datetime, seconds: float) -> Book:
        kept = self._read(end)
        if kept is None:
            self._start(end).join(seconds)
            kept = self._read(end) if seconds else None
        if kept is None:
            found = "ones that are being made"
            raise CallError("busy", "the figures of that month end", found, "call again in a few seconds")
        return kept

    def _start(self, end: datetime) -> threading.Thread:
        """Have a month end made, once for all that ask meanwhile."""
        with self._lock:
            running = self._making.get(end)
            if running is None or not running.is_alive():
                running = threading.Thread(target=self._made_quietly, args=(end,), name=MAKING, daemon=True)
                self._making[end] = running
                running.start()
        return running

    def _made_quietly(self, end: datetime) -> None:
        time.sleep(_seconds_until(end + _FOR_POSTS))
        try:
            with month_turn(self._store):
                if self._read(end) is None:
                    self._make(end)
        except Exception as error:
            # Reason: the next call that needs it tries again; the text may name what a row says.
            _LOG.error("figures of a month end were not made: %s", type(error).__name__)

    def _read(self, end: datetime) -> Book | None:
        with self._store.reading() as connection:
            return read_book(connection, end, self._release_id)

    def _remember(self, end: datetime, book: Book) -> None:
        with self._lock:
            while len(self._kept) >= _KEPT:
                del self._kept[min(self._kept)]
            self._kept[end] = book


def _seconds_until(instant: datetime) -> float:
    left = instant - datetime.now(UTC).replace(tzinfo=None)
    return max(timedelta(0), min(left, _FOR_POSTS)).total_seconds()
