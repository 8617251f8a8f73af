"""The clerk: a process beside the worker for what needs pandas, so that the worker does not.

A call is a function of `serving.clerk_work` by name, with arguments that can be pickled.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from serving.errors import CallError

__all__ = ["Clerk"]


class Clerk:
    """One child process that does one piece of work after the other.

    Parameters
    ----------
    url : str
        Of the store, with its password: it is told to the child and to nobody else.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    async def call(self, work: str, *arguments: Any) -> Any:
        """Return what the clerk made of a piece of work.

        Parameters
        ----------
        work : str
            Name of a function of `serving.clerk_work`.
        *arguments : object
            Follow the store.

        Raises
        ------
        CallError
            With the code ``busy`` where the clerk died at it; the next call meets a new one. Facts were then
            either stored whole or not at all, so that the call may be repeated.
        InputError
            Where the work refuses its input.
        """
        pool = self._running()
        try:
            return await asyncio.wrap_future(pool.submit(_work, work, arguments))
        except BrokenProcessPool:
            raise self._died(pool) from None

    def run(self, work: str, *arguments: Any) -> Any:
        """Do as `call`, for a thread that may wait."""
        pool = self._running()
        try:
            return pool.submit(_work, work, arguments).result()
        except BrokenProcessPool:
            raise self._died(pool) from None

    def start(self) -> None:
        """Start the process and let it import what it needs."""
        self._running().submit(_work, "warm", ())

    def close(self) -> None:
        """End the process once its work is done."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown()

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, context, _open, (self._url,))
            return self._pool

    def _died(self, pool: ProcessPoolExecutor) -> CallError:
        self._forget(pool)
        found = "one that is starting anew"
        return CallError("busy", "a clerk that answers", found, "call again in a few seconds")

    def _forget(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = None
        broken.shutdown(wait=False)


def _open(url: str) -> None:
    """Begin the child: it opens the store, and ends with its worker."""
    from serving import clerk_work
    from serving.parent import end_with_parent

    end_with_parent()
    clerk_work.begin(url)


def _work(name: str, arguments: tuple[Any, ...]) -> Any:
    from serving import clerk_work

    return clerk_work.WORK[name](*arguments)
