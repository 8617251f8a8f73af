"""The comparison with the truth says 1 where ours is the truth, and less where it is not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.truth import compared, main
from features.sources.simulator import World


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return np.random.default_rng(1).beta(1.0, 20.0, 20_000).clip(1e-6, 0.99)


@pytest.fixture(scope="module")
def outcome(truth: np.ndarray) -> np.ndarray:
    return (np.random.default_rng(2).random(len(truth)) < truth).astype(float)


def test_the_truth_attains_all(outcome: np.ndarray, truth: np.ndarray):
    figures = compared(outcome, truth, truth)

    assert figures["attained"] == pytest.approx(1.0)
    assert figures["calibration_slope"] == pytest.approx(1.0, abs=1e-4)
    assert figures["calibration_intercept"] == pytest.approx(0.0, abs=1e-3)


def test_timid_probabilities_have_a_slope_above_one(outcome: np.ndarray, truth: np.ndarray):
    log_odds = np.log(truth / (1.0 - truth))
    timid = 1.0 / (1.0 + np.exp(-0.5 * log_odds))

    assert compared(outcome, timid, truth)["calibration_slope"] == pytest.approx(2.0, abs=1e-3)


def test_noise_attains_less(outcome: np.ndarray, truth: np.ndarray):
    log_odds = np.log(truth / (1.0 - truth)) + np.random.default_rng(3).normal(0.0, 1.5, len(truth))
    figures = compared(outcome, 1.0 / (1.0 + np.exp(-log_odds)), truth)

    assert 0.2 < figures["attained"] < 0.95
    assert figures["calibration_slope"] < 0.8


def test_it_runs_on_a_small_world(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.truth.load_world", lambda _: World(1, 3, 5))

    code = main(["--buyers", "60", "--model", "late", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["models"]["late"]["subjects"] > 100
    assert told["models"]["late"]["without_truth"] == 0
    assert told["models"]["late"]["auc"] < told["models"]["late"]["auc_true"] < 1.0
