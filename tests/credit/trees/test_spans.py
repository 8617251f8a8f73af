"""Rows of a subject that share their first features score as they do one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.trees import Trees
from tests.credit.trees.boosters import random_booster


def spans(values: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return fixed features, moving ones and where subjects begin; some have no row, some many."""
    rng = np.random.default_rng(seed)
    shared, subjects = int(rng.integers(0, values.shape[1] + 1)), int(rng.integers(1, 6))
    starts = np.concatenate([[0], np.cumsum(rng.integers(0, 140, subjects))])
    fixed = values[rng.integers(0, len(values), subjects)][:, :shared]
    moving = values[rng.integers(0, len(values), starts[-1])][:, shared:]
    return fixed, np.ascontiguousarray(moving.T), starts


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_scores_of_spans_are_those_of_rows_to_the_last_bit(seed):
    booster, values = random_booster(seed)
    trees = Trees.from_booster_text(booster.model_to_string())
    fixed, moving, starts = spans(values, seed)
    subject = np.repeat(np.arange(len(fixed)), np.diff(starts))
    expected = trees.raw(np.hstack([fixed[subject], moving.T]))
    assert trees.raw_of_spans(fixed, moving, starts).tobytes() == expected.tobytes()


def test_threads_change_no_bit():
    booster, values = random_booster(5)
    trees = Trees.from_booster_text(booster.model_to_string())
    starts, rng = np.arange(0, 903, 3), np.random.default_rng(5)
    fixed = values[rng.integers(0, len(values), 300)][:, :1]
    moving = np.ascontiguousarray(values[rng.integers(0, len(values), 900)][:, 1:].T)
    one, two = (trees.raw_of_spans(fixed, moving, starts, threads) for threads in (1, 2))
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize(
    ("fixed", "moving", "starts"),
    [
        (1, 0, [0, 2]),
        (0, 1, [0, 1]),
        (0, 0, [0, 3]),
        (0, 0, [1, 2]),
        (0, 0, [0, 1, 2]),
        (0, 0, [2, 2]),
    ],
)
def test_other_shapes_are_refused(fixed, moving, starts):
    booster, values = random_booster(7)
    trees, shared = Trees.from_booster_text(booster.model_to_string()), values.shape[1] - 1
    with pytest.raises(ValueError, match="expected"):
        trees.raw_of_spans(
            np.zeros((1, shared + fixed)), np.zeros((1 + moving, 2)), np.array(starts, np.int64)
        )
