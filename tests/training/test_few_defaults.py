from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import poisson

from features.errors import InputError
from training.few_defaults import auc_interval, figures_of, fit_prior

METRICS = {"auc", "average_precision", "ks", "brier", "ece", "calibration_intercept", "calibration_slope"}


def made(
    buyers: int, defaults: int, *, years: int = 2, log_odds: float = logit(0.01)
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return month ends of buyers over years, the first `defaults` of which default in the second year."""
    ends = pd.date_range("2022-01-31", periods=12 * (years - 1) + 1, freq="ME") + pd.Timedelta("23:59:59")
    frame = pd.DataFrame(
        {
            "buyer_id": np.repeat([f"B{number:04d}" for number in range(buyers)], len(ends)),
            "as_of": np.tile(ends, buyers),
        }
    ).assign(outcome=0.0)
    frame["window_end"] = frame["as_of"] + pd.DateOffset(years=1)
    gone = frame["buyer_id"] < f"B{defaults:04d}"
    day = ends[-1] + pd.Timedelta(days=40)
    frame.loc[gone & (frame["window_end"] >= day), "outcome"] = 1.0
    frame = frame.sort_values(["as_of", "buyer_id"], ignore_index=True)
    return frame, np.full(len(frame), log_odds)


def test_no_default_lowers_the_level_by_its_credibility():
    # given 400 obligor-years of which the prior foresaw 4 defaults and none came
    fit = fit_prior(*made(200, 0), strength=4.0)

    assert (fit.defaults, fit.learner) == (0, "prior")
    assert fit.prior_weight == pytest.approx(0.5)
    assert fit.level.rate == pytest.approx(0.005)
    assert fit.shift == pytest.approx(logit(0.005) - logit(0.01))


@pytest.mark.parametrize(("defaults", "rate"), [(5, 9 / 800), (59, 63 / 800)])
def test_few_defaults_move_the_level_as_worked_out_by_hand(defaults, rate):
    fit = fit_prior(*made(200, defaults), strength=4.0)

    assert fit.defaults == fit.level.defaults == defaults
    assert fit.level.rate == pytest.approx(rate)
    assert [(cohort.subjects, cohort.defaults) for cohort in fit.cohorts] == [(200, 0), (200, defaults)]
    assert fit.level.low < rate < fit.level.high


@pytest.mark.parametrize(
    ("defaults", "switch_at", "learner"),
    [(9, 60, "prior"), (10, 60, "blend"), (59, 60, "blend"), (60, 60, "lightgbm"), (5, 5, "lightgbm")],
)
def test_trees_join_the_prior_and_take_over_at_stated_numbers(defaults, switch_at, learner):
    assert fit_prior(*made(200, defaults), switch_at=switch_at).learner == learner


def test_a_default_before_the_first_cohort_counts_for_the_switch_alone():
    # given a buyer that defaulted in a year of which the cohorts hold only the end
    subjects, log_odds = made(200, 5)
    early = subjects[subjects["buyer_id"] == "B0199"].iloc[:3].assign(buyer_id="early", outcome=1.0)
    moved = {name: early[name] - pd.DateOffset(months=6) for name in ("as_of", "window_end")}
    both = pd.concat([subjects, early.assign(**moved)], ignore_index=True)
    fit = fit_prior(both, np.full(len(both), log_odds[0]))

    assert (fit.defaults, fit.defaulted_buyers) == (5, 6)


def test_after_the_shift_the_mean_of_unlike_subjects_is_the_posterior_rate():
    subjects, _ = made(300, 12)
    log_odds = np.random.default_rng(3).normal(-4, 1.5, len(subjects))
    fit = fit_prior(subjects, log_odds)
    rows = subjects["as_of"].isin([subjects["as_of"].min(), subjects["as_of"].max()])

    assert expit(fit.slope * log_odds[rows] + fit.shift).mean() == pytest.approx(fit.level.rate, rel=1e-9)


def test_nobody_mature_leaves_the_prior_as_it_is():
    subjects, log_odds = made(3, 0)
    fit = fit_prior(subjects.iloc[:0], log_odds[:0])

    assert (fit.slope, fit.shift, fit.prior_weight) == (1.0, 0.0, 1.0)
    assert (fit.level, fit.learner) == (None, "prior")


def test_order_of_rows_changes_nothing():
    subjects, _ = made(50, 5)
    log_odds = np.random.default_rng(1).normal(-4, 1, len(subjects))
    order = np.random.default_rng(2).permutation(len(subjects))
    mixed = fit_prior(subjects.iloc[order].reset_index(drop=True), log_odds[order])

    assert mixed.shift == pytest.approx(fit_prior(subjects, log_odds).shift, abs=1e-12)


@pytest.mark.parametrize("wrong", [np.full(3, -4.0), np.full(650, np.nan)])
def test_log_odds_of_other_subjects_are_refused(wrong):
    with pytest.raises(InputError):
        fit_prior(made(50, 5)[0], wrong)


def scored(buyers: int, defaults: int, seed: int = 0) -> pd.DataFrame:
    subjects, _ = made(buyers, defaults)
    noise = np.random.default_rng(seed).normal(0, 1, len(subjects))
    return subjects.assign(probability=expit(-4 + 1.5 * subjects["outcome"] + noise))


@pytest.mark.parametrize("defaults", [0, 1, 9])
def test_few_defaults_give_a_reason_in_place_of_numbers(defaults):
    told = figures_of(scored(200, defaults))

    assert told["defaults"] == defaults
    assert told["cannot_say"].startswith(
        f"{defaults} buyers defaulted and {200 - defaults} did not; 10 of each"
    )
    assert set(told["metrics"]) == METRICS
    assert all(metric == {"value": None, "low": None, "high": None} for metric in told["metrics"].values())
    assert ("AUC" in told["cannot_say"]) == (defaults > 0)


def test_enough_defaults_give_the_metrics():
    told = figures_of(scored(200, 10))

    assert told["cannot_say"] is None
    assert set(told["metrics"]) == METRICS
    assert 0.5 < told["metrics"]["auc"]["low"] < told["metrics"]["auc"]["value"] < 1


def test_the_level_counts_independent_years_and_has_the_exact_interval():
    level = figures_of(scored(200, 5))["level"]

    assert (level["subjects"], level["defaults"]) == (400, 5)
    assert level["ratio"] == pytest.approx(5 / level["expected"])
    assert poisson.sf(4, level["low"] * level["expected"]) == pytest.approx(0.025)
    assert poisson.cdf(5, level["high"] * level["expected"]) == pytest.approx(0.025)


def test_no_default_still_rules_out_a_much_higher_level():
    level = figures_of(scored(200, 0))["level"]

    assert (level["ratio"], level["low"]) == (0.0, 0.0)
    assert level["high"] == pytest.approx(3.6889 / level["expected"], rel=1e-4)


def test_no_subject_is_no_error():
    told = figures_of(scored(5, 0).iloc[:0])

    assert told["level"] == {
        "subjects": 0,
        "defaults": 0,
        "expected": 0.0,
        "ratio": None,
        "low": None,
        "high": None,
    }
    assert told["cannot_say"].startswith("0 buyers defaulted and 0 did not")


def test_an_auc_of_few_defaults_says_nearly_nothing():
    low, high = auc_interval(5, 500)

    assert high - low > 0.45
    assert np.diff(auc_interval(60, 5_000))[0] < 0.15
