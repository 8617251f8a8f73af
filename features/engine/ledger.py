"""The arrays of a block as a named tuple, which compiled code can read by name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from features.block import Block

__all__ = ["Ledger", "ledger_of", "rates_at"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Ledger(NamedTuple):
    """Arrays of a `Block` (see there) that the compiled sweeps read."""

    invoice_start: Ints
    item: Ints
    known_from: Ints
    known_until: Ints
    issued_day: Ints
    due_day: Ints
    amount_minor: Ints
    currency: Ints
    sign: Ints
    payable: Ints
    sale: Ints
    allocation_start: Ints
    allocation_known_from: Ints
    allocation_known_until: Ints
    settled_day: Ints
    settled_minor: Ints
    meaning: Ints
    event_start: Ints
    event_known_from: Ints
    event_known_until: Ints
    event_day: Ints
    is_insolvency: Ints
    dispute_start: Ints
    dispute_known_from: Ints
    dispute_known_until: Ints
    dispute_day: Ints
    dispute_item: Ints
    limit_start: Ints
    limit_known_from: Ints
    limit_known_until: Ints
    limit_valid_from: Ints
    limit_valid_to: Ints
    limit_minor: Ints
    limit_currency: Ints
    is_own: Ints
    fx_start: Ints
    fx_known_from: Ints
    fx_rate: Floats


def ledger_of(block: Block) -> Ledger:
    """Return the arrays of a block."""
    return Ledger(*(getattr(block, name) for name in Ledger._fields))


@njit(nogil=True, cache=True)
def rates_at(ledger, as_of, rates):  # type: ignore[no-untyped-def]
    """Fill `rates`: reporting currency for one minor unit of each currency as known at `as_of`; NaN: none."""
    for currency in range(len(rates)):
        first, last = ledger.fx_start[currency], ledger.fx_start[currency + 1]
        known = np.searchsorted(ledger.fx_known_from[first:last], as_of, side="right")
        rates[currency] = ledger.fx_rate[first + known - 1] if known > 0 else np.nan
