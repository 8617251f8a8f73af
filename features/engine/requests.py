"""Figures of a request, against what the buyer is used to: one compiled sweep."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from features.block import SubjectArrays
from features.engine.civil import civil, is_month_end
from features.engine.kernel import kernel
from features.engine.logarithm import log
from features.engine.money import over

__all__ = ["HISTORY", "REQUESTS", "requests"]

HISTORY: tuple[str, ...] = (
    "median_invoice_amount_365d",
    "median_terms_days_365d",
    "max_invoice_amount_365d",
    "high_credit_365d",
)
"""Payment features that a request is compared with."""

REQUESTS: tuple[str, ...] = (
    "request_amount",
    "request_assumed",
    "log_request_amount",
    "log_request_to_usual",
    "log_request_to_largest_365d",
    "log_request_to_high_credit_365d",
    "request_terms_days",
    "request_terms_change_days",
    "request_days_until_due",
    "request_due_weekday",
    "request_due_day_of_month",
    "request_due_is_month_end",
)
"""Columns that `requests` fills, in order."""


def requests(
    table: npt.NDArray[np.float64],
    rows: npt.NDArray[np.int64],
    subjects: SubjectArrays,
    out: npt.NDArray[np.float64],
    *,
    assumes_usual: bool,
) -> None:
    """Fill the figures of each subject's request.

    Parameters
    ----------
    table : float64 ndarray, shape (columns, n), C order
        Features that are computed already.
    rows : int64 ndarray, shape (len(HISTORY),)
        Rows of `table` that hold `HISTORY`.
    subjects : SubjectArrays
        n subjects.
    out : float64 ndarray, shape (len(REQUESTS), n), C order
        Rows in the order of `REQUESTS`; NaN where nothing was asked or nothing is known to compare with.
        Money is in the reporting currency.
    assumes_usual : bool
        Where there is no request, take the buyer's usual invoice (median amount and terms of 365 days).
    """
    asked = (subjects.amount, subjects.terms_days, subjects.days_until_due, subjects.due_day, subjects.day)
    _sweep(table, rows, asked, assumes_usual, out)


@kernel
def _sweep(table, rows, asked, assumes_usual, out):  # type: ignore[no-untyped-def]
    for s in range(out.shape[1]):
        usual_amount, usual_terms = table[rows[0], s], table[rows[1], s]
        amount, terms, left, due = asked[0][s], asked[1][s], asked[2][s], asked[3][s]
        takes_amount = assumes_usual and np.isnan(amount) and not np.isnan(usual_amount)
        amount = usual_amount if takes_amount else amount
        takes_terms = assumes_usual and np.isnan(terms) and not np.isnan(usual_terms + amount)
        if takes_terms:
            terms, left, due = usual_terms, usual_terms, asked[4][s] + usual_terms
        out[0, s] = amount
        out[1, s] = 1.0 if takes_amount or takes_terms else 0.0
        out[2, s] = log(amount)
        out[3, s] = log(over(amount, usual_amount))
        out[4, s] = log(over(amount, table[rows[2], s]))
        out[5, s] = log(over(amount, table[rows[3], s]))
        out[6, s] = terms
        out[7, s] = terms - usual_terms
        out[8, s] = left
        out[9, s], out[10, s], out[11, s] = _due_day(due)


@kernel
def _due_day(due):  # type: ignore[no-untyped-def]
    """Return weekday, day of the month, and whether that is among the last three or the first two."""
    if np.isnan(due):
        return np.nan, np.nan, np.nan
    # Reason: usual terms may be a median between two whole numbers of days.
    whole = math.floor(due)
    # Reason: 1970-01-01 was a Thursday; 0 is Monday.
    return float((whole + 3) % 7), float(civil(whole)[2]), 1.0 if is_month_end(whole) else 0.0
