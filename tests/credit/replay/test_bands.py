"""Bands of measures by draws of whole buyers."""

from __future__ import annotations

import numpy as np
import pytest

from credit.replay.bands import FEWEST_BUYERS, banded


def test_a_policy_against_itself_differs_by_nothing_in_every_draw():
    # given skewed sums of fifty buyers
    part, whole = np.arange(50.0) ** 3, np.arange(50.0) ** 3 + 7.0
    # when both policies are the same
    found = banded({"share": (part, whole)}, {"share": (part, whole)})["share"]
    # then the paired difference has no width, although each has a band
    assert found["difference"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert found["a"]["low"] < found["a"]["value"] < found["a"]["high"]


def test_the_band_of_a_sum_is_as_wide_as_theory_says():
    # given independent buyers with a known spread
    rng = np.random.default_rng(1)
    sums = rng.normal(10.0, 2.0, 900)
    found = banded({"sold": (sums, None)}, {"sold": (sums, None)})["sold"]["a"]
    # then the band is near 2 x 1.96 standard errors of the sum
    expected = 2 * 1.96 * sums.std() * np.sqrt(900)
    assert found["high"] - found["low"] == pytest.approx(expected, rel=0.15)


def test_one_large_buyer_widens_the_band():
    even, skewed = np.full(100, 10.0), np.r_[np.zeros(99), 1000.0]
    found = banded({"sold": (skewed, None)}, {"sold": (even, None)})["sold"]
    assert found["b"]["low"] == found["b"]["high"] == 1000.0
    assert found["a"]["low"] == 0.0
    assert found["a"]["high"] >= 2000.0


@pytest.mark.parametrize("buyers", [0, FEWEST_BUYERS - 1])
def test_too_few_buyers_have_a_value_and_no_band(buyers: int):
    sums = np.ones(buyers)
    found = banded({"sold": (sums, None)}, {"sold": (sums, None)})["sold"]["a"]
    assert found == {"value": float(buyers), "low": None, "high": None}


def test_a_share_of_nothing_cannot_be_said():
    nothing = np.zeros(20)
    found = banded({"share": (nothing, nothing)}, {"share": (nothing, nothing)})["share"]
    assert found["a"] == found["difference"] == {"value": None, "low": None, "high": None}
