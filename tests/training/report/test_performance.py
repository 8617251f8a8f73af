from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from features.build import Packed
from training.home import Home
from training.registry import Registry
from training.report.performance import performance_of
from training.report.study import People, Study

Pack = dict[str, Any]


def test_figures_are_those_that_the_run_kept(study_of: Callable[..., Study], late_pack: Pack):
    version, told = study_of("late@1").version, late_pack["performance"]
    kept = study_of("late@1").evaluation()
    assert told["source"] == "run"
    assert told["metrics"] == version.metrics["metrics"]
    assert (told["segments"], told["curves"]) == (kept["segments"], kept["curves"])
    assert told["recomputed_difference"] < 1e-12


def test_a_run_that_kept_no_evaluation_is_measured_again_with_the_same_figures(
    demo_home: Path, demo_packed: Packed, tmp_path: Path, default_pack: Pack
):
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    for path in (home / "artifacts").rglob("evaluation.json"):
        path.unlink()
    registry = Registry(Home(home))
    study = Study.of(registry, registry.version("default@1"), demo_packed, People())
    told, evaluation = performance_of(study)
    kept = default_pack["performance"]
    assert (told["source"], told["recomputed_difference"]) == ("recomputed", None)
    for name in ("n", "events", "metrics", "segments", "views", "curves", "cohorts", "months", "cap"):
        assert told[name] == kept[name], name
    assert [step["left"] for step in evaluation["waterfall"]] == [
        step["left"] for step in default_pack["waterfall"]
    ]


def test_a_refit_on_later_books_shows_the_test_that_its_twin_had(desk: Home, final_pack: Pack):
    told, registry = final_pack["performance"], Registry(desk)
    assert (told["speaks_for"], told["is_twin"]) == ("late@1", True)
    assert final_pack["identity"]["kind"] == "final"
    assert final_pack["identity"]["tested_twin"] == "late@1"
    spec, twin = registry.version("late@2").load().spec, registry.version("late@1")
    assert twin.tags["data_hash"] != spec.data_hash
    assert (told["source"], told["recomputed_difference"]) == ("run", None)
    assert (told["n"], told["metrics"]) == (twin.metrics["n"], twin.metrics["metrics"])
    assert sum(row["n"] for row in told["months"]) >= told["n"]
    assert final_pack["features"]["subjects"] == final_pack["lineage"]["subjects"] == spec.subjects


def test_a_prior_tested_on_few_defaults_shows_no_ranks(prior_pack: Pack):
    told = prior_pack["performance"]
    assert "buyers defaulted" in told["few_defaults"]
    assert (told["cap"], told["curves"]["roc"], told["curves"]["ks"]) == (None, None, None)
    assert told["metrics"]["auc"]["value"] is None
    assert told["level"]["subjects"] > 0
    assert prior_pack["challengers"]["status"] == "not_applicable"


def test_months_add_up_to_the_test(late_pack: Pack):
    told = late_pack["performance"]
    for name, whole in (("n", "n"), ("bad", "events")):
        assert sum(row[name] for row in told["months"]) == told[whole]
    assert told["cap"]["accuracy_ratio"] == pytest.approx(2 * told["metrics"]["auc"]["value"] - 1)
