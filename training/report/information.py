"""Information value of a feature: how differently the good and the bad lie in its bins."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BINS", "bins_of", "information_value"]

Floats = npt.NDArray[np.float64]

BINS = 10
"""Bins of equal frequency, next to the one of missing values; equal values are never parted."""

_HALF = 0.5
"""Added to each count, so that a bin without good or bad subjects stays finite."""


def bins_of(values: Floats, outcome: Floats) -> list[dict[str, Any]]:
    """Return the bins of a feature.

    Parameters
    ----------
    values : float64 ndarray, shape (n,)
        NaN is missing.
    outcome : float64 ndarray, shape (n,)
        1 bad, 0 good.

    Returns
    -------
    list of dict
        ``is_missing``, ``low``, ``high`` (low < value <= high; null without a border), ``n``, ``bad``,
        ``share`` of the subjects, ``rate`` of bad ones and ``weight_of_evidence``,
        ``ln(share of the good / share of the bad)`` with half a subject added to each count: above 0 is safer
        than the mean. The bin of missing values is last, and there only where some are missing.

    Examples
    --------
    >>> told = bins_of(np.array([1.0, 2.0, np.nan]), np.array([0.0, 1.0, 1.0]))
    >>> [(row["is_missing"], row["low"], row["high"], row["n"], row["bad"]) for row in told]
    [(False, None, 1.0, 1, 0), (False, 1.0, None, 1, 1), (True, None, None, 1, 1)]
    """
    missing = np.isnan(values)
    cuts = _cuts(values[~missing])
    place = np.where(missing, len(cuts) + 1, np.searchsorted(cuts, values, side="left"))
    count = np.bincount(place, minlength=len(cuts) + 2).astype(np.float64)
    bad = np.bincount(place, outcome, minlength=len(cuts) + 2).astype(np.float64)
    edges = [None, *cuts.tolist(), None]
    used = [bin_ for bin_ in range(len(cuts) + 2) if count[bin_]]
    evidence = _evidence(count[used] - bad[used], bad[used])
    return [
        {
            "is_missing": bin_ > len(cuts),
            "low": None if bin_ > len(cuts) else edges[bin_],
            "high": None if bin_ > len(cuts) else edges[bin_ + 1],
            "n": int(count[bin_]),
            "bad": int(bad[bin_]),
            "share": float(count[bin_] / len(values)),
            "rate": float(bad[bin_] / count[bin_]),
            "weight_of_evidence": float(evidence[row]),
        }
        for row, bin_ in enumerate(used)
    ]


def information_value(bins: list[dict[str, Any]]) -> float | None:
    """Return the information value of bins; None where there is one outcome only.

    ``sum of (share of the good - share of the bad) x weight of evidence`` (Siddiqi 2006): 0 says nothing,
    from .3 on a feature is strong, above .5 one asks whether it knows the outcome.

    Examples
    --------
    >>> information_value(bins_of(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])))
    0.0
    """
    bad = np.array([row["bad"] for row in bins], np.float64)
    good = np.array([row["n"] for row in bins], np.float64) - bad
    if not bad.sum() or not good.sum():
        return None
    return float(((_shares(good) - _shares(bad)) * _evidence(good, bad)).sum())


def _cuts(known: Floats) -> Floats:
    if not len(known):
        return np.empty(0)
    cuts = np.unique(np.quantile(known, np.arange(1, BINS) / BINS, method="inverted_cdf"))
    return cuts[cuts < known.max()]


def _shares(count: Floats) -> Floats:
    shares: Floats = (count + _HALF) / (count + _HALF).sum()
    return shares


def _evidence(good: Floats, bad: Floats) -> Floats:
    evidence: Floats = np.log(_shares(good) / _shares(bad))
    return evidence
