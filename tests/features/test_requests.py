"""A request against what the buyer is used to."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.block import NO_ITEM, SubjectArrays
from features.engine.civil import civil
from features.engine.requests import HISTORY, REQUESTS, requests

EPOCH = date(1970, 1, 1)
TODAY = (date(2026, 2, 10) - EPOCH).days
USUAL = {
    "median_invoice_amount_365d": 500.0,
    "median_terms_days_365d": 30.0,
    "max_invoice_amount_365d": 2000.0,
    "high_credit_365d": 4000.0,
}
NOTHING = dict.fromkeys(HISTORY, math.nan)


def asked(amount=math.nan, terms=math.nan, history=USUAL, *, assumes_usual=False) -> dict[str, float]:
    due = TODAY + terms
    numbers = [np.array([value], np.float64) for value in (amount, terms, due - TODAY, due)]
    whole = [np.array([value], np.int64) for value in (0, 0, TODAY, NO_ITEM)]
    table = np.array([[history[name]] for name in HISTORY])
    out = np.empty((len(REQUESTS), 1))
    subjects = SubjectArrays(*whole, *numbers)
    requests(table, np.arange(len(HISTORY)), subjects, out, assumes_usual=assumes_usual)
    return dict(zip(REQUESTS, out[:, 0].tolist(), strict=True))


def test_an_amount_is_told_against_the_usual_the_largest_and_the_highest_balance():
    values = asked(1000.0)
    assert values["log_request_to_usual"] == pytest.approx(math.log(2))
    assert values["log_request_to_largest_365d"] == pytest.approx(math.log(0.5))
    assert values["log_request_to_high_credit_365d"] == pytest.approx(math.log(0.25))
    assert values["request_assumed"] == 0


@pytest.mark.parametrize("name", [name for name in REQUESTS if name != "request_assumed"])
def test_without_a_request_nothing_is_told(name):
    assert math.isnan(asked()[name])


def test_without_history_there_is_nothing_to_compare_with():
    values = asked(1000.0, 30.0, NOTHING)
    compared = ("usual", "largest_365d", "high_credit_365d")
    assert all(math.isnan(values[f"log_request_to_{name}"]) for name in compared)
    assert math.isnan(values["request_terms_change_days"])
    assert values["request_terms_days"] == 30


def test_a_balance_of_nothing_is_no_measure():
    assert math.isnan(
        asked(1000.0, 30.0, USUAL | {"high_credit_365d": 0.0})["log_request_to_high_credit_365d"]
    )


def test_the_usual_invoice_stands_in_only_where_asked():
    usual = asked(assumes_usual=True)
    told = [usual[name] for name in ("request_amount", "request_terms_days", "request_days_until_due")]
    assert told == [500, 30, 30]
    assert (usual["request_assumed"], usual["log_request_to_usual"]) == (1, 0)
    given_terms = asked(700.0, 14.0, assumes_usual=True)
    assert (given_terms["request_terms_days"], given_terms["request_assumed"]) == (14, 0)
    assert asked(history=NOTHING, assumes_usual=True)["request_assumed"] == 0


def test_usual_terms_of_half_a_day_fall_due_on_the_day_before():
    half = asked(assumes_usual=True, history=USUAL | {"median_terms_days_365d": 18.5})
    assert (half["request_due_day_of_month"], half["request_due_is_month_end"]) == (28, 1)
    assert half["request_due_weekday"] == date(2026, 2, 28).weekday()


@given(days=st.integers(-20_000, 60_000))
def test_the_due_day_is_that_of_the_calendar(days):
    due = EPOCH + timedelta(days=days)
    values = asked(100.0, float(days - TODAY))
    assert values["request_due_weekday"] == due.weekday()
    assert values["request_due_day_of_month"] == due.day
    near = (due + timedelta(days=3)).month != due.month or due.day <= 2
    assert values["request_due_is_month_end"] == near


@given(day=st.integers(-600_000, 2_000_000))
def test_days_are_dates_of_the_calendar(day):
    expected = EPOCH + timedelta(days=day)
    assert civil(day) == (expected.year, expected.month, expected.day)
