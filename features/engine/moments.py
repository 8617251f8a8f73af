"""Subjects as the compiled sweeps see them: whose facts, at which moment, without which item."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel

__all__ = ["Moments", "fill_nothing", "next_buyer", "own_rows"]


class Moments(NamedTuple):
    """Moments of buyers, sorted by buyer and as_of.

    Parameters
    ----------
    buyer : int64 ndarray, shape (n,)
        Position in the block; -1 for a buyer that it does not know.
    as_of, day : int64 ndarray, shape (n,)
        Seconds since 1970 and the seller's local day of it.
    own_item : int64 ndarray, shape (n,)
        Item that is left out with all that refers to it; -1 for none.
    """

    buyer: npt.NDArray[np.int64]
    as_of: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    own_item: npt.NDArray[np.int64]


@kernel
def next_buyer(buyer, first):  # type: ignore[no-untyped-def]
    """Return where the subjects of the buyer at `first` end."""
    last = first
    while last < len(buyer) and buyer[last] == buyer[first]:
        last += 1
    return last


@kernel
def fill_nothing(out, first, last):  # type: ignore[no-untyped-def]
    """Fill all columns of subjects whose buyer nobody knows with NaN."""
    for column in range(len(out)):
        for s in range(first, last):
            out[column, s] = np.nan


@inlined
def own_rows(ledger, item_start, buyer, own_item):  # type: ignore[no-untyped-def]
    """Return first and last (excluded) row of an item in a stream; no rows where it is not this buyer's."""
    first, last = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    if own_item < 0 or first == last:
        return 0, 0
    lowest, highest = ledger.item[first], ledger.item[last - 1]
    if not lowest <= own_item <= highest:
        return 0, 0
    return item_start[own_item - lowest], item_start[own_item - lowest + 1]
