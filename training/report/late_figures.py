"""What a pack holds of two models that both tell whether an invoice will be paid late."""

from __future__ import annotations

from typing import Literal

from training.report.schema import Figure, Section

__all__ = ["BesideLate", "LateFigures"]


class LateFigures(Section):
    """How well a model's probability of late payment separates and matches what came."""

    auc: Figure
    brier: Figure
    calibration_slope: Figure
    mean: float


class BesideLate(Section):
    """P(unpaid at due + k) of the timing model beside the late model's (`training.timing.against_late`)."""

    timing_version: str
    late_version: str
    test_from: str  # the days that both test periods have
    test_to: str
    status: Literal["ok", "no_subjects", "no_overlap"]  # figures are null but for ok
    horizon_days: int
    subjects: int
    base_rate: float | None
    timing: LateFigures | None
    late: LateFigures | None
    mean_difference: float | None  # timing less late, as are all differences
    correlation: float | None
    rank_correlation: float | None
    difference: dict[str, dict[str, float | None]] | None  # auc and brier: value, low, high, share_above_0
