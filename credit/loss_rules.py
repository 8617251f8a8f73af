"""The policy's assumptions of loss: how much of an exposure a default costs, by definition of default."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from credit.rule_set import Days, Fraction, Positive, Range, RuleSet, Share
from credit.scale import Scale

__all__ = ["Economics", "Interval", "Loss", "OwnCures", "OwnRecoveries", "Worth"]


class Loss(RuleSet):
    """What one definition of default costs and how its probability is scaled to points."""

    lgd: Fraction
    lgd_range: Range | None = None
    cure_rate: Annotated[float, Field(ge=0.0, lt=1.0)]
    cure_range: Range | None = None
    usage: Share = 0.50
    usage_range: Range | None = None
    scale: Scale

    @model_validator(mode="after")
    def _within(self) -> Self:
        for name, key in (("lgd", "lgd_range"), ("cure_rate", "cure_range"), ("usage", "usage_range")):
            stated: Range | None = getattr(self, key)
            if stated is not None and not stated[0] <= getattr(self, name) <= stated[1]:
                raise ValueError(f"{name} within {key} is needed, the lower end first")
        return self


class OwnRecoveries(RuleSet):
    """When the seller's own recoveries stand in for the assumed loss given default."""

    least_cases: Annotated[int, Field(ge=1)] = 30
    days_to_recover: Days = 365
    lgd_floor: Fraction = 0.10


class OwnCures(RuleSet):
    """When the seller's own cures stand in for the assumed cure rate, and how much."""

    least_cases: Annotated[int, Field(ge=1)] = 30
    days_to_cure: Days = 365
    assumption_worth_cases: Annotated[float, Field(ge=0.0)] = 50.0
    highest_rate: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.50


class Worth(RuleSet):
    """By information state, how many observed buyers a file is worth (m of the interval)."""

    payments_and_accounts: Positive
    payments: Positive
    accounts: Positive
    profile: Positive


class Interval(RuleSet):
    """How wide a probability's interval is, and which point of it money takes where the file is thin."""

    lower: Annotated[float, Field(gt=0.0, lt=0.5)]
    upper: Annotated[float, Field(gt=0.5, lt=1.0)]
    thin_below_settled_invoices: Annotated[int, Field(ge=0)]
    worth: Worth
    thin_below_worth: Annotated[float, Field(ge=0.0)] = 200.0
    thin_quantile: Annotated[float, Field(ge=0.5, lt=1.0)] = 0.75


class Economics(RuleSet):
    """Margin, what money costs, and what the book may lose in a year."""

    margin: Fraction
    expected_loss_budget_share_of_sales: Share
    shadow_price_without_book: Annotated[float, Field(ge=0.0)]
    funding_rate: Share = 0.07
    administration_share: Share = 0.004
    risk_tolerance_share_of_sales: Share = 0.06
