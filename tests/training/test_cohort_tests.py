from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.calibration_tests import binomial_p, jeffreys_p
from credit.policy import Policy
from features.instants import month_ends
from training.cohort_tests import cohort_tests, independent_cohorts

POLICY = Policy.default()


def monthly(start: str, stop: str, buyers: int = 3, timezone: str = "UTC") -> pd.DataFrame:
    ends = month_ends(pd.Timestamp(start), pd.Timestamp(stop), timezone)
    return pd.DataFrame(
        [(f"b{buyer}", end) for end in ends for buyer in range(buyers)], columns=["buyer_id", "as_of"]
    )


def scored(seed: int = 0, buyers: int = 400, years: int = 3, bias: float = 1.0) -> pd.DataFrame:
    """Month ends with outcomes of probabilities that are `bias` times those stated."""
    rng = np.random.default_rng(seed)
    frame = monthly("2020-01-01", f"{2020 + years}-01-01", buyers)
    probability = rng.choice([0.001, 0.004, 0.02, 0.1, 0.3], len(frame))
    return frame.assign(
        probability=probability, outcome=(rng.random(len(frame)) < probability * bias).astype(float)
    )


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai"])
def test_month_ends_give_one_snapshot_a_year_from_the_latest_back(timezone):
    frame = monthly("2019-03-01", "2024-07-15", timezone=timezone)
    found = independent_cohorts(frame)
    ends = frame["as_of"].drop_duplicates().sort_values(ascending=False)
    assert sorted(found["as_of"].unique(), reverse=True) == list(ends.iloc[::12])
    assert found["cohort"].nunique() == len(ends.iloc[::12])
    assert len(found) == 3 * len(ends.iloc[::12])


@pytest.mark.parametrize("timezone", ["America/New_York", "Asia/Shanghai"])
def test_cohorts_are_told_by_the_day_of_the_seller(timezone):
    # given month ends that are the next day in UTC, or accounts that arrive in the last hour of a year
    frame = monthly("2022-12-01", "2024-01-15", timezone=timezone)
    days = independent_cohorts(frame, timezone=timezone)["cohort"].unique().tolist()
    assert days == ["2022-12-31", "2023-12-31"]
    arrived = pd.to_datetime(["2022-12-05 12:00", "2022-12-06 12:00", "2022-12-31 23:30", "2023-12-31 23:30"])
    utc = arrived.tz_localize(timezone).tz_convert("UTC").tz_localize(None)
    found = independent_cohorts(pd.DataFrame({"buyer_id": list("abcd"), "as_of": utc}), timezone=timezone)
    assert found["cohort"].tolist() == ["2022", "2023"]
    told = cohort_tests(frame.assign(probability=0.1, outcome=0.0), POLICY, timezone=timezone)
    assert [row["cohort"] for row in told["cohorts"]] == days


def test_a_leap_day_is_no_overlap():
    frame = monthly("2023-02-01", "2025-03-01")
    days = independent_cohorts(frame)["cohort"].unique().tolist()
    assert days == ["2023-02-28", "2024-02-29", "2025-02-28"]


def test_a_country_that_moves_its_clock_change_has_no_overlap():
    # given a summer time that ended in September 2012 and in October 2013: month ends an hour apart
    ends = month_ends(pd.Timestamp("2012-09-01"), pd.Timestamp("2013-10-15"), "Asia/Jerusalem")
    found = independent_cohorts(pd.DataFrame({"buyer_id": "b", "as_of": [ends[0], ends[-1]]}))
    assert ends[0] + pd.DateOffset(months=12) > ends[-1]
    assert len(found) == 2


def test_a_shorter_window_gives_more_cohorts():
    frame = monthly("2022-01-01", "2024-01-01")
    assert [independent_cohorts(frame, months)["cohort"].nunique() for months in (12, 6, 3)] == [2, 4, 8]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2500)), min_size=1, max_size=40))
@settings(max_examples=40)
def test_no_buyer_is_in_two_windows_at_once(subjects):
    frame = pd.DataFrame(subjects, columns=["buyer_id", "day"]).drop_duplicates()
    frame["as_of"] = pd.Timestamp("2018-01-01 12:00:00") + pd.to_timedelta(frame["day"], unit="D")
    found = independent_cohorts(frame.reset_index(drop=True))
    for _, own in found.groupby("buyer_id"):
        instants = own["as_of"].sort_values()
        ends = instants + pd.DateOffset(months=12)
        assert (ends.iloc[:-1].to_numpy() <= instants.iloc[1:].to_numpy() + np.timedelta64(1, "D")).all()


def test_accounts_that_arrive_when_they_do_are_kept_apart_by_buyer():
    frame = pd.DataFrame(
        {
            "buyer_id": ["a", "a", "a", "b", "b"],
            "as_of": pd.to_datetime(["2021-05-03", "2022-05-20", "2023-04-01", "2022-05-10", "2022-05-30"]),
        }
    )
    found = independent_cohorts(frame)
    assert found[["buyer_id", "cohort"]].to_numpy().tolist() == [["a", "2022"], ["b", "2022"]]


