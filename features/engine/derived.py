"""Features that follow from two others of the same subject."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from features.engine.kernel import kernel

__all__ = ["DERIVED", "RULES", "derive"]

_OVER, _SHARE, _LOG_RATIO, _DIFFERENCE = range(4)

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

DERIVED: tuple[str, ...] = (*(name for name, *_ in RULES), "has_payments")
"""Columns that `derive` fills, in order."""

_PACE = 365 / 90


def derive(table: npt.NDArray[np.float64], row_of: Mapping[str, int]) -> None:
    """Fill the derived rows of a table of features.

    Parameters
    ----------
    table : float64 ndarray, shape (columns, n)
    row_of : mapping of str to int
        Row of each feature; of a pair that is not there nothing is derived.
    """
    for name, rule, one, other in RULES:
        if name in row_of and one in row_of and other in row_of:
            _derive(rule, table[row_of[one]], table[row_of[other]], table[row_of[name]])
    if "has_payments" in row_of:
        late, settled = table[row_of["mean_days_late_all"]], table[row_of["days_since_last_settlement"]]
        _either(late, settled, table[row_of["has_payments"]])


@kernel
def _derive(rule, one, other, out):  # type: ignore[no-untyped-def]
    for s in range(len(out)):
        if rule == _DIFFERENCE:
            out[s] = one[s] - other[s]
        elif not other[s] > 0 or (rule == _LOG_RATIO and not one[s] > 0):
            out[s] = np.nan
        elif rule == _LOG_RATIO:
            out[s] = math.log(one[s] * _PACE / other[s])
        else:
            out[s] = one[s] / other[s]
            if rule == _SHARE:
                out[s] = min(out[s], 1.0)


@kernel
def _either(one, other, out):  # type: ignore[no-untyped-def]
    for s in range(len(out)):
        out[s] = 0.0 if np.isnan(one[s]) and np.isnan(other[s]) else 1.0
