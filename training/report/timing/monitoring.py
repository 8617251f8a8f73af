"""What is watched of a timing model from now on."""

from __future__ import annotations

from typing import Any

from credit.psi import ACT_ABOVE, WATCH_ABOVE
from training.report.timing.study import TimingStudy

__all__ = ["THRESHOLDS", "monitoring_of"]

THRESHOLDS: tuple[dict[str, Any], ...] = tuple(
    dict(zip(("measure", "watch", "act", "direction", "action"), row, strict=True))
    for row in (
        ("coverage_80", 0.75, 0.70, "below", "train again: the interval is too narrow"),
        ("coverage_80", 0.85, 0.90, "above", "train again: the interval is too wide"),
        ("error_less_own_median_days", -1.0, 0.0, "above", "use the buyer's own median until it is better"),
        ("receipts_error", 0.10, 0.20, "above", "compare by week ahead; plan with a margin; train again"),
        ("gap_paid_by_due_30", 0.05, 0.10, "above", "train again"),
        ("psi_pay_date", WATCH_ABOVE, ACT_ABOVE, "above", "find the features that moved; train again"),
        ("psi_late", WATCH_ABOVE, ACT_ABOVE, "above", "find the features that moved; train again"),
        ("csi_feature", WATCH_ABOVE, ACT_ABOVE, "above", "ask the source; train again"),
        ("cannot_say_share", 0.01, 0.05, "above", "train on the patterns of sources that are new"),
    )
)
"""Measures, with the values from which on they are watched and acted on."""


def monitoring_of(study: TimingStudy) -> dict[str, Any]:
    """Return the section ``monitoring``; see `training.report.records.Monitoring`."""
    return {
        "every_months": 1,
        "owner": study.people.owner.strip() or None,
        "command": (
            f"credence models evaluate {study.version.name} DIR --from DATE; "
            f"credence models drift {study.version.name} DIR --from DATE --to DATE"
        ),
        "thresholds": [dict(row) for row in THRESHOLDS],
    }
