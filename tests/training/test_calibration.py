from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from credit.spec import Calibration
from credit.states import STATES
from features.errors import Refused
from training.calibration import Level, calibrate
from training.staged import Staged

BOTH = ("payments", "accounts")


def made(slope: float, intercept: float, n: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    raw = rng.normal(-1, 1, n)
    return raw, (rng.random(n) < 1 / (1 + np.exp(-(slope * raw + intercept)))).astype(float)


def fitted(raw: np.ndarray, outcome: np.ndarray, rate: float | None) -> Calibration:
    """Calibrate margins of one fold that learned from the rate that is expected."""
    zeros = np.zeros(len(raw), int)
    told = Staged(raw, outcome, zeros, zeros.astype(bool), zeros)
    mean = float(np.clip(outcome.mean(), 0.01, 0.99))
    return calibrate(told, Level(np.array([mean]), mean), BOTH, rate)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.6, -0.8), (1.7, 0.5)])
def test_the_line_that_was_made_is_found(slope, intercept):
    found = fitted(*made(slope, intercept), None)
    assert (found.slope, found.intercept) == pytest.approx((slope, intercept), abs=0.06)
    assert (found.prior_shift, found.population_rate) == (0.0, None)


def test_calibrated_probabilities_have_the_samples_rate():
    raw, outcome = made(1.2, -0.4)
    found = fitted(raw, outcome, None)
    probability = 1 / (1 + np.exp(-(found.slope * raw + found.intercept)))
    assert probability.mean() == pytest.approx(outcome.mean(), abs=1e-6)
    assert found.sample_rate == pytest.approx(outcome.mean())


@given(rate=st.floats(0.001, 0.5))
def test_the_shift_leads_from_the_samples_odds_to_the_populations(rate):
    raw, outcome = made(1.0, 0.0, 400)
    found = fitted(raw, outcome, rate)
    sample = found.sample_rate
    odds = sample / (1 - sample) * np.exp(found.prior_shift)
    assert odds / (1 + odds) == pytest.approx(rate, rel=1e-9)
    assert found.slope == fitted(raw, outcome, None).slope


def test_a_model_that_ranks_the_wrong_way_is_refused():
    raw, outcome = made(1.0, 0.0)
    with pytest.raises(Refused, match="slope above 0"):
        fitted(-raw, outcome, None)


@pytest.mark.parametrize("outcome", [np.zeros(10), np.ones(10)])
def test_one_outcome_alone_is_refused(outcome):
    with pytest.raises(Refused):
        fitted(np.linspace(-1, 1, 10), outcome, None)


def test_margins_that_do_not_vary_are_refused():
    with pytest.raises(Refused):
        fitted(np.zeros(10), np.array([0.0, 1.0] * 5), None)


def staged(level: dict[int, float], own: dict[int, int], copies: dict[int, int]) -> Staged:
    """Margins that are log-odds already, but for what each state adds."""
    rng = np.random.default_rng(3)
    parts = []
    for is_copy, sizes in ((False, own), (True, copies)):
        for state, n in sizes.items():
            raw = rng.normal(-1, 1, n)
            bad = (rng.random(n) < expit(raw + level[state])).astype(float)
            parts.append((raw, bad, np.full(n, state), np.full(n, is_copy), np.zeros(n, int)))
    return Staged(*map(np.concatenate, zip(*parts, strict=True)))


def states(told: Staged, sources: tuple[str, ...] = BOTH) -> dict:
    return dict(calibrate(told, Level(np.array([0.2]), 0.2), sources, None).states)


def test_each_state_has_the_level_of_its_own_subjects():
    told = staged({0: 0.0, 1: 0.4, 3: 1.0}, {0: 30_000, 1: 30_000, 3: 30_000}, {3: 30_000})
    found = states(told)
    assert found["payments_and_accounts"] == 0.0
    assert found["payments"] == pytest.approx(0.4, abs=0.06)
    assert found["profile"] == pytest.approx(1.0, abs=0.06)
    assert "accounts" not in found


def test_a_state_of_copies_only_has_the_level_of_the_copies():
    told = staged({0: 0.0, 3: 0.7}, {0: 30_000}, {3: 30_000})
    assert states(told)["profile"] == pytest.approx(0.7, abs=0.06)


def test_a_state_with_few_bad_outcomes_stays_near_the_one_above():
    told = staged({0: 0.0, 1: 3.0}, {0: 30_000, 1: 6}, {})
    assert 0.0 <= states(told)["payments"] < 1.0


