"""Limits in force on a buyer as known at a moment: our own and the insurer's."""

from __future__ import annotations

import numpy as np

from features.engine.exchange import converted
from features.engine.kernel import kernel, outermost
from features.engine.ledger import rates_at

__all__ = ["LIMITS", "limits"]

LIMITS: tuple[str, ...] = ("own_limit", "insured_limit")
"""Columns that `limits` fills, in order."""


@outermost
def limits(ledger, moments, out):  # type: ignore[no-untyped-def]
    """Fill the limits in force at each moment.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
    out : float64 ndarray, shape (len(LIMITS), n), C order
        Sums in the reporting currency at the rates known at as_of; NaN: none in force, or one without rate.
    """
    currencies = len(ledger.fx_start) - 1
    sums, rates = np.empty((currencies, len(LIMITS)), np.int64), np.empty(currencies, np.float64)
    in_force = np.empty(len(LIMITS), np.int64)
    for s in range(len(moments.buyer)):
        out[0, s], out[1, s] = np.nan, np.nan
        buyer = moments.buyer[s]
        first, last = (ledger.limit_start[buyer], ledger.limit_start[buyer + 1]) if buyer >= 0 else (0, 0)
        if first < last:
            _add(ledger, (first, last), (moments.as_of[s], moments.day[s]), sums, in_force)
            rates_at(ledger, moments.as_of[s], rates)
            for column in range(len(LIMITS)):
                if in_force[column]:
                    out[column, s] = converted(sums, column, rates)


@kernel
def _add(ledger, bounds, moment, sums, in_force):  # type: ignore[no-untyped-def]
    sums[:, :], in_force[:] = 0, 0
    as_of, day = moment
    for j in range(bounds[0], bounds[1]):
        is_known = ledger.limit_begins[j] <= as_of < ledger.limit_ends[j]
        if is_known and ledger.limit_valid_from[j] <= day <= ledger.limit_valid_to[j]:
            column = 0 if ledger.is_own[j] else 1
            sums[ledger.limit_currency[j], column] += ledger.limit_minor[j]
            in_force[column] += 1
