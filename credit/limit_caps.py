"""Candidates of the limit that others set: concentration by name and by group, the insurer and the bank."""

from __future__ import annotations

from credit.limit_case import Candidate, Input, LimitCase, Role

__all__ = ["bank_limit", "concentration", "group_concentration", "insured_limit"]


def concentration(case: LimitCase) -> Candidate:
    """Return the most that one buyer may be of the seller's receivables and equity."""
    rules = case.policy.concentration
    shares = {"receivables": rules.share_of_receivables, "equity": rules.share_of_equity}
    return _cap(case, "concentration", shares, 0.0)


def group_concentration(case: LimitCase) -> Candidate:
    """Return what the group's cap leaves beside what the other members owe; they are those known at as_of."""
    rules = case.policy.concentration
    shares = {"receivables": rules.group_share_of_receivables, "equity": rules.group_share_of_equity}
    count = case.subject.known("group_others_count")
    if count is None:
        return Candidate("group_concentration", _role(case), "no_group")
    owed = case.subject.known("group_others_exposure")
    if owed is None:
        return Candidate("group_concentration", _role(case), "no_rate")
    others: dict[str, Input] = {"others_exposure": owed, "others_count": count}
    return _cap(case, "group_concentration", shares, max(owed, 0.0), others)


def insured_limit(case: LimitCase) -> Candidate:
    """Return the insurer's limit in force with what we bear ourselves beyond it."""
    rules, insured = case.policy.external_limits, case.subject.known("insured_limit")
    if insured is None:
        return Candidate("insured_limit", rules.insured, "no_insured_limit")
    inputs: dict[str, Input] = {"insured_limit": insured, "own_retention_share": rules.own_retention_share}
    amount = insured * (1.0 + rules.own_retention_share)
    return Candidate("insured_limit", rules.insured, "ok", amount, inputs)


def bank_limit(case: LimitCase) -> Candidate:
    """Return what a bank or factor takes of this buyer."""
    role, subject = case.policy.external_limits.bank, case.subject
    amount = subject.known("bank_limit")
    if amount is None:
        status = "no_rate" if "bank_limit" in subject.values else "no_bank_limit"
        return Candidate("bank_limit", role, status)
    return Candidate("bank_limit", role, "ok", amount)


def _cap(
    case: LimitCase,
    code: str,
    shares: dict[str, float],
    others_exposure: float,
    others: dict[str, Input] | None = None,
) -> Candidate:
    book, role = case.book, _role(case)
    if book is None:
        return Candidate(code, role, "no_book")
    totals = {"receivables": book.receivables, "equity": book.equity or 0.0}
    caps = {name: share * totals[name] for name, share in shares.items() if totals[name] > 0.0}
    if not caps:
        return Candidate(code, role, "no_receivables")
    basis = min(caps, key=lambda name: caps[name])
    inputs: dict[str, Input] = {"basis": basis, "share": shares[basis], "of": totals[basis], **(others or {})}
    return Candidate(code, role, "ok", max(0.0, caps[basis] - others_exposure), inputs)


def _role(case: LimitCase) -> Role:
    return "referral" if case.policy.concentration.above_cap == "refer" else "constraint"
