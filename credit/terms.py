"""Payment terms that make usual purchases fit the limit, within law, sector and policy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from credit.limit_case import LimitCase
from credit.loss import pd_turn
from credit.loss_candidates import turn_of
from credit.need import peak_need
from credit.profit import margin_per_turn
from credit.statutory import latest_due_on

__all__ = ["Purchases", "TermsOption", "fitting_days", "suggest_terms"]

_LARGE = 4


@dataclass(frozen=True)
class Purchases:
    """What a buyer buys in a year, and what of it the limit bears.

    Parameters
    ----------
    yearly : float
        With tax, in the reporting currency.
    terms_days, tolerance_days, peak_factor : float
        As the need was made with.
    need : float
    limit : float
        Before rounding.
    """

    yearly: float
    terms_days: float
    tolerance_days: float
    peak_factor: float
    need: float
    limit: float

    @property
    def gap_share(self) -> float:
        """Share of the need that lies above the limit; 0 where all of it fits."""
        return max(0.0, 1.0 - self.limit / self.need) if self.need > 0.0 else 0.0

    def need_at(self, terms_days: float) -> float:
        """Return the need at other terms."""
        return peak_need(self.yearly, terms_days + self.tolerance_days, self.peak_factor)


@dataclass(frozen=True)
class TermsOption:
    """Some terms with what they bring.

    Parameters
    ----------
    days : int
    status : str
        ``ok``, or which bound they are outside of: ``above_law``, ``above_insurer``,
        ``above_policy``, ``outside_sector``, ``loss_above_cap``.
    need : float
    served_share : float
        Share of usual purchases that the limit bears at these terms.
    margin_per_turn, yearly_profit : float or None
        Share of sales, and money; None without a probability of default.
    cost_to_buyer : float
        What terms shorter than the present ones cost it a year.
    """

    days: int
    status: str
    need: float
    served_share: float
    margin_per_turn: float | None
    yearly_profit: float | None
    cost_to_buyer: float


class _Most(NamedTuple):
    """Longest terms in days by law and by the credit insurer; None where they say nothing."""

    law: int | None
    insurer: int | None


def fitting_days(purchases: Purchases) -> float:
    """Return the terms at which the need is the limit: ``limit x 365 / (yearly x peak) - tolerance``.

    Examples
    --------
    >>> golden = Purchases(2.712e6, 60, 6, 1.3, need=637505.75, limit=208333.33)
    >>> round(fitting_days(golden), 1)
    15.6
    """
    return purchases.limit * 365.0 / (purchases.yearly * purchases.peak_factor) - purchases.tolerance_days


def suggest_terms(case: LimitCase, purchases: Purchases) -> dict[str, Any]:
    """Return the most profitable terms within all bounds, less what they cost the buyer.

    Parameters
    ----------
    case : LimitCase
    purchases : Purchases

    Returns
    -------
    dict
        ``status``: ``fits`` (the need at present terms is within the limit, or hardly above), ``ok``, or
        ``no_terms_fit`` where at none within the bounds the limit bears all purchases; ``days`` is then still
        the best of them, None where there is none.

    Notes
    -----
    A buyer asks back in price what shorter terms cost it, at ``offers.buyer_funding_rate``; so among terms at
    which everything fits, longer ones win unless loss and funding cost us more.
    """
    rules, law, insurer_days = case.policy.terms, _law(case), _insurer_days(case)
    most = _Most(law["days"], insurer_days)
    norm, norm_from = _norm(case)
    options = [_option(case, purchases, days, most, norm) for days in rules.steps_days]
    allowed = [option for option in options if option.status == "ok"]
    best = max(allowed, key=_worth, default=None)
    fits = purchases.gap_share <= rules.least_gap_share
    served = best is not None and best.served_share >= 1.0
    return {
        "status": "fits" if fits else "ok" if served else "no_terms_fit",
        "days": round(purchases.terms_days) if fits else None if best is None else best.days,
        "present_days": purchases.terms_days,
        "fitting_days": fitting_days(purchases),
        "law": law,
        "insurer_days": insurer_days,
        "sector_norm_days": norm,
        "sector_norm_from": norm_from,
        "options": [asdict(option) for option in options],
    }


def _worth(option: TermsOption) -> tuple[bool, float]:
    profit = 0.0 if option.yearly_profit is None else option.yearly_profit
    return option.served_share >= 1.0, profit - option.cost_to_buyer


def _option(case: LimitCase, purchases: Purchases, days: int, most: _Most, norm: float) -> TermsOption:
    need = purchases.need_at(days)
    served = min(1.0, purchases.limit / need) if need > 0.0 else 1.0
    turn = turn_of(case, min(need, purchases.limit), float(days))
    earned = None if case.pd is None else margin_per_turn(turn, case.pd)
    shorter = max(0.0, purchases.terms_days - days)
    cost = purchases.yearly * served * case.policy.offers.buyer_funding_rate * shorter / 365.0
    loss = 0.0 if case.pd is None else pd_turn(case.pd, turn.days) * turn.lgd
    return TermsOption(
        days=days,
        status=_status(case, days, most, norm, loss),
        need=need,
        served_share=served,
        margin_per_turn=earned,
        yearly_profit=None if earned is None else purchases.yearly * served * earned,
        cost_to_buyer=cost,
    )


def _status(case: LimitCase, days: int, most: _Most, norm: float, loss: float) -> str:
    rules = case.policy.terms
    if most.law is not None and days > most.law:
        return "above_law"
    if most.insurer is not None and days > most.insurer:
        return "above_insurer"
    if days > rules.longest_days:
        return "above_policy"
    at_norm = min(range(len(rules.steps_days)), key=lambda step: abs(rules.steps_days[step] - norm))
    if abs(rules.steps_days.index(days) - at_norm) > rules.steps_from_norm:
        return "outside_sector"
    return "loss_above_cap" if loss > rules.highest_loss_share_of_turn else "ok"


def _law(case: LimitCase) -> dict[str, Any]:
    """Return the longest terms that the law lets the buyer take on an invoice of the day, if it says any."""
    subject = case.subject
    rule = case.policy.terms.law_of(subject.country)
    country = subject.country or None
    found: dict[str, Any] = {"status": "ok", "country": country, "days": None, "latest_due_on": None}
    if not subject.country:
        return {**found, "status": "country_unknown"}
    if rule is None:
        return {**found, "status": "no_rule"}
    if subject.flag("public_body"):
        return {**found, **_until(subject.day, subject.day + timedelta(days=rule.public_days))}
    is_small = not math.isnan(subject.value("size_class")) and subject.value("size_class") < _LARGE
    if rule.only_large_buyers and is_small:
        return {**found, "status": "no_rule"}
    return {**found, **_until(subject.day, latest_due_on(rule, subject.day))}


def _until(day: date, last: date) -> dict[str, int | str]:
    return {"days": (last - day).days, "latest_due_on": last.isoformat()}


def _insurer_days(case: LimitCase) -> int | None:
    """Return the longest terms that the insurer covers, of a buyer that is insured."""
    insured = case.subject.known("insured_limit") or 0.0
    has_cover = any(each.kind == "credit_insurance" for each in case.subject.securities)
    return case.policy.terms.insurer_longest_terms_days if insured > 0.0 or has_cover else None


def _norm(case: LimitCase) -> tuple[float, str]:
    section = case.subject.known("industry_section")
    usual: Mapping[int, float] = {} if case.book is None else case.book.usual_terms
    if section is not None and int(section) in usual:
        return usual[int(section)], "book"
    return float(case.policy.terms.sector_norm_days), "policy"
