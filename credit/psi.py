"""Population stability: how far two distributions are apart, and how far chance alone takes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from features.errors import InputError

__all__ = ["ACT_ABOVE", "WATCH_ABOVE", "correlation", "critical_value", "effective_size", "psi", "seen_size"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WATCH_ABOVE, ACT_ABOVE = 0.10, 0.25
"""Rules of thumb for a PSI; they know nothing of the number of subjects."""

_EMPTY = 0.5
"""What an empty bin counts as where the other sample has filled it: half a subject."""


def psi(reference: npt.ArrayLike, now: npt.ArrayLike) -> float:
    """Return the population stability index of two samples over the same bins.

    ``sum (o - e) ln(o / e)`` over bins, e and o being the shares of the reference and of now.

    Parameters
    ----------
    reference, now : array_like of float, shape (bins,)
        Counts. A bin that only one sample fills counts as half a subject in the other one (the other shares
        stay as they are); a bin that both leave empty says nothing. So every term is at least 0 and finite.

    Raises
    ------
    InputError
        Where a sample is empty, or counts are negative or no numbers.

    Examples
    --------
    >>> round(psi([10] * 10, [8, 9, 10, 11, 12, 9, 8, 10, 9, 14]), 6)
    0.030145
    """
    expected, found = np.asarray(reference, np.float64), np.asarray(now, np.float64)
    for counts in (expected, found):
        if not (counts >= 0).all() or not 0 < counts.sum() < np.inf:
            raise InputError.of("counts of at least one subject", "none", "widen the period")
    filled = (expected > 0) | (found > 0)
    e, o = (
        np.where(counts > 0, counts, _EMPTY)[filled] / max(counts.sum(), _EMPTY)
        for counts in (expected, found)
    )
    return float(((o - e) * np.log(o / e)).sum())


def critical_value(bins: int, n_reference: float, n: float, level: float = 0.95) -> float:
    """Return what a PSI stays below by chance alone, with a probability of `level`.

    Parameters
    ----------
    bins : int
        Bins that at least one of the samples fills; with one there is nothing to move: 0.
    n_reference, n : float
        Sizes of both samples, as independent subjects.
    level : float

    Notes
    -----
    Without drift PSI is about ``(1/N + 1/M) chi2`` with bins - 1 degrees of freedom (Yurdakul and Naranjo
    2020, Statistical properties of the population stability index).

    Examples
    --------
    >>> round(critical_value(10, 10_000, 500), 4)
    0.0355
    """
    if bins < 2:
        return 0.0
    return float((1 / n_reference + 1 / n) * chdtri(bins - 1, 1 - level))


def correlation(place: Ints, cluster: Ints) -> float:
    """Return how alike subjects of one cluster are, from 0 (no more than any two) to 1 (all the same).

    Parameters
    ----------
    place : int64 ndarray, shape (n,)
        Bin of each subject.
    cluster : int64 ndarray, shape (n,)
        Which buyer, or which month, each is of; from 0 on.

    Returns
    -------
    float
        Intraclass correlation of belonging to a bin, averaged over bins as Rao and Scott (1984) average
        design effects; 0 where no cluster has two subjects or one bin holds all.
    """
    size, clusters = np.bincount(cluster), int(cluster.max(initial=-1)) + 1
    total = np.bincount(place)
    share = total[total > 0] / len(place)
    pairs = float((size * (size - 1.0)).sum())
    if pairs == 0 or len(share) < 2 or clusters < 2:
        return 0.0
    column = (np.cumsum(total > 0) - 1)[place]
    table = np.bincount(cluster * len(share) + column, minlength=clusters * len(share))
    gap = table.reshape(clusters, len(share)) - np.outer(size, share)
    spread = float((gap**2 / share).sum()) * clusters / (clusters - 1)
    freedom = len(share) - 1
    return float(np.clip((spread - len(place) * freedom) / (freedom * pairs), 0.0, 1.0))


def seen_size(cluster: Ints) -> float:
    """Return the mean number of subjects in the cluster of a subject: the sum of squares over the sum.

    Examples
    --------
    >>> seen_size(np.array([0, 0, 0, 1]))
    2.5
    """
    size = np.bincount(cluster).astype(np.float64)
    return float((size**2).sum() / len(cluster))


def effective_size(n: int, *clustered: tuple[float, float]) -> float:
    """Return how many independent subjects tell as much as n that come in clusters.

    Parameters
    ----------
    n : int
        At least 1.
    *clustered : tuple of float
        For each way to cluster: `seen_size` and `correlation`.

    Notes
    -----
    ``n / (1 + sum (size - 1) correlation)``: the design effect of Kish (1965), summed over crossed ways to
    cluster.

    Examples
    --------
    >>> effective_size(120, (12.0, 1.0)), effective_size(120, (12.0, 0.0))
    (10.0, 120.0)
    """
    return max(1.0, n / (1 + sum((size - 1) * alike for size, alike in clustered)))
