"""The log: JSON or text, a line an event, with trace ids and without anything that a customer's row says."""

from __future__ import annotations

import json
import logging
import os
import random
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from serving.observe.trace import trace_id

__all__ = ["FORM", "SAMPLE", "CallLog", "JsonLines", "TextLines", "log_to_stderr"]

FORM = "CREDENCE_LOG"
"""Variable with the form of the log: ``json``, or ``text`` as it is where it is not set."""

SAMPLE = "CREDENCE_LOG_SAMPLE"
"""Variable with the share of calls that are logged, from 0 to 1; 0.01 where it is not set."""

_SHARE = 0.01
_FAULTS = 500
_CALL = "call"
_NOT_READY = ("/readyz", 503)

_LOG = logging.getLogger("credence.calls")


class TextLines(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text, a call with its fields behind it."""
        fields = getattr(record, _CALL, None) or {}
        return " ".join([super().format(record), *(f"{name}={value}" for name, value in fields.items())])

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the name is the library's)
        """Return the kind of an exception: its text may hold a customer's data."""
        return str(ei[0].__name__)


class JsonLines(logging.Formatter):
    """Lines for programs: an object each."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON; of an exception its kind alone: its text may hold a customer's data."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "trace_id": trace_id() or None,
        }
        if record.exc_info and record.exc_info[0] is not None:
            said["exception"] = record.exc_info[0].__name__
        return json.dumps(said | (getattr(record, _CALL, None) or {}), ensure_ascii=False)


_FORMS: Mapping[str, Callable[[], logging.Formatter]] = {"json": JsonLines, "text": TextLines}


def log_to_stderr(environment: Mapping[str, str] = os.environ) -> None:
    """Have everything of ours logged to standard error, in the form that the environment names."""
    log = logging.getLogger("credence")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        form = environment.get(FORM, "text")
        handler.setFormatter(_FORMS.get(form, TextLines)())
        log.addHandler(handler)
        if form not in _FORMS:
            log.warning("expected json or text in %s; found another word; text is written", FORM)
    log.setLevel(logging.INFO)
    log.propagate = False


class CallLog:
    """Logs some of the calls, and every one that a fault ended.

    Parameters
    ----------
    share : float
        Of the calls that are logged.
    release : callable
        Returns the id of the release that serves.
    """

    def __init__(self, share: float, release: Callable[[], str | None]) -> None:
        self._share, self._release = share, release

    @classmethod
    def from_environment(
        cls, release: Callable[[], str | None], environment: Mapping[str, str] = os.environ
    ) -> CallLog:
        """Return the log with the share that the environment names; one that is none is 1 %."""
        try:
            share = float(environment.get(SAMPLE) or _SHARE)
        except ValueError:
            share = _SHARE
        return cls(share if 0 <= share <= 1 else _SHARE, release)

    def call(self, route: str, method: str, status: int, seconds: float) -> None:
        """Log a call, if it is one that is logged.

        Parameters
        ----------
        route : str
            Address as its route names it: the path itself may hold a buyer's id.
        method : str
            One of a fixed set.
        status : int
        seconds : float
        """
        if status < _FAULTS and random.random() >= self._share:  # noqa: S311 (nobody gains by guessing)
            return
        fields = {
            "trace_id": trace_id(),
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1e3, 3),
            "release": self._release(),
        }
        _LOG.log(_level(route, status), "answered", extra={_CALL: fields})


def _level(route: str, status: int) -> int:
    if status < _FAULTS:
        return logging.INFO
    # Reason: the address is there to tell that a worker still loads; why one never will is logged once.
    return logging.WARNING if (route, status) == _NOT_READY else logging.ERROR
