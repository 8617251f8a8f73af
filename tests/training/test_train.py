"""Versions, aliases, gates and releases in one home, in the order in which a data scientist meets them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.tracking import MlflowClient

from credit.release import Release, current_folder
from features.build import Packed, build_packed, pack_portfolio
from features.errors import InputError, Refused
from training.config import TrainConfig
from training.evaluate import evaluate
from training.home import Home
from training.registry import Registry
from training.releases import promote
from training.subjects import Outcome, sample_of
from training.train import Result, train

METRICS = {"auc", "average_precision", "ks", "brier", "ece", "calibration_intercept", "calibration_slope"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("seller") / "home")


@pytest.fixture(scope="module")
def first(home: Home, small: Packed) -> Result:
    return train(small, "late", home=home, test_from="2025-07-01")


@pytest.fixture(scope="module")
def second(home: Home, small: Packed, first: Result) -> Result:
    return train(
        small,
        "late",
        home=home,
        test_from="2025-07-01",
        config=TrainConfig(without=("share_late_amount_90d",), seed=8),
    )


@pytest.fixture(scope="module")
def other_outcome(home: Home, small: Packed, second: Result) -> Result:
    return train(small, "late", home=home, horizon_days=0, test_from="2025-07-01")


@pytest.fixture(scope="module")
def final(home: Home, small: Packed, other_outcome: Result) -> Result:
    return train(small, "late", home=home, horizon_days=30, final=True)


def pointer(home: Home) -> str:
    return (home.releases / "current").read_text()


def log(home: Home) -> list[dict]:
    return [json.loads(line) for line in (home.releases / "promotions.jsonl").read_text().splitlines()]


def champion(home: Home) -> str:
    return Registry(home).version("late@champion").name


def test_the_first_version_becomes_champion_and_is_released(home: Home, first: Result):
    assert (first.version.name, first.alias) == ("late@1", "champion")
    assert champion(home) == "late@1"
    assert pointer(home) == first.release_id
    release = Release.load(current_folder(home.releases))
    assert dict(release.versions) == {"late": "late@1"}
    assert release.seller_id == home.seller_id() == "nordwind"
    assert [(entry["version"], entry["promoted"], entry["first"]) for entry in log(home)] == [
        ("late@1", True, True)
    ]
    assert all(gate["passed"] for gate in log(home)[0]["gates"])


def test_the_report_is_the_object_that_json_prints(first: Result):
    report = json.loads(json.dumps(first.report, allow_nan=False))
    assert (report["model"], report["version"], report["outcome"]) == ("late", 1, "late_30")
    assert (report["from"], report["in_sample"], report["tested_twin"]) == ("2025-07-01", False, None)
    assert report["from"] < report["to"] <= "2026-07-01"
    assert report["n"] > 500
    assert 0 < report["base_rate"] < 1
    assert set(report["metrics"]) == METRICS
    assert all(set(metric) == {"value", "low", "high"} for metric in report["metrics"].values())
    auc = report["metrics"]["auc"]
    assert 0.6 < auc["low"] < auc["value"] < auc["high"] <= 1


def test_evaluating_the_test_period_gives_the_metrics_of_training(home: Home, small: Packed, first: Result):
    found = evaluate(Registry(home).version("late@1"), small)
    assert {key: found[key] for key in ("from", "n", "cannot_say", "base_rate", "metrics", "in_sample")} == {
        key: first.report[key] for key in ("from", "n", "cannot_say", "base_rate", "metrics", "in_sample")
    }


def test_periods_are_half_open(home: Home, small: Packed, first: Result):
    version = Registry(home).version("late@1")
    whole = evaluate(version, small, start="2025-07-01", stop="2026-01-01")
    parts = [
        evaluate(version, small, start="2025-07-01", stop="2025-10-01"),
        evaluate(version, small, start="2025-10-01", stop="2026-01-01"),
    ]
    assert (whole["from"], whole["to"]) == ("2025-07-01", "2026-01-01")
    assert whole["n"] == sum(part["n"] for part in parts)


def test_subjects_that_it_was_fitted_on_are_refused_unless_asked_for(
    home: Home, small: Packed, first: Result
):
    version = Registry(home).version("late@1")
    with pytest.raises(
        InputError, match=r"found \d+ of \d+ subjects that it was fitted on; take --from after"
    ):
        evaluate(version, small, start="2025-01-01")
    assert evaluate(version, small, start="2025-01-01", in_sample=True)["in_sample"] is True


@pytest.mark.parametrize(("start", "stop"), [("tomorrow", None), (None, "2026-02-30")])
def test_bad_dates_are_refused(home: Home, small: Packed, first: Result, start, stop):
    with pytest.raises(InputError, match="dates like 2026-01-31 for --from and --to"):
        evaluate(first.version, small, start=start, stop=stop)


def test_an_empty_period_is_refused(small: Packed, first: Result):
    with pytest.raises(InputError, match="expected mature subjects in the period; found none"):
        evaluate(first.version, small, start="2035-01-01")


def test_no_fitted_subject_has_a_window_that_ends_in_the_test(small: Packed, first: Result):
    model = first.version.load()
    subjects = sample_of(small, Outcome("late")).subjects
    fitted = subjects[model.was_fitted_on(subjects)]
    assert len(fitted) == model.spec.subjects
    assert (fitted["window_end"] <= pd.Timestamp("2025-06-30T22:00:00")).all()


def test_the_run_tells_how_the_version_was_made(home: Home, first: Result):
    client = MlflowClient(home.tracking_uri)
    version = client.get_model_version("late", "1")
    run = client.get_run(version.run_id)
    spec = first.version.load().spec
    assert run.data.params["data_hash"] == spec.data_hash
    assert run.data.params["definition_hash"] == "late_30"
    assert run.data.metrics["auc"] == first.report["metrics"]["auc"]["value"]
    assert version.tags["seller_id"] == "nordwind"
    assert version.tags["outcome"] == "late_30"
    files = {item.path for item in client.list_artifacts(version.run_id)}
    assert files >= {"figures", "features_left_out.json", "subjects_left_out.json"}
    figures = {item.path for item in client.list_artifacts(version.run_id, "figures")}
    assert figures >= {"figures/roc.png", "figures/calibration.png"}


def test_mlflow_loads_the_model_and_says_the_same(home: Home, small: Packed, first: Result):
    Registry(home)
    values = build_packed(small, sample_of(small, Outcome("late")).subjects.head(200))
    generic = mlflow.pyfunc.load_model("models:/late/1")
    said, expected = generic.predict(values), first.version.load().predict(values, contributions=False)
    np.testing.assert_array_equal(said["probability"], expected.probability)
    np.testing.assert_array_equal(said["log_odds"], expected.log_odds)
    assert said["status"].tolist() == expected.status.tolist()
    assert generic.metadata.signature is not None
    assert generic.metadata.signature.inputs.input_names() == list(values.columns)


def test_the_second_version_is_a_candidate_and_changes_nothing(home: Home, first: Result, second: Result):
    assert (second.version.name, second.alias, second.release_id) == ("late@2", "candidate", "")
    assert champion(home) == "late@1"
    assert pointer(home) == first.release_id
    assert "share_late_amount_90d" not in second.version.load().spec.names


def test_another_outcome_never_takes_the_champions_place(home: Home, first: Result, other_outcome: Result):
    before = (pointer(home), len(log(home)))
    with pytest.raises(Refused, match="not promoted: expected outcome late_0 == late_30") as refused:
        promote(Registry(home), other_outcome.version)
    assert refused.value.exit_code == 1
    assert champion(home) == "late@1"
    assert pointer(home) == before[0]
    assert len(log(home)) == before[1] + 1
    assert log(home)[-1]["promoted"] is False


def test_a_refit_has_its_twins_metrics_and_learned_from_everything(
    final: Result, first: Result, second: Result
):
    # then the latest tested version of the same outcome is the twin
    spec, twin = final.version.load().spec, second.version.load().spec
    assert (spec.final, twin.final) == (True, False)
    assert final.report["tested_twin"] == "late@2"
    assert final.report["metrics"] == second.report["metrics"]
    assert spec.fitted_until > twin.fitted_until
    assert spec.subjects > twin.subjects
    assert spec.trees == twin.trees
    assert "share_late_amount_90d" not in spec.names


def test_a_refit_was_fitted_on_every_mature_subject(small: Packed, final: Result):
    with pytest.raises(InputError, match="none"):
        evaluate(final.version, small)
    with pytest.raises(InputError, match="fitted on"):
        evaluate(final.version, small, start="2025-07-01")


def test_promotion_moves_alias_and_pointer_and_keeps_the_log(
    home: Home, final: Result, other_outcome: Result
):
    lines = (home.releases / "promotions.jsonl").read_text()
    before = pointer(home)
    # given a test with too few bad buyers to show that it is not worse
    with pytest.raises(Refused, match=r"non_inferior_auc cannot_say \(\d+ bad buyers in the test, 30 are"):
        promote(Registry(home), final.version)
    assert pointer(home) == before
    # when
    release_id, gates = promote(Registry(home), final.version, force_reason="a new quarter")
    # then
    registry = Registry(home)
    assert champion(home) == final.version.name
    assert pointer(home) == release_id != before
    assert [gate.name for gate in gates if not gate.passed] == ["non_inferior_auc", "non_inferior_brier"]
    assert [gate.passed for gate in gates if not gate.passed] == [None, None]
    assert (log(home)[-1]["forced"], log(home)[-1]["reason"]) == (True, "a new quarter")
    assert (home.releases / before).is_dir()
    assert (home.releases / "promotions.jsonl").read_text().startswith(lines)
    assert Release.load(current_folder(home.releases)).versions["late"] == final.version.name
    with pytest.raises(InputError):
        registry.version("late@candidate")


def test_promoting_what_is_in_force_changes_nothing(home: Home, final: Result):
    registry = Registry(home)
    promote(registry, final.version, force_reason="a new quarter")
    before = (pointer(home), len(log(home)), sorted(home.releases.iterdir()))
    assert promote(registry, registry.version("late@champion"))[0] == before[0]
    assert (pointer(home), len(log(home)), sorted(home.releases.iterdir())) == before


def test_a_first_version_that_fails_a_gate_is_a_candidate_and_serves_nothing(
    tmp_path: Path, small: Packed, monkeypatch: pytest.MonkeyPatch
):
    # given a gate that no model passes
    monkeypatch.setattr("training.gates._FLATTEST_SLOPE", 4.9)
    home, told = Home(tmp_path / "home"), []
    # when
    result = train(small, "late", home=home, test_from="2025-07-01", say=told.append)
    # then
    assert (result.alias, result.release_id) == ("candidate", "")
    assert Registry(home).version("late@candidate").name == "late@1"
    assert not (home.releases / "current").exists()
    assert any("nothing serves" in text and "calibration_slope" in text for text in told)
    assert (log(home)[0]["first"], log(home)[0]["promoted"]) == (True, False)


def test_versions_are_listed_newest_first(home: Home, final: Result):
    assert [version.name for version in Registry(home).versions("late")] == [
        f"late@{n}" for n in (4, 3, 2, 1)
    ]
    assert Registry(home).versions("default") == []


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("late@9", "a version late@9"), ("default", "a version default"), ("late@best", "a version late@best"),
     ("timing@1", "a version timing@1"), ("dates@1", "a model among default, late, timing"),
     ("", "a model among")],
)  # fmt: skip
def test_an_unknown_version_is_refused(home: Home, first: Result, reference, expected):
    with pytest.raises(InputError, match=f"expected {expected}"):
        Registry(home).version(reference)


def test_another_sellers_portfolio_is_refused(home: Home, small: Packed, first: Result):
    seller = replace(small.portfolio.seller, seller_id="somebody")
    foreign = pack_portfolio(replace(small.portfolio, seller=seller))
    with pytest.raises(
        InputError, match="a portfolio of seller 'nordwind', whose home this is; found one of 'somebody'"
    ):
        train(foreign, "late", home=home)
    with pytest.raises(InputError, match="expected a portfolio of seller 'nordwind'"):
        evaluate(first.version, foreign)


def test_bad_options_are_refused_before_anything_is_registered(home: Home, small: Packed, final: Result):
    before = len(Registry(home).versions())
    with pytest.raises(InputError, match="--test-from"):
        train(small, "late", home=home, test_from="soon")
    assert len(Registry(home).versions()) == before


def test_a_short_history_is_refused_and_leaves_no_version(tmp_path: Path, small: Packed):
    with pytest.raises(Refused, match="load a longer history"):
        train(small, "late", home=Home(tmp_path), test_from="2023-08-15")
    assert Registry(Home(tmp_path)).versions() == []


def test_a_first_refit_trains_its_tested_twin_before(tmp_path: Path, small: Packed):
    result = train(small, "late", home=Home(tmp_path / "home"), final=True)
    assert [version.tags["kind"] for version in Registry(Home(tmp_path / "home")).versions()] == [
        "final",
        "tested",
    ]
    assert (result.alias, result.report["tested_twin"]) == ("candidate", "late@1")


def test_a_changed_artefact_is_not_promoted(tmp_path: Path, small: Packed):
    home = Home(tmp_path / "home")
    train(small, "late", home=home)
    version = train(small, "late", home=home, config=TrainConfig(seed=9)).version
    (version.folder / "booster.txt").write_text("tree")
    with pytest.raises(Refused, match="expected loads_with_golden_predictions no == yes"):
        promote(Registry(home), version)
    assert Registry(home).version("late@champion").name == "late@1"
