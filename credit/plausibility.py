"""What is doubtful about the facts of a subject, each with a code: the answer has to be read with it."""

from __future__ import annotations

import math

from credit.facts import SubjectFacts
from credit.policy import Capacity, Policy

__all__ = ["accounts_in_doubt", "doubts_of"]


def accounts_in_doubt(subject: SubjectFacts, rules: Capacity) -> bool:
    """Whether the accounts show less revenue than we alone invoiced: perhaps thousands taken for units.

    Examples
    --------
    >>> from datetime import datetime
    >>> from credit.policy import Policy
    >>> values = {"has_accounts": 1.0, "revenue": 12_000.0, "invoiced_amount_365d": 300_000.0}
    >>> accounts_in_doubt(SubjectFacts("B", datetime(2026, 7, 1), values), Policy.default().capacity)
    True
    """
    revenue, invoiced = subject.value("revenue"), subject.value("invoiced_amount_365d")
    if not subject.flag("has_accounts") or not invoiced > 0.0:
        return False
    return revenue < rules.accounts_least_revenue_to_purchases * invoiced


def doubts_of(subject: SubjectFacts, policy: Policy) -> list[dict[str, str]]:
    """Return warnings as the assessment tells them, with the day of the assessment."""
    day = subject.day.isoformat()
    found = {
        "accounts_in_doubt": ("revenue", accounts_in_doubt(subject, policy.capacity)),
        "no_rate": ("exposure", _lacks_a_rate(subject)),
        "security_without_rate": ("securities", any(math.isnan(s.amount) for s in subject.securities)),
        "security_share_above_one": (
            "securities",
            any(s.share is not None and s.share > 1.0 for s in subject.securities),
        ),
        "unreadable_references": (
            "reference_high_credit",
            (subject.known("unreadable_references") or 0.0) > 0.0,
        ),
    }
    return [{"code": code, "field": field, "date": day} for code, (field, holds) in found.items() if holds]


def _lacks_a_rate(subject: SubjectFacts) -> bool:
    """Whether something is open of which nobody knows what it is in the reporting currency."""
    return subject.value("count_open") > 0.0 and math.isnan(subject.value("exposure"))
