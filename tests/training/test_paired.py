from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from features.errors import InputError
from training.paired import PAIRED_METRICS, paired_difference

ORACLES = {
    "auc": roc_auc_score,
    "average_precision": average_precision_score,
    "brier": brier_score_loss,
    "log_loss": log_loss,
}


def made(seed: int, n: int = 600, noise: float = 1.0) -> tuple:
    """Outcomes, the probabilities that made them, the same with noise, and buyers."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1, 1.5, n)
    outcome = (rng.random(n) < 1 / (1 + np.exp(-truth))).astype(float)
    a, b = (1 / (1 + np.exp(-(truth + scale * rng.normal(size=n)))) for scale in (0.0, noise))
    return outcome, a, b, rng.integers(0, n // 6, n)


@given(seed=st.integers(0, 100), metric=st.sampled_from(sorted(ORACLES)))
@settings(max_examples=8)
def test_a_difference_is_that_of_weighted_metrics(seed, metric):
    outcome, a, b, buyer = made(seed, 200)
    found = paired_difference(outcome, a, b, buyer, metric, seed=seed, repeats=20)
    names, cluster = np.unique(buyer.astype(str), return_inverse=True)
    rng, k, measure = np.random.default_rng(seed), len(names), ORACLES[metric]
    gaps = []
    for _ in range(20):
        weight = np.bincount(rng.integers(0, k, k), minlength=k)[cluster]
        gaps.append(measure(outcome, a, sample_weight=weight) - measure(outcome, b, sample_weight=weight))
    assert found.value == pytest.approx(measure(outcome, a) - measure(outcome, b))
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(gaps, [0.025, 0.975])))
    assert found.share_above_0 == pytest.approx(np.mean(np.array(gaps) > 0))


def test_the_better_model_is_found():
    outcome, truth, noisy, buyer = made(3, 3000)
    for metric in PAIRED_METRICS:
        found = paired_difference(outcome, truth, noisy, buyer, metric)
        less_is_better = metric in ("brier", "log_loss")
        assert (found.high < 0) if less_is_better else (found.low > 0), metric
        assert found.share_above_0 == (0.0 if less_is_better else 1.0)


@pytest.mark.parametrize("metric", PAIRED_METRICS)
def test_turned_round_the_difference_changes_its_sign(metric):
    outcome, a, b, buyer = made(1)
    forth = paired_difference(outcome, a, b, buyer, metric, seed=7)
    back = paired_difference(outcome, b, a, buyer, metric, seed=7)
    assert (back.value, back.low, back.high) == pytest.approx((-forth.value, -forth.high, -forth.low))


def test_paired_draws_say_more_than_two_intervals():
    outcome, a, b, buyer = made(2, 1500, noise=0.2)
    paired = paired_difference(outcome, a, b, buyer, "auc")
    alone = paired_difference(outcome, a, np.full(len(a), 0.5), buyer, "auc")
    assert paired.high - paired.low < (alone.high - alone.low) / 2


def test_a_model_does_not_differ_from_itself():
    outcome, a, _, buyer = made(4)
    assert paired_difference(outcome, a, a, buyer, "auc").to_json() == {
        "value": 0.0, "low": 0.0, "high": 0.0, "share_above_0": 0.0,
    }  # fmt: skip


def test_what_cannot_be_said_is_none():
    _, a, b, buyer = made(5, 60)
    assert paired_difference(np.zeros(60), a, b, buyer, "auc").value is None
    few = paired_difference(np.tile([0.0, 1.0], 30), a, b, buyer % 4, "auc")
    assert few.value is not None
    assert (few.low, few.high, few.share_above_0) == (None, None, None)


def test_bad_input_is_refused():
    outcome, a, b, buyer = made(6, 60)
    with pytest.raises(InputError, match="a metric among auc"):
        paired_difference(outcome, a, b, buyer, "gini")
    with pytest.raises(InputError, match="60, 60, 59, 60 of them"):
        paired_difference(outcome, a, b[1:], buyer, "auc")
    with pytest.raises(InputError, match="same subjects"):
        paired_difference(outcome[:0], a[:0], b[:0], buyer[:0], "auc")
