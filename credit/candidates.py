"""The candidates of a limit: each answers "how much may this buyer owe" from one side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from credit.book import Book
from credit.budget import allowed_share
from credit.capacity import capacity_of
from credit.facts import SubjectFacts
from credit.loss import loss_rate
from credit.need import usual_need, yearly_purchases
from credit.policy import Policy

__all__ = ["STOPS", "Candidate", "LimitCase", "candidates_of", "stop_of"]

STOPS = {"is_insolvent": "insolvent", "in_default": "in_default"}
"""Flags at which a buyer may owe nothing, and the candidate that says so."""

Input = float | str | None


@dataclass(frozen=True)
class Candidate:
    """One answer to "how much may this buyer owe".

    Parameters
    ----------
    code : str
        ``in_default`` or ``insolvent`` (a stop), ``need``, ``requested``, ``capacity``,
        ``expected_loss_budget``, ``concentration``.
    role : {"constraint", "capacity"}
    status : str
        ``ok`` or a cannot-say code.
    amount : float or None
        In the reporting currency; None where it cannot be said.
    inputs : mapping of str to float, str or None
        The numbers that it was made of.
    """

    code: str
    role: Literal["constraint", "capacity"]
    status: str
    amount: float | None = None
    inputs: Mapping[str, Input] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the candidate as the assessment shows it."""
        said = {"code": self.code, "role": self.role, "status": self.status, "amount": self.amount}
        return {**said, "inputs": dict(self.inputs)}


@dataclass(frozen=True)
class LimitCase:
    """Everything that a limit is made of.

    Parameters
    ----------
    subject : SubjectFacts
    pd : float or None
        Probability of default, between the policy's floor and cap.
    pd_status : str
        ``ok``, or why there is no probability.
    definition : str
        Definition of default that the probability is of.
    book : Book or None
    policy : Policy
    """

    subject: SubjectFacts
    pd: float | None
    pd_status: str
    definition: str
    book: Book | None
    policy: Policy


def candidates_of(case: LimitCase) -> list[Candidate]:
    """Return every candidate of a case: a stop first where there is one."""
    need, capacity = _need(case), _capacity(case)
    budget = _expected_loss_budget(case, need if need.amount is not None else capacity)
    listed = [need, _requested(case.subject), capacity, budget, _concentration(case)]
    stop = stop_of(case.subject)
    return listed if stop is None else [Candidate(stop, "constraint", "ok", 0.0), *listed]


def stop_of(subject: SubjectFacts) -> str | None:
    """Return why a buyer may owe nothing: ``insolvent``, ``in_default`` or None."""
    return next((code for flag, code in STOPS.items() if subject.flag(flag)), None)


def _need(case: LimitCase) -> Candidate:
    subject, rules = case.subject, case.policy.need
    invoiced, tenure = _array(subject, "invoiced_amount_365d"), _array(subject, "tenure_days")
    yearly = yearly_purchases(invoiced, tenure, rules)
    if math.isnan(yearly[0]):
        asked = _limit_asked(subject)
        status = "no_sales" if asked is None else "ok"
        return Candidate("need", "constraint", status, asked, {"basis": "request"})
    terms = _known_or(_terms(subject), rules.default_terms_days)
    peak = _known_or(subject.value("peak_month_factor_365d"), rules.default_peak_factor)
    peak = min(max(peak, rules.lowest_peak_factor), rules.highest_peak_factor)
    inputs: dict[str, Input] = {
        "basis": "purchases",
        "yearly_purchases": float(yearly[0]),
        "terms_days": terms,
        "tolerance_days": float(rules.tolerance_days),
        "peak_factor": peak,
    }
    amount = float(usual_need(yearly, np.array([terms]), np.array([peak]), rules)[0])
    return Candidate("need", "constraint", "ok", amount, inputs)


def _terms(subject: SubjectFacts) -> float:
    """Return the terms that a limit serves: those asked for with a limit or terms, else the usual ones."""
    usual, asked = subject.value("median_terms_days_365d"), subject.value("request_terms_days")
    if subject.asked is None or (subject.asked.kind == "order" and math.isfinite(usual)):
        return usual
    return _known_or(asked, usual)


def _limit_asked(subject: SubjectFacts) -> float | None:
    """Return the limit that a request would take: an order comes on top of what is owed already."""
    amount = subject.known("request_amount")
    if subject.asked is None or amount is None:
        return None
    owed = subject.known("exposure") or 0.0
    return amount + owed if subject.asked.kind == "order" else amount


def _requested(subject: SubjectFacts) -> Candidate:
    if subject.asked is None or subject.asked.kind != "limit":
        return Candidate("requested", "constraint", "no_limit_requested")
    amount = subject.known("request_amount")
    return Candidate("requested", "constraint", "no_rate" if amount is None else "ok", amount)


def _capacity(case: LimitCase) -> Candidate:
    estimate = capacity_of(case.subject, case.policy.capacity)
    inputs: dict[str, Input] = {"basis": estimate.basis, **estimate.inputs}
    return Candidate("capacity", "capacity", estimate.status, estimate.amount, inputs)


def _expected_loss_budget(case: LimitCase, base: Candidate) -> Candidate:
    """Cut the need (the capacity where no need is known) by the book's price of risk.

    The book's budget is shared among the needs of buyers who buy; a prospect's capacity has no part yet.
    """
    if case.pd is None or base.amount is None:
        status = case.pd_status if case.pd is None else "no_need"
        return Candidate("expected_loss_budget", "constraint", status)
    loss = case.policy.loss_of(case.definition)
    price, source = _price(case)
    margin = case.policy.economics.margin if case.book is None else case.book.margin
    rate = np.array([loss_rate(case.pd, loss.lgd, loss.cure_rate)])
    kept_share = float(allowed_share(rate, margin, price)[0])
    inputs: dict[str, Input] = {
        "base": base.code,
        "base_amount": base.amount,
        "kept_share": kept_share,
        "pd": case.pd,
        "lgd": loss.lgd,
        "cure_rate": loss.cure_rate,
        "margin": margin,
        "shadow_price": price,
        "shadow_price_from": source,
        "budget": None if case.book is None else case.book.budget,
    }
    return Candidate("expected_loss_budget", "constraint", "ok", base.amount * kept_share, inputs)


def _price(case: LimitCase) -> tuple[float, str]:
    if case.book is None or case.book.shadow_price is None:
        return case.policy.economics.shadow_price_without_book, "policy"
    return case.book.shadow_price, "book"


def _concentration(case: LimitCase) -> Candidate:
    rules, book = case.policy.concentration, case.book
    if book is None:
        return Candidate("concentration", "constraint", "no_book")
    caps = {
        "receivables": rules.share_of_receivables * book.receivables,
        "equity": rules.share_of_equity * (book.equity or 0.0),
    }
    caps = {name: amount for name, amount in caps.items() if amount > 0.0}
    if not caps:
        return Candidate("concentration", "constraint", "no_receivables")
    basis = min(caps, key=lambda name: caps[name])
    share = rules.share_of_receivables if basis == "receivables" else rules.share_of_equity
    inputs: dict[str, Input] = {"basis": basis, "share": share, "of": caps[basis] / share}
    return Candidate("concentration", "constraint", "ok", caps[basis], inputs)


def _array(subject: SubjectFacts, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([subject.value(name)])


def _known_or(value: float, otherwise: float) -> float:
    return value if math.isfinite(value) else float(otherwise)
