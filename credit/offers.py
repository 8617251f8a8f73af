"""Terms and offers: how to sell to a buyer whose need is above its limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credit.alternatives import alternatives_of, best_of
from credit.candidates import STOPS
from credit.discount_offer import discount_offer
from credit.limit_case import LimitCase
from credit.limits import Suggestion
from credit.locales import check_language, fill
from credit.offer_texts import ALTERNATIVE_TEXTS, DISCOUNT_TEXTS, TERMS_TEXTS
from credit.terms import Purchases, suggest_terms

__all__ = ["offers_of"]


def offers_of(
    case: LimitCase, suggestion: Suggestion, timing: Mapping[str, Any] | None = None, *, lang: str = "en"
) -> dict[str, Any]:
    """Return the parts ``terms`` and ``offers`` of an assessment.

    Parameters
    ----------
    case : LimitCase
    suggestion : Suggestion
        Of the same case.
    timing : mapping or None
        The assessment's timing part, for the expected day of payment.
    lang : {"en", "zh"}

    Returns
    -------
    dict
        ``terms``: ``status`` (``fits``, ``ok``, ``no_terms_fit`` or a cannot-say code) with the days and
        every option; ``offers``: the alternatives side by side, which of them is best, and the discount.

    Raises
    ------
    InputError
        A language without texts.

    Notes
    -----
    The limit is that of the present terms, before rounding. Whoever takes an offer is assessed anew.
    """
    check_language(lang)
    currency = case.subject.reporting_currency
    discount = discount_offer(case, timing)
    discount["text"] = _text(DISCOUNT_TEXTS, _discount_key(discount), discount, lang, currency)
    purchases = _purchases(suggestion)
    if isinstance(purchases, str):
        return {
            "terms": _NO_TERMS | {"status": purchases},
            "offers": _no_offers(purchases, currency, discount),
        }
    terms = suggest_terms(case, purchases)
    terms["text"] = _text(TERMS_TEXTS, terms["status"], terms | {"limit": purchases.limit}, lang, currency)
    found = [] if terms["status"] == "fits" else alternatives_of(case, purchases, terms)
    offers: dict[str, Any] = {
        "status": "fits" if terms["status"] == "fits" else "ok",
        "currency": currency,
        "need": purchases.need,
        "limit": purchases.limit,
        "gap_share": purchases.gap_share,
        "alternatives": [
            {**each.as_json(), "text": _text(ALTERNATIVE_TEXTS, each.code, each.as_json(), lang, currency)}
            for each in found
        ],
        "best": best_of(found),
        "discount": discount,
    }
    return {"terms": terms, "offers": offers}


_NO_TERMS: dict[str, Any] = {
    "status": "no_sales",
    "days": None,
    "present_days": None,
    "fitting_days": None,
    "law": None,
    "insurer_days": None,
    "sector_norm_days": None,
    "sector_norm_from": None,
    "options": [],
    "text": None,
}


def _no_offers(status: str, currency: str, discount: dict[str, Any]) -> dict[str, Any]:
    unsaid = dict.fromkeys(("need", "limit", "gap_share"))
    told: dict[str, Any] = {
        "status": status,
        "currency": currency,
        **unsaid,
        "alternatives": [],
        "best": None,
    }
    return {**told, "discount": discount}


def _purchases(suggestion: Suggestion) -> Purchases | str:
    """Return purchases and limit; why not where there is no limit, a stop, or nothing was bought."""
    binding = suggestion.bound_by
    if binding is None or binding.amount is None:
        return suggestion.status
    if binding.code in STOPS.values():
        return binding.code
    need = next(each for each in suggestion.candidates if each.code == "need")
    if need.amount is None or need.inputs["basis"] != "purchases":
        return "no_sales"
    figures = {
        name: float(need.inputs[key] or 0.0)
        for name, key in (
            ("yearly", "yearly_purchases"),
            ("terms_days", "terms_days"),
            ("tolerance_days", "tolerance_days"),
            ("peak_factor", "peak_factor"),
        )
    }
    return Purchases(need=need.amount, limit=binding.amount, **figures)


def _discount_key(discount: Mapping[str, Any]) -> str:
    """Return the text's key: who pays by the discount's day need not pay before the due day."""
    is_early = discount["status"] == "pays_early"
    return (
        "pays_by_discount_day" if is_early and discount["expected_days_late"] >= 0.0 else discount["status"]
    )


def _text(
    texts: Mapping[str, Any], code: str, facts: Mapping[str, Any], lang: str, currency: str
) -> str | None:
    return fill(texts[code].of(lang), facts, lang, currency) if code in texts else None
