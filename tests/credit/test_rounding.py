from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.rounding import add_up, floor_to_step

PARTS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)
AMOUNTS = st.floats(0, 1e12)
STEPS = st.sampled_from([1, 10, 50, 250, 1000, 2500, 5000, 100_000])


@given(PARTS)
def test_rounded_parts_add_up_and_stay_within_one(parts):
    rounded = add_up(parts)

    assert sum(rounded) == round(math.fsum(parts))
    assert all(abs(whole - part) <= 1.0 for whole, part in zip(rounded, parts, strict=True))


def test_integers_stay_as_they_are():
    assert add_up([3.0, -2.0, 600.0]) == [3, -2, 600]


def test_a_total_out_of_reach_is_refused():
    with pytest.raises(ValueError, match="too far"):
        add_up([1.0, 2.0], total=10)


@given(AMOUNTS, STEPS)
def test_a_limit_is_never_lifted_and_loses_at_most_a_hundredth(amount, step):
    floored = floor_to_step(amount, step)

    assert floored <= amount
    assert amount - floored <= max(1.0, amount / 100.0)


@given(AMOUNTS, AMOUNTS, STEPS)
def test_a_larger_amount_never_gives_a_smaller_limit(one, other, step):
    small, large = sorted((one, other))

    assert floor_to_step(small, step) <= floor_to_step(large, step)


def test_the_worked_example_is_floored_to_thousands():
    # domain reference 2.10: 208,333 suggests 208,000
    assert floor_to_step(208333.3333333333, 1000) == 208_000
    assert floor_to_step(-5.0, 1000) == 0.0
