from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from training.metrics import calibration_line, metrics_of


def made(seed: int = 0, n: int = 2000, slope: float = 1.0, intercept: float = 0.0) -> tuple:
    """Outcomes with log-odds slope x stated + intercept, the stated probabilities, and buyers."""
    rng = np.random.default_rng(seed)
    stated = rng.normal(-1.5, 1.2, n)
    outcome = (rng.random(n) < 1 / (1 + np.exp(-(slope * stated + intercept)))).astype(float)
    return outcome, 1 / (1 + np.exp(-stated)), rng.integers(0, n // 10, n)


def values(metrics: dict) -> dict[str, float]:
    return {name: metric["value"] for name, metric in metrics.items()}


@given(seed=st.integers(0, 100))
@settings(max_examples=4)
def test_metrics_are_those_of_the_libraries(seed):
    outcome, probability, buyer = made(seed, 300)
    found = values(metrics_of(outcome, probability, buyer))
    bad, good = probability[outcome == 1], probability[outcome == 0]
    assert found["auc"] == roc_auc_score(outcome, probability)
    assert found["average_precision"] == average_precision_score(outcome, probability)
    assert found["brier"] == brier_score_loss(outcome, probability)
    assert found["ks"] == pytest.approx(ks_2samp(bad, good).statistic, abs=1e-12)
    plain = LogisticRegression(C=np.inf, tol=1e-10).fit(
        np.log(probability / (1 - probability))[:, None], outcome
    )
    assert found["calibration_slope"] == pytest.approx(plain.coef_[0, 0], abs=1e-4)
    assert found["calibration_intercept"] == pytest.approx(plain.intercept_[0], abs=1e-4)


def test_calibration_error_by_hand():
    # given ten bins of two subjects each, half of them bad where a quarter or all were stated
    outcome = np.tile([0.0, 1.0], 10)
    probability = np.repeat(np.where(np.arange(10) < 4, 0.25, 1.0) - np.arange(10) * 1e-9, 2)
    told = values(metrics_of(outcome, probability, np.arange(20)))
    assert told["ece"] == pytest.approx(0.4 * 0.25 + 0.6 * 0.5)
    # bins of unequal count are weighted by it: eleven subjects, of which the least two share a bin
    outcome, probability = np.array([0.0, 1.0, *[1.0] * 9]), np.array([0.1, 0.1, *np.linspace(0.8, 0.88, 9)])
    told = values(metrics_of(outcome, probability, np.arange(11)))
    assert told["ece"] == pytest.approx((2 * 0.4 + 9 * (1 - 0.84)) / 11)
    # fewer subjects than bins
    outcome, probability = np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.1, 0.1, 0.8, 0.8])
    told = values(metrics_of(outcome, probability, np.arange(4)))
    assert told["ece"] == pytest.approx((0.1 + 0.9 + 0.2 + 0.2) / 4)


def test_kolmogorov_smirnov_by_hand():
    outcome, probability = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.1, 0.2, 0.2, 0.9])
    assert values(metrics_of(outcome, probability, np.arange(4)))["ks"] == 0.5
    assert values(metrics_of(outcome, np.full(4, 0.3), np.arange(4)))["ks"] == 0.0
    assert values(metrics_of(np.ones(4), probability, np.arange(4)))["ks"] is None


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.5, -0.7), (2.0, 1.0)])
def test_the_calibration_line_finds_the_line_that_was_made(slope, intercept):
    outcome, probability, _ = made(3, 60_000, slope, intercept)
    found = calibration_line(outcome, np.log(probability / (1 - probability)))
    assert found == pytest.approx((slope, intercept), abs=0.08)


def test_intervals_contain_the_value_and_repeat():
    outcome, probability, buyer = made(1)
    found, again = metrics_of(outcome, probability, buyer), metrics_of(outcome, probability, buyer)
    assert found == again
    assert set(found) == {
        "auc", "average_precision", "ks", "brier", "ece", "calibration_intercept", "calibration_slope",
    }  # fmt: skip
    for name, metric in found.items():
        assert metric["low"] < metric["high"], name
        assert metric["low"] <= metric["value"] <= metric["high"], name


def test_calibration_intervals_hold_what_was_made():
    found = metrics_of(*made(6, 8000, slope=0.7, intercept=0.4))
    for name, truth in (("calibration_slope", 0.7), ("calibration_intercept", 0.4)):
        assert found[name]["low"] < truth < found[name]["high"]
        assert width(found[name]) < 0.3


def width(metric: dict) -> float:
    return metric["high"] - metric["low"]


def test_buyers_are_drawn_whole():
    # given each subject ten times over
    outcome, probability, _ = made(2, 150)
    repeated = [np.repeat(array, 10) for array in (outcome, probability)]
    buyer = np.arange(150)
    # when the copies are one buyer's, they tell nothing new; as buyers of their own they would
    once = metrics_of(outcome, probability, buyer)["auc"]
    clustered = metrics_of(*repeated, np.repeat(buyer, 10))["auc"]
    independent = metrics_of(*repeated, np.arange(1500))["auc"]
    # then
    assert clustered == pytest.approx(once, abs=1e-9)
    assert width(independent) < width(clustered) / 2


@pytest.mark.parametrize("only", [0.0, 1.0])
def test_one_outcome_alone_cannot_be_ranked(only):
    found = values(metrics_of(np.full(50, only), np.linspace(0.1, 0.9, 50), np.arange(50)))
    assert {name for name, value in found.items() if value is None} == {
        "auc", "average_precision", "ks", "calibration_intercept", "calibration_slope",
    }  # fmt: skip
    assert found["brier"] > 0


def test_equal_probabilities_have_no_calibration_line():
    assert calibration_line(np.array([0.0, 1.0]), np.zeros(2)) == (None, None)


def test_certain_probabilities_give_finite_metrics():
    found = metrics_of(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.2, 0.7]), np.arange(4))
    assert all(value is None or np.isfinite(value) for value in values(found).values())
