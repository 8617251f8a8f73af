from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.bootstrap import Clusters
from training.confidence import expected_figures, rate_by_rank
from training.metrics import metrics_of

PROBABILITIES = st.lists(st.sampled_from([0.01, 0.1, 0.1, 0.3, 0.5, 0.9]), min_size=2, max_size=25)


def auc_by_pairs(probability: np.ndarray) -> float:
    """The oracle: every pair of different subjects, one bad and one good."""
    right = total = 0.0
    for i, bad in enumerate(probability):
        for j, good in enumerate(probability):
            if i != j:
                chance = bad * (1 - good)
                right += chance * (1.0 if bad > good else 0.5 if bad == good else 0.0)
                total += chance
    return right / total


@given(PROBABILITIES)
def test_the_auc_is_that_of_all_pairs(told):
    probability = np.array(told)
    found = expected_figures(probability, Clusters.of(np.arange(len(told))))
    assert found["auc"]["value"] == pytest.approx(auc_by_pairs(probability), abs=1e-12)
    assert found["rate"]["value"] == pytest.approx(probability.mean())
    assert found["brier"]["value"] == pytest.approx((probability * (1 - probability)).mean())


def test_what_is_foreseen_comes_true_where_probabilities_are_calibrated():
    # given 20 worlds in which outcomes happen with the stated probability
    gaps = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        probability = rng.beta(0.5, 6, 4000)
        outcome = (rng.random(4000) < probability).astype(float)
        buyer = np.arange(4000)
        foreseen = expected_figures(probability, Clusters.of(buyer))
        found = metrics_of(outcome, probability, buyer)
        gaps.append([found[name]["value"] - foreseen[name]["value"] for name in ("auc", "brier")])
    # then it is right on the mean, and in each of them within chance
    assert np.abs(np.mean(gaps, axis=0)).max() < 0.005
    assert np.abs(gaps).max() < 0.04


def test_intervals_are_wider_where_subjects_are_of_fewer_buyers():
    rng = np.random.default_rng(3)
    level = rng.beta(1, 8, 40)
    probability = np.repeat(level, 50)
    alone = expected_figures(probability, Clusters.of(np.arange(2000)))
    together = expected_figures(probability, Clusters.of(np.repeat(np.arange(40), 50)))
    for name in ("rate", "auc", "brier"):
        assert together[name]["value"] == pytest.approx(alone[name]["value"])
        widths = [told[name]["high"] - told[name]["low"] for told in (alone, together)]
        assert widths[1] > 2 * widths[0]
        assert together[name]["low"] <= together[name]["value"] <= together[name]["high"]


def test_one_subject_has_a_rate_and_no_auc():
    found = expected_figures(np.array([0.2]), Clusters.of(np.array(["B"])))
    assert found["rate"] == {"value": 0.2, "low": None, "high": None}
    assert found["auc"] == {"value": None, "low": None, "high": None}


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_where_nothing_is_uncertain_there_is_no_auc(sure):
    found = expected_figures(np.full(30, sure), Clusters.of(np.arange(30)))
    assert found["auc"]["value"] is None
    assert found["brier"]["value"] == 0.0


def test_the_rate_by_rank_needs_no_level():
    # given a test in which probabilities were twice what came true
    rng = np.random.default_rng(5)
    stated = rng.uniform(0, 1, 20_000)
    outcome = (rng.random(20_000) < stated / 2).astype(float)
    # when the mix of subjects moves towards the risky
    now = np.sqrt(rng.uniform(0, 1, 20_000))
    # then the ranks foresee half of what the probabilities say
    assert rate_by_rank((outcome, stated), now) == pytest.approx(now.mean() / 2, abs=0.01)


@given(PROBABILITIES, PROBABILITIES)
def test_the_rate_by_rank_is_a_rate(then, now):
    outcome = (np.arange(len(then)) % 2).astype(float)
    assert 0.0 <= rate_by_rank((outcome, np.array(then)), np.array(now)) <= 1.0


@given(PROBABILITIES)
def test_the_test_itself_has_its_own_rate(then):
    outcome = (np.arange(len(then)) % 2).astype(float)
    stated = np.array(then)
    assert rate_by_rank((outcome, stated), stated) == pytest.approx(outcome.mean())
