from __future__ import annotations

import json

import pandas as pd
import pytest

from features.build import Packed, pack_portfolio
from features.errors import InputError
from features.sources.simulator import simulate_portfolio
from training.compare import PAIRED, compare
from training.config import TrainConfig
from training.home import Home
from training.registry import Registry, Version
from training.train import train


@pytest.fixture(scope="module")
def desk(small: Packed, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("compare") / "home")
    train(small, "late", home=home, test_from="2025-07-01")
    without = TrainConfig(without=("share_late_amount_90d",), seed=8)
    train(small, "late", home=home, test_from="2025-07-01", config=without)
    train(small, "late", home=home, test_from="2025-07-01", horizon_days=0)
    return home


def pair(home: Home, *numbers: int) -> tuple[Version, Version]:
    registry = Registry(home)
    one, other = (registry.version(f"late@{number}") for number in numbers)
    return one, other


def test_what_differs_is_told_by_its_name(desk: Home):
    told = compare(*pair(desk, 1, 2))
    assert told["versions"] == ["late@1", "late@2"]
    assert told["lineage"] == ["config", "seed"]
    assert told["config"] == {"seed": [7, 8], "without": [[], ["share_late_amount_90d"]]}
    assert told["features"] == {"only_late@1": ["share_late_amount_90d"], "only_late@2": []}
    assert set(told["metrics"]["late@1"]) == set(told["metrics"]["late@2"])
    assert told["paired"] is None
    json.dumps(told, allow_nan=False)


def test_both_score_the_subjects_that_neither_has_seen(desk: Home, small: Packed):
    one, other = pair(desk, 1, 2)
    paired = compare(one, other, small)["paired"]
    assert paired["subjects"] > 100
    assert pd.Timestamp(paired["from"]) >= pd.Timestamp(one.load().spec.fitted_until).normalize()
    assert set(paired["differences"]) == set(PAIRED)
    for gap in paired["differences"].values():
        assert gap["low"] <= gap["value"] <= gap["high"]


def test_a_version_is_no_better_than_itself(desk: Home, small: Packed):
    one, _ = pair(desk, 1, 2)
    for gap in compare(one, one, small)["paired"]["differences"].values():
        assert gap["value"] == gap["low"] == gap["high"] == 0.0


def test_other_outcomes_are_not_compared(desk: Home):
    with pytest.raises(InputError, match=r"same outcome; late@1 has 'late_30'; found 'late_0' of late@3"):
        compare(*pair(desk, 1, 3))


def test_another_sellers_portfolio_is_refused(desk: Home, small: Packed):
    from dataclasses import replace

    theirs = simulate_portfolio(10, 2, 1)
    seller = replace(theirs.seller, seller_id="somebody")
    with pytest.raises(InputError, match="found one of 'somebody'"):
        compare(*pair(desk, 1, 2), pack_portfolio(replace(theirs, seller=seller)))


def test_a_refit_has_seen_everything(desk: Home, small: Packed):
    final = train(small, "late", home=desk, final=True, horizon_days=30).version
    with pytest.raises(InputError, match="behind both trainings"):
        compare(pair(desk, 1, 2)[0], final, small)
