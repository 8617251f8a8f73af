"""Whom to offer an early-payment discount, and how much of one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from credit.discount import discount_cost, largest_discount
from credit.limit_case import LimitCase
from credit.loss import pd_turn

__all__ = ["discount_offer", "expected_pay_day"]


def expected_pay_day(case: LimitCase, timing: Mapping[str, Any] | None) -> tuple[float | None, str]:
    """Return the day after the invoice on which the buyer is expected to pay, and what says so.

    Parameters
    ----------
    case : LimitCase
    timing : mapping or None
        The assessment's timing: its median day where it is ``ok``; else the usual terms and mean days late.

    Returns
    -------
    float or None, str
        ``timing``, ``mean_days_late`` or ``no_history``.
    """
    if timing is not None and timing.get("status") == "ok" and timing.get("median_on"):
        days = (date.fromisoformat(str(timing["median_on"])) - case.subject.day).days
        return float(days), "timing"
    late = case.subject.known("mean_days_late_365d")
    if late is None:
        return None, "no_history"
    return max(usual_terms_of(case) + late, 0.0), "mean_days_late"


def usual_terms_of(case: LimitCase) -> float:
    """Return the terms of the request, else the buyer's usual ones, else the policy's."""
    asked, usual = case.subject.known("request_terms_days"), case.subject.known("median_terms_days_365d")
    found = asked if asked is not None else usual
    return float(case.policy.need.default_terms_days) if found is None else found


def discount_offer(case: LimitCase, timing: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the discount that is worth offering.

    Returns
    -------
    dict
        ``status``: ``ok``; ``pays_early`` (before the due day, or by the discount's day anyhow: nothing is
        bought); ``not_worth`` (the largest worthwhile one is below the policy's step); ``buyer_would_not``
        (what is worth it to us is less than its money costs the buyer); ``no_history``; or why there is no
        probability of default. ``share`` is what to offer, at most the policy's; ``yearly_cost`` what it
        costs us by the expected pay day, which is what it brings the buyer. The later a buyer is expected to
        pay (``expected_days_late``), the cheaper a discount is with it.
    """
    rules, pay_day = case.policy.offers.discount, expected_pay_day(case, timing)
    day, terms = float(rules.day), usual_terms_of(case)
    found: dict[str, Any] = {
        "status": "ok",
        "share": None,
        "discount_day": day,
        "expected_pay_day": pay_day[0],
        "expected_from": pay_day[1],
        "terms_days": terms,
        "expected_days_late": None if pay_day[0] is None else pay_day[0] - terms,
        "largest_share": None,
        "standard_share": rules.share,
        "standard_yearly_cost": None,
        "yearly_cost": None,
        "seller_gain_share": None,
    }
    if pay_day[0] is None or case.pd is None:
        return {**found, "status": "no_history" if pay_day[0] is None else case.pd_status}
    largest = _largest(case, pay_day[0])
    standard = discount_cost(rules.share, day, pay_day[0])
    found |= {"largest_share": largest, "standard_yearly_cost": standard if math.isfinite(standard) else None}
    return {**found, **_offer(case, largest, pay_day[0], terms)}


def _largest(case: LimitCase, pay_day: float) -> float:
    """Return the largest worthwhile discount; the loss avoided is that of the whole turn."""
    rules, pd = case.policy.offers.discount, case.pd or 0.0
    lgd = case.loss.lgd * (1.0 - case.loss.cure_rate)
    return largest_discount(
        case.policy.economics.funding_rate,
        float(rules.day),
        pay_day,
        loss_in_window=pd_turn(pd, pay_day) * lgd,
        collection_share=rules.collection_share,
    )


def _offer(case: LimitCase, largest: float, pay_day: float, terms: float) -> dict[str, Any]:
    rules = case.policy.offers.discount
    if pay_day < terms or pay_day <= rules.day:
        return {"status": "pays_early"}
    share = min(rules.share, math.floor(largest / rules.step + 1e-9) * rules.step)
    if share < rules.step:
        return {"status": "not_worth"}
    cost = discount_cost(share, float(rules.day), pay_day)
    if cost <= case.policy.offers.buyer_funding_rate:
        return {"status": "buyer_would_not", "yearly_cost": cost}
    return {"share": share, "yearly_cost": cost, "seller_gain_share": largest - share}
