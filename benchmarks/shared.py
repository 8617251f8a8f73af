"""The thirty features that every engine of the comparison computes."""

from __future__ import annotations

__all__ = ["COUNTS", "FEATURES", "MEASURES", "WINDOWS", "is_count"]

WINDOWS: dict[str, int | None] = {"30d": 30, "90d": 90, "180d": 180, "365d": 365, "all": None}
"""Name of a window to its days w: day x is inside where ``day - w < x <= day``; None is the whole history."""

MEASURES = (
    "count_invoices",
    "invoiced_amount",
    "settled_amount",
    "count_settled",
    "mean_days_late_settled",
    "share_late_settled_amount",
)

FEATURES = tuple(f"{measure}_{window}" for window in WINDOWS for measure in MEASURES)
"""All names, window by window."""

COUNTS = frozenset({"count_invoices", "count_settled"})
"""Measures that are whole numbers and must agree exactly."""


def is_count(feature: str) -> bool:
    """Whether a feature is a whole number.

    Examples
    --------
    >>> is_count("count_settled_30d"), is_count("settled_amount_all")
    (True, False)
    """
    return feature.rpartition("_")[0] in COUNTS
