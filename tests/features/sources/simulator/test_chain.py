"""The chain of latent health agrees with health that is simulated one buyer at a time."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest

from features.sources.simulator import Knobs
from features.sources.simulator.chain import MONTHS_AHEAD, make_chains, months_to_shock
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


@pytest.mark.parametrize("ahead", [1, 5, 12])
def test_failures_with_a_shock_ahead_are_those_of_a_plain_simulation(ahead: int):
    knobs, runs, (own, moving) = replace(KNOBS, shock_month=1, shock_size=1.5), 3000, (0.6, 0.2)
    rng = random.Random(f"shock {ahead}")  # noqa: S311  (no secret)
    chance = make_chains(knobs)[ahead].fails.at(np.array([own]), np.array([moving]))[0]

    fates = [_year(rng, own, moving, shock=ahead) for _ in range(runs)]

    failed, expected = sum(fate != "pays" for fate in fates), runs * float(chance.sum())
    assert abs(failed - expected) < 4.0 * np.sqrt(expected * (1.0 - expected / runs)) + 2.0
    calm = make_chains(knobs)[0].fails.at(np.array([own]), np.array([moving]))[0]
    assert chance[: ahead - 1] == pytest.approx(calm[: ahead - 1])
    assert chance[ahead - 1] > 3.0 * calm[ahead - 1]


@pytest.mark.parametrize("ahead", [1, 3])
def test_survival_with_a_shock_ahead_ends_with_the_failures_of_its_month(ahead: int):
    chain = make_chains(replace(KNOBS, shock_month=1, shock_size=1.5))[ahead]
    own, moving = np.array([0.3]), np.array([-0.4])
    now = float(failure_hazard(own + moving, KNOBS)[0])

    survives = np.exp(chain.survives.at(own, moving)[0])
    fails = chain.fails.at(own, moving)[0]

    for months in (ahead, ahead + 1, ahead + 2):
        assert survives[months] == pytest.approx((1.0 - now) * (1.0 - fails[: months - 1].sum()), rel=0.01)


def test_a_world_without_a_shock_has_one_chain():
    assert len(make_chains(KNOBS)) == 1
    assert months_to_shock(np.arange(3), None).tolist() == [0, 0, 0]


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


def _year(rng: random.Random, own: float, moving: float, shock: int = 0) -> str:
    """Return 'buyer' or 'left' where a failure comes within a year, else 'pays'."""
    persistence, has_left = KNOBS.health_persistence, False
    for month in range(1, MONTHS_AHEAD + 1):
        step = rng.gauss(0.0, moving_sd(KNOBS) * (1.0 - persistence**2) ** 0.5)
        hit = rng.expovariate(1.0 / KNOBS.hit_size) if rng.random() < KNOBS.hits_a_month else 0.0
        moving = persistence * moving + step - hit - 1.5 * (month == shock)
        seen = 1.0 / (1.0 + math.exp((own + moving - KNOBS.sellers_eye) / 0.35))
        has_left |= rng.random() < KNOBS.leavers_a_month + KNOBS.leavers_in_distress * seen
        if rng.random() < min(
            KNOBS.largest_hazard, AT_ZERO * math.exp(-KNOBS.failure_slope * (own + moving))
        ):
            return "left" if has_left else "buyer"
    return "pays"
