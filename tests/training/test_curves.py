from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp
from sklearn.metrics import roc_curve

from tests.training.scored import made, period
from training.curves import curves_of
from training.scored import ScoredPeriod

PERIOD = period()


@pytest.fixture(scope="module")
def curves() -> dict:
    return curves_of(PERIOD)


@pytest.mark.parametrize("digits", [1, 2, 9])
def test_the_roc_curve_is_that_of_the_library_with_ties_or_without(digits):
    subjects, values, profile = made(800)
    rounded = ScoredPeriod(
        subjects.assign(probability=subjects["probability"].round(digits)), values, profile
    )
    found = curves_of(rounded)["roc"]
    false, true, _ = roc_curve(rounded.outcome, rounded.probability, drop_intermediate=False)
    assert found["flagged_bad"] == pytest.approx(np.interp(found["flagged_good"], false, true).tolist())


def test_the_band_holds_the_curve_and_narrows_with_more_buyers(curves):
    roc = {name: np.array(values) for name, values in curves["roc"].items()}
    assert (roc["low"] <= roc["flagged_bad"] + 1e-9).mean() > 0.95
    assert (roc["high"] >= roc["flagged_bad"] - 1e-9).mean() > 0.95
    fewer = curves_of(period(n=400, buyers=40))["roc"]
    assert (roc["high"] - roc["low"]).mean() < np.subtract(fewer["high"], fewer["low"]).mean() / 2


def test_few_buyers_have_no_band():
    subjects, values, profile = made(200, 8)
    assert curves_of(ScoredPeriod(subjects, values, profile))["roc"]["low"] is None


def test_the_widest_gap_of_the_distributions_is_ks(curves):
    gaps = np.abs(np.subtract(curves["ks"]["good_below"], curves["ks"]["bad_below"]))
    bad, good = (PERIOD.probability[PERIOD.outcome == which] for which in (1, 0))
    assert gaps.max() == pytest.approx(ks_2samp(bad, good).statistic)
    assert len(gaps) <= 102


def test_shares_of_scores_add_up(curves):
    told = curves["score_distribution"]
    assert sum(told["bad"]) == pytest.approx(1.0)
    assert sum(told["good"]) == pytest.approx(1.0)
    assert len(told["edges"]) == len(told["bad"]) + 1
    inside = (PERIOD.probability >= told["edges"][9]) & (PERIOD.probability < told["edges"][10])
    bad = PERIOD.outcome == 1
    assert told["bad"][9] == pytest.approx((inside & bad).sum() / bad.sum())


def test_calibration_bins_are_even_and_add_up(curves):
    bins = curves["calibration"]
    assert [row["n"] for row in bins] == [400] * 10
    assert sum(row["bad"] for row in bins) == PERIOD.outcome.sum()
    assert np.mean([row["mean_probability"] for row in bins]) == pytest.approx(PERIOD.probability.mean())
    assert all(row["low"] <= row["rate"] <= row["high"] for row in bins)
    held = [row["low"] <= row["mean_probability"] <= row["high"] for row in bins]
    assert sum(held) >= 8


def test_months_are_those_of_the_seller():
    subjects, values, profile = made(300)
    subjects["as_of"] = pd.Timestamp("2024-01-31 20:00:00")
    shanghai = ScoredPeriod(subjects, values, profile, timezone="Asia/Shanghai")
    assert [row["month"] for row in curves_of(shanghai)["months"]] == ["2024-02"]


def test_months_add_up(curves):
    months = curves["months"]
    assert [row["month"] for row in months] == [
        str(m) for m in pd.period_range("2022-01", "2023-12", freq="M")
    ]
    assert sum(row["n"] for row in months) == 4000
    assert sum(row["expected"] for row in months) == pytest.approx(PERIOD.probability.sum())
    first = months[0]
    assert first["observed_to_expected"]["value"] == pytest.approx(first["bad"] / first["expected"])


def test_one_outcome_alone_has_bins_and_months_only():
    none_bad = replace(PERIOD, subjects=PERIOD.subjects.assign(outcome=0.0))
    found = curves_of(none_bad)
    assert (found["roc"], found["ks"], found["score_distribution"]) == (None, None, None)
    assert found["calibration"][0]["low"] == 0.0
    assert len(found["months"]) == 24


def test_one_probability_for_all_is_drawn():
    flat = replace(PERIOD, subjects=PERIOD.subjects.assign(probability=0.1))
    found = curves_of(flat)
    assert found["roc"]["flagged_bad"] == pytest.approx(found["roc"]["flagged_good"])
    assert sum(found["score_distribution"]["bad"]) == 1.0
    assert json.dumps(found, allow_nan=False)
