"""Material arrears of a buyer over time: the obligor's days past due above both materiality thresholds."""

from __future__ import annotations

import numpy as np
from numba import njit

from features.block import FOLLOWS, MOVES

__all__ = ["CURE_DAYS", "DEFAULT_DAYS", "MATERIAL_AMOUNT", "MATERIAL_SHARE", "material_spells", "timeline"]

MATERIAL_AMOUNT = 500.0
"""Overdue sum, in the reporting currency, above which arrears are material (absolute threshold)."""

MATERIAL_SHARE = 0.01
"""Share of the exposure above which arrears are material (relative threshold)."""

DEFAULT_DAYS = 90
"""Consecutive days of material arrears that make a default."""

CURE_DAYS = 90
"""Days without material arrears after which a default counts as cured."""


@njit(nogil=True, cache=True)
def timeline(ledger, buyer, as_of, day, own_item, rates):  # type: ignore[no-untyped-def]
    """Return days and running sums of a buyer's exposure and overdue amount, as known at `as_of`, to `day`.

    Parameters
    ----------
    ledger : Ledger
    buyer : int
    as_of, day : int
        Seconds and local day.
    own_item : int
        Item that is left out.
    rates : float64 ndarray, shape (currencies,)
        Reporting currency for a minor unit.

    Returns
    -------
    days : int64 ndarray, shape (m,)
        Sorted days on which a sum changes.
    exposure, overdue : float64 ndarray, shape (m,)
        Sums in the reporting currency from that day on.
    """
    size = 0
    first, last = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    for i in range(first, last):
        item = ledger.item[i]
        size += 2 + 2 * (ledger.allocation_start[item + 1] - ledger.allocation_start[item])
    days = np.empty(size, np.int64)
    exposure = np.zeros(size, np.float64)
    overdue = np.zeros(size, np.float64)
    n = 0
    for i in range(first, last):
        item = ledger.item[i]
        known = ledger.known_from[i] <= as_of < ledger.known_until[i]
        if not known or item == own_item or ledger.issued_day[i] > day:
            continue
        rate = rates[ledger.currency[i]] * ledger.sign[i]
        due_from = max(ledger.due_day[i] + 1, ledger.issued_day[i])
        days[n], exposure[n] = ledger.issued_day[i], rate * ledger.amount_minor[i]
        n += 1
        if ledger.payable[i] and due_from <= day:
            days[n], overdue[n] = due_from, rate * ledger.amount_minor[i]
            n += 1
        asked = ledger.amount_minor[i]
        for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
            is_known = ledger.allocation_known_from[a] <= as_of < ledger.allocation_known_until[a]
            if not is_known or ledger.settled_day[a] > day:
                continue
            part, meaning = ledger.settled_minor[a], ledger.meaning[a]
            if meaning & MOVES:
                days[n], exposure[n] = ledger.settled_day[a], -rate * part
                n += 1
            gone_from = max(ledger.settled_day[a], due_from)
            if meaning & (MOVES | FOLLOWS) and ledger.payable[i] and gone_from <= day:
                # Reason: an item that is paid twice does not make another one less overdue.
                days[n], overdue[n] = gone_from, rate * (max(asked - part, 0) - max(asked, 0))
                asked -= part
                n += 1
    return _running(days[:n], exposure[:n], overdue[:n])


@njit(nogil=True, cache=True)
def _running(days, exposure, overdue):  # type: ignore[no-untyped-def]
    order = np.argsort(days, kind="mergesort")
    days = days[order]
    exposure = np.cumsum(exposure[order])
    overdue = np.cumsum(overdue[order])
    kept = 0
    for j in range(len(days)):
        if j + 1 == len(days) or days[j + 1] != days[j]:
            days[kept], exposure[kept], overdue[kept] = days[j], exposure[j], overdue[j]
            kept += 1
    return days[:kept], exposure[:kept], overdue[:kept]


@njit(nogil=True, cache=True)
def material_spells(days, exposure, overdue, until_day, amount, share):  # type: ignore[no-untyped-def]
    """Return first and last day of each spell in which the overdue sum is above both thresholds.

    Parameters
    ----------
    days, exposure, overdue : ndarray, shape (m,)
        From `timeline`.
    until_day : int
        Last day known; a spell that goes on ends there.
    amount, share : float
        Absolute threshold in the reporting currency; relative threshold as a share of the exposure.

    Returns
    -------
    first, last : int64 ndarray, shape (spells,)
        A spell's length in days is ``last - first + 1``: the obligor's days past due on its last day.

    Examples
    --------
    >>> days, sums = np.array([10, 50]), np.array([1000.0, 0.0])
    >>> material_spells(days, sums, sums, 100, 500.0, 0.01)
    (array([10]), array([49]))
    """
    first = np.empty(len(days), np.int64)
    last = np.empty(len(days), np.int64)
    n, since = 0, -1
    for j in range(len(days)):
        material = overdue[j] > amount and overdue[j] > share * exposure[j]
        if material and since < 0:
            since = j
        if not material and since >= 0:
            first[n], last[n] = days[since], days[j] - 1
            n, since = n + 1, -1
    if since >= 0:
        first[n], last[n] = days[since], until_day
        n += 1
    return first[:n], last[:n]
