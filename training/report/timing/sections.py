"""What the validation pack of a timing model holds; conventions as in `training.report.sections`."""

from __future__ import annotations

from typing import Any, Literal

from training.report.late_figures import BesideLate
from training.report.records import Change, Identity, Lineage, Monitoring, SignOff, Step
from training.report.results import Stability, StabilityRow
from training.report.schema import Figure, Section
from training.report.sections import Issue, Limit

__all__ = ["TimingPack"]


class TimingPurpose(Section):
    """What the model answers, of whom, how, and for what it may be used."""

    question: str
    subject: str
    outcome: str
    horizon_days: int
    used_for: list[str]
    users: list[str]
    method: str
    calibration: dict[str, Any]  # `credit.timing.spec.TimingCalibration`
    patterns: list[str]


class TimingDefinition(Section):
    """When an invoice counts as paid."""

    id: str
    hash: str
    text: str
    booking_lag_days: int  # the last days of the books, of which not all is booked
    assumed_knowledge: list[str]  # tables whose knowledge time is assumed


class TimingFeature(Section):
    """A feature, and by how many days pay dates move on the mean when it is another subject's."""

    name: str
    label: str
    group_label: str
    unit: str
    missing_share: float
    mean_shift_days: float


class TimingFeatures(Section):
    """Features, the most important first, and those that were left out."""

    subjects: int
    items: list[TimingFeature]
    left_out: dict[str, str]


class Part(Section):
    """Test subjects of one kind; figures are null with fewer than ten buyers."""

    category: str
    n: int
    buyers: int
    coverage: Figure | None
    error: float | None  # mean absolute, in days, of the model's median
    error_own_median: float | None
    error_terms: float | None


class PaidByBin(Section):
    """A tenth of the test subjects by what was said of them."""

    n: int
    said: float
    came: float


class PaidBy(Section):
    """P(paid by due + days) beside what came."""

    days: int
    n: int
    said: float
    came: float
    gap: Figure  # came less said
    brier: Figure
    brier_constant: float
    bins: list[PaidByBin]


class Cause(Section):
    """Of what invoices closed; in the test within the measured days."""

    cause: str
    training: int
    test: int


class TimingPerformance(Section):
    """The test period out of time, measured anew with the model that was tested."""

    speaks_for: str
    is_twin: bool
    recomputed_difference: float | None  # of coverage and error from those that the run kept
    test_from: str
    test_to: str
    looks: int | None
    n: int
    cannot_say: int
    credited: int
    within_days: int  # beyond which days count as one
    buyers: int
    level: float  # of the interval of pay dates
    metrics: dict[str, Figure]
    less_own_median: Figure  # error of the model less that of the buyer's own median delay, in days
    less_terms: Figure
    segments: dict[str, list[Part]]
    paid_by: list[PaidBy]
    causes: list[Cause]


class WeekFigures(Section):
    """Forecasts of receipts beside what came in; amounts in the reporting currency."""

    weeks: int
    expected: float
    received: float
    error: float | None
    weighted_absolute_error: float | None
    weighted_absolute_error_terms: float | None
    coverage: float | None


class WeekTotal(WeekFigures):
    """Of all weeks."""

    coverage_so_far: float | None


class WeekAhead(WeekFigures):
    """Of one week ahead."""

    week_ahead: int


class MonthEnd(WeekFigures):
    """Of the forecast of one month end."""

    as_of: str
    open: float


class Unbooked(Section):
    """What was paid by the month ends and booked later."""

    expected: float
    received: float


class Receipts(Section):
    """Back-test of expected receipts (`training.timing.receipts_backtest`)."""

    weeks: int
    month_ends: int
    total: WeekTotal
    unbooked: Unbooked
    by_week_ahead: list[WeekAhead]
    by_month_end: list[MonthEnd]


class TimingParity(Section):
    """Subjects through the batch path and one by one through the path of a call."""

    subjects: int
    largest_difference: float  # of probabilities of payment by a day
    values_equal: bool
    statuses_equal: bool
    golden_subjects: int
    golden_equal: bool
    passed: bool


class TimingStability(Stability):
    """PSI of the median pay date (its score) and of the chance of late payment, and CSI of the features."""

    late: StabilityRow


class TimingPack(Section):
    """The validation pack of a version of the timing model."""

    format: Literal[1]
    identity: Identity
    purpose: TimingPurpose
    limits_of_use: list[Limit]
    lineage: Lineage
    waterfall: list[Step]
    definition: TimingDefinition
    features: TimingFeatures
    performance: TimingPerformance
    receipts: Receipts | None  # null where no month end of the test is followed by a whole week
    late: BesideLate | None  # null where no late model serves
    stability: TimingStability | None  # null for a model that was made without frozen bins
    parity: TimingParity
    issues: list[Issue]
    monitoring: Monitoring
    changes: list[Change]
    sign_off: list[SignOff]
