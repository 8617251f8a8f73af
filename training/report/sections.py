"""What a validation pack holds: its sections and their fields.

A field that cannot be told is null, never 0 and never left out. Probabilities and shares are between 0 and 1,
points are score points (more is safer), days are texts like 2026-01-31, instants are ISO texts in UTC.
"""

from __future__ import annotations

from typing import Any, Literal

from training.report.results import (
    Challengers,
    Explanations,
    KnowledgeTime,
    MissingData,
    Parity,
    Performance,
    Sensitivity,
    Stability,
)
from training.report.schema import Section

__all__ = [
    "Change",
    "Definition",
    "DefinitionVariant",
    "Feature",
    "FeatureBin",
    "Features",
    "Identity",
    "Issue",
    "Limit",
    "Lineage",
    "Monitoring",
    "Pack",
    "Purpose",
    "Severity",
    "SignOff",
    "Step",
    "TableLineage",
    "Threshold",
    "Tier",
]

Severity = Literal["high", "medium", "low"]


class Tier(Section):
    """How much hangs on the model: what buyers owe when the books end."""

    level: Severity
    exposure: float | None
    currency: str
    buyers: int
    share_of_equity: float | None
    rule: str


class Identity(Section):
    """Which model this is, who answers for it, and whether it is in force."""

    name: str  # late@3
    model: Literal["late", "default"]
    version: int
    outcome: str
    seller_id: str
    seller_name: str
    aliases: list[str]
    kind: Literal["tested", "final"]
    tested_twin: str | None  # of a final model: whose test speaks for it
    judged_by: str  # the version that was tested: the twin or itself
    learner: Literal["trees", "scorecard"]
    registered_at: str
    developed_by: str | None
    validated_by: str | None
    owner: str | None
    tier: Tier


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


class TableLineage(Section):
    """A table of the portfolio; days are the first and the last on which a fact was known."""

    table: str
    rows: int
    knowledge: Literal["given", "assumed"]
    first_known: str | None
    last_known: str | None
    repeated: int


class Lineage(Section):
    """From what the version was made, and the command that makes it again."""

    hashes: dict[str, str | None]  # data, definition, catalog, config, code, manifest
    code_now: Literal["same", "differs"]
    libraries: dict[str, str]
    seed: int
    recipe: dict[str, Any]
    shape: dict[str, Any]
    subjects: int
    events: int
    fitted_from: str
    fitted_until: str
    portfolio: str | None
    sources: dict[str, str]  # sha256 by file
    observed_from: str
    observed_until: str
    tables: list[TableLineage]
    reproduce: str


class Step(Section):
    """A step from all candidates to the subjects."""

    step: str
    text: str
    left_out: int
    left: int


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


class Threshold(Section):
    """A measure that is watched."""

    measure: str
    watch: float
    act: float
    direction: Literal["above", "below"]
    action: str


class Monitoring(Section):
    """What is watched from now on, how often and by which command."""

    every_months: int
    owner: str | None
    command: str
    thresholds: list[Threshold]


class Change(Section):
    """An entry of the promotion log that concerns this model."""

    at: str
    action: str
    version: str
    promoted: bool
    reason: str
    release: str | None


class SignOff(Section):
    """Who signs what; a name is null where it was not told, dates and signatures are filled by hand."""

    role: Literal["developed_by", "validated_by", "owner"]
    name: str | None
    independent: bool | None  # of the validator: another person than the developer


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
    parity: Parity
    knowledge_time: KnowledgeTime
    timing: dict[str, Any] | None  # P(unpaid at due + 30) of the timing model beside the late model's
    issues: list[Issue]  # the gravest first
    monitoring: Monitoring
    changes: list[Change]
    sign_off: list[SignOff]
