"""Figures across buyers: what the whole book and each industry looked like at month ends, as known then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel, outermost
from features.engine.ledger import PAID, rates_at
from features.engine.money import in_reporting_currency, over
from features.engine.sorting import first_from
from features.engine.states import BASE, LATE, UNPAID, find_states, most_states, new_states

__all__ = [
    "BOOK",
    "CONTEXT",
    "GROUPS",
    "NO_CONTEXT",
    "Context",
    "MonthEnds",
    "figures",
    "peers",
    "sums_of_buyers",
]

BOOK = 0
"""Group of all buyers; the others are industries by their section's number plus 1."""

GROUPS = 22
"""The book and the 21 sections of ISIC."""

CONTEXT: tuple[str, ...] = (
    "share_late_amount_90d",
    "share_late_30_amount_90d",
    "mean_days_late_settled_90d",
)
"""Figures of a group."""

_WINDOW = 90
_MIN_BUYERS = 5
_DUE, _LATE, _LATE_30, _SETTLED, _DAYS_LATE, _BUYERS, _PARTS = range(7)


class MonthEnds(NamedTuple):
    """Month ends: seconds since 1970 and local days, ascending."""

    as_of: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Context:
    """Figures across buyers, one row a month end, as they were known then.

    Parameters
    ----------
    month_end : int64 ndarray, shape (m,)
        Seconds since 1970, ascending.
    values : float64 ndarray, shape (m, groups, len(CONTEXT))
        NaN where nothing was due or settled, or an industry has fewer than five buyers with something due.
    """

    month_end: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]


NO_CONTEXT = Context(np.empty(0, np.int64), np.empty((0, GROUPS, len(CONTEXT))))
"""Without a month end."""


@outermost
def sums_of_buyers(ledger, buyers, sections, ends):  # type: ignore[no-untyped-def]
    """Return sums of a range of buyers at each month end; those of ranges add up to those of all.

    Parameters
    ----------
    ledger : Ledger
    buyers : tuple of int
        First and last (excluded).
    sections : int8 ndarray, shape (buyers, m)
        Section of each buyer at each month end; -1 unknown.
    ends : MonthEnds
        m of them.

    Returns
    -------
    int64 ndarray, shape (currencies, m, groups, parts)
        Minor units.
    """
    sums = np.zeros((len(ledger.fx_start) - 1, len(ends.day), GROUPS, _PARTS), np.int64)
    states = new_states(most_states(ledger, np.arange(buyers[0], buyers[1])))
    seen = np.empty(len(ends.day), np.bool_)
    span = (ends.as_of.min(), ends.as_of.max()) if len(ends.as_of) else (0, 0)
    for buyer in range(buyers[0], buyers[1]):
        for month in range(len(seen)):
            seen[month] = False
        for state in range(find_states(ledger, buyer, span, states)):
            _add_due(ledger, states, state, (sections[buyer], ends, seen), sums)
        _add_settled(ledger, buyer, (sections[buyer], ends), sums)
        for month in range(len(seen)):
            if seen[month]:
                _add(sums, 0, month, sections[buyer, month], _BUYERS, 1)
    return sums


@inlined
def _add(sums, currency, month, section, part, amount):  # type: ignore[no-untyped-def]
    sums[currency, month, BOOK, part] += amount
    if section >= 0:
        sums[currency, month, section + 1, part] += amount


@kernel
def _add_due(ledger, states, state, shared, sums):  # type: ignore[no-untyped-def]
    """Add an item's state at the month ends within 90 days of its due date, open parts at their age then."""
    sections, ends, seen = shared
    facts, row = states.facts, states.row[state]
    if facts[state, BASE] <= 0:
        return
    due, currency = ledger.due_day[row], ledger.currency[row]
    for month in range(first_from(ends.day, (0, len(ends.day)), due), len(ends.day)):
        age = ends.day[month] - due
        if age >= _WINDOW:
            break
        if states.begins[state] <= ends.as_of[month] < states.ends[state]:
            section, unpaid = sections[month], facts[state, UNPAID]
            _add(sums, currency, month, section, _DUE, facts[state, BASE])
            _add(sums, currency, month, section, _LATE, facts[state, LATE] + unpaid * (age > 0))
            _add(sums, currency, month, section, _LATE_30, facts[state, LATE + 2] + unpaid * (age > 30))
            seen[month] = True


