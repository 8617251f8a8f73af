"""What each test of a fault did and saw, for the table at the end of a run."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["GROUND", "ROWS", "Ground", "Row", "fault", "lines"]

_FAILED = "FAILED"
_WIDTH = 110


@dataclass
class Row:
    """A fault of the table; `seen` is filled in by the test once all of it holds."""

    fault: str
    done: str
    seen: str = _FAILED
    seconds: float = 0.0


@dataclass
class Ground:
    """On which database a test is run that is run on both; empty for the others."""

    database: str = ""


GROUND = Ground()

ROWS: list[Row] = []
"""Of this run, in the order of the tests."""


@contextmanager
def fault(name: str, done: str) -> Iterator[Row]:
    """Enter a fault into the table and take its time; it says ``FAILED`` unless the test says more."""
    on = GROUND.database
    row = Row(name, done if on in done else f"{done}, {on}")
    ROWS.append(row)
    start = time.monotonic()
    try:
        yield row
    except BaseException:
        row.seen = _FAILED
        raise
    finally:
        row.seconds = time.monotonic() - start


def lines(rows: list[Row], untried: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Return the table as text: a paragraph a fault, then what could not be tried here, then how many held.

    Parameters
    ----------
    rows : list of Row
    untried : iterable of (str, str)
        Test, and why it was left out.

    Examples
    --------
    >>> print(
    ...     *lines([Row("disk full", "a full tmpfs", "503", 2.0)], [("test_clock", "no compiler")]), sep="\\n"
    ... )
    disk full (2.0 s)
      done  a full tmpfs
      seen  503
    test_clock
      NOT TRIED  no compiler
    1 fault, 0 FAILED, 1 not tried
    """
    told = []
    for row in rows:
        told += [
            f"{row.fault} ({row.seconds:.1f} s)",
            *_wrapped("done", row.done),
            *_wrapped("seen", row.seen),
        ]
    missing = list(untried)
    for name, why in missing:
        told += [name, *_wrapped("NOT TRIED", why)]
    failed = sum(row.seen == _FAILED for row in rows)
    return [*told, f"{len(rows)} fault{'s' * (len(rows) != 1)}, {failed} FAILED, {len(missing)} not tried"]


def _wrapped(label: str, words: str) -> list[str]:
    first = f"  {label}  "
    return textwrap.wrap(words, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
