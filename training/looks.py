"""How often a test period was looked at: an append-only record in the home."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from training.home import Home
from training.pipelines import AnyRun

__all__ = ["look_at_test", "looks_before"]


def look_at_test(home: Home, run: AnyRun) -> int:
    """Record that a training measured itself on its test period; see `looks_before`."""
    spec = run.model.spec
    period = {name: str(run.metrics[name]) for name in ("from", "to")}
    return looks_before(home, "train", spec.outcome, spec.data_hash, period)


def looks_before(home: Home, by: str, outcome: str, data_hash: str, period: Mapping[str, str]) -> int:
    """Record a look at a period and return how many looks at a part of it there were before.

    Parameters
    ----------
    home : Home
    by : str
        What looks: train, evaluate, compare or promote.
    outcome, data_hash : str
        Only looks at the same outcome in the same data count: other data are another test.
    period : mapping
        ``from`` and ``to`` as days, half-open.

    Notes
    -----
    Each look at a test period that decides something makes its figures a little too good. A line that cannot
    be read counts as a look: it may have been one at this period.
    """
    home.make()
    look = {"outcome": outcome, "data_hash": data_hash, "from": period["from"], "to": period["to"]}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with (home.path / "looks.jsonl").open("ab+") as record:
        fcntl.flock(record, fcntl.LOCK_EX)
        record.seek(0)
        lines = record.read().split(b"\n")
        # Reason: what was cut while it was written must not swallow the line behind it.
        end = b"\n" if lines[-1] else b""
        record.write(end + json.dumps({"at": at, "by": by, **look}).encode() + b"\n")
    return sum(_may_overlap(line, look) for line in lines if line)


def _may_overlap(line: bytes, look: Mapping[str, str]) -> bool:
    try:
        return _overlaps(json.loads(line), look)
    except (ValueError, KeyError, TypeError):
        return True


def _overlaps(old: Mapping[str, Any], new: Mapping[str, str]) -> bool:
    same = all(old[name] == new[name] for name in ("outcome", "data_hash"))
    return same and bool(old["from"] < new["to"] and new["from"] < old["to"])