@pytest.mark.parametrize("levels", [{0: 0.0, 1: -1.5, 3: 0.5}, {0: -2.5, 1: 1.5, 3: 0.0}])
def test_the_mean_is_the_expected_rate_also_where_states_are_drawn_or_held_up(levels):
    # given a state that looks better than the fullest one, or one with too few bad outcomes to stand alone
    told = staged(levels, {0: 300, 1: 2000, 3: 60}, {0: 300, 3: 300})
    found = calibrate(told, Level(np.array([0.2]), 0.2), BOTH, None)
    names = np.array(STATES)[told.state[told.own]]
    log_odds = found.slope * told.raw[told.own] + found.intercept + [found.states[name] for name in names]
    assert expit(log_odds).mean() == pytest.approx(0.2, abs=1e-9)


@given(
    levels=st.lists(st.floats(-2, 2), min_size=4, max_size=4),
    sizes=st.lists(st.integers(0, 400), min_size=4, max_size=4),
)
def test_knowing_less_never_makes_a_buyer_look_better(levels, sizes):
    own = {0: 2000, **{state: n for state, n in enumerate(sizes) if state and n}}
    found = states(staged(dict(enumerate(levels)), own, {3: 50}))
    order = [("payments_and_accounts", "payments"), ("payments_and_accounts", "accounts"),
             ("payments", "profile"), ("accounts", "profile")]  # fmt: skip
    for more, less in order:
        if more in found and less in found:
            assert found[more] <= found[less]
    assert min(found.values()) == 0.0


def test_a_source_that_the_model_does_not_use_makes_no_difference():
    told = staged({0: 0.0, 1: 0.0, 2: 0.8, 3: 0.8}, {0: 9000, 1: 9000, 2: 9000, 3: 9000}, {})
    found = states(told, ("payments",))
    assert found["payments"] == found["payments_and_accounts"] == 0.0
    assert found["accounts"] == found["profile"] == pytest.approx(0.8, abs=0.1)


def test_few_bad_outcomes_draw_the_slope_towards_one():
    raw, outcome = made(1.6, -3.5, 800)
    few = fitted(raw, outcome, None)
    weight = few.events / (few.events + 25)
    assert few.events < 60
    assert few.slope == pytest.approx(weight * few.fitted_slope + 1 - weight)
    probability = 1 / (1 + np.exp(-(few.slope * raw + few.intercept)))
    assert probability.mean() == pytest.approx(outcome.mean(), abs=1e-9)


def test_an_outcome_that_is_told_twelve_times_is_one():
    raw, outcome = made(1.6, -3.5, 800)
    times, zeros = np.repeat(np.arange(800), 12), np.zeros(9600, int)
    rows = (raw[times], outcome[times], zeros, zeros.astype(bool), zeros)
    rate = Level(np.array([outcome.mean()]), float(outcome.mean()))
    once = fitted(raw, outcome, None)
    again = calibrate(Staged(*rows, buyer=times), rate, BOTH, None)
    assert again.slope == pytest.approx(once.slope, abs=1e-6)
    assert again.slope < calibrate(Staged(*rows), rate, BOTH, None).slope - 0.1


def test_a_rate_that_moved_since_a_folds_training_moves_no_slope_and_is_not_counted_twice():
    # given two folds that learned from rates of 5 and 10 %, and predicted times with 10 and 20 %
    rng = np.random.default_rng(8)
    parts = []
    for fold, (learned, met) in enumerate([(0.05, 0.10), (0.10, 0.20)]):
        health = rng.normal(0, 1, 40_000)
        bad = (rng.random(len(health)) < expit(logit(met) + health)).astype(float)
        parts.append((logit(learned) + health, bad, np.full(len(health), fold)))
    raw, outcome, fold = map(np.concatenate, zip(*parts, strict=True))
    zeros = np.zeros(len(raw), int)
    told = Staged(raw, outcome, zeros, zeros.astype(bool), fold)
    # when the model learns from all, in which 15 % were bad
    found = calibrate(told, Level(np.array([0.05, 0.10]), 0.15), BOTH, None)
    # then its own margins have that rate on the mean
    assert found.slope == pytest.approx(1.0, abs=0.04)
    own = logit(0.15) + rng.normal(0, 1, 40_000)
    assert expit(found.slope * own + found.intercept).mean() == pytest.approx(0.15, abs=0.005)
