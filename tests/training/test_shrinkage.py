from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from training.shrinkage import shrunk_slope


def made(n: int, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-3, 1.5, n)
    return log_odds, (rng.random(n) < expit(slope * log_odds + 3 * (slope - 1))).astype(float)


@pytest.mark.parametrize("slope", [0.6, 1.0, 1.4])
def test_many_outcomes_decide_the_slope(slope):
    log_odds, outcome = made(30_000, slope)

    assert shrunk_slope(log_odds, outcome, outcome.mean()) == pytest.approx(slope, abs=0.06)


def test_few_outcomes_move_it_part_of_the_way():
    log_odds, outcome = made(300, 0.5)
    bold, shrunk = (shrunk_slope(log_odds, outcome, outcome.mean(), sd=sd) for sd in (100.0, 0.25))

    assert bold < shrunk < 1


def test_without_a_default_it_stays():
    log_odds, _ = made(500, 1.0)

    assert shrunk_slope(log_odds, np.zeros(500), 0.005) == pytest.approx(1.0, abs=0.05)


def test_a_prior_that_is_sure_of_itself_stays():
    log_odds, outcome = made(3_000, 0.5)

    assert shrunk_slope(log_odds, outcome, outcome.mean(), sd=1e-4) == pytest.approx(1.0, abs=1e-3)


def test_log_odds_that_do_not_vary_have_no_slope():
    assert shrunk_slope(np.full(9, -3.0), np.zeros(9), 0.02) == 1.0


def test_a_prior_that_ranks_the_wrong_way_is_flattened_and_never_turned_round():
    log_odds, outcome = made(30_000, -1.0)

    assert shrunk_slope(log_odds, outcome, outcome.mean()) == pytest.approx(0.2, abs=1e-3)
