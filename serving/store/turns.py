"""Whose turn it is to write a file that takes one writer at a time."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["turn"]

_SECONDS_BETWEEN_TRIES = 0.002


@contextmanager
def turn(path: Path, seconds: float, *, between: float = _SECONDS_BETWEEN_TRIES) -> Iterator[None]:
    """Wait for the turn of this thread among all threads and processes that ask here; it ends with the block.

    SQLite itself tries ten times a second: whoever writes without a break would keep the others out for ever.
    The death of a process ends its turn.

    Parameters
    ----------
    path : Path
        File of the lock; made where it is not there.
    seconds : float
        After which the block begins all the same: the database then says itself that it is locked.
    between : float
        Seconds between two tries.
    """
    try:
        handle = path.open("a")
    except OSError:
        # Reason: where nothing may be written, the database refuses in words.
        yield
        return
    with handle:
        deadline = time.monotonic() + seconds
        while not _is_mine(handle.fileno()) and time.monotonic() < deadline:
            time.sleep(between)
        yield


def _is_mine(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
