"""What the figures of an evaluation draw, as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from credit.calibration_tests import equal_bins, jeffreys_interval
from features.instants import day_of
from training.bootstrap import BINS, FEWEST_BUYERS, SURE, Clusters, Resampled
from training.figures import effective_subjects, observed_to_expected
from training.ranking import Curve
from training.scored import ScoredPeriod

__all__ = ["curves_of"]

Floats = npt.NDArray[np.float64]

_GRID = np.linspace(0.0, 1.0, 101)
"""Shares of good subjects at which the ROC curve is told, and of all subjects at which KS is."""

_BAND_REPEATS = 200

_SCORE_BINS = 20


def curves_of(period: ScoredPeriod, *, seed: int = 0) -> dict[str, Any]:
    """Return the curves of a period as lists of numbers.

    Parameters
    ----------
    period : ScoredPeriod
    seed : int
        Of the band around the ROC curve.

    Returns
    -------
    dict
        ``roc``: share of good flagged, share of bad flagged, ``low`` and ``high`` (pointwise 95 % by draws of
        the buyers; null for fewer than ten), ``ks``: thresholds with the shares of bad and good below them,
        ``score_distribution``: edges of probability and shares by outcome; these three are null with one
        outcome. ``calibration``: ten bins of equal count with ``n, bad, mean_probability, rate, low, high``;
        ``months``: ``month, n, bad, expected`` and observed over expected with its interval.
    """
    has_both = 0 < period.outcome.sum() < len(period.outcome)
    return {
        "roc": _roc(period, seed) if has_both else None,
        "ks": _ks(period) if has_both else None,
        "score_distribution": _distribution(period) if has_both else None,
        "calibration": _calibration(period),
        "months": _months(period),
    }


def _roc(period: ScoredPeriod, seed: int) -> dict[str, Any]:
    resampled = Resampled(period.outcome, period.probability, period.clusters)
    whole = _at_grid(resampled.ranking.curve(np.ones((period.clusters.count, 1))))[0]
    told: dict[str, Any] = {
        "flagged_good": _GRID.tolist(),
        "flagged_bad": whole.tolist(),
        "low": None,
        "high": None,
    }
    if period.clusters.count >= FEWEST_BUYERS:
        drawn = period.clusters.counts(seed, _BAND_REPEATS, resampled.width)
        draws = np.concatenate([_at_grid(resampled.ranking.curve(counts)) for counts in drawn])
        low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
        told |= {"low": low.tolist(), "high": high.tolist()}
    return told


def _at_grid(curve: Curve) -> Floats:
    """Return by draw the share of bad flagged at each share of good flagged; NaN with one outcome."""
    draws = curve.bad.shape[1]
    found = np.full((draws, len(_GRID)), np.nan)
    end = np.ones((1, draws))
    with np.errstate(divide="ignore", invalid="ignore"):
        until = curve.bad_until / curve.all_bad
        before, after = curve.good_before / curve.good, (curve.good_before + curve.tied) / curve.good
    # Reason: a curve is flat up to the good before a probability, then rises in a line over its ties.
    across = np.concatenate([0 * end, np.stack([before, after], 1).reshape(-1, draws), end])
    risen = np.concatenate([0 * end, until - curve.bad / np.where(curve.all_bad > 0, curve.all_bad, 1.0)])
    up = np.concatenate([0 * end, np.stack([risen[1:], until], 1).reshape(-1, draws), end])
    for draw in np.flatnonzero((curve.all_bad > 0) & (curve.good > 0)):
        found[draw] = np.interp(_GRID, across[:, draw], up[:, draw])
    return found


def _ks(period: ScoredPeriod) -> dict[str, Any]:
    cuts = np.unique(period.probability)
    bad, good = (
        np.searchsorted(np.sort(period.probability[period.outcome == which]), cuts, side="right")
        / (period.outcome == which).sum()
        for which in (1, 0)
    )
    shown = np.unique(np.quantile(np.arange(len(cuts)), _GRID, method="inverted_cdf").astype(np.int64))
    # Reason: the place where both are furthest apart is told exactly, wherever the grid falls.
    shown = np.union1d(shown, np.abs(good - bad).argmax())
    named = {"threshold": cuts, "bad_below": bad, "good_below": good}
    return {name: values[shown].tolist() for name, values in named.items()}


def _distribution(period: ScoredPeriod) -> dict[str, Any]:
    log_odds = logit(np.clip(period.probability, SURE, 1 - SURE))
    margin = 0.5 if np.ptp(log_odds) == 0 else 1e-6
    edges = np.linspace(log_odds.min() - margin, log_odds.max() + margin, _SCORE_BINS + 1)
    shares = {
        name: (
            np.histogram(log_odds[period.outcome == which], edges)[0] / (period.outcome == which).sum()
        ).tolist()
        for name, which in (("bad", 1), ("good", 0))
    }
    return {"edges": expit(edges).tolist(), **shares}


def _calibration(period: ScoredPeriod) -> list[dict[str, Any]]:
    which = equal_bins(period.probability, BINS)
    return [_bin(period, np.flatnonzero(which == place)) for place in np.unique(which)]


def _bin(period: ScoredPeriod, rows: npt.NDArray[np.int64]) -> dict[str, Any]:
    outcome = period.outcome[rows]
    n = effective_subjects(outcome, Clusters.of(period.buyer[rows]), np.ones(len(rows)))
    rate = float(outcome.mean())
    low, high = jeffreys_interval(n, rate * n)
    return {
        "n": len(rows),
        "bad": int(outcome.sum()),
        "mean_probability": float(period.probability[rows].mean()),
        "rate": rate,
        "low": low,
        "high": high,
    }


def _months(period: ScoredPeriod) -> list[dict[str, Any]]:
    days = day_of(period.scored["as_of"], period.timezone)
    months = pd.Series(days).dt.strftime("%Y-%m").to_numpy(dtype=object)
    return [_month(period, month, np.flatnonzero(months == month)) for month in sorted(set(months))]


def _month(period: ScoredPeriod, month: str, rows: npt.NDArray[np.int64]) -> dict[str, Any]:
    outcome, probability = period.outcome[rows], period.probability[rows]
    return {
        "month": month,
        "n": len(rows),
        "bad": int(outcome.sum()),
        "expected": float(probability.sum()),
        "observed_to_expected": observed_to_expected(outcome, probability, Clusters.of(period.buyer[rows])),
    }
