"""What each worker serves, told so that any of them can tell of all."""

from __future__ import annotations

import logging
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import orjson

__all__ = ["Board", "FolderBoard", "WorkerState", "instant", "may_run", "own_identity"]

_LOG = logging.getLogger("credence.serving")

_LONGEST_SILENCE = timedelta(minutes=5)
"""A worker tells of itself every few seconds; the pid of one that is silent so long is another program's."""

WorkerState = dict[str, Any]
"""What ``Worker`` of the OpenAPI document describes."""


class Board(Protocol):
    """Where workers tell what they serve."""

    def write(self, told: WorkerState) -> None:
        """Put up what a worker tells, in place of what it told before; a board that is away is no error."""

    def read(self) -> list[WorkerState]:
        """Return what the workers that live have told, by their id."""


def own_identity() -> WorkerState:
    """Return who this worker is."""
    host, pid = socket.gethostname(), os.getpid()
    return {"worker_id": f"{host}:{pid}", "host": host, "pid": pid, "started_at": instant()}


def instant() -> str:
    """Return this moment in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class FolderBoard:
    """A file a worker, for the workers of one home.

    Parameters
    ----------
    folder : Path
        Made when a worker first writes.

    Examples
    --------
    >>> FolderBoard(Path("nowhere")).read()
    []
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_away = False

    def write(self, told: WorkerState) -> None:
        """Replace the file of a worker whole; where the folder takes no files, say so once and go on."""
        # Reason: of two machines with one home, each may have a worker of this pid.
        path = self._folder / f"{told['host']}-{told['pid']}.json"
        temporary = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(orjson.dumps(told))
            temporary.replace(path)
        except OSError as error:
            if not self._is_away:
                _LOG.warning("the state of workers cannot be written (%s)", error.strerror)
            self._is_away = True
        else:
            self._is_away = False

    def read(self) -> list[WorkerState]:
        """Return what the living workers told, and remove the files of dead ones."""
        told = []
        for path in sorted(self._folder.glob("*.json")):
            state = _read(path)
            if state is not None and _lives(state):
                told.append(state)
            elif state is not None:
                _remove(path)
        return told


def _read(path: Path) -> WorkerState | None:
    try:
        state = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    known = {"worker_id", "pid", "host", "seen_at"}
    return state if isinstance(state, dict) and known <= state.keys() else None


def _lives(state: WorkerState) -> bool:
    # Reason: what was seen by a clock that was ahead is as old as what was seen long ago.
    silence = abs(datetime.now(UTC) - datetime.fromisoformat(state["seen_at"]))
    return silence <= _LONGEST_SILENCE and may_run(state)


def may_run(state: WorkerState) -> bool:
    """Return False where a worker of this host has ended; of another host nobody here can say.

    Examples
    --------
    >>> may_run(own_identity()), may_run({"host": "elsewhere", "pid": 1})
    (True, True)
    """
    if state["host"] != socket.gethostname():
        return True
    try:
        os.kill(state["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        # Reason: another worker was first, or the folder is read-only; the file is left out either way.
        _LOG.debug("the state of a worker that ended stays")
