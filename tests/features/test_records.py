"""Events, limits and rates as they were known."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.build import Asked, build, one_subject, pack_portfolio, subject_arrays
from features.portfolio import Seller, from_frames

AS_OF = "2026-06-30 12:00:00"


def features(as_of: str = AS_OF, amount: float | None = None, **tables: list[dict]) -> pd.Series:
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    portfolio = from_frames(frames, Seller("me", reporting_currency="EUR"), observed_until="2026-12-31")
    subject = {"buyer_id": ["A"], "as_of": pd.to_datetime([as_of]), "amount": [amount], "currency": ["USD"]}
    return build(portfolio, pd.DataFrame(subject)).iloc[0]


def event(kind: str, occurred_on: str, **rest) -> dict:
    return {"buyer_id": "A", "kind": kind, "occurred_on": occurred_on, **rest}


def limit(kind: str, amount: str, **rest) -> dict:
    return {
        "buyer_id": "A",
        "kind": kind,
        "amount": amount,
        "currency": "EUR",
        "valid_from": "2026-01-01",
        **rest,
    }


def rate(on_date: str, value: float, **rest) -> dict:
    return {"currency": "USD", "on_date": on_date, "rate": value, **rest}


def test_insolvencies_stay_and_adverse_events_count_for_a_year():
    events = [
        event("insolvency", "2020-01-01"),
        event("judgment", "2025-06-30"),
        event("lien", "2025-07-01"),
        event("judgment", "2026-07-01", recorded_at="2026-06-01"),
    ]
    values = features(events=events)
    assert (values["is_insolvent"], values["count_adverse_events_365d"]) == (1, 1)


def test_a_limit_counts_on_its_days_and_by_its_kind():
    limits = [
        limit("own", "100"),
        limit("own", "20", valid_to="2026-06-30"),
        limit("own", "3", valid_to="2026-06-29"),
        limit("insured", "50"),
        limit("bank", "999"),
    ]
    values = features(limits=limits)
    assert (values["own_limit"], values["insured_limit"]) == (120, 50)


@pytest.mark.parametrize("order", [1, -1])
def test_limits_of_which_one_has_no_rate_are_unknown_in_sum(order):
    limits = [limit("own", "100"), limit("own", "5", currency="USD")][::order]
    assert np.isnan(features(limits=limits)["own_limit"])


def test_the_rate_of_the_latest_day_known_counts():
    fx = [rate("2026-06-01", 0.5), rate("2026-06-20", 0.8), rate("2026-07-01", 9.0, recorded_at="2026-06-01")]
    assert features(amount=10.0, fx=fx)["request_amount"] == pytest.approx(8.0)


def test_a_rate_that_is_recorded_late_for_an_earlier_day_changes_nothing():
    fx = [rate("2026-06-20", 0.8), rate("2026-06-01", 0.5, recorded_at="2026-06-25")]
    assert features(amount=10.0, fx=fx)["request_amount"] == pytest.approx(8.0)


def test_a_rate_that_is_taken_back_gives_way_to_the_one_before():
    wrong = rate("2026-06-20", 80.0, recorded_at="2026-06-20T10:00:00Z")
    fx = [
        rate("2026-06-01", 0.5, recorded_at="2026-06-01T10:00:00Z", withdrawn="false"),
        {**wrong, "withdrawn": "false"},
        {**wrong, "recorded_at": "2026-06-21T10:00:00Z", "withdrawn": "true"},
    ]
    assert features("2026-06-21 09:59:59", amount=10.0, fx=fx)["request_amount"] == pytest.approx(800.0)
    assert features("2026-06-21 10:00:00", amount=10.0, fx=fx)["request_amount"] == pytest.approx(5.0)


def test_before_the_first_rate_an_amount_is_unknown():
    assert np.isnan(
        features("2026-05-01 00:00:00", amount=10.0, fx=[rate("2026-06-01", 0.5)])["request_amount"]
    )


def test_disputes_count_for_a_year_from_when_they_were_known_against_invoices():
    # given four invoices of the year, one of them the subject's own, and disputes of several of them
    invoices = [
        {"invoice_id": name, "buyer_id": "A", "issued_on": issued_on, "due_on": "2026-06-30", "amount": "10"}
        | {"currency": "EUR"}
        for name, issued_on in (
            ("old", "2025-06-01"),
            ("a", "2026-01-05"),
            ("b", "2026-01-06"),
            ("own", "2026-06-01"),
        )
    ]
    disputes = [
        {"dispute_id": "1", "invoice_id": "old", "raised_on": "2025-06-30"},
        {"dispute_id": "2", "invoice_id": "a", "raised_on": "2025-07-01"},
        {"dispute_id": "3", "invoice_id": "a", "raised_on": "2026-03-01"},
        {"dispute_id": "4", "invoice_id": "b", "raised_on": "2026-06-01", "recorded_at": "2026-07-15"},
        {"dispute_id": "5", "invoice_id": "own", "raised_on": "2026-06-02"},
    ]
    frames = {"invoices": pd.DataFrame(invoices), "disputes": pd.DataFrame(disputes)}
    portfolio = from_frames(frames, Seller("me", reporting_currency="EUR"), observed_until="2026-12-31")
    subject = {"buyer_id": ["A"], "as_of": pd.to_datetime([AS_OF]), "invoice_id": ["own"], "instalment": [1]}
    values = build(portfolio, pd.DataFrame(subject)).iloc[0]
    # then only those known count, raised in the last 365 days, and never those of the own invoice
    assert values["count_disputes_365d"] == 2
    assert values["disputes_per_invoice_365d"] == 2 / 2


def test_one_subject_is_what_its_frame_would_be():
    # given a request in another currency
    portfolio = from_frames(
        {
            "fx": pd.DataFrame([rate("2026-01-01", 0.5)]),
            "events": pd.DataFrame([event("lien", "2026-01-01")]),
        },
        Seller("me", reporting_currency="EUR", timezone="Asia/Shanghai"),
        observed_until="2026-12-31",
    )
    packed, as_of = pack_portfolio(portfolio), pd.Timestamp("2026-03-31 18:00:00")
    asked = Asked(100.0, "USD", None, date(2026, 5, 1))
    frame = pd.DataFrame({"buyer_id": ["A"], "as_of": [as_of], "amount": [100.0], "currency": ["USD"]})
    frame["due_on"] = pd.to_datetime(["2026-05-01"])
    # then both ways give the same arrays
    alone, listed = one_subject(packed, "A", as_of, asked), subject_arrays(packed, frame)
    for field in fields(alone):
        np.testing.assert_array_equal(getattr(alone, field.name), getattr(listed, field.name))
    assert alone.amount[0] == 50.0
