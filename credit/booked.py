"""Up to when the books are complete: what happened in their last days may be booked after them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.portfolio import Portfolio

__all__ = ["booking_lag_days", "complete_until"]

_LAG_QUANTILE, _LONGEST_LAG_DAYS = 0.99, 31


def booking_lag_days(portfolio: Portfolio) -> int:
    """Return within how many days 99 % of the allocations were booked, at most 31; 0 where nobody knows.

    A payment of the last days may lie in no book yet: an invoice that looks open then may be paid.
    """
    allocations = portfolio.table("allocations")
    if not len(allocations) or portfolio.knowledge.get("allocations") != "given":
        return 0
    days = (allocations["recorded_at"].dt.normalize() - allocations["settled_on"]).dt.days.to_numpy()
    return int(np.clip(np.quantile(days, _LAG_QUANTILE, method="higher"), 0, _LONGEST_LAG_DAYS))


def complete_until(portfolio: Portfolio) -> pd.Timestamp:
    """Return the last instant up to which what happened is surely booked."""
    return portfolio.observed_until - pd.Timedelta(days=booking_lag_days(portfolio))
