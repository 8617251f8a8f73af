"""What a pack holds of the back-test of limits."""

from __future__ import annotations

from typing import Literal

from training.report.schema import Figure, Section

__all__ = ["GradeOfLimits", "LimitFigures", "LimitsBacktest"]


class LimitFigures(Section):
    """Would-be limits of buyers against what they owed later; each buyer counts once.

    Of fewer than ten buyers of a grade all but ``n`` is null. Shares of buyers are of those compared: with a
    limit and an exposure above 0.
    """

    n: int  # buyers
    limit_said_share: float | None
    nothing_owed: int | None  # exposure of 0: counted apart, never compared
    exposure_unknown: int | None  # owed in a currency without a rate then
    compared: int | None
    above: int | None  # compared buyers that owed more than the limit
    share_above: Figure | None
    share_of_exposure_above: Figure | None  # of the money owed
    median_limit_over_exposure: Figure | None
    exposure: float | None  # sums over the compared, in the reporting currency
    exposure_above: float | None
    limits: float | None
    share_above_at_review: Figure | None  # who owed more than the limit when it was made


class GradeOfLimits(Section):
    """The same by the grade that the tested model gave at the month end; null where it gave none."""

    grade: str | None
    defaulted: LimitFigures
    others: LimitFigures


class LimitsBacktest(Section):
    """Limits that the policy would have said at month ends of the test, against exposure at default."""

    status: Literal["ok", "not_default", "no_ledger", "no_defaults"]  # figures are null but for ok
    text: str
    policy: str | None  # hash
    model: str | None  # the version that the limits are made with
    currency: str | None
    month_ends: list[str]
    defaulted: LimitFigures | None  # exposure at the end of the first day in default
    others: LimitFigures | None  # the highest exposure at later month ends of the horizon
    difference_at_review: Figure | None  # of share_above_at_review, defaulted less others
    grades: list[GradeOfLimits]  # the safest first
