"""Sets of rows that are tied to each other, directly or through other rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = ["join", "settle"]

Rows = npt.NDArray[np.int32]


@njit(nogil=True, cache=True)
def _root(parent: Rows, row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


@njit(nogil=True, cache=True)
def join(parent: Rows, left: Rows, right: Rows) -> None:
    """Tie pairs of rows together, in place.

    Parameters
    ----------
    parent : int32 ndarray, shape (n,)
        A row of the same set for each row; at first each row itself.
    left, right : int32 ndarray, shape (pairs,)

    Examples
    --------
    >>> parent = np.arange(5, dtype=np.int32)
    >>> join(parent, np.array([3, 4], np.int32), np.array([1, 3], np.int32))
    >>> settle(parent)
    >>> parent.tolist()
    [0, 1, 2, 1, 1]
    """
    for number in range(len(left)):
        one, other = _root(parent, left[number]), _root(parent, right[number])
        parent[max(one, other)] = min(one, other)


@njit(nogil=True, cache=True)
def settle(parent: Rows) -> None:
    """Name each set by its first row, in place."""
    for row in range(len(parent)):
        parent[row] = _root(parent, row)
