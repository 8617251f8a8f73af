"""Independent cohorts of a default model, and whether their defaults fit the stated probabilities.

Monthly subjects share most of their windows, so that a bad year counts twelve times; a cohort takes one
snapshot a window, and windows that follow one another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.calibration_tests import (
    binomial_p,
    brier_decomposition,
    holm,
    hosmer_lemeshow,
    jeffreys_interval,
    jeffreys_p,
    spiegelhalter,
    vasicek_bound,
)
from credit.policy import Policy
from features.instants import day_of
from training.cohorts import independent_rows

__all__ = ["cohort_tests", "independent_cohorts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_CLOCK_CHANGE = pd.Timedelta(days=1)
"""Windows that overlap by less follow one another: clocks change, and February has its 29th."""

_BOUND_QUANTILE = 0.95

_LEAST_EXPECTED = 5.0
"""Expected defaults that each group of the Hosmer-Lemeshow test needs."""


def independent_cohorts(
    scored: pd.DataFrame, horizon_months: int = 12, timezone: str = "UTC"
) -> pd.DataFrame:
    """Return the subjects of snapshots whose outcome windows do not overlap, counted back from the latest.

    Parameters
    ----------
    scored : DataFrame, shape (n, ...)
        ``buyer_id`` and ``as_of``.
    horizon_months : int
        Length of the outcome window.
    timezone : str
        The seller's, in which days and years are told.

    Returns
    -------
    DataFrame, shape (m, ...)
        Rows of `scored` with ``cohort`` (text): the day of the snapshot. Where buyers have no snapshots in
        common (more instants than months: accounts arrive when they do), each buyer's own windows are kept
        apart (`training.cohorts.independent_rows`), and the cohort is the year.

    Examples
    --------
    >>> ends = pd.to_datetime(["2023-11-30", "2023-12-31", "2024-12-31"])
    >>> independent_cohorts(pd.DataFrame({"buyer_id": "b", "as_of": ends}))["cohort"].tolist()
    ['2023-12-31', '2024-12-31']
    """
    scored = scored.reset_index(drop=True)
    instants = pd.DatetimeIndex(scored["as_of"].unique())
    if len(instants) <= len(instants.to_period("M").unique()):
        chosen = _apart(instants.sort_values(ascending=False), horizon_months)
        kept = scored[scored["as_of"].isin(chosen)]
        return kept.assign(cohort=day_of(kept["as_of"], timezone).strftime("%Y-%m-%d"))
    # Reason: counting back from a buyer's last subject would always find the window in which it failed.
    ends = scored["as_of"] + pd.DateOffset(months=horizon_months)
    kept = scored.iloc[independent_rows(scored.assign(window_end=ends))]
    return kept.assign(cohort=day_of(kept["as_of"], timezone).strftime("%Y"))


def cohort_tests(
    scored: pd.DataFrame,
    policy: Policy,
    *,
    horizon_months: int = 12,
    correlation: float | None = None,
    timezone: str = "UTC",
) -> dict[str, Any]:
    """Test a default model's probabilities on independent cohorts, grade by grade and as a whole.

    Parameters
    ----------
    scored : DataFrame, shape (n, ...)
        ``buyer_id``, ``as_of``, ``outcome`` and ``probability``, none missing.
    policy : Policy
        Whose master scale grades are taken from, after its floor and cap.
    horizon_months : int
        Of the default definition.
    correlation : float, optional
        Of assets: with it each row tells the rate that 95 of 100 years stay below (Vasicek).
    timezone : str
        The seller's, in which cohorts are told.

    Returns
    -------
    dict
        ``horizon_months``, ``subjects`` (in cohorts), ``overlapping`` (left out), ``cohorts``, ``grades`` and
        ``whole``. A row has ``n, defaults, mean_pd, observed_rate, low, high`` (95 % Jeffreys),
        ``jeffreys_p`` and ``binomial_p`` (one-sided: small says that the PD is too low); those of grades also
        ``jeffreys_p_holm, binomial_p_holm``. A grade without subjects has ``status`` ``no_subjects``.
        The whole has ``spiegelhalter``, ``hosmer_lemeshow`` (over up to ten groups with five expected
        defaults each; null below ten in all) and ``brier``.
    """
    kept = independent_cohorts(scored, horizon_months, timezone)
    outcome = kept["outcome"].to_numpy(np.float64)
    probability = kept["probability"].to_numpy(np.float64)
    names, cohort = np.unique(kept["cohort"].to_numpy(dtype=object).astype(str), return_inverse=True)
    rows = [
        {"cohort": str(name), **_row(outcome[cohort == i], probability[cohort == i], correlation)}
        for i, name in enumerate(names)
    ]
    return {
        "horizon_months": horizon_months,
        "subjects": len(kept),
        "overlapping": len(scored) - len(kept),
        "correlation": correlation,
        "cohorts": rows,
        "grades": _grades(outcome, probability, policy, correlation),
        "whole": {**_row(outcome, probability, correlation), **_whole_tests(outcome, probability)},
    }


def _apart(latest_first: Iterable[pd.Timestamp], horizon_months: int) -> list[pd.Timestamp]:
    """Return the instants, from the latest on, whose windows end before the one chosen before begins."""
    chosen: list[pd.Timestamp] = []
    latest = pd.Timestamp.max
    for instant in latest_first:
        if not chosen or instant + pd.DateOffset(months=horizon_months) <= latest + _CLOCK_CHANGE:
            chosen.append(instant)
            latest = instant
    return chosen


def _row(outcome: Floats, probability: Floats, correlation: float | None) -> dict[str, Any]:
    n, defaults = len(outcome), int(outcome.sum())
    if not n:
        names = "mean_pd observed_rate low high jeffreys_p binomial_p vasicek_bound".split()
        return {"status": "no_subjects", "n": 0, "defaults": 0, **dict.fromkeys(names)}
    pd_ = float(probability.mean())
    low, high = jeffreys_interval(n, defaults)
    return {
        "status": "ok",
        "n": n,
        "defaults": defaults,
        "mean_pd": pd_,
        "observed_rate": defaults / n,
        "low": low,
        "high": high,
        "jeffreys_p": jeffreys_p(pd_, n, defaults),
        "binomial_p": binomial_p(pd_, n, defaults),
        "vasicek_bound": None if correlation is None else vasicek_bound(pd_, correlation, _BOUND_QUANTILE),
    }


def _grades(
    outcome: Floats, probability: Floats, policy: Policy, correlation: float | None
) -> list[dict[str, Any]]:
    scale = policy.master_scale
    bounded = np.clip(probability, policy.pd_floor, policy.pd_cap)
    position = np.searchsorted(scale.borders, bounded, side="right")
    rows = [
        {
            "grade": grade.name,
            "midpoint_pd": grade.midpoint_percent / 100,
            **_row(outcome[position == i], probability[position == i], correlation),
        }
        for i, grade in enumerate(scale.grades)
    ]
    for name in ("jeffreys_p", "binomial_p"):
        corrected = iter(holm([row[name] for row in rows if row[name] is not None]))
        for row in rows:
            row[f"{name}_holm"] = None if row[name] is None else next(corrected)
    return rows


def _whole_tests(outcome: Floats, probability: Floats) -> dict[str, Any]:
    if not len(outcome):
        return {"spiegelhalter": None, "hosmer_lemeshow": None, "brier": None}
    standardised = spiegelhalter(outcome, probability)
    enough = min(probability.sum(), (1 - probability).sum()) >= 2 * _LEAST_EXPECTED
    groups = hosmer_lemeshow(outcome, probability, least_expected=_LEAST_EXPECTED) if enough else None
    return {
        "spiegelhalter": None if standardised is None else dict(zip(("z", "p"), standardised, strict=True)),
        "hosmer_lemeshow": None
        if groups is None
        else dict(zip(("chi_square", "degrees_of_freedom", "p"), groups, strict=True)),
        "brier": brier_decomposition(outcome, probability),
    }
