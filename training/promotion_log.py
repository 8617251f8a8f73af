"""The append-only log of what was put in force, and what it says of a date."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import InputError
from training.home import Home

__all__ = ["append", "before_current", "now", "read_log", "served_on"]

_KEYS = {"at", "promoted"}
"""What every entry tells."""


def append(home: Home, entry: Mapping[str, Any]) -> None:
    """Write an entry behind the others; it is on the disk when this returns."""
    home.releases.mkdir(parents=True, exist_ok=True)
    with _file(home).open("ab+") as log:
        log.seek(0)
        last = log.read().rpartition(b"\n")[2]
        if _is_json(last):
            log.write(b"\n")
        elif last:
            # Reason: it was cut while it was written; its change is written anew.
            log.truncate(log.tell() - len(last))
        log.write(json.dumps(entry).encode() + b"\n")
        log.flush()
        os.fsync(log.fileno())


def read_log(home: Home) -> list[dict[str, Any]]:
    """Return all entries, oldest first.

    Returns
    -------
    list of dict
        ``at`` (UTC), ``action`` (promote, rollback, sync), ``version``, ``promoted``, ``first``, ``forced``,
        ``reason``, ``gates``; with ``release`` and ``models`` where something was put in force. A last line
        that was cut while it was written is none.

    Raises
    ------
    InputError
        Where a line is no entry: what served when can no longer be told from it.
    """
    if not _file(home).is_file():
        return []
    lines = _file(home).read_bytes().split(b"\n")
    if not _is_json(lines[-1]):
        del lines[-1]
    return [_entry(number, line) for number, line in enumerate(lines, 1) if line]


def served_on(home: Home, day: str) -> list[dict[str, Any]]:
    """Return the releases that were in force at some moment of a day in UTC.

    Parameters
    ----------
    home : Home
    day : str
        Such as 2026-01-31.

    Returns
    -------
    list of dict
        ``release``, ``models``, ``from`` and ``to`` (null where it still serves), oldest first.

    Raises
    ------
    InputError
        Where the day cannot be read, or is yet to come.
    """
    try:
        start = pd.Timestamp(day)
    except ValueError as error:
        raise _no_day() from error
    if pd.isna(start):
        raise _no_day()
    start = start.tz_localize("UTC") if start.tz is None else start.tz_convert("UTC")
    if start > pd.Timestamp(now()):
        # Reason: what is in force may be replaced before that day.
        raise InputError.of("a day for --on that has begun", "one to come", "name today or an earlier day")
    stop = start.normalize() + pd.Timedelta(days=1)
    spans = _spans(home)
    return [
        span for span in spans
        if pd.Timestamp(span["from"]) < stop and (span["to"] is None or pd.Timestamp(span["to"]) > start)
    ]  # fmt: skip


def before_current(home: Home) -> str:
    """Return the release that served before the one in force was promoted; empty where there was none.

    A rollback goes back on the way by which the releases came, so two of them go back two steps.
    """
    way: list[str] = []
    for entry in _in_force(home):
        if entry["release"] in way:
            way = way[: way.index(entry["release"]) + 1]
        else:
            way.append(entry["release"])
    return way[-2] if len(way) > 1 else ""


def _in_force(home: Home) -> list[dict[str, Any]]:
    return [entry for entry in read_log(home) if entry["promoted"]]


def _spans(home: Home) -> list[dict[str, Any]]:
    entries = _in_force(home)
    ends = [*(entry["at"] for entry in entries), None][1:]
    return [
        {"release": entry["release"], "models": entry.get("models", {}), "from": entry["at"], "to": end}
        for entry, end in zip(entries, ends, strict=True)
    ]


def _file(home: Home) -> Path:
    return home.releases / "promotions.jsonl"


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _entry(number: int, line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise _no_entry(number) from error
    if not isinstance(entry, dict) or not entry.keys() >= _KEYS:
        raise _no_entry(number)
    if entry["promoted"] and not isinstance(entry.get("release"), str):
        raise _no_entry(number)
    return entry


def _no_entry(number: int) -> InputError:
    step = "restore promotions.jsonl in releases of CREDENCE_HOME from a copy, or take the line out"
    return InputError.of("a promotion log with one entry a line", f"another line {number}", step)


def _no_day() -> InputError:
    return InputError.of("a date like 2026-01-31 for --on", "other text", "correct it")


def now() -> str:
    """Return this moment as entries tell it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
