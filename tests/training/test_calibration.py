from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import Refused
from training.calibration import platt


def made(slope: float, intercept: float, n: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    raw = rng.normal(-1, 1, n)
    return raw, (rng.random(n) < 1 / (1 + np.exp(-(slope * raw + intercept)))).astype(float)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.6, -0.8), (1.7, 0.5)])
def test_platt_finds_the_line_that_was_made(slope, intercept):
    found = platt(*made(slope, intercept), None)
    assert (found.slope, found.intercept) == pytest.approx((slope, intercept), abs=0.06)
    assert (found.prior_shift, found.population_rate) == (0.0, None)


def test_calibrated_probabilities_have_the_samples_rate():
    raw, outcome = made(1.2, -0.4)
    found = platt(raw, outcome, None)
    probability = 1 / (1 + np.exp(-(found.slope * raw + found.intercept)))
    assert probability.mean() == pytest.approx(outcome.mean(), abs=1e-6)
    assert found.sample_rate == outcome.mean()


@given(rate=st.floats(0.001, 0.5))
def test_the_shift_leads_from_the_samples_odds_to_the_populations(rate):
    raw, outcome = made(1.0, 0.0, 400)
    found = platt(raw, outcome, rate)
    sample = found.sample_rate
    odds = sample / (1 - sample) * np.exp(found.prior_shift)
    assert odds / (1 + odds) == pytest.approx(rate, rel=1e-9)
    assert found.slope == platt(raw, outcome, None).slope


def test_a_model_that_ranks_the_wrong_way_is_refused():
    raw, outcome = made(1.0, 0.0)
    with pytest.raises(Refused, match="slope above 0"):
        platt(-raw, outcome, None)


@pytest.mark.parametrize("outcome", [np.zeros(10), np.ones(10)])
def test_one_outcome_alone_is_refused(outcome):
    with pytest.raises(Refused):
        platt(np.linspace(-1, 1, 10), outcome, None)


def test_margins_that_do_not_vary_are_refused():
    with pytest.raises(Refused):
        platt(np.zeros(10), np.array([0.0, 1.0] * 5), None)
