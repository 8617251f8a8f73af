"""The append-only log of what was put in force, and what it says of a date."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from features.errors import InputError
from training.home import Home

__all__ = ["append", "before_current", "now", "read_log", "served_on"]


def append(home: Home, entry: Mapping[str, Any]) -> None:
    """Write an entry behind the others; it is on the disk when this returns."""
    home.releases.mkdir(parents=True, exist_ok=True)
    with (home.releases / "promotions.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")
        log.flush()
        os.fsync(log.fileno())


def read_log(home: Home) -> list[dict[str, Any]]:
    """Return all entries, oldest first.

    Returns
    -------
    list of dict
        ``at`` (UTC), ``action`` (promote, rollback, sync), ``version``, ``promoted``, ``first``, ``forced``,
        ``reason``, ``gates``; with ``release`` and ``models`` where something was put in force.
    """
    path = home.releases / "promotions.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


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
        Where the day cannot be read.
    """
    try:
        start = pd.Timestamp(day)
    except ValueError as error:
        raise InputError.of("a date like 2026-01-31 for --on", "other text", "correct it") from error
    start = start.tz_localize("UTC") if start.tz is None else start.tz_convert("UTC")
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
    ends = [*(entry["at"] for entry in entries[1:]), None]
    return [
        {"release": entry["release"], "models": entry.get("models", {}), "from": entry["at"], "to": end}
        for entry, end in zip(entries, ends, strict=True)
    ]


def now() -> str:
    """Return this moment as entries tell it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
