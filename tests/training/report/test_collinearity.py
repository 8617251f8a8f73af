from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from training.report.collinearity import closest, variance_inflation


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    rng = np.random.default_rng(5)
    free = rng.normal(size=(400, 4))
    near = free[:, 0] + 0.2 * rng.normal(size=400)
    inputs = np.column_stack([free, near, free[:, 1] + free[:, 2], np.full(400, 7.0)])
    inputs[rng.random(inputs.shape) < 0.05] = np.nan
    inputs[:, 6] = 7.0
    return inputs


def filled(inputs: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(inputs), np.nanmedian(inputs, axis=0), inputs)


def slow_inflation(inputs: np.ndarray, place: int) -> float:
    """Regress one column on all the others."""
    x = filled(inputs)
    others = np.column_stack([np.ones(len(x)), np.delete(x, place, axis=1)])
    told = others @ np.linalg.lstsq(others, x[:, place], rcond=None)[0]
    gap = ((x[:, place] - told) ** 2).sum() / ((x[:, place] - x[:, place].mean()) ** 2).sum()
    return 1 / gap


def test_inflation_is_that_of_regressions_on_all_other_features(inputs):
    found = variance_inflation(inputs)
    assert found[6] is None
    for place in range(6):
        assert found[place] == pytest.approx(slow_inflation(inputs[:, :6], place), rel=1e-8)
    assert found[0] > 5


def test_what_follows_exactly_from_others_has_none_and_does_not_touch_the_rest(inputs):
    doubled = np.column_stack([inputs, 3 * filled(inputs)[:, 3] - 1])
    found = variance_inflation(doubled)
    assert found[3] is None
    assert found[7] is None
    assert found[:3] == pytest.approx(variance_inflation(inputs)[:3], rel=1e-6)


def test_closest_is_the_largest_rank_correlation(inputs):
    told = closest(inputs)
    ranks = np.abs(spearmanr(filled(inputs)[:, :6]).statistic)
    np.fill_diagonal(ranks, 0)
    for place in range(6):
        other, value = told[place]
        assert other == ranks[place].argmax()
        assert abs(value) == pytest.approx(ranks[place].max(), abs=1e-12)
    assert told[6] is None


def test_a_column_without_any_value_is_told_nothing_of():
    inputs = np.column_stack([np.arange(5.0), np.arange(5.0)[::-1], np.full(5, np.nan)])
    assert variance_inflation(inputs)[2] is None
    assert closest(inputs)[2] is None
