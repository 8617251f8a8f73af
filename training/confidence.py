"""How good a model is expected to be, from its own probabilities: before any outcome is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from training.bootstrap import FEWEST_BUYERS, REPEATS, Clusters
from training.ranking import Ranking

__all__ = ["ASSUMPTION", "expected_figures", "rate_by_rank"]

Floats = npt.NDArray[np.float64]

ASSUMPTION = (
    "Foreseen from the model's own probabilities, without any outcome. It holds where only the mix of "
    "subjects has changed and a probability still means what it meant (covariate shift alone, calibration "
    "intact); what the same buyer does otherwise than before is not seen by it."
)
"""What `expected_figures` supposes, for people."""

_WIDTH = 40
"""Draws at a time, so that memory stays small."""

_RANKS = 1_000
"""Steps into which probabilities are rounded for the AUC of draws: ranks that no figure could tell apart."""


def expected_figures(probability: Floats, clusters: Clusters, *, seed: int = 0) -> dict[str, Any]:
    """Return the rate, AUC and Brier score that calibrated probabilities imply.

    Parameters
    ----------
    probability : float64 ndarray, shape (n,)
        Calibrated; n is at least 1.
    clusters : Clusters
        Buyers, drawn whole for the intervals.
    seed : int

    Returns
    -------
    dict
        ``rate``, ``auc`` and ``brier`` as ``{"value", "low", "high"}``; no interval with fewer than ten
        buyers, no AUC where all probabilities are 0 or all are 1, or there is one subject.

    Notes
    -----
    Each subject counts as bad with weight p and as good with weight 1 - p: the rate is ``mean p``, the Brier
    score ``mean p (1 - p)`` and the AUC the share of pairs of different subjects that are ranked rightly,
    ``sum_{i != j} p_i (1 - p_j) [p_i > p_j]``, ties counting half, over ``sum_{i != j} p_i (1 - p_j)``. The
    intervals tell which buyers happened to come, not what they then did.
    """
    steps = np.unique(np.quantile(probability, np.linspace(0, 1, _RANKS + 1), method="inverted_cdf"))
    group = np.searchsorted(steps, probability)
    ranking = _ranking(group, probability, clusters)
    sums = clusters.sums(np.ones(len(probability)), probability, probability * (1 - probability))
    whole = _figures(ranking, sums, np.ones((clusters.count, 1)))
    draws = _draws(ranking, sums, clusters, seed)
    return {name: _told(float(value[0]), draws.get(name)) for name, value in whole.items()}


def rate_by_rank(then: tuple[Floats, Floats], probability: Floats, *, bins: int = 10) -> float:
    """Return the rate of bad outcomes if each rank of subjects did as it did in the test.

    Parameters
    ----------
    then : tuple of float64 ndarray, shape (m,)
        Outcome and probability of the test subjects; m is at least 1.
    probability : float64 ndarray, shape (n,)
        Of the subjects now.
    bins : int
        Bins of about equal frequency of the test subjects' probabilities.

    Notes
    -----
    It uses the order of the probabilities alone, not their level: the observed rate of each bin of the test,
    weighted by the share of today's subjects in it.

    Examples
    --------
    >>> then = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.2, 0.3, 0.4])
    >>> rate_by_rank(then, np.array([0.15, 0.35, 0.38, 0.9]), bins=2)
    0.75
    """
    outcome, stated = then
    cuts = np.unique(np.quantile(stated, np.arange(1, bins) / bins, method="inverted_cdf"))
    place = np.searchsorted(cuts, stated, side="left")
    count = np.bincount(place, minlength=len(cuts) + 1)
    rate = np.bincount(place, outcome, len(cuts) + 1) / np.maximum(count, 1)
    # Reason: the highest cut may be the highest value, which leaves the last bin to those above it.
    rate = np.where(count > 0, rate, rate[count > 0][-1])
    return float(rate[np.searchsorted(cuts, probability, side="left")].mean())


def _ranking(group: npt.NDArray[np.int64], probability: Floats, clusters: Clusters) -> Ranking:
    both = np.concatenate([np.ones(len(group)), np.zeros(len(group))])
    return Ranking.of(
        both,
        np.tile(group.astype(np.float64), 2),
        np.tile(clusters.of_row, 2),
        np.concatenate([probability, 1 - probability]),
    )


def _figures(ranking: Ranking, sums: Floats, counts: Floats) -> dict[str, Floats]:
    total, bad, spread = sums @ counts
    pairs = bad * (total - bad)
    curve = ranking.curve(counts).auc() * pairs
    with np.errstate(divide="ignore", invalid="ignore"):
        # Reason: a subject is no pair with itself, of which the ranking counts a half.
        auc = np.where(pairs - spread > 1e-12 * pairs, (curve - spread / 2) / (pairs - spread), np.nan)
        return {"rate": bad / total, "auc": auc, "brier": spread / total}


def _draws(ranking: Ranking, sums: Floats, clusters: Clusters, seed: int) -> dict[str, Floats]:
    if clusters.count < FEWEST_BUYERS:
        return {}
    blocks = [_figures(ranking, sums, counts) for counts in clusters.counts(seed, REPEATS, _WIDTH)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _told(value: float, draws: Floats | None) -> dict[str, float | None]:
    if not np.isfinite(value):
        return {"value": None, "low": None, "high": None}
    known = np.zeros(0) if draws is None else draws[np.isfinite(draws)]
    low, high = (None, None) if not len(known) else (float(end) for end in np.quantile(known, [0.025, 0.975]))
    return {"value": value, "low": low, "high": high}
