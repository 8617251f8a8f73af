"""The candidates of a limit: each answers "how much may this buyer owe" from one side."""

from __future__ import annotations

import math

from credit.capacity import capacity_of
from credit.cover import covered, largest_exposure
from credit.facts import SubjectFacts
from credit.limit_caps import bank_limit, concentration, group_concentration, insured_limit
from credit.limit_case import Candidate, Input, LimitCase, Slopes
from credit.loss_candidates import break_even, expected_loss_budget, mean_variance
from credit.need import peak_need, peak_of, terms_of, yearly_purchases_of

__all__ = ["STOPS", "Candidate", "LimitCase", "candidates_of", "stop_of"]

STOPS = {"is_insolvent": "insolvent", "in_default": "in_default"}
"""Flags at which a buyer may owe nothing, and the candidate that says so."""


def candidates_of(case: LimitCase) -> list[Candidate]:
    """Return every candidate of a case: a stop first where there is one, what is only told last."""
    need, capacity = _need(case), _capacity(case)
    base = need if need.amount is not None else capacity
    listed = [
        need,
        _requested(case.subject),
        capacity,
        expected_loss_budget(case, base),
        concentration(case),
        group_concentration(case),
        insured_limit(case),
        bank_limit(case),
        break_even(case, base),
        mean_variance(case),
    ]
    stop = stop_of(case.subject)
    return listed if stop is None else [Candidate(stop, "constraint", "ok", 0.0), *listed]


def stop_of(subject: SubjectFacts) -> str | None:
    """Return why a buyer may owe nothing: ``insolvent``, ``in_default`` or None."""
    return next((code for flag, code in STOPS.items() if subject.flag(flag)), None)


def _need(case: LimitCase) -> Candidate:
    subject, rules = case.subject, case.policy.need
    yearly = yearly_purchases_of(subject.value("invoiced_amount_365d"), subject.value("tenure_days"), rules)
    if math.isnan(yearly):
        asked = _limit_asked(subject)
        status = "no_sales" if asked is None else "ok"
        return Candidate("need", "constraint", status, asked, {"basis": "request"})
    terms = terms_of(_terms(subject), rules)
    peak = peak_of(subject.value("peak_month_factor_365d"), rules)
    inputs: dict[str, Input] = {
        "basis": "purchases",
        "yearly_purchases": yearly,
        "terms_days": terms,
        "tolerance_days": float(rules.tolerance_days),
        "peak_factor": peak,
    }
    amount = peak_need(yearly, terms + rules.tolerance_days, peak)
    slopes = Slopes(pd=0.0, terms_days=yearly / 365.0 * peak)
    return Candidate("need", "constraint", "ok", amount, inputs, slopes)


def _terms(subject: SubjectFacts) -> float:
    """Return the terms that a limit serves: those asked for with a limit or terms, else the usual ones."""
    usual, asked = subject.value("median_terms_days_365d"), subject.value("request_terms_days")
    if subject.asked is None or (subject.asked.kind == "order" and math.isfinite(usual)):
        return usual
    return asked if math.isfinite(asked) else usual


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
    """Return what the buyer can carry itself, and on top of it what securities carry.

    Of a buyer of whom nothing else is known, what they carry alone.
    """
    peers = None if case.book is None else case.book.peers
    estimate = capacity_of(case.subject, case.policy, peers, has_pd=case.pd is not None)
    inputs: dict[str, Input] = {"basis": estimate.basis, **estimate.inputs}
    amount = largest_exposure(estimate.amount or 0.0, case.counted)
    if not case.counted or (estimate.amount is None and amount <= 0.0):
        return Candidate("capacity", "capacity", estimate.status, estimate.amount, inputs)
    inputs |= {"own_capacity": estimate.amount, "secured_amount": covered(amount, case.counted)}
    if estimate.amount is None:
        inputs |= {"basis": "securities", "own_status": estimate.status}
    return Candidate("capacity", "capacity", "ok", amount, inputs)
