"""What a worker notices of itself, beside its calls: its loop's delay, its memory, its collector's stops."""

from __future__ import annotations

import asyncio
import gc
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from serving.observe.metrics import Metrics

__all__ = ["CollectorWatch", "Pulse"]

_SECONDS = 0.5
_REMEMBERED = 120
"""Beats of the last minute."""

_MEMORY = Path("/proc/self/statm")


class CollectorWatch:
    """Adds up how long the collector of garbage stops us; `callback` belongs into `gc.callbacks`."""

    def __init__(self) -> None:
        self.seconds = self.longest = 0.0
        self._began = 0.0

    def callback(self, phase: str, _info: dict[str, int]) -> None:
        """Note the beginning or the end of a collection."""
        if phase == "start":
            self._began = perf_counter()
            return
        took = perf_counter() - self._began
        self.seconds += took
        self.longest = max(self.longest, took)


class Pulse:
    """Beats twice a second in a worker's loop.

    Parameters
    ----------
    metrics : Metrics
    beats : sequence of callable
        What else is done at each beat; must be short.
    """

    def __init__(self, metrics: Metrics, *beats: Callable[[], None]) -> None:
        self._metrics, self._beats = metrics, beats
        self._lags: deque[float] = deque(maxlen=_REMEMBERED)
        self._collector = CollectorWatch()
        self._told = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the loop that runs; a second time does nothing."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        gc.callbacks.append(self._collector.callback)
        try:
            while True:
                due = perf_counter() + _SECONDS
                await asyncio.sleep(_SECONDS)
                self._lags.append(max(0.0, perf_counter() - due))
                self._tell()
                for beat in self._beats:
                    beat()
        finally:
            gc.callbacks.remove(self._collector.callback)

    def _tell(self) -> None:
        self._metrics.lag.set(max(self._lags))
        self._metrics.pauses.inc(self._collector.seconds - self._told)
        self._told = self._collector.seconds
        self._metrics.longest_pause.set(self._collector.longest)
        memory = _resident_bytes()
        if memory is not None:
            self._metrics.memory.set(memory)


def _resident_bytes() -> int | None:
    """Return the resident memory of this process; None where the system does not tell it this way."""
    try:
        return int(_MEMORY.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None
