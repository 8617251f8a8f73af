"""What is watched of a version from now on."""

from __future__ import annotations

from typing import Any

from credit.psi import ACT_ABOVE, WATCH_ABOVE
from credit.stability import MISSING_MOVED
from training.report.study import Study

__all__ = ["THRESHOLDS", "monitoring_of"]

THRESHOLDS: tuple[dict[str, Any], ...] = tuple(
    dict(zip(("measure", "watch", "act", "direction", "action"), row, strict=True))
    for row in (
        ("psi_score", WATCH_ABOVE, ACT_ABOVE, "above", "find the features that moved; train again"),
        (
            "csi_feature",
            WATCH_ABOVE,
            ACT_ABOVE,
            "above",
            "ask the source; train without the feature, or again",
        ),
        ("missing_share_change", MISSING_MOVED, 2 * MISSING_MOVED, "above", "ask why the source lacks"),
        ("unseen_share", 0.01, 0.05, "above", "check the import; the model has not seen such values"),
        ("cannot_say_share", 0.01, 0.05, "above", "train on the patterns of sources that are new"),
        ("auc_drop", 0.03, 0.05, "above", "compare with the challengers; train again"),
        ("calibration_slope_off_1", 0.20, 0.40, "above", "calibrate again"),
        ("observed_to_expected_off_1", 0.25, 0.50, "above", "calibrate again; overlay until then"),
    )
)
"""Measures, with the values from which on they are watched and acted on (yellow and red)."""

_MONTHS = {"late": 1, "default": 3}


def monitoring_of(study: Study) -> dict[str, Any]:
    """Return the section ``monitoring``; see `training.report.sections.Monitoring`."""
    name = study.version.name
    return {
        "every_months": _MONTHS[study.version.model],
        "owner": study.people.owner.strip() or None,
        "command": f"credence models drift {name} DIR --from DATE --to DATE",
        "thresholds": [dict(row) for row in THRESHOLDS],
    }
