"""A reader finds out from the limits alone what the model may not be used for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from training.report.limits import limits_of
from training.report.study import Study

Pack = dict[str, Any]


def limits(pack: Pack) -> dict[str, dict[str, str]]:
    return {limit["code"]: limit for limit in pack["limits_of_use"]}


@pytest.mark.parametrize("name", ["late_pack", "default_pack", "final_pack", "prior_pack"])
def test_every_model_says_of_what_whom_and_when_it_speaks(request: pytest.FixtureRequest, name: str):
    pack = request.getfixturevalue(name)
    told = limits(pack)
    assert {"definition", "natural_persons", "selection", "seller", "period", "patterns", "expiry"} <= set(
        told
    )
    assert pack["identity"]["outcome"] in told["definition"]["text"]
    assert pack["identity"]["seller_id"] in told["seller"]["text"]
    gravity = [limit["severity"] for limit in pack["limits_of_use"]]
    assert gravity == sorted(gravity, key=["high", "medium", "low"].index)
    assert not any("{" in limit["text"] for limit in pack["limits_of_use"])


def test_late_is_not_default_and_default_sees_no_request(late_pack: Pack, default_pack: Pack):
    assert "expected loss" in limits(late_pack)["late_is_not_default"]["text"]
    assert "no_request" not in limits(late_pack)
    assert "single order" in limits(default_pack)["no_request"]["text"]


def test_a_prior_says_how_much_of_it_is_own_experience(prior_pack: Pack, default_pack: Pack):
    prior = prior_pack["purpose"]["prior"]
    text = limits(prior_pack)["prior"]["text"]
    assert f"{prior['weight']:.0%} of the level" in text
    assert f"{prior['own_defaults']} own defaults" in text
    assert "prior" not in limits(default_pack)


def test_few_events_are_counted(default_pack: Pack):
    few = default_pack["performance"]["bad_buyers"]
    assert limits(default_pack)["few_test_events"]["text"].startswith(f"{few} buyers")


def test_states_without_bad_buyers_are_named(late_pack: Pack):
    rows = {row["category"]: row for row in late_pack["performance"]["segments"]["information_state"]}
    text = limits(late_pack)["states"]["text"]
    for state in ("payments_and_accounts", "payments", "accounts", "profile"):
        bad = rows.get(state, {"bad_buyers": 0})["bad_buyers"]
        assert (f"{state.replace('_', ' ')} ({bad})" in text) == (bad < 10)


def test_a_refit_says_whose_figures_it_shows(final_pack: Pack):
    assert "late@1" in limits(final_pack)["tested_twin"]["text"]


@pytest.mark.parametrize(
    ("slope", "how"), [((1.9, 1.3, 2.6), "timid"), ((0.5, 0.3, 0.7), "bold"), ((1.9, 0.9, 2.6), None)]
)
def test_probabilities_whose_height_is_surely_off_are_not_for_money(
    study_of: Callable[..., Study], late_pack: Pack, slope: tuple[float, float, float], how: str | None
):
    pack = copy.deepcopy(late_pack)
    pack["performance"]["metrics"]["calibration_slope"] = dict(
        zip(("value", "low", "high"), slope, strict=True)
    )
    told = limits({"limits_of_use": limits_of(study_of("late@1"), pack)})
    assert ("calibration" in told) == (how is not None)
    assert how is None or f"too {how}, slope" in told["calibration"]["text"]


def test_ranks_that_cannot_be_told_are_not_for_telling_buyers_apart(
    study_of: Callable[..., Study], late_pack: Pack, prior_pack: Pack
):
    assert "buyers defaulted" in limits(prior_pack)["no_ranks"]["text"]
    pack = copy.deepcopy(late_pack)
    assert "no_ranks" not in limits(pack)
    pack["performance"]["metrics"]["auc"] = {"value": 0.55, "low": 0.45, "high": 0.65}
    assert "no_ranks" in limits({"limits_of_use": limits_of(study_of("late@1"), pack)})


def test_assumed_knowledge_is_told(study_of: Callable[..., Study], late_pack: Pack):
    pack = copy.deepcopy(late_pack)
    pack["knowledge_time"]["tables"] = ["invoices"]
    assert "assumed_knowledge" not in limits(late_pack)
    told = limits({"limits_of_use": limits_of(study_of("late@1"), pack)})
    assert "invoices is assumed" in told["assumed_knowledge"]["text"]
