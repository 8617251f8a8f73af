"""The chain of latent health agrees with health that is simulated one buyer at a time."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from features.sources.simulator import Knobs
from features.sources.simulator.chain import MONTHS_AHEAD, make_chains
from features.sources.simulator.fates import failure_hazard
from features.sources.simulator.health import moving_sd

KNOBS = Knobs(failures_a_year=0.05)
AT_ZERO = float(failure_hazard(np.zeros(1), KNOBS)[0])


@pytest.mark.parametrize(("own", "moving"), [(0.8, 0.0), (0.0, -1.0), (-0.5, -1.5), (1.5, -0.5)])
def test_failures_in_a_year_are_those_of_a_plain_simulation(own: float, moving: float):
    rng = random.Random(f"{own} {moving}")  # noqa: S311  (no secret)
    runs = 3000
    expected = make_chains(KNOBS)[0]
    point = (np.array([own]), np.array([moving]))

    fates = [_year(rng, own, moving) for _ in range(runs)]

    for table, kinds in ((expected.fails, ("left", "buyer")), (expected.fails_as_buyer, ("buyer",))):
        chance = float(table.at(*point).sum())
        failed = sum(fate in kinds for fate in fates)
        sd = np.sqrt(runs * chance * (1.0 - chance))
        assert abs(failed - runs * chance) < 4.0 * sd + 2.0


def test_survival_and_failure_in_the_first_months_add_up():
    chain = make_chains(KNOBS)[0]
    own, moving = np.array([0.3]), np.array([-0.4])
    now = float(failure_hazard(own + moving, KNOBS)[0])

    survives = np.exp(chain.survives.at(own, moving)[0])
    fails = chain.fails.at(own, moving)[0]

    assert survives[0] == pytest.approx(1.0)
    assert survives[1] == pytest.approx(1.0 - now, rel=0.01)
    # Reason: survival counts the present month, the failures begin with the next.
    assert survives[3] == pytest.approx((1.0 - now) * (1.0 - fails[0] - fails[1]), rel=0.01)


def test_without_failures_nobody_fails():
    chain = make_chains(Knobs(failures_a_year=0.0))[0]

    assert float(chain.fails.values.max()) == 0.0


def _year(rng: random.Random, own: float, moving: float) -> str:
    """Return 'buyer' or 'left' where a failure comes within a year, else 'pays'."""
    persistence, has_left = KNOBS.health_persistence, False
    for _ in range(MONTHS_AHEAD):
        step = rng.gauss(0.0, moving_sd(KNOBS) * (1.0 - persistence**2) ** 0.5)
        hit = rng.expovariate(1.0 / KNOBS.hit_size) if rng.random() < KNOBS.hits_a_month else 0.0
        moving = persistence * moving + step - hit
        seen = 1.0 / (1.0 + math.exp((own + moving - KNOBS.sellers_eye) / 0.35))
        has_left |= rng.random() < KNOBS.leavers_a_month + KNOBS.leavers_in_distress * seen
        if rng.random() < min(
            KNOBS.largest_hazard, AT_ZERO * math.exp(-KNOBS.failure_slope * (own + moving))
        ):
            return "left" if has_left else "buyer"
    return "pays"
