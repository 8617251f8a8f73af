"""Payment behaviour of a buyer as known at a moment, from the packed ledger: one pass over the buyer's items."""

from __future__ import annotations

import numpy as np
from numba import njit

from features.block import DILUTES, LOSS, MOVES, PAID, SubjectArrays
from features.engine.arrears import (
    CURE_DAYS,
    DEFAULT_DAYS,
    MATERIAL_AMOUNT,
    MATERIAL_SHARE,
    material_spells,
    timeline,
)
from features.engine.ledger import Ledger, rates_at

__all__ = ["PAYMENTS", "payments"]

PAYMENTS: tuple[str, ...] = tuple(
    """exposure overdue_amount amount_due_365d written_off_amount invoiced_amount_90d invoiced_amount_365d
    share_late_amount_90d share_late_amount_365d share_late_30_amount_90d share_late_30_amount_365d
    share_early_amount_365d share_diluted_amount_365d mean_days_late_90d mean_days_late_365d mean_days_late_all
    mean_days_late_settled_90d mean_days_late_settled_365d share_late_count_365d p90_days_late_365d
    max_days_late_365d mean_days_late_last_3 payment_index_365d count_open count_due_365d count_settled_365d
    count_invoices_365d median_invoice_amount_365d median_terms_days_365d peak_month_factor_365d
    oldest_open_days_past_due tenure_days days_since_last_invoice days_since_last_settlement high_credit_365d
    days_material_overdue in_default""".split()
)
"""Columns that `payments` fills, in order."""

# Columns of the sums by currency: the first six are amounts shown as they are, the others parts of shares and means.
_OPEN, _OVERDUE, _DUE_365, _LOST, _INVOICED_90, _INVOICED_365 = range(6)
_DUE_90, _LATE_90, _LATE_365, _LATE30_90, _LATE30_365, _EARLY_365, _DILUTED_365 = range(6, 13)
_DAYS_90, _DAYS_365, _DUE_ALL, _DAYS_ALL, _SETTLED_90, _SETTLED_DAYS_90, _SETTLED_365, _SETTLED_DAYS_365 = range(13, 21)
_SUMS = 21

_QUOTIENTS = np.array(
    [
        (_LATE_90, _DUE_90), (_LATE_365, _DUE_365), (_LATE30_90, _DUE_90), (_LATE30_365, _DUE_365),
        (_EARLY_365, _DUE_365), (_DILUTED_365, _INVOICED_365), (_DAYS_90, _DUE_90), (_DAYS_365, _DUE_365),
        (_DAYS_ALL, _DUE_ALL), (_SETTLED_DAYS_90, _SETTLED_90), (_SETTLED_DAYS_365, _SETTLED_365),
    ]
)  # fmt: skip

_INDEX_DAYS = np.array([-30.0, -20.0, 0.0, 15.0, 22.0, 30.0, 60.0, 90.0, 120.0, 121.0, 211.0])
_INDEX_POINTS = np.array([100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0, 10.0, 1.0])

_MIN_INDEX_ITEMS = 3


def payments(ledger: Ledger, subjects: SubjectArrays, out: np.ndarray) -> None:
    """Fill payment features of subjects.

    Parameters
    ----------
    ledger : Ledger
    subjects : SubjectArrays
    out : float64 ndarray, shape (n, len(PAYMENTS))
        Amounts in the reporting currency, days, shares and counts. NaN means that nothing is known to say it from:
        a mean without items, a sum in a currency that has no rate yet.
    """
    _sweep(ledger, subjects.buyer, subjects.as_of, subjects.day, subjects.own_item, out)


@njit(nogil=True, cache=True)
def _sweep(ledger, buyer, as_of, day, own_item, out):  # type: ignore[no-untyped-def]
    currencies = len(ledger.fx_start) - 1
    sums = np.empty((currencies, _SUMS), np.int64)
    rates = np.empty(currencies, np.float64)
    for s in range(len(buyer)):
        out[s, :] = np.nan
        if buyer[s] >= 0:
            rates_at(ledger, as_of[s], rates)
            sums[:] = 0
            _subject(ledger, buyer[s], as_of[s], day[s], own_item[s], rates, sums, out[s])


