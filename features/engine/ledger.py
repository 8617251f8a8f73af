"""The packed facts of buyers as arrays that compiled code reads by name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel
from features.engine.sorting import first_from

__all__ = [
    "BILL",
    "CASH",
    "DILUTES",
    "DISCOUNT",
    "FOLLOWS",
    "LOSS",
    "MOVES",
    "NEVER",
    "PAID",
    "WHOLE_ITEM",
    "Ledger",
    "rate_at",
    "rates_at",
    "rates_over_time",
]

Seconds = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Minor = npt.NDArray[np.int64]
Starts = npt.NDArray[np.int64]

PAID, DILUTES, LOSS, FOLLOWS, MOVES, DISCOUNT, BILL, CASH = (1 << bit for bit in range(8))
"""Bits of an allocation's meaning: counts as paid, dilutes, is a credit loss, goes on in a successor, leaves
the item's open balance (closed, or moved to a bill), is a discount, is a bill, is cash."""

NEVER = int(np.datetime64("2261-01-01", "s").astype(np.int64))
"""An instant after all of a ledger; what ends later does not end."""

WHOLE_ITEM = -1
"""Amount of a dispute that names none: the whole item."""


class Ledger(NamedTuple):
    """Facts of one or many buyers.

    A row is one version of one fact, in force at instants ``begins <= as_of < ends``: it begins when it is
    known and its own day has come, and ends when a later version is known. Instants are seconds since 1970
    (int64), days are local days since 1970 (int32), amounts minor units (int64). An *item* is an invoice and
    instalment, a bill, a residual or money that no invoice has yet; items are numbered by buyer.

    Parameters
    ----------
    invoice_start : int64 ndarray, shape (buyers + 1,)
        Item versions of buyer b are ``invoice_start[b]:invoice_start[b + 1]``, sorted by item and time.
    item, begins, ends, issued_day, due_day, amount_minor : ndarray, shape (versions,)
    currency : int16 ndarray
        Index of the currency.
    sign, payable, sale : int8 ndarray
        What the kind does to the balance; 1 for items that are to be paid (0: credit memos, prepayments);
        0 for bills and residuals, which go on for other items.
    allocation_start : int64 ndarray, shape (items + 1,)
    allocation_begins, allocation_ends, settled_day, settled_minor, meaning : ndarray
        By allocation version, sorted by item and settled_day.
    dispute_start : int64 ndarray, shape (items + 1,)
    dispute_begins, dispute_ends, dispute_resolves, dispute_day, resolved_day, disputed_minor : ndarray
        By dispute version, sorted by item; the dispute is open on days ``dispute_day <= day < resolved_day``,
        `dispute_resolves` is the first second of the latter.
    event_start : int64 ndarray, shape (buyers + 1,)
    event_begins, event_ends, event_day, is_insolvency : ndarray
    limit_start : int64 ndarray, shape (buyers + 1,)
    limit_begins, limit_ends, limit_valid_from, limit_valid_to, limit_minor, limit_currency, is_own : ndarray
    fx_start : int64 ndarray, shape (currencies + 1,)
    fx_begins, fx_day, fx_rate : ndarray
        Steps of the reporting currency for one minor unit, by currency and time; `fx_day` is the local day
        of `fx_begins`.
    """

    invoice_start: Starts
    item: npt.NDArray[np.int32]
    begins: Seconds
    ends: Seconds
    issued_day: Days
    due_day: Days
    amount_minor: Minor
    currency: npt.NDArray[np.int16]
    sign: npt.NDArray[np.int8]
    payable: npt.NDArray[np.int8]
    sale: npt.NDArray[np.int8]
    allocation_start: Starts
    allocation_begins: Seconds
    allocation_ends: Seconds
    settled_day: Days
    settled_minor: Minor
    meaning: npt.NDArray[np.int16]
    dispute_start: Starts
    dispute_begins: Seconds
    dispute_ends: Seconds
    dispute_resolves: Seconds
    dispute_day: Days
    resolved_day: Days
    disputed_minor: Minor
    event_start: Starts
    event_begins: Seconds
    event_ends: Seconds
    event_day: Days
    is_insolvency: npt.NDArray[np.int8]
    limit_start: Starts
    limit_begins: Seconds
    limit_ends: Seconds
    limit_valid_from: Days
    limit_valid_to: Days
    limit_minor: Minor
    limit_currency: npt.NDArray[np.int16]
    is_own: npt.NDArray[np.int8]
    fx_start: Starts
    fx_begins: Seconds
    fx_day: Days
    fx_rate: npt.NDArray[np.float64]


@inlined
def rates_at(ledger, as_of, rates):  # type: ignore[no-untyped-def]
    """Fill `rates`: reporting currency for one minor unit of each currency as known at `as_of`; NaN: none."""
    for currency in range(len(rates)):
        rates[currency] = rate_at(ledger.fx_start, ledger.fx_begins, ledger.fx_rate, currency, as_of)


@kernel
def rates_over_time(table, currency, as_of, out):  # type: ignore[no-untyped-def]
    """Fill `out`: reporting currency for one minor unit of a currency as known at each instant; NaN: none.

    `table` are the starts, instants and rates of a ledger.
    """
    start, begins, rate = table
    for s in range(len(as_of)):
        out[s] = rate_at(start, begins, rate, currency, as_of[s])


@kernel
def rate_at(start, begins, rate, currency, as_of):  # type: ignore[no-untyped-def]
    """Return the rate of one currency as known at `as_of`, from the ledger's rates; NaN: none."""
    later = first_from(begins, (start[currency], start[currency + 1]), as_of + 1)
    return rate[later - 1] if later > start[currency] else np.nan
