from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from features.errors import Refused
from training.calibration import Staged, calibrate, platt


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


def staged(level: dict[int, float], own: dict[int, int], copies: dict[int, int]) -> Staged:
    """Margins that are log-odds already, but for what each state adds."""
    rng = np.random.default_rng(3)
    parts = []
    for is_copy, sizes in ((False, own), (True, copies)):
        for state, n in sizes.items():
            raw = rng.normal(-1, 1, n)
            bad = (rng.random(n) < expit(raw + level[state])).astype(float)
            parts.append((raw, bad, np.full(n, state), np.full(n, is_copy)))
    return Staged(*map(np.concatenate, zip(*parts, strict=True)))


BOTH = ("payments", "accounts")


def test_each_state_has_the_level_of_its_own_subjects():
    told = staged({0: 0.0, 1: 0.4, 3: 1.0}, {0: 30_000, 1: 30_000, 3: 30_000}, {3: 30_000})
    found = calibrate(told, BOTH, None)
    assert found.states["payments_and_accounts"] == 0.0
    assert found.states["payments"] == pytest.approx(0.4, abs=0.06)
    assert found.states["profile"] == pytest.approx(1.0, abs=0.06)
    assert "accounts" not in found.states


def test_a_state_of_copies_only_has_the_level_of_the_copies():
    told = staged({0: 0.0, 3: 0.7}, {0: 30_000}, {3: 30_000})
    assert calibrate(told, BOTH, None).states["profile"] == pytest.approx(0.7, abs=0.06)


def test_a_state_with_few_bad_outcomes_stays_near_the_one_above():
    told = staged({0: 0.0, 1: 3.0}, {0: 30_000, 1: 6}, {})
    assert 0.0 <= calibrate(told, BOTH, None).states["payments"] < 1.0


@given(
    levels=st.lists(st.floats(-2, 2), min_size=4, max_size=4),
    sizes=st.lists(st.integers(0, 400), min_size=4, max_size=4),
)
def test_knowing_less_never_makes_a_buyer_look_better(levels, sizes):
    own = {0: 2000, **{state: n for state, n in enumerate(sizes) if state and n}}
    found = calibrate(staged(dict(enumerate(levels)), own, {3: 50}), BOTH, None).states
    order = [("payments_and_accounts", "payments"), ("payments_and_accounts", "accounts"),
             ("payments", "profile"), ("accounts", "profile")]  # fmt: skip
    for more, less in order:
        if more in found and less in found:
            assert found[more] <= found[less]
    assert min(found.values()) == 0.0


def test_a_source_that_the_model_does_not_use_makes_no_difference():
    told = staged({0: 0.0, 1: 0.0, 2: 0.8, 3: 0.8}, {0: 9000, 1: 9000, 2: 9000, 3: 9000}, {})
    found = calibrate(told, ("payments",), None).states
    assert found["payments"] == found["payments_and_accounts"] == 0.0
    assert found["accounts"] == found["profile"] == pytest.approx(0.8, abs=0.1)


def test_few_bad_outcomes_draw_the_slope_towards_one():
    raw, outcome = made(1.6, -3.5, 800)
    few = platt(raw, outcome, None)
    weight = few.events / (few.events + 25)
    assert few.events < 60
    assert few.slope == pytest.approx(weight * few.fitted_slope + 1 - weight)
    probability = 1 / (1 + np.exp(-(few.slope * raw + few.intercept)))
    assert probability.mean() == pytest.approx(outcome.mean(), abs=1e-9)
