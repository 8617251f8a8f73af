"""What a validation pack holds: its sections and their fields.

A field that cannot be told is null, never 0 and never left out. Probabilities and shares are between 0 and 1,
points are score points (more is safer), days are texts like 2026-01-31, instants are ISO texts in UTC.
"""

from __future__ import annotations

from typing import Any, Literal

from training.report.late_figures import BesideLate
from training.report.limit_records import LimitsBacktest
from training.report.reasons import Explanations
from training.report.records import Change, Identity, Lineage, Monitoring, SignOff, Step
from training.report.results import (
    Challengers,
    KnowledgeTime,
    MissingData,
    Parity,
    Performance,
    Sensitivity,
    Stability,
)
from training.report.schema import Section, Severity

__all__ = [
    "Definition",
    "DefinitionVariant",
    "Feature",
    "FeatureBin",
    "Features",
    "Issue",
    "Limit",
    "Pack",
    "Purpose",
]


class Purpose(Section):
    """What the model answers, of whom, how, and for what it may be used."""

    question: str
    subject: str
    outcome: str  # in words
    horizon_days: int
    used_for: list[str]
    users: list[str]
    method: str
    calibration: dict[str, Any]  # `credit.spec.Calibration`: slope, intercept, states, ...
    prior: dict[str, Any] | None  # `credit.spec.Prior`; null where all is learned


class Limit(Section):
    """A use that the model may not be put to, or only with care, derived from a fact."""

    code: str
    severity: Severity
    text: str


class DefinitionVariant(Section):
    """The same books and predictions under another definition."""

    label: str
    is_own: bool
    subjects: int
    in_default: int | None
    bad: int
    bad_buyers: int
    rate: float | None
    auc: float | None  # of the test subjects


class Definition(Section):
    """What counts as bad, and how much hangs on it."""

    id: str
    hash: str
    text: str
    content: dict[str, Any]
    sensitivity: list[DefinitionVariant]


class FeatureBin(Section):
    """Training subjects with low < value <= high, null without a border; missing ones have a bin."""

    is_missing: bool
    low: float | None
    high: float | None
    n: int
    bad: int
    share: float
    rate: float
    weight_of_evidence: float


class Feature(Section):
    """A feature of the model, the most important first."""

    name: str
    label: str
    group: str
    group_label: str
    unit: str
    sign: Literal[1, -1, 0]
    sign_reason: str
    information_value: float | None  # null with one outcome
    bins: list[FeatureBin]
    missing_share: float  # of the training subjects
    reference: float | None
    fill: float | None
    mean_absolute_points: float
    share_of_points: float
    variance_inflation: float | None  # null where others tell it exactly, or it does not vary
    correlation: float | None  # the largest rank correlation with another feature
    correlated_with: str | None


class Features(Section):
    """Features by importance, and those that were left out."""

    subjects: int  # training subjects behind information values and missing shares
    events: int
    correlation_subjects: int
    points_subjects: int
    items: list[Feature]
    left_out: dict[str, str]  # reason by name


class Issue(Section):
    """A finding, by a threshold of `training.report.issues`."""

    code: str
    severity: Severity
    text: str
    figure: float | None
    section: str


class Pack(Section):
    """The validation pack of a version."""

    format: Literal[1]
    identity: Identity
    purpose: Purpose
    limits_of_use: list[Limit]
    lineage: Lineage
    waterfall: list[Step]
    definition: Definition
    features: Features
    performance: Performance
    stability: Stability | None
    explanations: Explanations
    challengers: Challengers
    sensitivity: Sensitivity
    missing_data: MissingData
    limits_backtest: LimitsBacktest
    parity: Parity
    knowledge_time: KnowledgeTime
    timing: BesideLate | None  # of a late model, where a timing model serves
    issues: list[Issue]  # the gravest first
    monitoring: Monitoring
    changes: list[Change]
    sign_off: list[SignOff]
