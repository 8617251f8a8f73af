"""Tests of reasons pass for a sound model and fail for a broken one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.report.explained import Explained
from training.report.explanation_tests import additivity, deletion, noise, seeds
from training.report.shapley import shap_difference
from training.report.study import Study

GIVE = Callable[..., Study]


@pytest.fixture(scope="module")
def explained(study_of: GIVE) -> Explained:
    return Explained.of(study_of("late@1"), most=400)


def found(told: list[dict], test: str) -> dict:
    return next(row for row in told if row["test"] == test)


def test_contributions_add_up(explained: Explained):
    told = additivity(explained)
    assert told["passed"]
    assert told["found"] < 1e-9


def test_contributions_that_do_not_add_up_are_found(explained: Explained):
    short = explained.contributions.copy()
    short[3, 5] += 0.01
    told = additivity(replace(explained, contributions=short))
    assert told["found"] == pytest.approx(0.01, abs=1e-9)
    assert told["passed"] is False


def test_the_first_reason_moves_the_risk_most(explained: Explained):
    told = deletion(explained)
    assert found(told, "deletion")["passed"]
    assert found(told, "deletion")["found"] >= 0.9
    assert 0 < found(told, "deletion")["n"] <= 400


def test_reasons_of_other_subjects_are_found_out(explained: Explained):
    shuffled = explained.contributions[np.random.default_rng(1).permutation(len(explained.values))]
    told = deletion(replace(explained, contributions=shuffled))
    assert found(told, "deletion")["passed"] is False
    assert found(told, "deletion")["found"] < found(deletion(explained), "deletion")["found"] - 0.1


def test_reasons_turned_round_are_found_out(explained: Explained):
    told = deletion(replace(explained, contributions=-explained.contributions))
    assert found(told, "deletion")["found"] < 0.5


def test_little_noise_changes_few_reasons(explained: Explained):
    told = noise(explained)
    assert told["passed"]
    assert 0 <= told["found"] < 0.05


def test_a_margin_that_jumps_at_little_noise_is_found(explained: Explained):
    class Jumpy:
        """Shares that hang on the last digits of the inputs."""

        def shares(self, inputs):
            return np.sin(np.nan_to_num(inputs) * 1e6), 0.0

    study = replace(explained.study)
    study.__dict__["margin"] = Jumpy()
    assert noise(replace(explained, study=study))["passed"] is False


def test_other_seeds_give_alike_reasons_but_not_the_same(explained: Explained):
    told = seeds(Explained.of(explained.study, most=60))
    assert 0.5 < told["found"] < 1.0
    assert told["n"] == 60


def test_shap_itself_agrees_and_would_say_where_not(explained: Explained):
    study = explained.study
    inputs = explained.inputs[:50]
    folder, spec = study.version.folder, study.model.spec
    shares, base = study.margin.shares(inputs)
    assert shap_difference(folder, spec, inputs, (shares, base)) < 1e-9
    shares[7, 2] += 0.5
    assert shap_difference(folder, spec, inputs, (shares, base)) == pytest.approx(0.5)


def test_shap_is_asked_of_the_trees_beside_a_scorecard(blend_study: Study):
    explained = Explained.of(blend_study, most=30)
    folder, spec, inputs = blend_study.version.folder, blend_study.model.spec, explained.inputs
    told = blend_study.margin.shares(inputs)
    assert spec.learner == "blend"
    assert shap_difference(folder, spec, inputs, told) < 1e-9
    # then another share of the scorecard than the model's is found out
    assert spec.prior is not None
    other = spec.model_copy(update={"prior": spec.prior.model_copy(update={"share": 0.9})})
    assert shap_difference(folder, other, inputs, told) > 0.01


def test_trees_beside_a_scorecard_learn_again_with_it(blend_study: Study):
    told = seeds(Explained.of(blend_study, most=40))
    assert told["n"] == 40
    assert 0.5 < told["found"] < 1.0


def test_shap_speaks_for_itself(explained: Explained, monkeypatch: pytest.MonkeyPatch):
    import lightgbm

    study, inputs = explained.study, explained.inputs[:5]
    shares, base = study.margin.shares(inputs)
    asked = []
    own = lightgbm.Booster.predict
    monkeypatch.setattr(
        lightgbm.Booster, "predict", lambda *a, **k: asked.append(k.get("pred_contrib")) or own(*a, **k)
    )
    assert shap_difference(Path(study.version.folder), study.model.spec, inputs, (shares, base)) < 1e-9
    assert True not in asked
