"""Payment behaviour of a buyer as known at a moment: one pass over the buyer's items in the packed ledger."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from features.block import DILUTES, FOLLOWS, LOSS, MOVES, PAID, SubjectArrays
from features.engine.arrears import (
    CURE_DAYS,
    DEFAULT_DAYS,
    MATERIAL_AMOUNT,
    MATERIAL_SHARE,
    material_spells,
    timeline,
)
from features.engine.ledger import Ledger, rates_at

__all__ = ["ARREARS_FROM", "PAYMENTS", "payments"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PAYMENTS: tuple[str, ...] = tuple(
    """exposure overdue_amount amount_due_365d written_off_amount invoiced_amount_90d invoiced_amount_365d
    share_late_amount_90d share_late_amount_365d share_late_30_amount_90d share_late_30_amount_365d
    share_early_amount_365d share_diluted_amount_365d mean_days_late_90d mean_days_late_365d
    mean_days_late_all mean_days_late_settled_90d mean_days_late_settled_365d share_late_count_365d
    p90_days_late_365d max_days_late_365d mean_days_late_last_3 payment_index_365d count_open count_due_365d
    count_settled_365d count_invoices_365d median_invoice_amount_365d median_terms_days_365d
    peak_month_factor_365d oldest_open_days_past_due tenure_days days_since_last_invoice
    days_since_last_settlement high_credit_365d days_material_overdue in_default""".split()
)
"""Columns that `payments` fills, in order."""

ARREARS_FROM = PAYMENTS.index("high_credit_365d")
"""First of the columns that need the buyer's balance over time."""

# Columns of the sums by currency: the first six are amounts shown as they are, the others parts of shares
# and means.
_OPEN, _OVERDUE, _DUE_365, _LOST, _INVOICED_90, _INVOICED_365 = range(6)
_DUE_90, _LATE_90, _LATE_365, _LATE30_90, _LATE30_365, _EARLY_365, _DILUTED_365 = range(6, 13)
_DAYS_90, _DAYS_365, _DUE_ALL, _DAYS_ALL, _SETTLED_90, _SETTLED_DAYS_90, _SETTLED_365, _SETTLED_DAYS_365 = (
    range(13, 21)
)
_SUMS = 21

# Counts of items; the first four are shown as they are.
_OPEN_ITEMS, _DUE_ITEMS, _SETTLED_ITEMS, _SALES, _LATE_ITEMS = range(5)
_COUNTS = 5

# Extremes: the dpd of the oldest open item, and days.
_OLDEST, _FIRST_ISSUED, _LAST_SALE, _LAST_SETTLED = range(4)
_SEEN = 4
_NO_DAY = -(10**6)

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


class _Subject(NamedTuple):
    buyer: int
    as_of: int
    day: int
    own_item: int


class _Tally(NamedTuple):
    """What one pass over a buyer's items gathers; the lists are filled up to their counts."""

    sums: Ints
    counts: Ints
    seen: Ints
    days_late: Floats
    weights: Floats
    amounts: Floats
    terms: Floats
    months: Floats
    latest: Floats


def payments(ledger: Ledger, subjects: SubjectArrays, out: Floats) -> None:
    """Fill payment features of subjects.

    Parameters
    ----------
    ledger : Ledger
    subjects : SubjectArrays
    out : float64 ndarray, shape (n, len(PAYMENTS)) or (n, ARREARS_FROM)
        Without the columns from `ARREARS_FROM` on, which cost most, where they do not fit.
        Amounts in the reporting currency, days, shares and counts. NaN means that nothing is known to say
        it from: no item at all, a mean without items, a sum in a currency that has no rate yet.
    """
    _sweep(ledger, subjects.buyer, subjects.as_of, subjects.day, subjects.own_item, out)


@njit(nogil=True, cache=True)
def _sweep(ledger, buyer, as_of, day, own_item, out):  # type: ignore[no-untyped-def]
    rates = np.empty(len(ledger.fx_start) - 1, np.float64)
    for s in range(len(buyer)):
        out[s, :] = np.nan
        if buyer[s] >= 0:
            rates_at(ledger, as_of[s], rates)
            subject = _Subject(buyer[s], as_of[s], day[s], own_item[s])
            _subject(ledger, subject, rates, out[s])


@njit(nogil=True, cache=True)
def _subject(ledger, subject, rates, out):  # type: ignore[no-untyped-def]
    first, last = ledger.invoice_start[subject.buyer], ledger.invoice_start[subject.buyer + 1]
    tally = _new_tally(len(rates), last - first)
    known = 0
    for i in range(first, last):
        counts = ledger.known_from[i] <= subject.as_of < ledger.known_until[i]
        if counts and ledger.item[i] != subject.own_item and ledger.issued_day[i] <= subject.day:
            _item(ledger, i, subject, rates, tally)
            known += 1
    if known == 0:
        return
    seen = tally.seen
    n = _amounts(tally.sums, rates, out)
    n = _spread(tally, out, n)
    out[n : n + 4] = tally.counts[:4]
    n = _orders(tally, out, n + 4)
    if seen[_FIRST_ISSUED] > _NO_DAY:
        out[n] = seen[_OLDEST]
        out[n + 1] = subject.day - seen[_FIRST_ISSUED]
    if seen[_LAST_SALE] > _NO_DAY:
        out[n + 2] = subject.day - seen[_LAST_SALE]
    if seen[_LAST_SETTLED] > _NO_DAY:
        out[n + 3] = subject.day - seen[_LAST_SETTLED]
    if len(out) > n + 4:
        _arrears(ledger, subject, rates, out, n + 4)


