"""What a buyer can carry: estimates from its accounts, or what its payment record has proved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from credit.facts import SubjectFacts
from credit.policy import Capacity

__all__ = ["CapacityEstimate", "accounts_usable", "capacity_of", "net_worth_rule"]

_LEAST_BALANCE = 1.0
"""A highest balance below one currency unit is what rounding leaves, no record."""


@dataclass(frozen=True)
class CapacityEstimate:
    """A capacity, and what it rests on.

    Parameters
    ----------
    status : str
        ``ok`` or a cannot-say code.
    amount : float or None
        In the reporting currency, 0 or more.
    basis : {"accounts", "negative_equity", "payment_record", "none"}
    inputs : mapping of str to float or None
    """

    status: str
    amount: float | None
    basis: str
    inputs: Mapping[str, float | None]


def capacity_of(subject: SubjectFacts, rules: Capacity) -> CapacityEstimate:
    """Return the capacity of a buyer.

    The median of the estimates that usable accounts give, so that one more estimate does not by itself lower
    it; 0 where equity is negative. Without usable accounts, a share of the highest balance that the buyer has
    carried, under a low cap and only with a clean record.

    Parameters
    ----------
    subject : SubjectFacts
    rules : Capacity

    Returns
    -------
    CapacityEstimate
        ``nothing_known``, ``record_too_thin`` or ``record_not_clean`` where there is none.
    """
    if accounts_usable(subject, rules):
        if subject.value("equity") < 0.0:
            return CapacityEstimate("ok", 0.0, "negative_equity", _known(subject, "equity", "accounts_year"))
        estimates = _estimates(subject, rules)
        if estimates:
            amount = median(estimates.values())
            return CapacityEstimate("ok", amount, "accounts", {**estimates, **_account_inputs(subject)})
    return _from_record(subject, rules)


def accounts_usable(subject: SubjectFacts, rules: Capacity) -> bool:
    """Whether there are accounts young enough to say what the buyer can carry."""
    age_days = subject.value("statement_age_days")
    return subject.flag("has_accounts") and age_days <= rules.accounts_unusable_after_days


def net_worth_rule(tangible_net_worth: float, working_capital: float, rules: Capacity) -> float:
    """Return the lesser of a share of tangible net worth and one of working capital; 0 where it is negative.

    Missing working capital leaves the share of net worth; missing net worth gives NaN.

    Examples
    --------
    >>> from credit.policy import Policy
    >>> net_worth_rule(2.7e6, 1.3e6, Policy.default().capacity)
    260000.0
    """
    by_net_worth = rules.tangible_net_worth_share * tangible_net_worth
    by_working_capital = rules.working_capital_share * working_capital
    if math.isnan(by_net_worth) or math.isnan(by_working_capital):
        return max(0.0, by_net_worth) if math.isfinite(by_net_worth) else math.nan
    return max(0.0, min(by_net_worth, by_working_capital))


def _estimates(subject: SubjectFacts, rules: Capacity) -> dict[str, float]:
    net_worth, working_capital = subject.value("tangible_net_worth"), subject.value("working_capital")
    named = {
        "net_worth_rule": net_worth_rule(net_worth, working_capital, rules),
        "payables_share": rules.payables_share * subject.value("accounts_payable"),
    }
    return {name: max(0.0, amount) for name, amount in named.items() if math.isfinite(amount)}


def _account_inputs(subject: SubjectFacts) -> dict[str, float | None]:
    return _known(subject, "tangible_net_worth", "working_capital", "accounts_payable", "accounts_year")


def _from_record(subject: SubjectFacts, rules: Capacity) -> CapacityEstimate:
    names = ("high_credit_365d", "count_settled_365d", "share_late_30_amount_365d", "days_material_overdue")
    inputs = _known(subject, *names)
    inputs |= {"share_of_high_credit": rules.record_share_of_high_credit, "cap": rules.record_cap}
    status = _record_status(subject, rules)
    if status != "ok":
        return CapacityEstimate(status, None, "none", inputs)
    amount = min(rules.record_share_of_high_credit * subject.value("high_credit_365d"), rules.record_cap)
    return CapacityEstimate("ok", amount, "payment_record", inputs)


def _record_status(subject: SubjectFacts, rules: Capacity) -> str:
    if not subject.flag("has_payments"):
        return "nothing_known"
    settled_enough = subject.value("count_settled_365d") >= rules.record_least_settled_invoices
    if not settled_enough or not subject.value("high_credit_365d") >= _LEAST_BALANCE:
        return "record_too_thin"
    late = subject.known("share_late_30_amount_365d") or 0.0
    overdue_days = subject.known("days_material_overdue") or 0.0
    if late > rules.record_highest_share_late_30 or overdue_days > rules.record_highest_days_overdue:
        return "record_not_clean"
    return "ok"


def _known(subject: SubjectFacts, *names: str) -> dict[str, float | None]:
    return {name: subject.known(name) for name in names}
