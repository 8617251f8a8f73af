"""A reader finds out from the limits alone what the model may not be used for."""

from __future__ import annotations

from typing import Any

import pytest

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
