"""The policy's rules of the limit: need, capacity, concentration, outside limits and securities."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from credit.rule_set import Binds, Count, Days, Money, Positive, RuleSet, Share

__all__ = ["Capacity", "Concentration", "ExternalLimits", "Need", "Securities"]


class Need(RuleSet):
    """What a buyer's usual purchases need."""

    tolerance_days: Annotated[int, Field(ge=0, le=15)]
    shortest_history_days: Annotated[int, Field(ge=1, le=365)]
    default_terms_days: Days
    default_peak_factor: Annotated[float, Field(ge=1.0)]
    lowest_peak_factor: Annotated[float, Field(ge=1.0)]
    highest_peak_factor: Annotated[float, Field(ge=1.0)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lowest_peak_factor <= self.default_peak_factor <= self.highest_peak_factor:
            raise ValueError("lowest_peak_factor <= default_peak_factor <= highest_peak_factor is needed")
        return self


class Capacity(RuleSet):
    """What a buyer can carry, by accounts, by payment record or by its peers."""

    tangible_net_worth_share: Share
    working_capital_share: Share
    payables_share: Share
    accounts_stale_after_days: Days
    accounts_unusable_after_days: Days
    accounts_least_revenue_to_purchases: Money = 1.0
    record_share_of_high_credit: Share
    record_cap: Positive
    record_least_settled_invoices: Count
    record_highest_share_late_30: Share
    record_highest_days_overdue: Days
    peer_least_buyers: Annotated[int, Field(ge=1)] = 20
    prospect_cap: Money = 10_000.0

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.accounts_stale_after_days > self.accounts_unusable_after_days:
            raise ValueError("accounts_stale_after_days at most accounts_unusable_after_days is needed")
        if self.prospect_cap > self.record_cap:
            raise ValueError("prospect_cap at most record_cap is needed: a record says more than none")
        return self


class Concentration(RuleSet):
    """The most that one buyer, and one group, may be of the seller's receivables and of its equity."""

    share_of_receivables: Share
    share_of_equity: Share
    group_share_of_receivables: Share = 0.10
    group_share_of_equity: Share = 0.20
    above_cap: Literal["cut", "refer"] = "cut"

    @model_validator(mode="after")
    def _agree(self) -> Self:
        for one, group in (
            ("share_of_receivables", "group_share_of_receivables"),
            ("share_of_equity", "group_share_of_equity"),
        ):
            if getattr(self, one) > getattr(self, group):
                raise ValueError(f"{one} at most {group} is needed: a buyer is a part of its group")
        return self


class ExternalLimits(RuleSet):
    """What an insurer's and a bank's limit do to ours."""

    insured: Binds = "constraint"
    bank: Binds = "constraint"
    own_retention_share: Money = 0.10


class Securities(RuleSet):
    """How much of what a security names counts, by kind; the share that it covers where it names none."""

    guarantee: Share = 0.50
    deposit: Share = 1.0
    bank_guarantee: Share = 0.95
    retention_of_title: Share = 0.20
    credit_insurance: Share = 0.95
    insured_share: Share = 0.90
