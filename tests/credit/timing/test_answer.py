from __future__ import annotations

import json

import pytest

from credit.assess import assess
from credit.policy import Policy
from credit.request import Request
from credit.texts import STATUSES
from credit.timing.answer import TimingAnswer
from tests.credit.builders import make_a_book, make_answers, make_subject, make_timing

ORDER = Request("order", 50_000.0, "EUR", terms_days=60)


def said(timing: TimingAnswer | None) -> dict:
    subject = make_subject(request=ORDER)
    return assess(subject, make_answers(), make_a_book(), Policy.default(), timing=timing)


def test_the_assessment_tells_the_pay_date():
    timing = said(make_timing())["timing"]
    assert list(timing) == [
        "status", "due_on", "median_on", "low_on", "high_on", "interval", "interval_probability", "paid_by",
        "credited", "written_off", "horizon_days", "assumed",
    ]  # fmt: skip
    assert (timing["median_on"], timing["interval"]) == ("2026-09-04", 0.8)
    assert timing["paid_by"][1] == {"on": "2026-09-29", "days_past_due": 30, "probability": 0.87}
    assert json.loads(json.dumps(timing, allow_nan=False)) == timing


def test_nothing_else_moves_with_a_timing_model():
    with_it, without = said(make_timing()), said(None)
    assert without["timing"]["status"] == "no_timing_model"
    assert {name for name in with_it if with_it[name] != without[name]} == {"timing"}


@pytest.mark.parametrize("status", ["no_timing_model", "no_request", "unseen_pattern", "beyond_horizon"])
def test_what_cannot_be_said_is_null_with_a_code_that_has_a_text(status: str):
    timing = said(TimingAnswer(status))["timing"]
    known = {name: value for name, value in timing.items() if value not in (None, [])}
    assert known == {"status": status, "assumed": False}
    assert status in STATUSES
