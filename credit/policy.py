"""The credit policy: one typed file that says what the seller's rules are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from credit.limit_rules import Capacity, Concentration, ExternalLimits, Need, Securities
from credit.loss_rules import Economics, Interval, Loss, OwnCures, OwnRecoveries, Worth
from credit.offer_rules import Offers, Terms
from credit.order_rules import OrderRules
from credit.rule_set import Count, Days, Months, RuleSet, Share
from credit.rules_file import content_hash, read_rules
from credit.scale import Grade, MasterScale

__all__ = [
    "Capacity",
    "Concentration",
    "Economics",
    "ExternalLimits",
    "Interval",
    "Loss",
    "Need",
    "Offers",
    "OrderRules",
    "OwnCures",
    "OwnRecoveries",
    "Policy",
    "Publishing",
    "ReasonRules",
    "Rounding",
    "Securities",
    "Terms",
    "Worth",
]


def _fits_powers_of_ten(step: int) -> int:
    if 10 ** (len(str(step)) + 2) % step:
        raise ValueError("a step is a power of ten, or two, two and a half or five times one")
    return step


Step = Annotated[int, Field(ge=1), AfterValidator(_fits_powers_of_ten)]

ANY_DEFINITION = "*"

_PATTERN = "credit/policies/default.yaml"


class Rounding(RuleSet):
    """Steps to which limits are floored, by currency."""

    default_step: Step
    steps: dict[str, Step]

    def step_of(self, currency: str) -> float:
        """Return the largest step of a currency's limits."""
        return self.steps.get(currency, self.default_step)


class Publishing(RuleSet):
    """How what is in force follows what a review computes."""

    grade_border_margin: Annotated[float, Field(ge=0.0, le=1.0)]
    least_change_share: Share
    largest_increase_share: Annotated[float, Field(ge=0.0, le=10.0)]

    @model_validator(mode="after")
    def _can_rise(self) -> Self:
        if self.largest_increase_share <= self.least_change_share:
            raise ValueError("largest_increase_share above least_change_share is needed, or no limit rises")
        return self


class ReasonRules(RuleSet):
    """Which groups of features are reasons."""

    least_points: Annotated[float, Field(ge=0.0)]
    least_share_of_adverse: Share
    most_adverse: Count
    most_strengths: Count


class Policy(RuleSet):
    """A credit policy.

    Examples
    --------
    >>> policy = Policy.default()
    >>> policy.loss_of("default_obligor_90").lgd, policy.master_scale.of(0.02).name
    (0.8, '7')
    """

    id: Annotated[str, Field(min_length=1)]
    version: Annotated[int, Field(ge=1)]
    definitions: dict[str, Loss]
    pd_floor: Annotated[float, Field(gt=0.0, lt=0.5)]
    pd_cap: Annotated[float, Field(gt=0.5, lt=1.0)]
    grades: tuple[Grade, ...]
    validity_months_without_grade: Months
    interval: Interval
    economics: Economics
    need: Need
    capacity: Capacity
    concentration: Concentration
    external_limits: ExternalLimits = Field(default_factory=ExternalLimits)
    securities: Securities = Field(default_factory=Securities)
    own_recoveries: OwnRecoveries = Field(default_factory=OwnRecoveries)
    own_cures: OwnCures = Field(default_factory=OwnCures)
    terms: Terms = Field(default_factory=Terms)
    offers: Offers = Field(default_factory=Offers)
    orders: OrderRules = Field(default_factory=OrderRules)
    blocking_days_overdue: Days
    rounding: Rounding
    publishing: Publishing
    reasons: ReasonRules

    @model_validator(mode="after")
    def _complete(self) -> Self:
        MasterScale(self.grades)
        if ANY_DEFINITION not in self.definitions:
            raise ValueError(f'definitions need an entry "{ANY_DEFINITION}" for any other definition')
        return self

    @classmethod
    def default(cls) -> Policy:
        """Return the policy that comes with the package."""
        return read_rules(
            cls, resources.files("credit").joinpath("policies/default.yaml"), "policy", _PATTERN
        )

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Read a policy from a YAML file.

        Raises
        ------
        InputError
            The file is missing, is no YAML, lacks a key, has an unknown one or a value that is not legal;
            every problem is named.
        """
        return read_rules(cls, Path(path), "policy", _PATTERN)

    @cached_property
    def hash(self) -> str:
        """Sha256 of the content, whatever the layout of the file."""
        return content_hash(self)

    @cached_property
    def master_scale(self) -> MasterScale:
        """Grades with their borders."""
        return MasterScale(self.grades)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with changes, whose hash is its own."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("hash", "master_scale"):
            copy.__dict__.pop(name, None)
        return copy

    def loss_of(self, definition: str) -> Loss:
        """Return loss and scale of a definition of default."""
        return self.definitions.get(definition, self.definitions[ANY_DEFINITION])

    def bounded(self, pd: float) -> float:
        """Return a probability between floor and cap, as money and grade use it."""
        return min(max(pd, self.pd_floor), self.pd_cap)