def test_what_became_of_buyers_does_not_choose_their_windows():
    # given buyers who fail at a constant rate and have no accounts afterwards
    rng = np.random.default_rng(6)
    rows, hazard = [], 0.15 / 365
    for buyer in range(3000):
        fails, day = rng.exponential(1 / hazard), rng.uniform(0, 250)
        while day < min(fails, 5 * 365):
            rows.append((f"b{buyer}", day, float(fails <= day + 365)))
            day += rng.uniform(100, 600)
    frame = pd.DataFrame(rows, columns=["buyer_id", "day", "outcome"])
    frame["as_of"] = pd.Timestamp("2015-01-01") + pd.to_timedelta(frame["day"], unit="D").dt.round("s")
    # then the rate of the chosen is the true one; a choice from the last subject back finds a third more
    chosen = independent_cohorts(frame)["outcome"]
    assert chosen.mean() == pytest.approx(1 - np.exp(-0.15), abs=3.5 * (0.139 * 0.861 / len(chosen)) ** 0.5)
    assert frame.groupby("buyer_id")["outcome"].last().mean() > 1.3 * chosen.mean()


def test_each_grade_is_tested_on_its_own_subjects():
    frame = scored()
    found = cohort_tests(frame, POLICY)
    kept = independent_cohorts(frame)
    assert (found["subjects"], found["overlapping"]) == (len(kept), len(frame) - len(kept)) == (1200, 13200)
    by_grade = {row["grade"]: row for row in found["grades"]}
    assert sum(row["n"] for row in found["grades"]) == 1200
    for stated in (0.001, 0.02, 0.3):
        row, own = by_grade[POLICY.master_scale.of(stated).name], kept[kept["probability"] == stated]
        n, defaults = len(own), int(own["outcome"].sum())
        assert (row["n"], row["defaults"], row["mean_pd"]) == (n, defaults, pytest.approx(stated))
        assert row["observed_rate"] == defaults / n
        assert row["jeffreys_p"] == pytest.approx(jeffreys_p(stated, n, defaults))
        assert row["binomial_p"] == pytest.approx(binomial_p(stated, n, defaults))
        assert row["low"] <= row["observed_rate"] <= row["high"]


@pytest.mark.parametrize("floor", [0.0003, 0.01])
def test_grades_are_those_of_the_policy_on_borders_and_at_its_floor(floor):
    policy = POLICY.model_copy(update={"pd_floor": floor})
    stated = [1e-9, *policy.master_scale.borders, 0.99999]
    frame = pd.DataFrame(
        {"buyer_id": [f"b{i}" for i in range(len(stated))], "as_of": pd.Timestamp("2024-12-31 23:59:59"),
         "probability": stated, "outcome": 0.0}
    )  # fmt: skip
    found = {row["grade"]: row["n"] for row in cohort_tests(frame, policy)["grades"]}
    expected = [policy.master_scale.of(policy.bounded(pd)).name for pd in stated]
    assert found == {grade.name: expected.count(grade.name) for grade in policy.grades}


def test_grades_without_subjects_have_no_figures():
    empty = [row for row in cohort_tests(scored(), POLICY)["grades"] if row["status"] == "no_subjects"]
    assert len(empty) == len(POLICY.grades) - 5
    for row in empty:
        assert {
            row[name] for name in row if name not in ("grade", "midpoint_pd", "status", "n", "defaults")
        } == {None}


def test_holm_counts_the_grades_that_have_subjects():
    told = [row for row in cohort_tests(scored(), POLICY)["grades"] if row["n"]]
    smallest = min(told, key=lambda row: row["jeffreys_p"])
    assert smallest["jeffreys_p_holm"] == pytest.approx(min(1.0, smallest["jeffreys_p"] * len(told)))


def test_probabilities_that_are_half_of_the_truth_are_found():
    whole = cohort_tests(scored(bias=2.0), POLICY)["whole"]
    assert whole["jeffreys_p"] < 1e-4
    assert whole["binomial_p"] < 1e-4
    assert whole["hosmer_lemeshow"]["p"] < 1e-4
    assert 2 <= whole["hosmer_lemeshow"]["degrees_of_freedom"] <= 10
    assert whole["spiegelhalter"]["z"] > 3


def test_true_probabilities_pass():
    whole = cohort_tests(scored(seed=3), POLICY)["whole"]
    assert whole["jeffreys_p"] > 0.05
    assert abs(whole["spiegelhalter"]["z"]) < 1.96
    parts = whole["brier"]
    assert parts["brier"] == pytest.approx(
        parts["reliability"] - parts["resolution"] + parts["uncertainty"] + parts["within_bins"]
    )


def test_monthly_subjects_would_be_too_sure():
    # given a year in which all fail more often, seen from twelve month ends
    frame = monthly("2020-01-01", "2021-01-01", 200).assign(probability=0.05)
    frame["outcome"] = frame["buyer_id"].isin([f"b{i}" for i in range(13)]).astype(float)
    found = cohort_tests(frame, POLICY)["whole"]
    assert (found["n"], found["defaults"]) == (200, 13)
    assert found["jeffreys_p"] == pytest.approx(0.164, abs=0.001)
    assert jeffreys_p(0.05, len(frame), int(frame["outcome"].sum())) < 0.001


def test_correlation_widens_the_bound():
    rows = [cohort_tests(scored(), POLICY, correlation=rho)["whole"] for rho in (None, 0.0, 0.2)]
    assert rows[0]["vasicek_bound"] is None
    assert rows[1]["vasicek_bound"] == pytest.approx(rows[1]["mean_pd"])
    assert rows[2]["vasicek_bound"] > 2 * rows[2]["mean_pd"]


def test_the_report_is_json_and_small_cohorts_have_no_groups():
    found = cohort_tests(scored(buyers=10, years=1), POLICY)
    assert json.loads(json.dumps(found)) == found
    assert found["whole"]["hosmer_lemeshow"] is None
    assert [row["cohort"] for row in found["cohorts"]] == ["2020-12-31"]
