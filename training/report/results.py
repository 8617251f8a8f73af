"""Sections of a validation pack that measure: how good, how stable, how it behaves."""

from __future__ import annotations

from typing import Any, Literal

from training.report.schema import Figure, Section

__all__ = [
    "Cap",
    "Challenger",
    "Challengers",
    "KnowledgeTime",
    "Lag",
    "MissingData",
    "MonthFigures",
    "Parity",
    "Pattern",
    "Performance",
    "Scenario",
    "Sensitivity",
    "SharePerState",
    "Stability",
    "StabilityRow",
    "Withheld",
]


class Cap(Section):
    """Cumulative accuracy profile: share of the bad among the riskiest share of all subjects."""

    flagged: list[float]
    captured: list[float]
    base_rate: float  # a perfect ranking captures all at this share
    accuracy_ratio: float
    captured_at_5_percent: float
    captured_at_10_percent: float


class MonthFigures(Section):
    """A month of the test period, as `training.figures.figures_of` tells it."""

    month: str
    status: Literal["ok", "too_few_subjects", "one_outcome"]
    n: int
    buyers: int
    bad: int
    bad_buyers: int
    rate: float | None
    mean_probability: float | None
    auc: Figure | None
    average_precision: Figure | None
    observed_to_expected: Figure | None


class Performance(Section):
    """The test period out of time; of a final model that of its tested twin."""

    speaks_for: str  # the version that was measured
    is_twin: bool
    source: Literal["run", "recomputed"]  # from the run's evaluation.json, or measured now
    recomputed_difference: float | None  # of AUC and Brier score measured now from those of the run
    test_from: str
    test_to: str
    looks: int | None  # how often the period was looked at before
    n: int
    cannot_say: int
    buyers: int
    events: int
    bad_buyers: int
    base_rate: float
    metrics: dict[str, Figure]  # auc, average_precision, ks, brier, ece, calibration_intercept, _slope
    few_defaults: str | None  # why ranks and slopes of a prior cannot be said
    level: dict[str, float | int | None] | None  # of a prior: observed over expected, independent years
    views: dict[str, Any]  # per_subject, per_buyer, per_amount: `training.segments.views_of`
    segments: dict[str, list[dict[str, Any]]]  # by segment: category and `training.figures.figures_of`
    months: list[MonthFigures]
    cohorts: dict[str, Any] | None  # of a default model: `training.cohort_tests`, with tests per grade
    curves: dict[str, Any]  # roc, ks, score_distribution, calibration, months: `training.curves`
    cap: Cap | None  # null with one outcome


class StabilityRow(Section):
    """A feature, or the score, in the test period against the frozen bins (`credit.stability`)."""

    name: str
    label: str
    psi: float
    critical: float  # 95 % critical value for so many subjects
    status: Literal["stable", "watch", "act", "cannot_say"]  # above .10, .25, and the critical value
    enough: bool  # whether so few independent subjects can tell; else the status is cannot_say
    missing_reference: float
    missing_now: float
    unseen: float  # share outside of what training saw
    weight: float  # share of what all features add; 0 for the score
    bins: list[dict[str, Any]]  # bin, low, high, reference and now (shares)


class Stability(Section):
    """PSI of the score and CSI of the features."""

    n: int  # test subjects
    reference: int  # training subjects
    score: StabilityRow
    features: list[StabilityRow]  # the least stable first


class Challenger(Section):
    """Another learner: by metric what the model has more, with the interval of paired draws."""

    name: str
    status: str
    differences: dict[str, dict[str, float | None]]  # value, low, high, share_above_0


class Challengers(Section):
    """Challengers on the same test subjects."""

    status: Literal["from_run", "fitted_now", "not_asked", "not_applicable"]
    text: str
    items: list[Challenger]


class SharePerState(Section):
    """Mean probability before and after, of the subjects of one information state."""

    state: str
    n: int
    before: float
    after: float


class Scenario(Section):
    """A shock: what was changed, and what the model then says of the same subjects."""

    code: str
    text: str  # the arithmetic
    status: Literal["ok", "no_such_data"]
    n: int
    mean_probability_before: float | None
    mean_probability_after: float | None
    mean_shift_points: float | None
    share_worse: float | None
    grades_down: float | None  # share of subjects, of a default model
    grades_up: float | None
    cannot_say: int
    states: list[SharePerState]


class Sensitivity(Section):
    """Scenarios on facts."""

    subjects: int
    of: str
    scenarios: list[Scenario]


class Withheld(Section):
    """Subjects that have a source, scored as if they had withheld it."""

    source: str
    n: int
    mean_probability_before: float | None
    mean_probability_after: float | None
    mean_shift_points: float | None
    share_better: float | None  # whose probability falls
    cannot_say: int
    least_over_worst_quartiles: float | None  # log-odds over those of its worst quartiles; never below 0


class Pattern(Section):
    """Subjects by the sources that are known of them."""

    pattern: str
    is_trained: bool
    training: int
    training_share: float
    test: int
    test_share: float


class MissingData(Section):
    """How the model behaves where sources lack."""

    subjects: int
    cannot_say_share: float
    withheld: list[Withheld]
    patterns: list[Pattern]


class Parity(Section):
    """Subjects through the batch path and one by one through the path of a call."""

    subjects: int
    largest_difference_log_odds: float
    values_equal: bool  # byte for byte
    statuses_equal: bool
    golden_subjects: int
    golden_equal: bool
    passed: bool


class Lag(Section):
    """The test subjects as if the books had known their facts so many days later."""

    lag_days: int
    n: int
    dropped: int  # settled or past the horizon by then
    facts_beyond_books: int  # known only after the books end
    mean_probability: float | None
    metrics: dict[str, Figure] | None
    auc_difference: dict[str, float | None] | None  # less that of lag 0 on common subjects


class KnowledgeTime(Section):
    """How much hangs on knowledge times that nobody gave."""

    status: Literal["not_applicable", "ok"]
    text: str
    tables: list[str]  # whose knowledge time is assumed
    lags: list[Lag]
