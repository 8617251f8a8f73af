"""Features that follow from two others of the same subject."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel

__all__ = ["DERIVED", "RULES", "derive", "steps_of"]

_OVER, _SHARE, _LOG_RATIO, _DIFFERENCE, _EITHER = range(5)

RULES: tuple[tuple[str, int, str, str], ...] = (
    ("exposure_to_invoiced_365d", _OVER, "exposure", "invoiced_amount_365d"),
    ("exposure_to_high_credit_365d", _OVER, "exposure", "high_credit_365d"),
    ("share_written_off_amount_all", _OVER, "written_off_amount", "invoiced_amount_all"),
    ("disputes_per_invoice_365d", _OVER, "count_disputes_365d", "count_invoices_365d"),
    ("share_disputed_amount_365d", _SHARE, "disputed_amount_365d", "invoiced_amount_365d"),
    ("change_invoiced_amount_90d_365d", _LOG_RATIO, "invoiced_amount_90d", "invoiced_amount_365d"),
    (
        "mean_days_late_vs_book_90d",
        _DIFFERENCE,
        "mean_days_late_settled_90d",
        "book_mean_days_late_settled_90d",
    ),
    (
        "mean_days_late_vs_industry_90d",
        _DIFFERENCE,
        "mean_days_late_settled_90d",
        "industry_mean_days_late_settled_90d",
    ),
)
"""Name, rule and the two features: a quotient (NaN over what is not above 0), a quotient of at most 1, the
log of a quotient of a quarter's pace and a year's, a difference."""

_HAS_PAYMENTS = ("has_payments", _EITHER, "mean_days_late_all", "days_since_last_settlement")
"""1 where either is known."""

DERIVED: tuple[str, ...] = (*(name for name, *_ in RULES), "has_payments")
"""Columns that `derive` fills, in order."""

_PACE = 365 / 90


def steps_of(row_of: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Return rule, two rows to read and the row to fill of each derived feature of a table, in order.

    Parameters
    ----------
    row_of : mapping of str to int
        Row of each feature; what lacks one of a pair is not derived.
    """
    steps = [
        (rule, row_of[one], row_of[other], row_of[name])
        for name, rule, one, other in (*RULES, _HAS_PAYMENTS)
        if name in row_of and one in row_of and other in row_of
    ]
    return np.array(steps, np.int64).reshape(len(steps), 4)


@kernel
def derive(steps, table):  # type: ignore[no-untyped-def]
    """Fill the derived rows of a table of features, shape (columns, n), by the steps of `steps_of`."""
    for step in range(len(steps)):
        _derive(steps[step, 0], table[steps[step, 1]], table[steps[step, 2]], table[steps[step, 3]])


@inlined
def _derive(rule, one, other, out):  # type: ignore[no-untyped-def]
    for s in range(len(out)):
        if rule == _EITHER:
            out[s] = 0.0 if np.isnan(one[s]) and np.isnan(other[s]) else 1.0
        elif rule == _DIFFERENCE:
            out[s] = one[s] - other[s]
        elif not other[s] > 0 or (rule == _LOG_RATIO and not one[s] > 0):
            out[s] = np.nan
        elif rule == _LOG_RATIO:
            out[s] = math.log(one[s] * _PACE / other[s])
        else:
            out[s] = one[s] / other[s]
            if rule == _SHARE:
                out[s] = min(out[s], 1.0)
