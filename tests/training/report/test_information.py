from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.report.information import BINS, bins_of, information_value

VALUES = arrays(np.float64, 60, elements=st.sampled_from([math.nan, -2.0, 0.0, 0.5, 1.0, 3.0, 9.0, 1e9]))
OUTCOMES = arrays(np.float64, 60, elements=st.sampled_from([0.0, 1.0]))


def slow_information_value(values: np.ndarray, outcome: np.ndarray, bins: list[dict]) -> float:
    """Count every bin by itself and add its term."""
    counts = []
    for row in bins:
        low = -math.inf if row["low"] is None else row["low"]
        high = math.inf if row["high"] is None else row["high"]
        inside = [
            outcome[i] for i in range(len(values))
            if (math.isnan(values[i]) if row["is_missing"] else low < values[i] <= high)
        ]  # fmt: skip
        counts.append((inside.count(0.0) + 0.5, inside.count(1.0) + 0.5))
    good, bad = (sum(column) for column in zip(*counts, strict=True))
    return sum((g / good - b / bad) * math.log((g / good) / (b / bad)) for g, b in counts)


@given(VALUES, OUTCOMES)
def test_information_value_is_that_of_counting_bin_by_bin(values, outcome):
    bins = bins_of(values, outcome)
    found = information_value(bins)
    if 0 < outcome.sum() < len(outcome):
        assert found == pytest.approx(slow_information_value(values, outcome, bins), abs=1e-12)
        assert found >= 0
    else:
        assert found is None


@given(VALUES, OUTCOMES)
def test_bins_hold_every_subject_once(values, outcome):
    bins = bins_of(values, outcome)
    assert sum(row["n"] for row in bins) == len(values)
    assert sum(row["bad"] for row in bins) == outcome.sum()
    assert sum(row["share"] for row in bins) == pytest.approx(1.0)
    assert len(bins) <= BINS + 1
    assert all(math.isfinite(row["weight_of_evidence"]) for row in bins)
    assert [row["is_missing"] for row in bins].count(True) == int(np.isnan(values).any())


def test_a_feature_that_knows_the_outcome_has_far_more_than_one_that_does_not():
    rng = np.random.default_rng(3)
    outcome = (rng.random(2000) < 0.2).astype(float)
    knows, guesses = outcome + rng.normal(0, 0.3, 2000), rng.random(2000)
    assert information_value(bins_of(knows, outcome)) > 2.0
    assert information_value(bins_of(guesses, outcome)) < 0.1


def test_bins_are_about_equal_in_frequency():
    values = np.random.default_rng(1).normal(size=1000)
    assert [row["n"] for row in bins_of(values, np.zeros(1000))] == [100] * 10
