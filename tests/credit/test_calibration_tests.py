from __future__ import annotations

from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom, chi2, norm

from credit.calibration_tests import (
    binomial_p,
    brier_decomposition,
    equal_bins,
    holm,
    hosmer_lemeshow,
    jeffreys_interval,
    jeffreys_p,
    spiegelhalter,
    vasicek_bound,
)

PDS = st.floats(0.0005, 0.6)
COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
SCORED = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.floats(0.01, 0.99)), min_size=3, max_size=60)


def columns(scored: list) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.array(column) for column in zip(*scored, strict=True))


@pytest.mark.parametrize(
    ("n", "defaults", "pd", "expected"),
    [
        (6, 2, 0.0367, 0.004380481289562389),
        (400, 8, 0.01, 0.03270389268304672),
        (200, 0, 0.001, 0.4732724114231094),
    ],
)
def test_the_jeffreys_test_has_the_published_and_computed_values(n, defaults, pd, expected):
    assert jeffreys_p(pd, n, defaults) == pytest.approx(expected, rel=1e-9)


def test_the_binomial_test_has_its_computed_value():
    assert binomial_p(0.01, 400, 8) == pytest.approx(0.0502, abs=5e-5)


def basel_correlation(pd: float) -> float:
    share = (1 - np.exp(-50 * pd)) / (1 - np.exp(-50))
    return 0.12 * share + 0.24 * (1 - share)


@pytest.mark.parametrize(
    ("pd", "capital"),
    [(0.01, 0.09770450884238693), (0.02, 0.12769426570312664), (0.05, 0.17586586446500135)],
)
def test_the_vasicek_bound_gives_the_capital_of_the_standard(pd, capital):
    assert 0.75 * (vasicek_bound(pd, basel_correlation(pd), 0.999) - pd) == pytest.approx(capital, rel=1e-9)


@given(PDS, COUNTS)
def test_p_values_are_those_of_the_distributions(pd, counts):
    n, defaults = counts
    assert jeffreys_p(pd, n, defaults) == pytest.approx(beta.cdf(pd, defaults + 0.5, n - defaults + 0.5))
    tail = sum(binom.pmf(k, n, pd) for k in range(defaults, n + 1))
    assert binomial_p(pd, n, defaults) == pytest.approx(tail, abs=1e-12)


@given(PDS, COUNTS)
def test_more_defaults_are_stronger_evidence(pd, counts):
    n, defaults = counts
    if defaults < n:
        assert jeffreys_p(pd, n, defaults + 1) <= jeffreys_p(pd, n, defaults)
        assert binomial_p(pd, n, defaults + 1) <= binomial_p(pd, n, defaults)


@given(COUNTS)
def test_the_jeffreys_interval_holds_the_rate(counts):
    n, defaults = counts
    low, high = jeffreys_interval(n, defaults)
    assert 0.0 <= low <= defaults / n <= high <= 1.0
    if 0 < defaults < n:
        assert jeffreys_p(low, n, defaults) == pytest.approx(0.025)
        assert jeffreys_p(high, n, defaults) == pytest.approx(0.975)


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_refuses_what_the_procedure_refuses(p_values):
    found = holm(p_values)
    for alpha in (0.01, 0.05, 0.3):
        # the procedure: from the smallest on, refuse while p <= alpha / (those that are left)
        refused = 0
        for rank, p in enumerate(sorted(p_values)):
            if p * (len(p_values) - rank) > alpha:
                break
            refused += 1
        assert sum(corrected <= alpha for corrected in found) == refused
    assert all(p <= corrected <= 1.0 for p, corrected in zip(p_values, found, strict=True))


