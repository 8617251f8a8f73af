"""The keys of the store as a worker holds them: read again every few seconds, never by a call."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from anyio import to_thread

from serving.access.keys import Key, Keys
from serving.access.refusals import keys_unreadable

__all__ = ["SECONDS_UNREVOKED", "Ring"]

_LOG = logging.getLogger("credence.serving")

_SECONDS_FRESH = 2.0
SECONDS_UNREVOKED = 5.0
"""After which a revoked key opens nothing any more, and nobody is let in where the store cannot be read."""

_SECONDS_TO_READ = 2.0


class Ring:
    """All keys by id, at most `SECONDS_UNREVOKED` old.

    Parameters
    ----------
    open_keys : callable
        Returns the keys of the store; called in a thread, at the first call.
    """

    def __init__(self, open_keys: Callable[[], Keys]) -> None:
        self._open_keys = open_keys
        self._store: Keys | None = None
        self._keys: dict[str, Key] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._used: set[str] = set()

    async def keys(self) -> dict[str, Key]:
        """Return the keys by id; a call waits only where they are too old to be used.

        Raises
        ------
        CallError
            ``keys_unreadable``.
        """
        age = time.monotonic() - self._read_at
        if age < _SECONDS_FRESH:
            return self._keys
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_again())
        if age >= SECONDS_UNREVOKED:
            await asyncio.wait([self._reading], timeout=_SECONDS_TO_READ)
            if time.monotonic() - self._read_at >= SECONDS_UNREVOKED:
                raise keys_unreadable()
        return self._keys

    def note_use(self, key_id: str) -> None:
        """Have the store told with the next reading that a key was used."""
        self._used.add(key_id)

    async def _read_again(self) -> None:
        began = time.monotonic()
        used, self._used = self._used, set()
        try:
            self._keys = await to_thread.run_sync(self._read, used)
        except Exception as error:
            # Reason: what a driver says may name the store's password.
            _LOG.error("keys cannot be read: %s", type(error).__name__)
            self._used |= used
        else:
            self._read_at = began

    def _read(self, used: set[str]) -> dict[str, Key]:
        if self._store is None:
            self._store = self._open_keys()
        keys = {key.key_id: key for key in self._store.list()}
        today = datetime.now(UTC).date()
        news = [each for each in used if each in keys and keys[each].last_used_on != today]
        if news:
            self._store.used(news, today)
        return keys
