"""Reasons of the decision: what the rules say, before what the score says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from credit.candidates import Candidate, stop_of
from credit.capacity import accounts_usable
from credit.cover import covered
from credit.facts import SubjectFacts
from credit.limits import Suggestion
from credit.locales import fill
from credit.plausibility import accounts_in_doubt
from credit.policy import Policy
from credit.reasons import Reason
from credit.texts import BASES, DECISIONS, status_text
from features.engine.arrears import CURE_DAYS, DEFAULT_DAYS

__all__ = ["Decision", "decision_reasons", "is_blocked", "is_over_headroom"]

Facts = Mapping[str, float | str | None]
Told = Iterator[tuple[str, Facts]]

_SILENT_STATUSES = ("ok", "in_default", "no_default_model")


@dataclass(frozen=True)
class Decision:
    """What was decided of a subject.

    Parameters
    ----------
    subject : SubjectFacts
    suggestion : Suggestion
    headroom : float or None
    default_status : str
        Status of the default model's part.
    policy : Policy
    """

    subject: SubjectFacts
    suggestion: Suggestion
    headroom: float | None
    default_status: str
    policy: Policy

    @property
    def must_refer(self) -> bool:
        """Whether a person has to look.

        The model cannot say, the order is larger than the headroom, the limit is above a cap that a person
        may lift, or the accounts are in doubt.
        """
        return (
            self.default_status not in _SILENT_STATUSES
            or is_over_headroom(self.subject, self.headroom)
            or bool(self.suggestion.to_be_referred)
            or accounts_in_doubt(self.subject, self.policy.capacity)
        )


def decision_reasons(decision: Decision, lang: str) -> list[Reason]:
    """Return the reasons of a decision: stops, blocks and what cannot be said, what binds, what is missing.

    Parameters
    ----------
    decision : Decision
    lang : {"en", "zh"}
    """
    currency = decision.subject.reporting_currency
    return [_reason(code, facts, lang, currency) for code, facts in _told(decision)]


def is_blocked(subject: SubjectFacts, policy: Policy) -> bool:
    """Whether a material sum has been overdue for as long as blocks deliveries."""
    return subject.value("days_material_overdue") >= policy.blocking_days_overdue


def is_over_headroom(subject: SubjectFacts, headroom: float | None) -> bool:
    """Whether the order that is asked for is larger than the headroom; False where either is unknown."""
    if subject.asked is None or subject.asked.kind != "order" or headroom is None:
        return False
    return subject.value("request_amount") > headroom


def _reason(code: str, facts: Facts, lang: str, currency: str) -> Reason:
    told = dict(facts)
    if "status" in told:
        told["why"] = status_text(str(told["status"]), lang)
    if "basis" in told and told["basis"] in BASES:
        told["basis_word"] = BASES[str(told["basis"])].of(lang)
    text = fill(DECISIONS[code].words.of(lang), told, lang, currency)
    return Reason("decision", code, DECISIONS[code].direction, None, text, facts)


def _told(decision: Decision) -> Told:
    yield from _stopped(decision)
    yield from _unsaid(decision)
    yield from _bound(decision)
    yield from _secured(decision)
    yield from _compared(decision)
    yield from _missing(decision.subject, decision.policy)


def _stopped(decision: Decision) -> Told:
    subject, policy = decision.subject, decision.policy
    overdue = _known(subject, "overdue_amount", "days_material_overdue")
    stop = stop_of(subject)
    if stop is not None:
        yield ("INSOLVENT", {}) if stop == "insolvent" else _in_default(overdue)
    elif is_blocked(subject, policy):
        yield "OVD_BLOCK", {**overdue, "blocking_days": float(policy.blocking_days_overdue)}


def _in_default(overdue: Facts) -> tuple[str, Facts]:
    """Tell arrears that are a default now from those of which the cure has not ended yet."""
    days = overdue["days_material_overdue"]
    if isinstance(days, float) and days >= DEFAULT_DAYS:
        return "IN_DEFAULT", overdue
    return "IN_CURE", {**overdue, "default_days": float(DEFAULT_DAYS), "cure_days": float(CURE_DAYS)}


def _unsaid(decision: Decision) -> Told:
    if decision.suggestion.status != "ok":
        yield "LIM_UNSAID", {"status": decision.suggestion.status}
    if decision.default_status not in _SILENT_STATUSES:
        yield "PD_UNSAID", {"status": decision.default_status}


def _bound(decision: Decision) -> Told:
    binding = decision.suggestion.bound_by
    if binding is not None and binding.code in _BINDING_CODES:
        basis = str(binding.inputs.get("basis", ""))
        codes = _BINDING_CODES[binding.code]
        yield codes.get(basis, codes[""]), _binding_facts(binding)


_BINDING_CODES: Mapping[str, Mapping[str, str]] = {
    "need": {"": "LIM_NEED", "request": "LIM_NEED_REQUEST"},
    "requested": {"": "LIM_REQ"},
    "capacity": {
        "": "LIM_CAP",
        "negative_equity": "NEG_EQUITY",
        "payment_record": "LIM_RECORD",
        "peers": "LIM_PEERS",
        "securities": "LIM_SECURITIES",
    },
    "expected_loss_budget": {"": "LIM_EL"},
    "concentration": {"": "LIM_CONC", "equity": "LIM_CONC_EQUITY"},
    "group_concentration": {"": "LIM_GROUP"},
    "insured_limit": {"": "LIM_INSURED"},
    "bank_limit": {"": "LIM_BANK"},
}


def _binding_facts(binding: Candidate) -> Facts:
    return {"amount": binding.amount, **binding.inputs}


def _secured(decision: Decision) -> Told:
    amount, counted = decision.suggestion.amount, decision.suggestion.counted
    secured = covered(amount, counted) if amount is not None else 0.0
    if secured > 0.0:
        yield "SECURED", {"secured_amount": secured, "amount": amount}


def _compared(decision: Decision) -> Told:
    subject, amount = decision.subject, decision.suggestion.amount
    for cap in decision.suggestion.to_be_referred:
        yield "CONC_REFER", {"cap": cap.amount, "candidate": cap.code}
    if is_over_headroom(subject, decision.headroom):
        yield "ORDER_OVER", {**_known(subject, "request_amount"), "headroom": decision.headroom}
    own_limit = subject.known("own_limit")
    if own_limit is not None and amount is not None and own_limit != amount:
        yield "LIM_CHANGE", {"own_limit": own_limit, "amount": amount}


def _missing(subject: SubjectFacts, policy: Policy) -> Told:
    rules = policy.capacity
    if not subject.flag("has_accounts"):
        yield "DATA_ACCOUNTS_MISSING", {}
    elif not accounts_usable(subject, rules):
        yield "DATA_ACCOUNTS_UNUSABLE", _known(subject, "statement_age_days")
    elif subject.value("statement_age_days") > rules.accounts_stale_after_days:
        stale_days = float(rules.accounts_stale_after_days)
        yield "DATA_ACCOUNTS_STALE", {**_known(subject, "statement_age_days"), "stale_days": stale_days}
    if not subject.flag("has_payments"):
        yield "DATA_PAYMENTS_MISSING", {}


def _known(subject: SubjectFacts, *names: str) -> dict[str, float | str | None]:
    return {name: subject.known(name) for name in names}