@njit(nogil=True, cache=True)
def _new_tally(currencies, items):  # type: ignore[no-untyped-def]
    seen = np.full(_SEEN, _NO_DAY, np.int64)
    seen[_OLDEST] = 0
    return _Tally(
        np.zeros((currencies, _SUMS), np.int64), np.zeros(_COUNTS, np.int64), seen,
        np.empty(items, np.float64), np.empty(items, np.float64), np.empty(items, np.float64),
        np.empty(items, np.float64), np.zeros(12, np.float64), np.full((3, 2), np.nan),
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _item(ledger, i, subject, rates, tally):  # type: ignore[no-untyped-def]
    """Add one item to the tally."""
    amount, issued, due, payable = (
        ledger.amount_minor[i],
        ledger.issued_day[i],
        ledger.due_day[i],
        ledger.payable[i],
    )
    sums, seen = tally.sums[ledger.currency[i]], tally.seen
    closed, held, diluted, lost, followed, settled_on = _settlement(ledger, i, subject, sums)
    balance = amount - closed
    sums[_OPEN] += ledger.sign[i] * balance
    if not payable:
        return
    sums[_LOST] += lost
    seen[_LAST_SETTLED] = max(seen[_LAST_SETTLED], settled_on)
    seen[_FIRST_ISSUED] = issued if seen[_FIRST_ISSUED] == _NO_DAY else min(seen[_FIRST_ISSUED], issued)
    tally.counts[_OPEN_ITEMS] += balance > 0
    tally.counts[_SETTLED_ITEMS] += settled_on > subject.day - 365
    if balance - held > 0 and due < subject.day:
        sums[_OVERDUE] += balance - held
        seen[_OLDEST] = max(seen[_OLDEST], subject.day - due)
    if ledger.sale[i]:
        _sale(ledger, i, subject.day, diluted, rates, tally)
    # Reason: bills and transfers go on in another item, so that part is judged there and not here.
    base = amount - diluted - followed
    if due <= subject.day and base > 0:
        _due(ledger, i, subject, base, rates, tally)


@njit(nogil=True, cache=True)
def _settlement(ledger, i, subject, sums):  # type: ignore[no-untyped-def]
    """Return what is known of an item's settlement, in minor units, and the last day of a payment.

    Parts are what closes it, what bills hold open, what was credited, what was lost and what goes on
    elsewhere. Payments are added to the sums by settlement date; what takes a payment back is none.
    """
    item, due = ledger.item[i], ledger.due_day[i]
    closed, held, diluted, lost, followed, settled_on = 0, 0, 0, 0, 0, _NO_DAY
    for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
        settled, part, meaning = ledger.settled_day[a], ledger.settled_minor[a], ledger.meaning[a]
        if settled > subject.day or not _is_known(ledger, a, subject.as_of):
            continue
        closed += part * (meaning & MOVES > 0)
        held += part * (meaning & (MOVES | FOLLOWS) == FOLLOWS)
        diluted += part * (meaning & DILUTES > 0)
        lost += part * (meaning & LOSS > 0)
        followed += part * (meaning & FOLLOWS > 0)
        if meaning & PAID and part > 0 and ledger.payable[i]:
            settled_on = max(settled_on, settled)
            if settled > subject.day - 365:
                sums[_SETTLED_365] += part
                sums[_SETTLED_DAYS_365] += part * (settled - due)
            if settled > subject.day - 90:
                sums[_SETTLED_90] += part
                sums[_SETTLED_DAYS_90] += part * (settled - due)
    return closed, held, diluted, lost, followed, settled_on


@njit(nogil=True, cache=True)
def _is_known(ledger, a, as_of):  # type: ignore[no-untyped-def]
    return ledger.allocation_known_from[a] <= as_of < ledger.allocation_known_until[a]


@njit(nogil=True, cache=True)
def _sale(ledger, i, day, diluted, rates, tally):  # type: ignore[no-untyped-def]
    """Add an invoice to the figures by issue date."""
    amount, issued, cur = ledger.amount_minor[i], ledger.issued_day[i], ledger.currency[i]
    tally.seen[_LAST_SALE] = max(tally.seen[_LAST_SALE], issued)
    if issued > day - 365:
        n = tally.counts[_SALES]
        tally.sums[cur, _INVOICED_365] += amount
        tally.sums[cur, _DILUTED_365] += diluted
        tally.amounts[n], tally.terms[n] = amount * rates[cur], ledger.due_day[i] - issued
        tally.months[min(11, (day - issued) * 12 // 365)] += amount * rates[cur]
        tally.counts[_SALES] += 1
    if issued > day - 90:
        tally.sums[cur, _INVOICED_90] += amount


@njit(nogil=True, cache=True)
def _due(ledger, i, subject, base, rates, tally):  # type: ignore[no-untyped-def]
    """Add an item that fell due to the figures by due date."""
    due, cur, day = ledger.due_day[i], ledger.currency[i], subject.day
    weighted, late, late30, early = _lateness(ledger, i, subject, base)
    sums, n = tally.sums[cur], tally.counts[_DUE_ITEMS]
    _keep_latest(tally.latest, due, weighted / base)
    sums[_DUE_ALL] += base
    sums[_DAYS_ALL] += weighted
    if due > day - 365:
        tally.days_late[n], tally.weights[n] = weighted / base, base * rates[cur]
        tally.counts[_DUE_ITEMS] += 1
        tally.counts[_LATE_ITEMS] += late > 0
        sums[_DUE_365] += base
        sums[_DAYS_365] += weighted
        sums[_LATE_365] += late
        sums[_LATE30_365] += late30
        sums[_EARLY_365] += early
    if due > day - 90:
        sums[_DUE_90] += base
        sums[_DAYS_90] += weighted
        sums[_LATE_90] += late
        sums[_LATE30_90] += late30


@njit(nogil=True, cache=True)
def _lateness(ledger, i, subject, base):  # type: ignore[no-untyped-def]
    """Return amount times days late of an item, and what of it was late, over 30 days late and early.

    What was paid by a day is between 0 and `base`, so that an over-payment earns nothing and what takes a
    payment back makes that part unpaid again from that day on; allocations of an item are sorted by day.
    """
    item, due, day = ledger.item[i], ledger.due_day[i], subject.day
    running, paid, weighted, late, late30, early = 0, 0, 0, 0, 0, 0
    for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
        settled = ledger.settled_day[a]
        if settled > day or not ledger.meaning[a] & PAID or not _is_known(ledger, a, subject.as_of):
            continue
        running += ledger.settled_minor[a]
        part = min(max(running, 0), base) - paid
        paid += part
        weighted += part * (settled - due)
        late += part * (settled > due)
        late30 += part * (settled > due + 30)
        early += part * (settled < due)
    unpaid = base - paid
    return (
        weighted + unpaid * (day - due),
        late + unpaid * (day > due),
        late30 + unpaid * (day > due + 30),
        early,
    )


@njit(nogil=True, cache=True)
def _keep_latest(latest, due, days):  # type: ignore[no-untyped-def]
    """Keep the three items that fell due last, in order; `latest` holds due day and days late, gaps first."""
    if due < latest[0, 0]:
        return
    k = 0
    while k + 1 < len(latest) and not latest[k + 1, 0] > due:
        latest[k] = latest[k + 1]
        k += 1
    latest[k, 0], latest[k, 1] = due, days


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
def _spread(tally, out, n):  # type: ignore[no-untyped-def]
    n_due = tally.counts[_DUE_ITEMS]
    days_late, weights = tally.days_late[:n_due], tally.weights[:n_due]
    if n_due:
        out[n] = tally.counts[_LATE_ITEMS] / n_due
        out[n + 1] = np.percentile(days_late, 90)
        out[n + 2] = days_late.max()
    if not np.isnan(tally.latest[-1, 0]):
        out[n + 3] = np.nanmean(tally.latest[:, 1])
    if n_due >= _MIN_INDEX_ITEMS:
        points = np.interp(days_late, _INDEX_DAYS, _INDEX_POINTS)
        out[n + 4] = (points * weights).sum() / weights.sum()
    return n + 5


@njit(nogil=True, cache=True)
def _orders(tally, out, n):  # type: ignore[no-untyped-def]
    n_sales = tally.counts[_SALES]
    if n_sales:
        out[n + 1] = np.median(tally.terms[:n_sales])
        if not np.isnan(tally.months.sum()):
            out[n] = np.median(tally.amounts[:n_sales])
            out[n + 2] = np.percentile(tally.months, 95) / tally.months.mean()
    return n + 3


@njit(nogil=True, cache=True)
def _arrears(ledger, subject, rates, out, n):  # type: ignore[no-untyped-def]
    buyer, as_of, day, own_item = subject
    days, exposure, overdue = timeline(ledger, buyer, as_of, day, own_item, rates)
    if np.isnan(exposure).any():
        return
    peak = 0.0
    for j in range(len(days)):
        ends_in_window = j + 1 == len(days) or days[j + 1] - 1 > day - 365
        if ends_in_window and exposure[j] > peak:
            peak = exposure[j]
    out[n] = peak
    out[n + 1], out[n + 2] = 0.0, 0.0
    first, last = material_spells(days, exposure, overdue, day, MATERIAL_AMOUNT, MATERIAL_SHARE)
    cured_after = -(2**62)
    for j in range(len(first)):
        if last[j] == day:
            out[n + 1] = day - first[j] + 1
        # Reason: arrears of any length in the cure start it anew.
        if last[j] - first[j] + 1 >= DEFAULT_DAYS or first[j] <= cured_after:
            cured_after = last[j] + CURE_DAYS
    if cured_after >= day:
        out[n + 2] = 1.0
