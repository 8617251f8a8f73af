from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from credit.calibration_tests import equal_bins
from training.bootstrap import BINS, Clusters, Resampled, draws_of, interval_of
from training.metrics import calibration_line


def made(seed: int, n: int, buyers: int, slope: float = 1.0) -> tuple:
    rng = np.random.default_rng(seed)
    stated = rng.normal(-1.0, 1.2, n).round(1)
    outcome = (rng.random(n) < 1 / (1 + np.exp(-slope * stated))).astype(float)
    return outcome, 1 / (1 + np.exp(-stated)), rng.integers(0, buyers, n)


def drawn_weights(buyer: np.ndarray, seed: int, repeats: int) -> np.ndarray:
    """The slow way: each draw's weight by subject, shape (repeats, n)."""
    names, cluster = np.unique(buyer.astype(str), return_inverse=True)
    rng, k = np.random.default_rng(seed), len(names)
    return np.array([np.bincount(rng.integers(0, k, k), minlength=k)[cluster] for _ in range(repeats)])


def slow_ece(outcome, probability, weight) -> float:
    gaps = [
        abs((weight * (outcome - probability))[equal_bins(probability, BINS) == which].sum())
        for which in range(BINS)
    ]
    return sum(gaps) / weight.sum()


@given(seed=st.integers(0, 50), n=st.integers(40, 120), buyers=st.sampled_from([12, 40, 120]))
@settings(max_examples=12)
def test_draws_are_those_of_the_libraries(seed, n, buyers):
    outcome, probability, buyer = made(seed, n, buyers)
    found = draws_of(Resampled(outcome, probability, Clusters.of(buyer)), seed=seed, repeats=6)
    for draw, weight in enumerate(drawn_weights(buyer, seed, 6)):
        told = {name: value[draw] for name, value in found.items()}
        chance = np.clip(probability, 1e-12, 1 - 1e-12)
        assert told["brier"] == pytest.approx(brier_score_loss(outcome, probability, sample_weight=weight))
        assert told["log_loss"] == pytest.approx(
            log_loss(outcome, chance, sample_weight=weight, labels=[0, 1])
        )
        assert told["rate"] == pytest.approx(np.average(outcome, weights=weight))
        assert told["mean_probability"] == pytest.approx(np.average(probability, weights=weight))
        assert told["ece"] == pytest.approx(slow_ece(outcome, probability, weight))
        if len(set(outcome[weight > 0])) < 2:
            assert np.isnan(told["auc"])
            continue
        assert told["auc"] == pytest.approx(roc_auc_score(outcome, probability, sample_weight=weight))
        assert told["average_precision"] == pytest.approx(
            average_precision_score(outcome, probability, sample_weight=weight)
        )


def test_one_newton_step_finds_the_interval_of_whole_fits():
    outcome, probability, buyer = made(5, 3000, 300, slope=0.8)
    log_odds = np.log(probability / (1 - probability))
    line = calibration_line(outcome, log_odds)
    found = draws_of(Resampled(outcome, probability, Clusters.of(buyer), line=line), seed=5, repeats=60)
    fits = [
        LogisticRegression(C=np.inf, tol=1e-8).fit(log_odds[:, None], outcome, sample_weight=weight)
        for weight in drawn_weights(buyer, 5, 60)
    ]
    slope = np.array([fit.coef_[0, 0] for fit in fits])
    intercept = np.array([fit.intercept_[0] for fit in fits])
    for name, whole in (("calibration_slope", slope), ("calibration_intercept", intercept)):
        gap = np.abs(found[name] - whole) / whole.std()
        assert gap.mean() < 0.05
        assert gap.max() < 0.3


def test_metrics_of_the_sample_itself():
    outcome, probability, buyer = made(2, 500, 60)
    whole = Resampled(outcome, probability, Clusters.of(buyer)).whole()
    assert whole["auc"] == pytest.approx(roc_auc_score(outcome, probability))
    assert whole["ece"] == pytest.approx(slow_ece(outcome, probability, np.ones(len(outcome))))
    assert whole["observed_to_expected"] == pytest.approx(outcome.sum() / probability.sum())


def test_blocks_of_any_width_give_the_same_draws():
    clusters = Clusters.of(np.array([f"b{i % 17}" for i in range(100)]))
    whole = np.hstack(list(clusters.counts(3, 10, 10)))
    for width in (1, 3, 64):
        assert np.array_equal(np.hstack(list(clusters.counts(3, 10, width))), whole)
    assert (whole.sum(axis=0) == 17).all()


def test_weights_count_as_copies():
    outcome, probability, buyer = made(8, 200, 25)
    times = np.random.default_rng(1).integers(0, 4, 200)
    weighted = Resampled(outcome, probability, Clusters.of(buyer), weight=times.astype(float)).whole()
    copied = [np.repeat(array, times) for array in (outcome, probability, buyer)]
    repeated = Resampled(copied[0], copied[1], Clusters.of(copied[2])).whole()
    # the bins of equal count are the one thing that copies move
    for name in set(weighted) - {"ece"}:
        assert weighted[name] == pytest.approx(repeated[name]), name


def test_one_outcome_alone_has_no_ranking():
    found = draws_of(Resampled(np.zeros(40), np.linspace(0.1, 0.9, 40), Clusters.of(np.arange(40))))
    for name in ("auc", "average_precision", "ks"):
        assert np.isnan(found[name]).all()
        assert interval_of(name, None, found) == (None, None)
    assert interval_of("brier", 0.3, found)[0] > 0


def test_few_buyers_have_no_interval():
    outcome, probability, _ = made(1, 100, 5)
    few, enough = (Clusters.of(np.arange(100) % buyers) for buyers in (9, 10))
    assert draws_of(Resampled(outcome, probability, few)) == {}
    assert len(draws_of(Resampled(outcome, probability, enough))["auc"]) == 400


def test_the_interval_of_an_error_starts_at_0_and_holds_the_value():
    draws = {"ece": np.linspace(0.04, 0.08, 401), "auc": np.linspace(0.7, 0.8, 401)}
    assert interval_of("ece", 0.03, draws) == pytest.approx((0.0, 0.03))
    assert interval_of("ece", 0.06, draws) == pytest.approx((0.041, 0.079))
    assert interval_of("auc", 0.75, draws) == pytest.approx((0.7025, 0.7975))


def test_intervals_hold_the_truth_as_often_as_they_say():
    # given buyers whose subjects share a fate: the calibration is right for the whole, not buyer by buyer
    held, trials = 0, 60
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        share = rng.beta(2, 8, 80)
        outcome = (rng.random((80, 5)) < share[:, None]).astype(float).ravel()
        resampled = Resampled(outcome, np.full(400, 0.2), Clusters.of(np.repeat(np.arange(80), 5)))
        low, high = interval_of("rate", outcome.mean(), draws_of(resampled, seed=seed, repeats=200))
        held += low <= 0.2 <= high
    # 95 % of 60 is 57; below 50 is less likely than one in ten thousand
    assert held >= 50
