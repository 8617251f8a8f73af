"""A worker ends when the process that started it has ended in whatever way."""

from __future__ import annotations

import os
import signal
import threading
import time

__all__ = ["end_with_parent"]

_SECONDS_BETWEEN_LOOKS = 1.0


def end_with_parent() -> None:
    """Watch the parent process from a thread; without it, end as at SIGTERM.

    The parent ends its workers when it is told to stop. Killed outright it cannot, and a worker that is left
    would keep the port.
    """
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)
