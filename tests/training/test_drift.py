"""Drift of trained models: quiet where nothing has moved, loud where the world or a source has."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from credit.stability import months_of, stability_of
from features.build import Packed, build_packed, pack_portfolio
from features.errors import InputError
from features.sources.simulator import Knobs, simulate_portfolio
from training.drift import drift, period_to_watch
from training.drift_thresholds import Thresholds
from training.home import Home
from training.registry import Registry
from training.run import Recipe
from training.subjects import sample_of
from training.versions import Version

LATER = "2026-01-01"


@pytest.fixture(scope="module")
def registry(demo_home: Path) -> Registry:
    return Registry(Home(demo_home))


@pytest.fixture(scope="module")
def late(registry: Registry) -> Version:
    return registry.version("late@1")


@pytest.fixture(scope="module")
def default(registry: Registry) -> Version:
    return registry.version("default@1")


@pytest.fixture(scope="module")
def quiet(registry: Registry, late: Version, demo_packed: Packed) -> dict[str, Any]:
    return drift(late, demo_packed, test=registry.test_subjects(late))


def changed(packed: Packed, change: Callable[[dict[str, pd.DataFrame]], None]) -> Packed:
    """Return the same books with some of their tables changed."""
    tables = dict(packed.portfolio.tables)
    change(tables)
    return pack_portfolio(replace(packed.portfolio, tables=tables))


def colours(report: dict[str, Any]) -> dict[str, str]:
    return {test["test"]: test["colour"] for test in report["verdict"]["tests"]}


def test_the_world_that_it_was_trained_on_raises_no_alarm(quiet):
    assert quiet["verdict"]["alarm"] is False
    assert colours(quiet)["score"] == colours(quiet)["calibration"] == "green"


def test_the_period_begins_after_what_was_fitted_and_ends_with_the_books(quiet, late, demo_packed: Packed):
    spec = late.load().spec
    assert pd.Timestamp(quiet["from"]) > pd.Timestamp(spec.fitted_until).normalize()
    assert pd.Timestamp(quiet["to"]) > demo_packed.portfolio.observed_until
    assert quiet["in_sample"] == 0
    assert quiet["notes"] == []


def test_it_is_an_object_of_json_and_names_no_buyer(quiet, demo_packed: Packed):
    text = json.dumps(quiet, allow_nan=False)
    assert json.loads(text) == quiet
    assert not any(f'"{buyer}"' in text for buyer in demo_packed.block.buyer_ids)


def test_subjects_whose_window_is_open_are_scored_and_not_judged(quiet):
    assert 0 < quiet["mature"] < quiet["n"]
    assert quiet["realised"]["n"] == quiet["mature"]
    assert quiet["estimate"]["n"] == quiet["n"]
    assert "immature" not in quiet["excluded"]


def test_what_was_foreseen_stands_beside_what_came_true(quiet):
    realised, estimate = quiet["realised"], quiet["estimate"]
    assert realised["auc"]["low"] < estimate["auc"]["value"] < realised["auc"]["high"]
    assert realised["expected"]["rate"]["value"] == pytest.approx(realised["mean_probability"])
    assert quiet["proxy"] is None


def test_the_ranks_of_the_test_foresee_only_what_came_after_it(
    registry: Registry, late: Version, demo_packed: Packed, quiet
):
    # given that the period of its own test holds the outcomes of the test
    assert quiet["estimate"]["rate_by_rank"] is None
    # when the period begins where the test ended
    test = registry.test_subjects(late)
    after = drift(late, demo_packed, start=late.metrics["to"], test=test)
    # then its ranks foresee a rate, about that of the probabilities
    foreseen = after["estimate"]["rate"]["value"]
    assert foreseen / 3 < after["estimate"]["rate_by_rank"] < 3 * foreseen
    assert drift(late, demo_packed, start=late.metrics["to"])["estimate"]["rate_by_rank"] is None


def test_it_is_the_stability_of_the_subjects_of_the_period(default, demo_packed: Packed):
    # given a period of which every window has closed, so that its subjects are those of an evaluation
    start, stop = pd.Timestamp("2023-12-31T23:00:00"), pd.Timestamp("2024-06-30T22:00:00")
    report = drift(default, demo_packed, start="2024-01-01", stop="2024-07-01")
    model = default.load()
    outcome = Recipe.from_json(json.loads(default.tags["recipe"])).outcome
    subjects = sample_of(demo_packed, outcome).subjects
    inside = subjects[(subjects["as_of"] >= start) & (subjects["as_of"] < stop)]
    # when they are held against the reference
    values = build_packed(demo_packed, inside)
    said = model.predict(values, contributions=False)
    rows = stability_of(
        model.reference, values, said.log_odds, inside["buyer_id"], months_of(inside["as_of"]),
        level=Thresholds().level,
    )  # fmt: skip
    # then that is what drift tells
    told = [report["score"], *report["inputs"]]
    assert [row | {"colour": ""} for row in told] == [row | {"colour": ""} for row in rows]
    assert all((row["colour"] == "grey") != row["enough"] for row in told)
    assert report["n"] == report["mature"] == len(inside) > 300


def test_the_early_arrears_of_a_default_model_are_told_for_then_and_now(default, demo_packed: Packed):
    proxy = drift(default, demo_packed)["proxy"]
    assert (proxy["days_past_due"], proxy["months"]) == (30, 3)
    for side in ("then", "now"):
        told = proxy[side]
        assert told["n"] > 100
        assert 0 < told["low"] < told["rate"] < told["high"] < 0.5
    assert proxy["auc"]["value"] > 0.5


def test_amounts_in_another_unit_are_loud(late, demo_packed: Packed):
    def inflate(tables: dict[str, pd.DataFrame]) -> None:
        invoices = tables["invoices"].copy()
        invoices.loc[invoices["issued_on"] >= LATER, "amount_minor"] *= 100
        tables["invoices"] = invoices

    report = drift(late, changed(demo_packed, inflate), start=LATER)
    rows = {row["name"]: row for row in report["inputs"]}
    assert report["verdict"]["alarm"] is True
    assert colours(report)["values never seen"] == "red"
    assert rows["log_request_amount"]["colour"] == "red"
    assert rows["log_request_to_usual"]["unseen"] > 0.2


def test_a_source_that_is_no_longer_delivered_is_loud(default, demo_packed: Packed):
    report = drift(default, changed(demo_packed, lambda tables: tables.pop("statements")), start=LATER)
    rows = {row["name"]: row for row in report["inputs"]}
    assert report["verdict"]["alarm"] is True
    assert (colours(report)["missing values"], colours(report)["information"]) == ("red", "red")
    assert rows["current_ratio"]["missing"] == 1.0
    assert rows["current_ratio"]["missing_moved"]
    states = {item["name"]: item["now"] for item in report["states"]["items"]}
    assert states["payments_and_accounts"] == states["accounts"] == 0.0


def test_a_shock_of_the_whole_world_is_loud_in_both_models(late, default):
    # given the same world until a shock hits all buyers half a year before the books end
    knobs = Knobs(failures_a_year=0.1, shock_month=40, shock_size=3.0)
    shocked = pack_portfolio(simulate_portfolio(200, 4, 7, knobs=knobs))
    for version in (late, default):
        report = drift(version, shocked, start="2025-12-01")
        assert report["verdict"]["alarm"] is True
    # then arrears rise before any window of a default has closed
    assert report["realised"]["n"] == 0
    assert report["proxy"]["now"]["low"] > report["proxy"]["then"]["high"]


def test_what_the_model_was_fitted_on_is_said_and_not_judged(late, demo_packed: Packed):
    report = drift(late, demo_packed, start="2024-01-01", stop="2024-07-01")
    assert report["in_sample"] == report["n"] > 100
    assert report["realised"]["n"] == 0
    assert f"{report['n']} of its {report['n']} subjects were fitted on" in report["notes"][0]
    assert colours(report)["calibration"] == "grey"


def test_one_subject_raises_no_alarm(late, demo_packed: Packed):
    day = demo_packed.portfolio.tables["invoices"]["recorded_at"].max().normalize()
    report = drift(late, demo_packed, start=str(day.date()))
    assert report["n"] < 20
    assert report["verdict"]["alarm"] is False
    assert "Fewer than ten buyers" in report["notes"][0]
    assert colours(report)["values never seen"] == "grey"


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ("2030-01-01", None, "expected books that reach 2030-01-01; found books until 2026-06-30"),
        ("2030-01-01", "2031-01-01", "load later books"),
        ("2026-02-01", "2026-02-01", "expected --from before --to"),
        ("2026-02-01", "2026-01-01", "expected --from before --to"),
        ("2010-01-01", "2010-02-01", "expected subjects in the period; found none; widen --from and --to"),
        ("yesterday", None, "dates like 2026-01-31"),
    ],
)
def test_a_period_without_subjects_is_refused(late, demo_packed: Packed, start, stop, expected):
    with pytest.raises(InputError, match=expected):
        drift(late, demo_packed, start=start, stop=stop)


def test_another_seller_is_refused(late, demo_packed: Packed):
    seller = replace(demo_packed.portfolio.seller, seller_id="another")
    other = pack_portfolio(replace(demo_packed.portfolio, seller=seller))
    with pytest.raises(InputError, match="found one of 'another'"):
        drift(late, other)


def test_the_level_of_chance_follows_the_number_that_decides(late, demo_packed: Packed):
    few = drift(late, demo_packed, start=LATER, thresholds=Thresholds(inputs=1))
    many = drift(late, demo_packed, start=LATER, thresholds=Thresholds(inputs=40))
    assert few["score"]["psi"] == many["score"]["psi"]
    assert few["score"]["critical"] < many["score"]["critical"]


def test_the_default_period_of_a_refit_follows_its_last_subject(late, demo_packed: Packed):
    model = late.load()
    model.spec = model.spec.model_copy(update={"fitted_until": "2026-05-20T10:00:00"})
    first, _ = period_to_watch(model, demo_packed)
    assert first == pd.Timestamp("2026-05-20T22:00:00")


def test_probabilities_and_subjects_belong_together(quiet):
    score = quiet["score"]
    assert score["n"] == quiet["n"]
    assert score["missing"] == pytest.approx(quiet["cannot_say"])
    assert np.isclose(sum(item["now"] for item in quiet["states"]["items"]), 1.0)
