from __future__ import annotations

import numpy as np

from training.differences import strongest_differences, with_differences


def made(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Columns of which the second and the fifth are the same number where the outcome is good."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(800, 6))
    outcome = (rng.random(800) < 0.3).astype(float)
    values[:, 4] = values[:, 1] + 0.01 * rng.normal(size=800) * outcome
    values[rng.random(values.shape) < 0.02] = np.nan
    return values, outcome


def test_what_two_columns_tell_together_only_is_found_first():
    values, outcome = made()
    pairs = strongest_differences(values, outcome, 7, keep=3)
    assert pairs[0] == (1, 4)
    assert len(pairs) <= 3
    assert pairs == strongest_differences(values, outcome, 7, keep=3)


def test_differences_follow_the_columns_and_are_missing_where_one_of_both_is():
    values, _ = made()
    found = with_differences(values, [(1, 4), (0, 2)])
    np.testing.assert_array_equal(found[:, :6], values)
    np.testing.assert_array_equal(found[:, 6], values[:, 1] - values[:, 4])
    assert np.isnan(found[np.isnan(values[:, 2]), 7]).all()
    assert with_differences(values, []) is values


def test_an_outcome_that_nothing_tells_of_keeps_no_more_than_asked():
    values, _ = made()
    assert strongest_differences(values, np.zeros(800), 7) == []
