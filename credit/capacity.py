"""What a buyer can carry: estimates from its accounts, what its record has proved, or what its peers owe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from credit.facts import SubjectFacts
from credit.need import peak_need, peak_of, terms_of, yearly_purchases_of
from credit.peers import PeerCell, PeerTable
from credit.policy import Capacity, Need, Policy

__all__ = ["CapacityEstimate", "accounts_usable", "capacity_of", "net_worth_rule"]

_LEAST_BALANCE = 1.0
"""A highest balance below one currency unit is what rounding leaves, no record."""


Inputs = dict[str, float | str | None]


@dataclass(frozen=True)
class CapacityEstimate:
    """A capacity, and what it rests on.

    Parameters
    ----------
    status : str
        ``ok`` or a cannot-say code.
    amount : float or None
        In the reporting currency, 0 or more.
    basis : {"accounts", "negative_equity", "payment_record", "peers", "none"}
    inputs : mapping of str to float, str or None
    """

    status: str
    amount: float | None
    basis: str
    inputs: Mapping[str, float | str | None]


def capacity_of(
    subject: SubjectFacts, policy: Policy, peers: PeerTable | None = None, *, has_pd: bool = False
) -> CapacityEstimate:
    """Return the capacity of a buyer.

    The median of the estimates that usable accounts give (with what other suppliers let it owe, and what its
    peers owe), so that one more estimate does not by itself lower it; 0 where equity is negative. Without
    usable accounts, a share of the highest balance that the buyer has carried, as if it had paid on the due
    day, under a low cap and only with a clean record. Without a record, what its peers owe, under a lower cap
    and only with a probability of default.

    Parameters
    ----------
    subject : SubjectFacts
    policy : Policy
    peers : PeerTable or None
    has_pd : bool
        Whether a probability of default is known.

    Returns
    -------
    CapacityEstimate
        ``nothing_known``, ``record_too_thin`` or ``record_not_clean`` where there is none.
    """
    rules = policy.capacity
    cell = _peers_of(subject, rules, peers)
    if accounts_usable(subject, rules):
        if subject.value("equity") < 0.0:
            return CapacityEstimate("ok", 0.0, "negative_equity", _known(subject, "equity", "accounts_year"))
        estimates = _estimates(subject, rules)
        if estimates:
            return _from_accounts(subject, estimates, cell)
    if not subject.flag("has_payments") and cell is not None and has_pd:
        amount = min(cell.median, rules.prospect_cap)
        return CapacityEstimate("ok", amount, "peers", {**_peer_inputs(cell), "cap": rules.prospect_cap})
    return _from_record(subject, policy.capacity, policy.need)


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


def _from_accounts(
    subject: SubjectFacts, estimates: Mapping[str, float], cell: PeerCell | None
) -> CapacityEstimate:
    others = {
        "reference": subject.known("reference_high_credit"),
        "peers": None if cell is None else cell.median,
    }
    every = {**estimates, **{name: amount for name, amount in others.items() if amount is not None}}
    spread: Inputs = {"lowest_estimate": min(every.values()), "highest_estimate": max(every.values())}
    inputs: Inputs = {**every, **spread, **_account_inputs(subject), **_peer_inputs(cell)}
    return CapacityEstimate("ok", median(every.values()), "accounts", inputs)


def _estimates(subject: SubjectFacts, rules: Capacity) -> dict[str, float]:
    """Return what the accounts alone say; peers and references cannot stand in for them."""
    net_worth, working_capital = subject.value("tangible_net_worth"), subject.value("working_capital")
    named = {
        "net_worth_rule": net_worth_rule(net_worth, working_capital, rules),
        "payables_share": rules.payables_share * subject.value("accounts_payable"),
    }
    return {name: max(0.0, amount) for name, amount in named.items() if math.isfinite(amount)}


def _peers_of(subject: SubjectFacts, rules: Capacity, peers: PeerTable | None) -> PeerCell | None:
    """Return the buyer's peers; those of all sizes and industries only where an outside grade is known."""
    if peers is None:
        return None
    graded = subject.known("external_pd") is not None
    size, section = subject.value("size_class"), subject.value("industry_section")
    return peers.of(size, section, rules.peer_least_buyers, may_be_all=graded)


def _peer_inputs(cell: PeerCell | None) -> Inputs:
    if cell is None:
        return {}
    return {
        "peers_median": cell.median,
        "peers_upper_quartile": cell.upper,
        "peers_count": float(cell.buyers),
    }


def _account_inputs(subject: SubjectFacts) -> Inputs:
    return _known(subject, "tangible_net_worth", "working_capital", "accounts_payable", "accounts_year")


def _from_record(subject: SubjectFacts, rules: Capacity, need: Need) -> CapacityEstimate:
    names = ("high_credit_365d", "count_settled_365d", "share_late_30_amount_365d", "days_material_overdue")
    share, usual = rules.record_share_of_high_credit * _on_time_share(subject), _usual_balance(subject, need)
    inputs: Inputs = {**_known(subject, *names), "share_of_high_credit": share, "cap": rules.record_cap}
    inputs["usual_balance"] = usual if math.isfinite(usual) else None
    status = _record_status(subject, rules)
    if status != "ok":
        return CapacityEstimate(status, None, "none", inputs)
    proved = share * subject.value("high_credit_365d")
    amount = min(proved, rules.record_share_of_high_credit * usual if math.isfinite(usual) else proved)
    return CapacityEstimate("ok", min(amount, rules.record_cap), "payment_record", inputs)


def _on_time_share(subject: SubjectFacts) -> float:
    """Return what of a balance payment on the due day would have left; more than all of an early payer's.

    Reason: who pays late owes more at its peak; that must not raise what it may owe.
    """
    late, terms = subject.known("mean_days_late_365d"), subject.known("median_terms_days_365d")
    if late is None or terms is None:
        return 1.0
    return max(terms, 1.0) / max(terms + late, 1.0)


def _usual_balance(subject: SubjectFacts, need: Need) -> float:
    """Return what the buyer's purchases of its busiest month leave owed where it pays on the due day."""
    yearly = yearly_purchases_of(subject.value("invoiced_amount_365d"), subject.value("tenure_days"), need)
    terms = terms_of(subject.value("median_terms_days_365d"), need)
    return peak_need(yearly, terms, peak_of(subject.value("peak_month_factor_365d"), need))


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


def _known(subject: SubjectFacts, *names: str) -> Inputs:
    return {name: subject.known(name) for name in names}
