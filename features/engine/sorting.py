"""Stable orders of short, nearly sorted runs: what a buyer's facts are."""

from __future__ import annotations

from features.engine.kernel import inlined, kernel

__all__ = ["first_from", "order_by", "order_by_day", "order_rows"]

_RUN = 24
"""Runs of this length are sorted by insertion before they are merged."""

_SPARSE = 8
"""Up to so many days a row, counting is quicker than comparing."""

_NEVER = 2**40


@inlined
def first_from(values, bounds, key):  # type: ignore[no-untyped-def]
    """Return the first place of ascending ``values[bounds[0]:bounds[1]]`` that holds `key` or more.

    Examples
    --------
    >>> import numpy as np
    >>> first_from(np.array([1, 3, 3, 7]), (0, 4), 3), first_from(np.array([1, 3]), (0, 2), 9)
    (1, 2)
    """
    low, high = bounds
    while low < high:
        middle = (low + high) // 2
        if values[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


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
    order_rows(keys, order, count, spare)


@kernel
def order_by_day(days, count, order, spare):  # type: ignore[no-untyped-def]
    """Fill ``order[:count]`` with the stable ascending order of days that lie close to each other.

    Parameters
    ----------
    days : int32 ndarray
    count : int
    order, spare : int32 ndarray, at least `count` long
        The longer `spare`, which is overwritten, the more days can be told apart by counting.
    """
    first, last = _NEVER, -_NEVER
    for row in range(count):
        first, last = min(first, days[row]), max(last, days[row])
    if last - first + 2 > min(len(spare), _SPARSE * count):
        order_by(days, count, order, spare)
        return
    for day in range(last - first + 2):
        spare[day] = 0
    for row in range(count):
        spare[days[row] - first + 1] += 1
    for day in range(last - first + 1):
        spare[day + 1] += spare[day]
    for row in range(count):
        order[spare[days[row] - first]] = row
        spare[days[row] - first] += 1


@kernel
def order_rows(keys, order, count, spare):  # type: ignore[no-untyped-def]
    """Put the rows ``order[:count]`` in the stable ascending order of their keys.

    Parameters
    ----------
    keys : int ndarray
    order, spare : int32 ndarray, at least `count` long
        `spare` is overwritten.
    count : int

    Examples
    --------
    >>> import numpy as np
    >>> order = np.array([1, 2, 3], np.int32)
    >>> order_rows(np.array([9, 8, 7, 8]), order, 3, np.empty(3, np.int32))
    >>> order
    array([2, 1, 3], dtype=int32)
    """
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
