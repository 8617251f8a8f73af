from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.policy import Policy
from tests.training.scored import made, period
from training.evaluation import evaluation_of
from training.metrics import metrics_of
from training.scored import ScoredPeriod

PERIOD = period(n=2000, buyers=200)


@pytest.fixture(scope="module")
def report() -> dict:
    return evaluation_of(PERIOD, policy=Policy.default(), seed=4)


def test_an_evaluation_is_json_and_repeats(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert evaluation_of(PERIOD, policy=Policy.default(), seed=4) == report


def test_another_seed_moves_intervals_and_no_value(report):
    other = evaluation_of(PERIOD, policy=Policy.default(), seed=5)
    assert other["metrics"]["auc"]["low"] != report["metrics"]["auc"]["low"]
    assert other["metrics"]["auc"]["value"] == report["metrics"]["auc"]["value"]
    assert other["cohorts"] == report["cohorts"]


def test_all_parts_speak_of_the_same_subjects(report):
    assert (report["n"], report["events"]) == (2000, int(PERIOD.outcome.sum()))
    assert report["metrics"] == metrics_of(PERIOD.outcome, PERIOD.probability, PERIOD.buyer, seed=4)
    assert report["views"]["per_subject"]["n"] == 2000
    assert report["views"]["per_subject"]["auc"]["value"] == pytest.approx(report["metrics"]["auc"]["value"])
    cohorts = report["cohorts"]
    assert cohorts["subjects"] + cohorts["overlapping"] == 2000
    assert sum(row["n"] for row in report["curves"]["months"]) == 2000


def test_a_late_model_has_no_cohorts():
    assert evaluation_of(PERIOD)["cohorts"] is None


def test_what_cannot_be_told_is_null():
    subjects, values, profile = made(300)
    none_bad = ScoredPeriod(subjects.assign(outcome=0.0), values, profile)
    report = evaluation_of(none_bad, policy=Policy.default())
    assert report["metrics"]["auc"] == {"value": None, "low": None, "high": None}
    assert report["views"]["per_buyer"]["status"] == "one_outcome"
    assert {row["status"] for row in report["segments"]["country"]} == {"one_outcome"}
    assert json.dumps(report, allow_nan=False)


@given(
    n=st.integers(1, 60),
    buyers=st.integers(1, 40),
    seed=st.integers(0, 1000),
    probabilities=st.sampled_from([None, [0.0, 1.0], [0.0], [1.0], [0.5], [1e-15, 0.3]]),
)
@settings(max_examples=12, deadline=None)
def test_whatever_the_subjects_there_is_no_nan(n, buyers, seed, probabilities):
    subjects, values, profile = made(n, buyers, seed)
    if probabilities is not None:
        subjects["probability"] = np.random.default_rng(seed).choice(probabilities, n)
    period = ScoredPeriod(subjects, values, profile, known_buyers=["b0000"])
    report = evaluation_of(period, policy=Policy.default(), correlation=0.1, seed=seed)
    assert json.dumps(report, allow_nan=False)


def test_subjects_that_cannot_be_scored_are_counted():
    subjects = PERIOD.subjects.copy()
    subjects.loc[:9, "probability"] = None
    report = evaluation_of(replace(PERIOD, subjects=subjects))
    assert (report["n"], report["cannot_say"]) == (1990, 10)
