"""Public records, disputes and limits of a buyer as known at a moment."""

from __future__ import annotations

import numpy as np
from numba import njit

from features.block import SubjectArrays
from features.engine.ledger import Ledger, rates_at

__all__ = ["RECORDS", "records"]

RECORDS: tuple[str, ...] = (
    "is_insolvent",
    "count_adverse_events_365d",
    "own_limit",
    "insured_limit",
    "count_disputes_365d",
)
"""Columns that `records` fills, in order."""


def records(ledger: Ledger, subjects: SubjectArrays, out: np.ndarray) -> None:
    """Fill public records, disputes and limits in force.

    Parameters
    ----------
    ledger : Ledger
    subjects : SubjectArrays
    out : float64 ndarray, shape (n, len(RECORDS))
        A flag, a count without insolvencies, sums of limits in the reporting currency (NaN: none in force),
        and a count of disputes without those of the subject's own invoice.
    """
    _sweep(ledger, subjects.buyer, subjects.as_of, subjects.day, subjects.own_item, out)


@njit(nogil=True, cache=True)
def _sweep(ledger, buyer, as_of, day, own_item, out):  # type: ignore[no-untyped-def]
    rates = np.empty(len(ledger.fx_start) - 1, np.float64)
    for s in range(len(buyer)):
        out[s, :] = 0.0
        out[s, 2:4] = np.nan
        if buyer[s] >= 0:
            rates_at(ledger, as_of[s], rates)
            _events(ledger, buyer[s], as_of[s], day[s], out[s])
            _disputes(ledger, buyer[s], (as_of[s], day[s]), own_item[s], out[s])
            _limits(ledger, buyer[s], (as_of[s], day[s]), rates, out[s])


@njit(nogil=True, cache=True)
def _events(ledger, buyer, as_of, day, out):  # type: ignore[no-untyped-def]
    for e in range(ledger.event_start[buyer], ledger.event_start[buyer + 1]):
        known = ledger.event_known_from[e] <= as_of < ledger.event_known_until[e]
        if known and ledger.event_day[e] <= day:
            if ledger.is_insolvency[e]:
                out[0] = 1.0
            elif ledger.event_day[e] > day - 365:
                out[1] += 1


@njit(nogil=True, cache=True)
def _disputes(ledger, buyer, moment, own_item, out):  # type: ignore[no-untyped-def]
    as_of, day = moment
    for d in range(ledger.dispute_start[buyer], ledger.dispute_start[buyer + 1]):
        known = ledger.dispute_known_from[d] <= as_of < ledger.dispute_known_until[d]
        if known and ledger.dispute_item[d] != own_item and day - 365 < ledger.dispute_day[d] <= day:
            out[4] += 1


@njit(nogil=True, cache=True)
def _limits(ledger, buyer, moment, rates, out):  # type: ignore[no-untyped-def]
    as_of, day = moment
    in_force = np.zeros(2, np.bool_)
    for j in range(ledger.limit_start[buyer], ledger.limit_start[buyer + 1]):
        known = ledger.limit_known_from[j] <= as_of < ledger.limit_known_until[j]
        if known and ledger.limit_valid_from[j] <= day <= ledger.limit_valid_to[j]:
            column = 2 if ledger.is_own[j] else 3
            amount = ledger.limit_minor[j] * rates[ledger.limit_currency[j]]
            out[column] = amount + (out[column] if in_force[column - 2] else 0.0)
            in_force[column - 2] = True
