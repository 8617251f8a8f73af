"""The policy's rules of terms and of what may be offered beside a limit."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from credit.rule_set import Days, Money, RuleSet, Share

__all__ = ["EU", "Discount", "Offers", "Statutory", "Terms"]

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
"""Members of the European Union; the table's entry "EU" is theirs where they have none of their own."""


class Statutory(RuleSet):
    """The longest terms that a country's law lets a business and a public body take.

    With ``end_of_month_days`` businesses may also agree on so many days from the end of the month.
    """

    days: Days
    public_days: Days
    end_of_month_days: Days | None = None
    only_large_buyers: bool = False

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.public_days > self.days:
            raise ValueError("public_days at most days is needed")
        return self


def _statutory() -> dict[str, Statutory]:
    return {
        "CN": Statutory(days=60, public_days=30, only_large_buyers=True),
        "EU": Statutory(days=60, public_days=30),
        "FR": Statutory(days=60, public_days=30, end_of_month_days=45),
        "GB": Statutory(days=60, public_days=30),
    }


class Terms(RuleSet):
    """Which payment terms may be suggested."""

    steps_days: tuple[Days, ...] = (0, 7, 14, 30, 45, 60, 90)
    longest_days: Days = 90
    sector_norm_days: Days = 30
    sector_least_buyers: Annotated[int, Field(ge=1)] = 10
    steps_from_norm: Annotated[int, Field(ge=0)] = 1
    least_gap_share: Share = 0.05
    highest_loss_share_of_turn: Share = 0.02
    insurer_longest_terms_days: Days = 180
    statutory: dict[str, Statutory] = Field(default_factory=_statutory)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if not self.steps_days or any(one >= other for one, other in pairwise(self.steps_days)):
            raise ValueError("steps_days that rise are needed")
        if self.steps_days[0] > self.longest_days:
            raise ValueError("a step of steps_days within longest_days is needed")
        return self

    def law_of(self, country: str) -> Statutory | None:
        """Return the rule of a buyer's country; None where there is none, or the country is unknown."""
        if country in self.statutory:
            return self.statutory[country]
        return self.statutory.get("EU") if country in EU else None


class Discount(RuleSet):
    """The early-payment discount that may be offered."""

    share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.02
    day: Days = 10
    step: Annotated[float, Field(gt=0.0, le=0.01)] = 0.001
    collection_share: Share = 0.002


class Offers(RuleSet):
    """What alternatives to a larger limit cost."""

    buyer_funding_rate: Share = 0.08
    guarantee_fee_rate: Share = 0.015
    insurance_premium_share_of_sales: Share = 0.003
    delivery_cost: Money = 50.0
    discount: Discount = Field(default_factory=Discount)
