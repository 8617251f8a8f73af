"""Builders of subjects, answers and books for the tests of `credit`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from credit.answer import Answer
from credit.book import Book
from credit.facts import SubjectFacts
from credit.request import Request
from credit.timing.answer import TimingAnswer

AS_OF = datetime(2026, 7, 1, 21, 59, 59)

PAYMENTS: Mapping[str, float] = {
    "has_payments": 1.0,
    "exposure": 120_000.0,
    "overdue_amount": 8_400.0,
    "overdue_share": 0.07,
    "overdue_over_30_share": 0.02,
    "days_material_overdue": 12.0,
    "in_default": 0.0,
    "is_insolvent": 0.0,
    "invoiced_amount_365d": 2_712_000.0,
    "tenure_days": 900.0,
    "median_terms_days_365d": 60.0,
    "peak_month_factor_365d": 1.3,
    "count_settled_365d": 40.0,
    "high_credit_365d": 300_000.0,
    "share_late_amount_365d": 0.31,
    "share_late_30_amount_365d": 0.05,
    "mean_days_late_365d": 9.0,
    "own_limit": 250_000.0,
}
ACCOUNTS: Mapping[str, float] = {
    "has_accounts": 1.0,
    "statement_age_days": 300.0,
    "accounts_year": 2025.0,
    "equity": 2_900_000.0,
    "tangible_net_worth": 2_700_000.0,
    "working_capital": 1_300_000.0,
    "accounts_payable": 1_500_000.0,
    "liabilities_to_assets": 0.61,
    "current_ratio": 1.52,
}
NOTHING: Mapping[str, float] = {"has_payments": 0.0, "has_accounts": 0.0}
KNOWN: Mapping[str, float] = NOTHING | PAYMENTS | ACCOUNTS

CONTRIBUTIONS: Mapping[str, float] = {
    "share_late_amount_365d": 0.40,
    "mean_days_late_365d": 0.05,
    "overdue_share": 0.32,
    "liabilities_to_assets": -0.15,
    "current_ratio": -0.12,
}
REFERENCES: Mapping[str, float] = {
    "share_late_amount_365d": 0.12,
    "mean_days_late_365d": 3.0,
    "overdue_share": 0.02,
    "liabilities_to_assets": 0.68,
    "current_ratio": 1.30,
}


def make_subject(
    values: Mapping[str, float] = KNOWN, request: Request | None = None, **changed: float
) -> SubjectFacts:
    asked: dict[str, float] = {}
    if request is not None and request.amount is not None:
        asked["request_amount"] = request.amount
    if request is not None and request.terms_days is not None:
        asked["request_terms_days"] = float(request.terms_days)
    return SubjectFacts(
        "B00042", AS_OF, {**values, **asked, **changed}, request, "EUR", facts_seq=7, release="r1"
    )


def make_answer(
    model: str = "default",
    pd: float = 0.024,
    contributions: Mapping[str, float] = CONTRIBUTIONS,
    references: Mapping[str, float] = REFERENCES,
) -> Answer:
    log_odds = math.log(pd / (1.0 - pd))
    outcome: dict[str, Any] = (
        {"definition": "default_obligor_90", "horizon_days": 365, "version": "default@3"}
        if model == "default"
        else {"definition": "late_30", "horizon_days": 30, "version": "late@2"}
    )
    return Answer(
        model,  # type: ignore[arg-type]
        "ok",
        probability=pd,
        log_odds=log_odds,
        base_log_odds=log_odds - math.fsum(contributions.values()),
        contributions=contributions,
        references=references,
        **outcome,
    )


def make_answers() -> dict[str, Answer]:
    return {"default": make_answer(), "late": make_answer("late", 0.12, {"mean_days_late_365d": 0.3})}


def make_timing(**changed: Any) -> TimingAnswer:
    told: dict[str, Any] = {
        "due_on": date(2026, 8, 30),
        "median_on": date(2026, 9, 4),
        "low_on": date(2026, 8, 28),
        "high_on": date(2026, 10, 12),
        "interval_probability": 0.82,
        "paid_by": ((0, 0.31), (30, 0.87), (60, 0.95), (90, 0.971)),
        "credited": 0.012,
        "written_off": 0.004,
        "horizon_days": 365,
    }
    return TimingAnswer(**{"status": "ok", **told, **changed})


def make_a_book(shadow_price: float | None = 7.0, receivables: float = 20e6) -> Book:
    return Book(
        as_of=AS_OF,
        receivables=receivables,
        yearly_sales=100e6,
        margin=0.2,
        equity=None,
        shadow_price=shadow_price,
        budget=200e3,
        reporting_currency="EUR",
        buyers=5,
        reference_pds=(0.001, 0.01, 0.02, 0.05, 0.1),
    )
