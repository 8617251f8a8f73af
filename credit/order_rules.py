"""The policy's rules of an order's check."""

from __future__ import annotations

from typing import Literal

from credit.rule_set import Days, Money, RuleSet, Share

__all__ = ["OrderRules"]


class OrderRules(RuleSet):
    """What an order has to pass, in the order in which it is asked."""

    oldest_item_days: Days = 45
    highest_overdue_share: Share = 0.25
    overdue_share_after_days: Literal[0, 30, 90] = 30
    credit_horizon_days: Days = 60
    above_limit_beyond_horizon: Literal["refer", "release"] = "refer"
    document_value: Money = 100_000.0
    highest_pd: Share = 0.20
    highest_late_probability: Share = 0.70
    least_partial_share: Share = 0.10
    reservation_days: Days = 14
    most_days_behind: Days = 3
    when_books_behind: Literal["refer", "hold", "release"] = "refer"
    closed_states: tuple[str, ...] = ("delivered", "invoiced", "closed", "completed", "cancelled", "rejected")
