"""The highest exposure of a span of days is that of the days one by one."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.engine.axis import EXPOSURE, Rules, evaluate, most_owed, new_axis, new_axis_room

RULES = Rules(500.0, 0.01, 90, 90)


def axis_of(changes, rates):
    axis, _ = new_axis(len(changes) + 1, 1, new_axis_room(8))
    axis.delta[1:, 0, EXPOSURE] = changes
    axis.rate[1:, 0] = rates
    return axis


@given(st.integers(1, 150), st.integers(0, 2**32 - 1), st.booleans(), st.data())
def test_the_peak_of_days_is_that_of_each(last, seed, lacks_rates, data):
    rng = np.random.default_rng(seed)
    changes = rng.integers(-900, 1000, last)
    rates = rng.choice([0.5, 1.0, math.nan], last, p=[0.5, 0.49, 0.01] if lacks_rates else [0.5, 0.5, 0.0])
    axis, cut = axis_of(changes, rates), data.draw(st.integers(1, last))
    evaluate(axis, 1, cut, RULES)
    # Reason: what is told in two goes, the second from a day that was told before, must be the same.
    evaluate(axis, data.draw(st.integers(1, cut)), last, RULES)
    first = data.draw(st.integers(1, last))
    owed = [
        0.0 if total == 0 else total * rate for total, rate in zip(np.cumsum(changes), rates, strict=True)
    ]
    expected = math.nan if any(map(math.isnan, owed[first - 1 :])) else max(0.0, *owed[first - 1 :])
    np.testing.assert_equal(most_owed(axis, first, last), expected)
