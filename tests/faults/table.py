"""What each test of a fault did and saw, for the table at the end of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["ROWS", "Row", "fault", "lines"]


@dataclass
class Row:
    """A fault of the table; `seen` is filled in by the test once all of it holds."""

    fault: str
    done: str
    seen: str = "FAILED"
    seconds: float = 0.0


ROWS: list[Row] = []
"""Of this run, in the order of the tests."""


@contextmanager
def fault(name: str, done: str) -> Iterator[Row]:
    """Enter a fault into the table and take its time; it says ``FAILED`` unless the test says more."""
    row = Row(name, done)
    ROWS.append(row)
    start = time.monotonic()
    try:
        yield row
    except BaseException:
        row.seen = "FAILED"
        raise
    finally:
        row.seconds = time.monotonic() - start


def lines(rows: list[Row]) -> list[str]:
    """Return the table as text.

    Examples
    --------
    >>> lines([Row("disk full", "a full tmpfs", "507", 2.0)])[-1]
    'disk full  a full tmpfs  507       2.0'
    """
    cells = [("fault", "what was done", "what was seen", "seconds")]
    cells += [(row.fault, row.done, row.seen, f"{row.seconds:.1f}") for row in rows]
    widths = [max(len(row[place]) for row in cells) for place in range(3)]
    return ["  ".join([*map(str.ljust, row[:3], widths), row[3].rjust(7)]) for row in cells]
