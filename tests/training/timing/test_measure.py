from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.timing.baselines import own_median_delay
from training.timing.brier import brier_by_subject, censoring_survival
from training.timing.measure import cluster_mean, concordance, is_covered, is_mature


@pytest.mark.parametrize(
    ("day", "low", "high", "covered"),
    [(3, 3, 9, True), (9, 3, 9, True), (10, 3, 9, False), (2, 3, 9, False), (np.inf, 3, np.nan, True),
     (np.inf, 3, 80, False), (np.inf, 3, 200, True), (np.inf, 200, np.nan, True), (40, 3, np.nan, True)],
)  # fmt: skip
def test_days_after_the_measured_ones_count_as_one(day, low, high, covered):
    told = pd.DataFrame({"day": [float(day)], "low": [float(low)], "high": [float(high)]})
    assert is_covered(told).tolist() == [covered]


def test_a_subject_is_mature_when_its_days_have_ended_whatever_became_of_it():
    told = pd.DataFrame(
        {"due_day": [100, 100, 100], "seen_day": [190, 189, 190], "closed_day": [95, 95, np.inf]}
    )
    assert is_mature(told).tolist() == [True, False, True]


def test_the_own_median_takes_what_was_known_then():
    delays = pd.DataFrame({"buyer_id": ["A", "A", "A", "B"], "days_late": [0.0, 10.0, 40.0, 7.0],
                           "known_day": [100, 110, 120, 90]})  # fmt: skip
    asked = pd.DataFrame({"buyer_id": ["A", "A", "A", "B", "C"], "as_of_day": [99, 110, 125, 100, 125]})
    # then A had paid nothing on day 99, when B's 7 days are all that is known; C never paid
    assert own_median_delay(asked, delays).tolist() == [7.0, 5.0, 10.0, 7.0, 7.0]
    assert own_median_delay(asked, delays[:0]).tolist() == [0.0] * 5


def test_a_mean_draws_whole_buyers():
    # given buyers whose invoices are all alike
    buyer = np.repeat([f"B{number}" for number in range(20)], 50)
    values = np.repeat(np.arange(20) % 2, 50).astype(float)
    told = cluster_mean(values, buyer)
    assert told["value"] == 0.5
    # then the interval is that of twenty draws, not of a thousand
    assert 0.15 < told["high"] - 0.5 < 0.3
    assert 0.15 < 0.5 - told["low"] < 0.3


def test_concordance_is_a_half_for_what_says_nothing():
    rng = np.random.default_rng(1)
    day = rng.normal(size=3_000)
    assert concordance(np.zeros(3_000), day) == 0.5
    assert concordance(day, day) == 1.0
    assert concordance(-day, day) == 0.0
    assert concordance(rng.normal(size=3_000), day) == pytest.approx(0.5, abs=0.03)
    assert concordance(day, np.zeros(3_000)) is None


def test_weights_for_censoring_leave_the_brier_score_as_it_is_without():
    # given closings, half of which are hidden by a censoring that knows nothing of them
    rng = np.random.default_rng(2)
    closing = np.ceil(rng.exponential(20.0, 20_000))
    censored = np.ceil(rng.exponential(40.0, 20_000))
    time, closed = np.minimum(closing, censored), closing <= censored
    days = np.arange(5.0, 41.0, 5.0)
    said = np.tile(np.exp(-days / 15.0), (20_000, 1))
    # when
    weighted = brier_by_subject(said, time, closed, days).mean()
    whole = brier_by_subject(said, closing, np.ones(20_000, bool), days).mean()
    # then
    assert weighted == pytest.approx(whole, abs=0.005)
    assert abs(brier_by_subject(said, time, np.ones(20_000, bool), days).mean() - whole) > 0.02


def test_who_is_censored_on_a_day_was_seen_on_it():
    time, closed = np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, False])
    assert censoring_survival(time, closed, np.array([2.0, 3.0, 4.0])).tolist() == [1.0, 0.5, 0.0]
