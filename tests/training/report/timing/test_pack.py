"""The pack of a timing model: its figures, what it forbids, and its page."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.build import Packed
from tests.training.report.document.shown import disagreement, shown_in
from training.home import Home
from training.registry import Registry
from training.report.document.timing import SECTIONS, timing_document
from training.report.study import People
from training.report.timing.issues import issues_of
from training.report.timing.pack import timing_pack_of
from training.report.timing.sections import TimingPack

Pack = dict[str, Any]


@pytest.fixture(scope="module")
def pack(demo_home: Path, demo_packed: Packed) -> Pack:
    registry = Registry(Home(demo_home))
    people = People("Ada", "Blaise", "Treasury")
    return timing_pack_of(registry, registry.version("timing@1"), demo_packed, people=people)


@pytest.fixture
def sound(pack: Pack) -> Pack:
    """The real pack with all that its small book gets wrong put right."""
    told = copy.deepcopy(pack)
    performance = told["performance"]
    performance["metrics"]["coverage_80"] = figure(0.8, 0.78, 0.82)
    performance |= {"less_own_median": figure(-2.0, -3.0, -1.0), "less_terms": figure(-3.0, -4.0, -2.0)}
    performance |= {
        "buyers": 100,
        "paid_by": [],
        "segments": {},
        "looks": 0,
        "recomputed_difference": 0.0,
        "cannot_say": 0,
    }
    for row in performance["causes"]:
        row["training"] = 100
    told["receipts"]["total"] |= {
        "error": 0.01, "coverage": 0.8, "weighted_absolute_error": 0.05, "weighted_absolute_error_terms": 0.5,
    }  # fmt: skip
    for row in (told["stability"]["score"], told["stability"]["late"], *told["stability"]["features"]):
        row |= {"status": "stable", "enough": True}
    told |= {"late": None, "lineage": {**told["lineage"], "code_now": "same"}}
    return told


def figure(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def test_it_has_the_sections_and_is_plain_json(pack: Pack):
    assert TimingPack.model_validate(pack).model_dump(mode="json") == pack
    assert (pack["identity"]["name"], pack["identity"]["learner"]) == ("timing@1", "hazard")


def test_its_figures_are_those_of_the_run(demo_home: Path, pack: Pack):
    kept = Registry(Home(demo_home)).version("timing@1").metrics
    told = pack["performance"]
    assert told["recomputed_difference"] < 1e-9
    assert (told["n"], told["test_from"], told["test_to"]) == (kept["n"], kept["from"], kept["to"])
    gap = (
        told["metrics"]["mean_absolute_error_days"]["value"]
        - told["metrics"]["mean_absolute_error_days_terms"]["value"]
    )
    assert told["less_terms"]["value"] == pytest.approx(gap)
    assert pack["receipts"] == Registry(Home(demo_home)).kept(
        Registry(Home(demo_home)).version("timing@1"), "receipts.json"
    )


def test_parts_add_up_to_the_whole(pack: Pack):
    told = pack["performance"]
    whole = told["metrics"]["mean_absolute_error_days"]["value"]
    for rows in told["segments"].values():
        assert sum(row["n"] for row in rows) == told["n"]
    moment = told["segments"]["moment"]
    assert sum(row["n"] * row["error"] for row in moment) / told["n"] == pytest.approx(whole)
    for row in told["paid_by"]:
        assert sum(part["n"] for part in row["bins"]) == row["n"]
        said = sum(part["n"] * part["said"] for part in row["bins"]) / row["n"]
        assert said == pytest.approx(row["said"])
        assert row["gap"]["value"] == pytest.approx(row["came"] - row["said"])


def test_a_call_tells_the_same_dates(pack: Pack):
    assert pack["parity"]["passed"] is pack["parity"]["values_equal"] is True
    assert pack["parity"]["subjects"] > 100


def test_the_most_important_feature_moves_the_date_most(pack: Pack):
    moved = [item["mean_shift_days"] for item in pack["features"]["items"]]
    assert moved == sorted(moved, reverse=True)
    assert moved[0] > 0.5
    assert np.isfinite(moved).all()


def test_stability_is_that_of_the_frozen_training_subjects(demo_home: Path, pack: Pack):
    told, model = pack["stability"], Registry(Home(demo_home)).version("timing@1").load_timing()
    assert told["reference"] == model.reference.subjects == min(model.spec.subjects, 10_000)
    assert {row["name"] for row in told["features"]} == set(model.spec.names)
    assert (told["score"]["name"], told["late"]["name"]) == ("score", "late")
    assert sum(row["weight"] for row in told["features"]) == pytest.approx(1.0)
    for row in (told["score"], told["late"], *told["features"]):
        assert sum(one["reference"] for one in row["bins"]) == pytest.approx(1.0)
        assert sum(one["now"] for one in row["bins"]) == pytest.approx(1.0)


def test_it_says_what_it_may_not_be_used_for(pack: Pack):
    limits = {limit["code"]: limit["severity"] for limit in pack["limits_of_use"]}
    assert {limits[code] for code in ("not_default", "horizon", "open_ledger")} == {"high"}
    assert {"causes", "seller", "expiry"} <= limits.keys()


def test_a_sound_pack_has_no_issue(sound: Pack):
    assert issues_of(sound) == []


@pytest.mark.parametrize(
    ("code", "severity", "place", "value"),
    [
        ("coverage", "high", ("performance", "metrics", "coverage_80"), figure(0.70, 0.68, 0.72)),
        ("coverage", "medium", ("performance", "metrics", "coverage_80"), figure(0.74, 0.70, 0.78)),
        ("not_better_less_own_median", "high", ("performance", "less_own_median"), figure(0.5, -1, 2)),
        ("not_surely_better_less_terms", "medium", ("performance", "less_terms"), figure(-0.5, -1, 0.2)),
        ("receipts", "medium", ("receipts", "total", "error"), -0.15),
        ("receipts", "high", ("receipts", "total", "error"), 0.25),
        ("receipts_weeks", "low", ("receipts", "total", "weighted_absolute_error"), 0.15),
        ("receipts_weeks", "medium", ("receipts", "total", "weighted_absolute_error"), 0.3),
        ("receipts_no_better", "high", ("receipts", "total", "weighted_absolute_error"), 0.6),
        ("no_receipts", "medium", ("receipts",), None),
        ("not_the_same", "high", ("performance", "recomputed_difference"), 0.1),
        ("parity", "high", ("parity", "passed"), False),
        (
            "weak_part",
            "low",
            ("performance", "segments"),
            {
                "terms": [
                    {"category": "x", "error": 5.0, "error_own_median": 4.0},
                    {"category": "y", "error": None, "error_own_median": None},
                ]
            },
        ),
        ("few_credited", "medium", ("performance", "causes"), [{"cause": "credited", "training": 59}]),
        ("stability_unknown", "low", ("stability",), None),
        ("psi", "high", ("stability", "score", "status"), "act"),
        ("psi_late", "medium", ("stability", "late", "status"), "watch"),
    ],
)
def test_what_is_wrong_is_found_with_its_severity(
    sound: Pack, code: str, severity: str, place: tuple[str, ...], value: Any
):
    part = sound
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    assert {issue["code"]: issue["severity"] for issue in issues_of(sound)} == {code: severity}


def test_the_page_shows_the_numbers_beside_it(pack: Pack):
    page = timing_document(pack)
    shown = shown_in(page)
    assert len(shown) > 300
    assert [wrong for each in shown if (wrong := disagreement(each, pack))] == []
    assert all(f'<section id="{name}"' in page for _, name, _, _ in SECTIONS)
    assert "What it may not be used for" in page


def test_the_late_models_pack_holds_it_beside(late_pack: Pack, pack: Pack):
    told = late_pack["timing"]
    assert (told["status"], told["timing_version"], told["late_version"]) == ("ok", "timing@1", "late@1")
    assert told == pack["late"]
    assert told["subjects"] > 100
    assert told["test_from"] >= late_pack["performance"]["test_from"]
    gap = told["timing"]["auc"]["value"] - told["late"]["auc"]["value"]
    assert told["difference"]["auc"]["value"] == pytest.approx(gap)
