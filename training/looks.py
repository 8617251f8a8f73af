"""How often a test period was looked at: each look makes the next figure a little less of a test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from features.errors import InputError
from training.home import Home

__all__ = ["look"]

_FILE = "looks.jsonl"


def look(home: Home, by: str, outcome: str, data_hash: str, report: dict[str, Any]) -> int:
    """Record that somebody measures a model on a period, and return how often that was done before.

    A look at a period that overlaps this one counts, on whatever state of the books. The record is only ever
    added to. The caller holds the home's lock.

    Parameters
    ----------
    home : Home
    by : str
        What looks: ``train`` or ``evaluate late@3``.
    outcome : str
    data_hash : str
    report : dict
        With ``from`` and ``to``, days of the period (half-open).

    Raises
    ------
    InputError
        Where the record cannot be read.
    """
    start, stop = str(report["from"]), str(report["to"])
    before = sum(
        1 for one in _looks(home) if one["outcome"] == outcome and one["from"] < stop and start < one["to"]
    )
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "by": by, "outcome": outcome,
        "data": data_hash, "from": start, "to": stop,
    }  # fmt: skip
    with (home.path / _FILE).open("a", encoding="utf-8") as record:
        record.write(json.dumps(entry) + "\n")
    return before


def _looks(home: Home) -> Iterator[dict[str, Any]]:
    path = home.path / _FILE
    if not path.is_file():
        return
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield {name: str(json.loads(line)[name]) for name in ("outcome", "from", "to")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        step = "restore it, or move it away to begin a new record"
        found = f"one that cannot be read ({type(error).__name__})"
        raise InputError.of(f"{_FILE} of CREDENCE_HOME with a look a line", found, step) from error
