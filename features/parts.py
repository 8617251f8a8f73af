"""Long rows of things, taken some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

__all__ = ["parts_of"]

T = TypeVar("T")


def parts_of(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items some at a time, each read once; the last part may be shorter.

    Examples
    --------
    >>> list(parts_of("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
