"""Two policies over the simulated history."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from credit.assess import models_say
from credit.assessor import Assessor
from credit.definition import DefaultDefinition
from credit.orders import Order, check_order
from credit.policy import Policy
from credit.publish import Published, publish
from credit.release import Release
from credit.replay.course import DECISIONS, Months, check_invoices, limits_in_force, published_limits
from credit.replay.history import history_of
from credit.replay.measures import MEASURES
from credit.replay.replay import Period, Replay, period_of, replay
from features.build import Packed
from features.errors import InputError

DEFINITION = DefaultDefinition.load()


@pytest.fixture(scope="module")
def assessor(demo_packed: Packed, demo_release: Release) -> Assessor:
    return Assessor(demo_packed, demo_release)


@pytest.fixture(scope="module")
def period(assessor: Assessor) -> Period:
    return period_of(assessor, pd.Timestamp("2025-06-30T22:00:00"), pd.Timestamp("2025-10-31T23:00:00"))


@pytest.fixture(scope="module")
def stricter(assessor: Assessor) -> Policy:
    """A policy that lets nobody owe more than 300, and bears less arrears."""
    policy = assessor.release.policy
    concentration = policy.concentration.model_copy(update={"share_of_receivables": 1e-5})
    orders = policy.orders.model_copy(update={"oldest_item_days": 5})
    return policy.model_copy(update={"concentration": concentration, "orders": orders})


@pytest.fixture(scope="module")
def replayed(assessor: Assessor, stricter: Policy, period: Period) -> Replay:
    return replay(assessor.under(stricter), assessor, DEFINITION, period)


def test_a_policy_against_itself_differs_by_nothing(assessor: Assessor, period: Period):
    found = replay(assessor.under(assessor.release.policy), assessor, DEFINITION, period)
    differences = [each["difference"] for each in found.told["measures"].values()]
    assert all(value in (0.0, None) for each in differences for value in each.values())
    assert found.told["differences"] == []
    assert found.told["worst"]["losses_of_a_above_b"] == []


def test_every_invoice_is_released_held_or_referred_and_sums_agree(replayed: Replay):
    for side in "ab":
        measures = {name: each[side]["value"] for name, each in replayed.told["measures"].items()}
        buyers = replayed.buyers.filter(regex=f"^{side}_").rename(columns=lambda name: name[2:])
        parts = measures["sales_kept"] + measures["sales_held"] + measures["sales_referred"]
        assert parts == pytest.approx(buyers["asked"].sum())
        lost = measures["losses_incurred"] + measures["losses_avoided"] + measures["losses_referred"]
        assert lost == pytest.approx(buyers["unpaid"].sum())
        assert sum(replayed.told["stopped_by"][side].values()) == replayed.told["counts"]["invoices"]
        steps = replayed.told["sales_by_step"][side]
        assert set(steps) == set(replayed.told["stopped_by"][side])
        assert sum(each["sales"] for each in steps.values()) == pytest.approx(parts)
        assert sum(each["share_of_sales"] for each in steps.values()) == pytest.approx(1.0)
        assert steps.get("released", {"sales": 0.0})["sales"] == pytest.approx(measures["sales_kept"])
    assert set(replayed.told["measures"]) == set(MEASURES)


def test_a_stricter_policy_sells_and_loses_less_and_says_how_sure_that_is(replayed: Replay):
    measures = replayed.told["measures"]
    kept, lost = measures["sales_kept"]["difference"], measures["losses_incurred"]["difference"]
    assert kept["value"] < 0.0
    assert kept["high"] < 0.0
    assert lost["value"] <= 0.0
    assert measures["mean_limit"]["a"]["value"] < measures["mean_limit"]["b"]["value"]
    assert (
        measures["share_of_limit_extrapolated"]["a"]["value"]
        < measures["share_of_limit_extrapolated"]["b"]["value"]
    )


def test_models_that_saw_the_period_are_told(assessor: Assessor, replayed: Replay):
    # given a period that the default model was fitted on, and one after it
    fitted = assessor.release.models["default"].spec.fitted_from
    start = pd.Timestamp(fitted) + pd.DateOffset(months=3)
    early = period_of(assessor, start, start + pd.DateOffset(months=1))
    # when both are replayed
    told = replay(assessor.under(assessor.release.policy), assessor, DEFINITION, early).told["warnings"]
    # then the early one is told as in sample, with the share, and the later one is not
    shares = {each["model"]: each["share"] for each in told if each["code"] == "in_sample"}
    assert 0.0 < shares["default"] <= 1.0
    later = {each["code"] for each in replayed.told["warnings"]}
    assert later >= {"facts_as_they_were", "open_orders_not_counted", "limits_beyond_what_was_sold"}
    assert "in_sample" not in later


def test_the_answer_is_plain_json(replayed: Replay):
    assert json.loads(json.dumps(replayed.told, allow_nan=False)) == replayed.told


def test_worst_cases_are_ordered_and_their_sums_are_the_buyers(replayed: Replay):
    worst = replayed.told["worst"]["good_sales_held_a"]
    amounts = [each["amount"] for each in worst]
    assert amounts == sorted(amounts, reverse=True)
    assert [replayed.buyers.loc[each["buyer_id"], "a_held_good"] for each in worst] == amounts


def test_limits_follow_assessments_month_by_month(assessor: Assessor, period: Period):
    # given two reviews of every buyer
    ends = period.ends[:2]
    found = published_limits([assessor], ends)[0].rows.set_index(["buyer_id", "as_of"])["limit"]
    # then each is what publishing whole assessments gives
    for buyer_id in assessor.buyer_ids[::40]:
        published: Published | None = None
        for end in ends:
            if (buyer_id, end) not in found.index:
                continue
            published = publish(published, assessor.assess(buyer_id, end), assessor.release.policy).published
            wanted = np.nan if published.amount is None else published.amount
            assert found[buyer_id, end] == pytest.approx(wanted, nan_ok=True)


def test_an_invoice_is_checked_as_an_order_is(assessor: Assessor, period: Period):
    # given the invoices of two weeks with limits of one review
    policy, zone = assessor.release.policy, assessor.packed.portfolio.seller.timezone
    stop = period.start + pd.Timedelta(days=14)
    history = history_of(assessor.packed, DEFINITION, period.start, stop)
    months = published_limits([assessor], period.ends[:1])[0]
    asked = assessor.without_sides(history.invoices["buyer_id"], history.invoices["as_of"], history.values)
    subjects = [(facts, models_say(facts, answers)) for facts, answers in asked]
    # when they are checked
    decision, by = check_invoices(history, subjects, months, policy, zone)
    limits = limits_in_force(months, history.invoices["buyer_id"], history.invoices["as_of"], zone)
    # then the check of an order says the same of each that has a limit
    rows = np.flatnonzero(np.isfinite(limits) & np.isfinite(history.amount))
    assert len(rows) > 50
    for row in rows[:: len(rows) // 25]:
        facts, said = subjects[row]
        whole = {
            **said,
            "as_of": "",
            "assessment_id": "",
            "warnings": [],
            "versions": {},
            "limit": {"amount": 0.0},
        }
        published = Published(None, None, float(limits[row]), "EUR", facts.as_of.date(), None)
        order = Order(float(history.amount[row]), "EUR")
        told = check_order(facts, order, whole, policy, published=published)
        assert (told["decision"], told["decided_by"] or "") == (DECISIONS[decision[row]], by[row])


def test_a_limit_holds_from_the_review_on_and_to_its_last_day():
    # given a limit of 100 published at the end of January and valid until 10 February, then none
    rows = pd.DataFrame({
        "buyer_id": ["B", "B"],
        "as_of": pd.to_datetime(["2025-01-31T23:59:59", "2025-02-28T23:59:59"]),
        "limit": [100.0, np.nan],
        "exposure": [0.0, 0.0],
        "own_limit": [np.nan, np.nan],
        "valid_until": [date(2025, 2, 10), None],
    })  # fmt: skip
    moments = ["2025-01-31T23:59:59", "2025-02-01", "2025-02-10T12:00", "2025-02-11", "2025-03-05"]
    ids = pd.Series(["B"] * 5 + ["C"], dtype="str")
    asked = pd.to_datetime([*moments, "2025-02-01"], format="ISO8601")
    # when moments are asked in any order
    found = limits_in_force(Months(rows), ids[::-1], asked[::-1], "UTC")[::-1]
    # then it holds after the review and no longer than its last day
    assert np.isnan(found).tolist() == [True, False, False, True, True, True]


@pytest.mark.parametrize(
    ("start", "stop"), [("2025-10-01", "2025-09-01"), ("2030-01-01", None), ("2000-01-01", None)]
)
def test_a_period_that_cannot_be_replayed_is_refused(assessor: Assessor, start: str, stop: str | None):
    with pytest.raises(InputError):
        period_of(assessor, pd.Timestamp(start), None if stop is None else pd.Timestamp(stop))


def test_the_usual_period_is_the_last_two_years(assessor: Assessor):
    period = period_of(assessor, None, None)
    assert len(period.ends) == 25
    assert period.ends[0] < period.start
    assert period.ends[-1] <= assessor.packed.portfolio.observed_until
