"""Events, limits and rates as they were known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.build import build
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
