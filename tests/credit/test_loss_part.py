from __future__ import annotations

import math
from dataclasses import replace

import pytest

from credit.assess import assess
from credit.cover import Security
from credit.cures import Cures
from credit.policy import Policy
from credit.workout import Workout
from tests.credit.builders import make_a_book, make_answers, make_subject

POLICY = Policy.default()


def loss(subject=None, answers=None, book=None, policy=POLICY):
    said = assess(subject or make_subject(), make_answers() if answers is None else answers, book, policy)
    return said["expected_loss"], said["limit"]["amount"]


def test_the_loss_is_pd_times_what_is_not_cured_times_lgd_times_exposure():
    found, limit = loss(book=make_a_book())

    assert found["on_exposure"] == pytest.approx(120_000 * 0.024 * 0.8)
    assert found["on_limit"] == pytest.approx(limit * 0.024 * 0.8)
    assert found["exposure_at_default"] == pytest.approx(120_000 + 0.5 * (limit - 120_000))
    assert found["at_default"] == pytest.approx(found["exposure_at_default"] * 0.024 * 0.8)
    assert (found["definition"], found["lgd_from"]) == ("default_obligor_90", "policy")


def test_every_assumption_is_told_with_its_range_and_what_it_does():
    found, limit = loss(book=make_a_book())

    by_name = {each["name"]: each for each in found["assumptions"]}
    assert list(by_name) == ["lgd", "cure_rate", "usage"]
    lgd, cure, usage = by_name.values()
    ead = found["exposure_at_default"]
    assert (lgd["low"], lgd["high"]) == (0.6, 0.9)
    assert lgd["loss_at_low"] == pytest.approx(ead * 0.024 * 0.6)
    assert lgd["loss_at_high"] == pytest.approx(ead * 0.024 * 0.9)
    assert cure["loss_at_high"] == pytest.approx(ead * 0.024 * 0.7 * 0.8)
    assert usage["loss_at_high"] == pytest.approx(limit * 0.024 * 0.8)


def test_own_recoveries_take_the_place_of_the_assumption():
    book = replace(make_a_book(), workout=Workout(0.45, 40, 1e6))

    found, _ = loss(book=book)

    assert (found["lgd"], found["lgd_from"], found["lgd_cases"]) == (0.45, "own_recoveries", 40)
    assert found["on_exposure"] == pytest.approx(120_000 * 0.024 * 0.45)
    assert found["assumptions"][0]["low"] is None


def test_own_cures_take_the_place_of_the_assumption_with_their_interval():
    cures = Cures("default_obligor_90", cases=50, cured=30)
    few, other = replace(cures, cases=29, cured=20), replace(cures, definition="default_other")

    found, _ = loss(book=replace(make_a_book(), cures=cures))

    # 30 of 50, weighed against 50 cases of the assumed 0
    assert (found["cure_rate"], found["cure_from"], found["cure_cases"]) == (0.3, "own_cures", 50)
    assert found["on_exposure"] == pytest.approx(120_000 * 0.024 * 0.7 * 0.8)
    told = found["assumptions"][1]
    assert (told["from"], told["low"] < 0.6 < told["high"]) == ("own_cures", True)
    assert told["loss_at_low"] > told["loss_at_high"]
    for short in (few, other):
        found, _ = loss(book=replace(make_a_book(), cures=short))
        assert (found["cure_rate"], found["cure_from"], found["cure_cases"]) == (0.0, "policy", short.cases)


def test_securities_pay_before_us():
    subject = replace(
        make_subject(), securities=(Security("deposit", 50_000.0), Security("guarantee", 20_000.0))
    )

    found, limit = loss(subject, book=make_a_book())

    # a deposit counts whole, a guarantee by half
    assert found["on_exposure"] == pytest.approx((120_000 - 60_000) * 0.024 * 0.8)
    assert found["on_limit"] == pytest.approx((limit - 60_000) * 0.024 * 0.8)
    assert found["secured_at_default"] == 60_000
    wholly = replace(subject, securities=(Security("deposit", 9e9),))
    assert loss(wholly)[0]["on_exposure"] == 0.0


def test_an_insured_limit_is_an_insurance():
    found, _ = loss(make_subject(insured_limit=100_000.0))

    assert found["on_exposure"] == pytest.approx((120_000 - 0.855 * 100_000) * 0.024 * 0.8)


def test_a_buyer_in_default_is_lost_but_for_what_comes_back():
    found, _ = loss(make_subject(in_default=1.0))

    assert (found["status"], found["pd"]) == ("ok", 1.0)
    assert found["on_exposure"] == pytest.approx(120_000 * 0.8)
    assert found["exposure_at_default"] == 120_000


def test_without_a_probability_or_an_exposure_nothing_is_invented():
    unsaid, _ = loss(answers={})
    assert (unsaid["status"], unsaid["on_exposure"], unsaid["assumptions"]) == ("no_default_model", None, [])
    unknown, limit = loss(make_subject(exposure=math.nan))
    assert (unknown["on_exposure"], unknown["at_default"], unknown["assumptions"]) == (None, None, [])
    assert unknown["on_limit"] == pytest.approx(limit * 0.024 * 0.8)


def test_money_that_we_owe_the_buyer_cannot_be_lost():
    found, limit = loss(make_subject(exposure=-5_000.0))

    assert found["on_exposure"] == 0.0
    assert found["exposure_at_default"] == pytest.approx(0.5 * limit)