@kernel
def _add_settled(ledger, buyer, shared, sums):  # type: ignore[no-untyped-def]
    """Add a buyer's payments at the month ends within 90 days of them."""
    sections, ends = shared
    for i in range(ledger.invoice_start[buyer], ledger.invoice_start[buyer + 1]):
        item = ledger.item[i]
        if not ledger.payable[i]:
            continue
        for a in range(ledger.allocation_start[item], ledger.allocation_start[item + 1]):
            settled, part = ledger.settled_day[a], ledger.settled_minor[a]
            if not ledger.meaning[a] & PAID or part <= 0:
                continue
            begins = max(ledger.begins[i], ledger.allocation_begins[a])
            ends_at = min(ledger.ends[i], ledger.allocation_ends[a])
            for month in range(first_from(ends.day, (0, len(ends.day)), settled), len(ends.day)):
                if ends.day[month] - settled >= _WINDOW:
                    break
                if begins <= ends.as_of[month] < ends_at:
                    late = part * (settled - ledger.due_day[i])
                    _add(sums, ledger.currency[i], month, sections[month], _SETTLED, part)
                    _add(sums, ledger.currency[i], month, sections[month], _DAYS_LATE, late)


@outermost
def figures(ledger, sums, month_ends):  # type: ignore[no-untyped-def]
    """Return shares and means of each group from the sums of all buyers.

    Parameters
    ----------
    ledger : Ledger
    sums : int64 ndarray, shape (currencies, m, groups, parts)
    month_ends : int64 ndarray, shape (m,)

    Returns
    -------
    float64 ndarray, shape (m, groups, len(CONTEXT))
    """
    months, groups = sums.shape[1], sums.shape[2]
    values, rates = np.full((months, groups, 3), np.nan), np.empty(sums.shape[0])
    for month in range(months):
        rates_at(ledger, month_ends[month], rates)
        here = sums[:, month]
        for group in range(groups):
            if group != BOOK and here[0, group, _BUYERS] < _MIN_BUYERS:
                continue
            due = in_reporting_currency(here, group, _DUE, rates)
            settled = in_reporting_currency(here, group, _SETTLED, rates)
            values[month, group, 0] = over(in_reporting_currency(here, group, _LATE, rates), due)
            values[month, group, 1] = over(in_reporting_currency(here, group, _LATE_30, rates), due)
            values[month, group, 2] = over(in_reporting_currency(here, group, _DAYS_LATE, rates), settled)
    return values


@kernel
def peers(month_end, values, subjects, out):  # type: ignore[no-untyped-def]
    """Fill the figures of the book and of each buyer's industry at the last month end before as_of.

    Parameters
    ----------
    month_end, values : ndarray
        Of a `Context`.
    subjects : tuple of ndarray
        as_of (int64) and industry section (float64, NaN: unknown), shape (n,).
    out : float64 ndarray, shape (2 * len(CONTEXT), n)
        NaN before the first month end.
    """
    as_of, section = subjects
    for s in range(len(as_of)):
        row = first_from(month_end, (0, len(month_end)), as_of[s]) - 1
        for figure in range(len(CONTEXT)):
            out[figure, s] = values[row, BOOK, figure] if row >= 0 else np.nan
            is_known = row >= 0 and not np.isnan(section[s])
            group = int(section[s]) + 1 if is_known else BOOK
            out[len(CONTEXT) + figure, s] = values[row, group, figure] if is_known else np.nan
