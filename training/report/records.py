"""Sections of a validation pack that record: who, from what, what is watched and what was changed."""

from __future__ import annotations

from typing import Any, Literal

from training.report.schema import Section, Severity

__all__ = [
    "Change",
    "Identity",
    "Lineage",
    "Monitoring",
    "SignOff",
    "Step",
    "TableLineage",
    "Threshold",
    "Tier",
]


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
    model: Literal["late", "default", "timing"]
    version: int
    outcome: str
    seller_id: str
    seller_name: str
    aliases: list[str]
    kind: Literal["tested", "final"]
    tested_twin: str | None  # of a final model: whose test speaks for it
    judged_by: str  # the version that was tested: the twin or itself
    learner: Literal["trees", "blend", "scorecard", "hazard"]
    registered_at: str
    developed_by: str | None
    validated_by: str | None
    owner: str | None
    tier: Tier


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
