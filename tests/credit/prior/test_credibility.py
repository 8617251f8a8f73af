from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import beta

from credit.prior.credibility import PRIOR_STRENGTH, credibility, shift_to_rate
from features.errors import InputError


@pytest.mark.parametrize(
    ("defaults", "subjects", "expected", "rate", "weight"),
    [
        # k = 4, a = 4, b = 4 (n - E) / E; rate = (4 + d) / (4 + b + n)
        (0, 200, 2.0, 4 / 600, 4 / 6),
        (0, 2_000, 20.0, 4 / 2_400, 4 / 24),
        (5, 400, 4.0, 9 / 800, 1 / 2),
        (5, 2_000, 40.0, 9 / 2_200, 1 / 11),
        (59, 3_000, 36.0, 63 * 9 / 30_000, 1 / 10),
        (59, 1_000, 6.0, 63 * 0.6 / 1_000, 4 / 10),
    ],
)
def test_rate_and_weight_are_those_worked_out_by_hand(defaults, subjects, expected, rate, weight):
    own = credibility(defaults, subjects, expected, strength=4.0)

    assert own.rate == pytest.approx(rate, rel=1e-12)
    assert own.prior_weight == pytest.approx(weight, rel=1e-12)


def test_the_shift_is_the_difference_of_log_odds():
    assert credibility(0, 400, 4.0, strength=4.0).shift == pytest.approx(
        np.log(0.005 / 0.995 / (0.01 / 0.99))
    )


def test_as_many_defaults_as_expected_leave_the_level():
    assert credibility(5, 500, 5.0).shift == pytest.approx(0, abs=1e-12)


def test_the_interval_is_that_of_the_posterior():
    own = credibility(5, 400, 4.0, strength=4.0)

    assert own.low == pytest.approx(beta(9, 4 * 99 + 395).ppf(0.05))
    assert own.high == pytest.approx(beta(9, 4 * 99 + 395).ppf(0.95))


@given(
    st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.001, 0.5),
    st.floats(0.5, 20),
)
def test_the_rate_lies_between_the_priors_and_the_observed_one(counts, prior_rate, strength):
    defaults, subjects = counts
    own = credibility(defaults, subjects, prior_rate * subjects, strength=strength)
    low, high = sorted([prior_rate, defaults / subjects])

    assert low - 1e-9 <= own.rate <= high + 1e-9
    assert 0 < own.prior_weight < 1
    assert 0 <= own.low < own.high <= 1
    assert own.shift * (defaults - prior_rate * subjects) >= -1e-6


def test_more_experience_leaves_less_to_the_prior():
    weights = [credibility(n // 100, n, n / 100).prior_weight for n in (100, 1_000, 10_000)]

    assert weights == sorted(weights, reverse=True)
    assert weights[0] == pytest.approx(PRIOR_STRENGTH / (PRIOR_STRENGTH + 1))


@given(st.lists(st.floats(-9, 3), min_size=1, max_size=30), st.floats(1e-4, 0.6))
def test_a_shift_leads_to_the_rate(log_odds, rate):
    log_odds = np.array(log_odds)

    assert expit(log_odds + shift_to_rate(log_odds, rate)).mean() == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize(
    ("defaults", "subjects", "expected", "strength"),
    [
        (3, 2, 0.5, 4.0),
        (-1, 2, 0.5, 4.0),
        (0, 0, 0.5, 4.0),
        (0, 2, 0.0, 4.0),
        (0, 2, 2.0, 4.0),
        (0, 2, 0.5, 0.0),
        (0, 2, float("nan"), 4.0),
        (0, 2, 0.5, float("nan")),
    ],
)
def test_counts_that_do_not_fit_are_refused(defaults, subjects, expected, strength):
    with pytest.raises(InputError):
        credibility(defaults, subjects, expected, strength=strength)
