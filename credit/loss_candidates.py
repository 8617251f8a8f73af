"""Candidates of the limit that follow from loss: the book's budget, and what a turn of credit earns."""

from __future__ import annotations

import math

from credit.budget import allowed_share
from credit.cover import covered
from credit.limit_case import Candidate, Input, LimitCase, Slopes
from credit.loss import loss_rate
from credit.profit import Turn, break_even_pd, margin_per_turn, mean_variance_limit

__all__ = ["break_even", "expected_loss_budget", "mean_variance", "turn_of"]

_SHORTEST_TURN_DAYS = 1.0


def expected_loss_budget(case: LimitCase, base: Candidate) -> Candidate:
    """Cut the need (the capacity where no need is known) by the book's price of risk.

    The book's budget is shared among the needs of buyers who buy; a prospect's capacity has no part yet.
    What securities pay of the base lowers the loss given default.
    """
    pd = case.money_pd
    if pd is None or base.amount is None:
        status = case.pd_status if pd is None else "no_need"
        return Candidate("expected_loss_budget", "constraint", status)
    secured = secured_share(case, base.amount)
    lgd_net = case.loss.lgd * (1.0 - secured)
    price, source = _price(case)
    rate = loss_rate(pd.value, lgd_net, case.loss.cure_rate)
    kept_share = allowed_share(rate, case.margin, price)
    inputs: dict[str, Input] = {
        "base": base.code,
        "base_amount": base.amount,
        "kept_share": kept_share,
        "pd": pd.value,
        "pd_point": pd.point,
        "pd_quantile": pd.quantile,
        "pd_central": case.pd,
        "lgd": case.loss.lgd,
        "lgd_from": case.loss.lgd_from,
        "secured_share": secured,
        "lgd_net": lgd_net,
        "cure_rate": case.loss.cure_rate,
        "margin": case.margin,
        "shadow_price": price,
        "shadow_price_from": source,
        "budget": None if case.book is None else case.book.budget,
    }
    slopes = _slopes(case, base, kept_share, price)
    return Candidate("expected_loss_budget", "constraint", "ok", base.amount * kept_share, inputs, slopes)


def secured_share(case: LimitCase, exposure: float) -> float:
    """Return the share of an exposure that securities pay; of no exposure none."""
    return covered(exposure, case.counted) / exposure if exposure > 0.0 else 0.0


def break_even(case: LimitCase, base: Candidate) -> Candidate:
    """Say whether a turn of credit earns anything: all of the base where it does, else nothing."""
    if case.pd is None or base.amount is None:
        return Candidate("break_even", "reported", case.pd_status if case.pd is None else "no_need")
    turn = turn_of(case, base.amount)
    earned = margin_per_turn(turn, case.pd)
    inputs: dict[str, Input] = {
        "pd": case.pd,
        "break_even_pd": break_even_pd(turn) if turn.lgd > 0.0 else 1.0,
        "margin_per_turn": earned,
        "margin": turn.margin,
        "turn_days": turn.days,
        "funding_rate": turn.funding_rate,
        "administration_share": turn.administration_share,
        "lgd_net": turn.lgd,
    }
    return Candidate("break_even", "reported", "ok", base.amount if earned > 0.0 else 0.0, inputs)


def mean_variance(case: LimitCase) -> Candidate:
    """Say the limit of a seller who weighs return against variance."""
    if case.pd is None or case.book is None:
        return Candidate("mean_variance", "reported", case.pd_status if case.pd is None else "no_book")
    tolerance = case.policy.economics.risk_tolerance_share_of_sales * case.book.yearly_sales
    turn = turn_of(case, 0.0)
    amount = mean_variance_limit(turn, case.pd, tolerance)
    return Candidate("mean_variance", "reported", "ok", amount, {"pd": case.pd, "risk_tolerance": tolerance})


def turn_of(case: LimitCase, exposure: float, terms_days: float | None = None) -> Turn:
    """Return a turn of credit to this buyer: its terms and the days that it takes beyond them.

    Parameters
    ----------
    case : LimitCase
    exposure : float
        Of which securities may pay a part.
    terms_days : float or None
        The usual ones where None.
    """
    subject, rules = case.subject, case.policy.economics
    usual = subject.known("median_terms_days_365d")
    terms = terms_days if terms_days is not None else usual
    terms = float(case.policy.need.default_terms_days) if terms is None else terms
    late = max(subject.known("mean_days_late_365d") or 0.0, 0.0)
    return Turn(
        margin=case.margin,
        days=max(terms + late, _SHORTEST_TURN_DAYS),
        funding_rate=rules.funding_rate,
        administration_share=rules.administration_share,
        lgd=case.loss.lgd * (1.0 - case.loss.cure_rate) * (1.0 - secured_share(case, exposure)),
    )


def _price(case: LimitCase) -> tuple[float, str]:
    if case.book is None or case.book.shadow_price is None:
        return case.policy.economics.shadow_price_without_book, "policy"
    return case.book.shadow_price, "book"


def _slopes(case: LimitCase, base: Candidate, kept_share: float, price: float) -> Slopes:
    """Return the slopes of ``base x kept share``, at a kink those to the side of the larger base."""
    pd, amount = case.money_pd, base.amount
    if pd is None or amount is None or kept_share <= 0.0:
        return Slopes(0.0, 0.0)
    cost = price * case.loss.lgd * (1.0 - case.loss.cure_rate) / case.margin
    bare = amount - covered(amount, case.counted)
    paid = math.fsum(share for security, share in case.counted if security.amount > amount)
    by_base = 1.0 - cost * pd.value * (1.0 - min(paid, 1.0))
    return Slopes(pd=-cost * bare, terms_days=by_base * base.slopes.terms_days)