def test_holm_by_hand():
    assert holm([0.01, 0.02, 0.03, 0.04]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm([0.5, 0.9, 0.001]) == pytest.approx([1.0, 1.0, 0.003])
    assert holm([]) == []


def test_the_vasicek_bound_is_the_quantile_of_simulated_years():
    rng = np.random.default_rng(2)
    year = rng.normal(size=200_000)
    rate = norm.cdf((norm.ppf(0.03) - np.sqrt(0.15) * year) / np.sqrt(0.85))
    assert vasicek_bound(0.03, 0.15, 0.95) == pytest.approx(np.quantile(rate, 0.95), rel=0.02)
    assert vasicek_bound(0.03, 0.0, 0.95) == 0.03


@given(SCORED)
def test_spiegelhalter_is_the_standardised_brier_score(scored):
    outcome, probability = columns(scored)
    # the expectation and variance of each (y - p)^2 over both outcomes, by hand
    expected = sum(p * (1 - p) ** 2 + (1 - p) * p**2 for p in probability)
    second = sum(p * (1 - p) ** 4 + (1 - p) * p**4 for p in probability)
    variance = second - sum((p * (1 - p) ** 2 + (1 - p) * p**2) ** 2 for p in probability)
    found = spiegelhalter(outcome, probability)
    if variance > 1e-6:
        z = (((outcome - probability) ** 2).sum() - expected) / np.sqrt(variance)
        assert found[0] == pytest.approx(z, rel=1e-4, abs=1e-6)
        assert found[1] == pytest.approx(2 * norm.sf(abs(found[0])))


def test_spiegelhalter_cannot_tell_of_even_odds():
    assert spiegelhalter(np.array([0.0, 1.0]), np.array([0.5, 0.5])) is None


def test_under_calibration_the_tests_refuse_as_often_as_they_say():
    rng = np.random.default_rng(8)
    refused = np.zeros(2)
    for _ in range(400):
        probability = rng.beta(2, 6, 500)
        outcome = (rng.random(500) < probability).astype(float)
        refused += [
            spiegelhalter(outcome, probability)[1] < 0.05,
            hosmer_lemeshow(outcome, probability)[2] < 0.05,
        ]
    # 20 of 400 on average, standard deviation 4.4
    assert (refused > 6).all()
    assert (refused < 38).all()


@given(SCORED)
def test_hosmer_lemeshow_by_groups(scored):
    outcome, probability = columns(scored)
    groups = [part for part in np.array_split(np.argsort(probability, kind="stable"), 10) if len(part)]
    slow = sum(
        (outcome[g].sum() - probability[g].sum()) ** 2
        / (len(g) * fmean(probability[g]) * (1 - fmean(probability[g])))
        for g in groups
    )
    found, freedom, p = hosmer_lemeshow(outcome, probability)
    assert (found, freedom) == (pytest.approx(slow, abs=1e-9), len(groups))
    assert p == pytest.approx(chi2.sf(found, freedom))


def test_hosmer_lemeshow_of_the_fitted_sample_has_two_degrees_less():
    outcome, probability = np.tile([0.0, 1.0], 50), np.linspace(0.2, 0.8, 100)
    outside, inside = (hosmer_lemeshow(outcome, probability, in_sample=told) for told in (False, True))
    assert (outside[1], inside[1]) == (10, 8)
    assert inside[2] < outside[2]


def test_groups_that_expect_too_few_join_their_neighbours():
    # given ten groups of ten that expect 1, 2, ... 10 of the ten bad
    probability = np.repeat(np.arange(1, 11) / 10.0, 10) - 0.001
    outcome = (np.tile(np.arange(10), 10) < np.repeat(np.arange(1, 11), 10)).astype(float)
    assert hosmer_lemeshow(outcome, probability)[1] == 10
    # then 1 to 3 and 4 to 5 join to reach five bad, 6 to 7 to reach five good, which 8 to 10 never do
    joined = np.repeat([0, 1, 2], [30, 20, 50])
    bad, expected, n = (np.bincount(joined, array) for array in (outcome, probability, np.ones(100)))
    slow = ((bad - expected) ** 2 / (expected * (1 - expected / n))).sum()
    assert hosmer_lemeshow(outcome, probability, least_expected=4.9)[:2] == (pytest.approx(slow), 3)
    assert hosmer_lemeshow(outcome, probability, least_expected=1000.0)[1] == 1


def test_of_rare_defaults_only_joined_groups_refuse_as_often_as_they_say():
    rng = np.random.default_rng(9)
    refused = np.zeros(2)
    for _ in range(400):
        probability = rng.beta(0.3, 25, 1500)
        outcome = (rng.random(1500) < probability).astype(float)
        refused += [
            hosmer_lemeshow(outcome, probability, least_expected=least)[2] < 0.05 for least in (0.0, 5.0)
        ]
    assert refused[0] > 38
    assert 6 < refused[1] < 38


def test_certainties_are_right_or_impossible():
    certain = np.array([0.0] * 5 + [1.0] * 5)
    assert hosmer_lemeshow(certain, certain)[0] == 0.0
    assert hosmer_lemeshow(1 - certain, certain)[2] == 0.0


@given(SCORED)
def test_the_parts_add_up_to_the_brier_score(scored):
    outcome, probability = columns(scored)
    parts = brier_decomposition(outcome, probability, bins=4)
    assert parts["brier"] == pytest.approx(fmean((outcome - probability) ** 2))
    # within-bin variance less twice the covariance, from its own definition
    which = equal_bins(probability, 4)
    within = sum(
        sum((p - fmean(probability[which == b])) ** 2 for p in probability[which == b])
        - 2 * sum((y - fmean(outcome[which == b])) * (p - fmean(probability[which == b]))
                  for y, p in zip(outcome[which == b], probability[which == b], strict=True))
        for b in set(which.tolist())
    ) / len(outcome)  # fmt: skip
    assert parts["within_bins"] == pytest.approx(within, abs=1e-9)
    assert min(parts["reliability"], parts["resolution"], parts["uncertainty"]) >= 0.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 12))
def test_bins_are_even_and_in_order(probability, bins):
    which = equal_bins(np.array(probability), bins)
    counts = np.bincount(which)
    assert counts.max() - counts.min() <= 1
    for lower, upper in zip(range(len(counts) - 1), range(1, len(counts)), strict=True):
        assert np.array(probability)[which == lower].max() <= np.array(probability)[which == upper].min()