@njit(nogil=True, cache=True)
def _subject(ledger, buyer, as_of, day, own_item, rates, sums, out):  # type: ignore[no-untyped-def]
    first, last = ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]
    size = last - first
    days_late = np.empty(size, np.float64)
    weights = np.empty(size, np.float64)
    amounts = np.empty(size, np.float64)
    terms = np.empty(size, np.float64)
    months = np.zeros(12, np.float64)
    latest = np.full((3, 2), np.nan)
    n_due, n_all_due, n_issued, n_open, n_settled, n_late = 0, 0, 0, 0, 0, 0
    oldest_dpd, first_issued, last_issued, last_settled = 0, day + 1, -(10**6), -(10**6)
    for i in range(first, last):
        item = ledger.item[i]
        if not ledger.known_from[i] <= as_of < ledger.known_until[i] or item == own_item:
            continue
        cur, due, issued, amount = ledger.currency[i], ledger.due_day[i], ledger.issued_day[i], ledger.amount_minor[i]
        paid, diluted, lost, moved, weighted, late, late30, early, settled_on = _item(ledger, i, as_of, day, sums[cur])
        balance = amount - moved
        if issued <= day:
            sums[cur, _OPEN] += ledger.sign[i] * balance
        if not ledger.payable[i] or issued > day:
            continue
        sums[cur, _LOST] += lost
        last_settled = max(last_settled, settled_on)
        first_issued, last_issued = min(first_issued, issued), max(last_issued, issued)
        n_open += balance > 0
        if balance > 0 and due < day:
            sums[cur, _OVERDUE] += balance
            oldest_dpd = max(oldest_dpd, day - due)
        if issued > day - 365:
            sums[cur, _INVOICED_365] += amount
            sums[cur, _DILUTED_365] += diluted
            amounts[n_issued], terms[n_issued] = amount * rates[cur], due - issued
            months[min(11, (day - issued) * 12 // 365)] += amount * rates[cur]
            n_issued += 1
        if issued > day - 90:
            sums[cur, _INVOICED_90] += amount
        n_settled += settled_on > day - 365
        # Reason: bills and transfers go on in another item, so that part is judged there and not here.
        base = amount - diluted - (moved - paid - diluted - lost)
        if due > day or base <= 0:
            continue
        unpaid = max(0, base - paid)
        weighted += unpaid * (day - due)
        late += unpaid * (day > due)
        late30 += unpaid * (day > due + 30)
        total = paid + unpaid
        if total <= 0:
            continue
        n_all_due += 1
        sums[cur, _DUE_ALL] += total
        sums[cur, _DAYS_ALL] += weighted
        _keep_latest(latest, due, weighted / total)
        if due > day - 365:
            days_late[n_due], weights[n_due] = weighted / total, total * rates[cur]
            n_due += 1
            n_late += weighted > 0
            sums[cur, _DUE_365] += total
            sums[cur, _DAYS_365] += weighted
            sums[cur, _LATE_365] += late
            sums[cur, _LATE30_365] += late30
            sums[cur, _EARLY_365] += early
        if due > day - 90:
            sums[cur, _DUE_90] += total
            sums[cur, _DAYS_90] += weighted
            sums[cur, _LATE_90] += late
            sums[cur, _LATE30_90] += late30
    n = _amounts(sums, rates, out)
    n = _spread(days_late[:n_due], weights[:n_due], n_late, latest, out, n)
    out[n : n + 4] = n_open, n_due, n_settled, n_issued
    n = _orders(amounts[:n_issued], terms[:n_issued], months, out, n + 4)
    out[n] = oldest_dpd
    if first_issued <= day:
        out[n + 1], out[n + 2] = day - first_issued, day - last_issued
    if last_settled > -(10**6):
        out[n + 3] = day - last_settled
    _arrears(ledger, buyer, as_of, day, own_item, rates, out, n + 4)


@njit(nogil=True, cache=True)
def _item(ledger, i, as_of, day, sums):  # type: ignore[no-untyped-def]
    """Return what is known of an item's settlement, in minor units, and add it to the sums by settlement date."""
    item, due = ledger.item[i], ledger.due_day[i]
    paid, diluted, lost, moved, weighted, late, late30, early, settled_on = 0, 0, 0, 0, 0, 0, 0, 0, -(10**6)
    for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
        if not ledger.allocation_known_from[a] <= as_of < ledger.allocation_known_until[a]:
            continue
        settled = ledger.settled_day[a]
        if settled > day:
            continue
        part, meaning = ledger.settled_minor[a], ledger.meaning[a]
        moved += part * (meaning & MOVES > 0)
        diluted += part * (meaning & DILUTES > 0)
        lost += part * (meaning & LOSS > 0)
        if meaning & PAID:
            paid += part
            weighted += part * (settled - due)
            late += part * (settled > due)
            late30 += part * (settled > due + 30)
            early += part * (settled < due)
            settled_on = max(settled_on, settled)
            if ledger.payable[i] and settled > day - 365:
                sums[_SETTLED_365] += part
                sums[_SETTLED_DAYS_365] += part * (settled - due)
            if ledger.payable[i] and settled > day - 90:
                sums[_SETTLED_90] += part
                sums[_SETTLED_DAYS_90] += part * (settled - due)
    return paid, diluted, lost, moved, weighted, late, late30, early, settled_on


@njit(nogil=True, cache=True)
def _keep_latest(latest, due, days):  # type: ignore[no-untyped-def]
    """Keep the three items that fell due last; `latest` holds due day and days late, missing ones first."""
    lowest = 0
    for k in range(len(latest)):
        if np.isnan(latest[k, 0]):
            lowest = k
            break
        if latest[k, 0] < latest[lowest, 0]:
            lowest = k
    if np.isnan(latest[lowest, 0]) or due >= latest[lowest, 0]:
        latest[lowest, 0], latest[lowest, 1] = due, days


@njit(nogil=True, cache=True)
def _amounts(sums, rates, out):  # type: ignore[no-untyped-def]
    totals = np.zeros(_SUMS, np.float64)
    for k in range(_SUMS):
        for cur in range(len(rates)):
            if sums[cur, k] != 0:
                totals[k] += sums[cur, k] * rates[cur]
    out[:6] = totals[:6]
    for q in range(len(_QUOTIENTS)):
        below = totals[_QUOTIENTS[q, 1]]
        if below > 0:
            out[6 + q] = totals[_QUOTIENTS[q, 0]] / below
    return 6 + len(_QUOTIENTS)


@njit(nogil=True, cache=True)
def _spread(days_late, weights, n_late, latest, out, n):  # type: ignore[no-untyped-def]
    if len(days_late):
        out[n] = n_late / len(days_late)
        out[n + 1] = np.percentile(days_late, 90)
        out[n + 2] = days_late.max()
    if not np.isnan(latest[0, 0]):
        out[n + 3] = np.nanmean(latest[:, 1])
    if len(days_late) >= _MIN_INDEX_ITEMS:
        points = np.interp(days_late, _INDEX_DAYS, _INDEX_POINTS)
        out[n + 4] = (points * weights).sum() / weights.sum()
    return n + 5


@njit(nogil=True, cache=True)
def _orders(amounts, terms, months, out, n):  # type: ignore[no-untyped-def]
    if len(amounts):
        out[n] = np.median(amounts)
        out[n + 1] = np.median(terms)
        if months.sum() > 0:
            out[n + 2] = np.percentile(months, 95) / months.mean()
    return n + 3


@njit(nogil=True, cache=True)
def _arrears(ledger, buyer, as_of, day, own_item, rates, out, n):  # type: ignore[no-untyped-def]
    days, exposure, overdue = timeline(ledger, buyer, as_of, day, own_item, rates)
    peak = 0.0
    for j in range(len(days)):
        ends_in_window = j + 1 == len(days) or days[j + 1] > day - 365
        if ends_in_window and exposure[j] > peak:
            peak = exposure[j]
    out[n] = peak
    out[n + 1], out[n + 2] = 0.0, 0.0
    first, last = material_spells(days, exposure, overdue, day, MATERIAL_AMOUNT, MATERIAL_SHARE)
    for j in range(len(first)):
        if last[j] == day:
            out[n + 1] = day - first[j] + 1
        if last[j] - first[j] + 1 >= DEFAULT_DAYS and last[j] + CURE_DAYS >= day:
            out[n + 2] = 1.0
