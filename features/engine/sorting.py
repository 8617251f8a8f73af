"""Stable orders of short, nearly sorted runs: what a buyer's facts are."""

from __future__ import annotations

from features.engine.kernel import kernel

__all__ = ["order_by"]

_RUN = 24
"""Runs of this length are sorted by insertion before they are merged."""


@kernel
def order_by(keys, count, order, spare):  # type: ignore[no-untyped-def]
    """Fill ``order[:count]`` with the stable ascending order of ``keys[:count]``.

    Parameters
    ----------
    keys : int ndarray
    count : int
    order, spare : int32 ndarray, at least `count` long
        `spare` is overwritten.

    Examples
    --------
    >>> import numpy as np
    >>> order, spare = np.empty(4, np.int32), np.empty(4, np.int32)
    >>> order_by(np.array([3, 1, 2, 1]), 4, order, spare)
    >>> order
    array([1, 3, 2, 0], dtype=int32)
    """
    for position in range(count):
        order[position] = position
    for first in range(0, count, _RUN):
        _insert(keys, order, first, min(first + _RUN, count))
    width = _RUN
    while width < count:
        for first in range(0, count, 2 * width):
            middle, last = min(first + width, count), min(first + 2 * width, count)
            if middle < last and keys[order[middle - 1]] > keys[order[middle]]:
                _merge(keys, order, spare, (first, middle, last))
        width *= 2


@kernel
def _insert(keys, order, first, last):  # type: ignore[no-untyped-def]
    for position in range(first + 1, last):
        row = order[position]
        key, hole = keys[row], position
        while hole > first and keys[order[hole - 1]] > key:
            order[hole] = order[hole - 1]
            hole -= 1
        order[hole] = row


@kernel
def _merge(keys, order, spare, bounds):  # type: ignore[no-untyped-def]
    first, middle, last = bounds
    for position in range(first, middle):
        spare[position] = order[position]
    left, right, hole = first, middle, first
    while left < middle:
        if right < last and keys[order[right]] < keys[spare[left]]:
            order[hole] = order[right]
            right += 1
        else:
            order[hole] = spare[left]
            left += 1
        hole += 1
