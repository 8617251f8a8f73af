"""Tests of whether observed defaults fit stated probabilities: pure formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc, betainc, betaincinv, chdtrc, ndtr, ndtri

__all__ = [
    "binomial_p",
    "brier_decomposition",
    "equal_bins",
    "holm",
    "hosmer_lemeshow",
    "jeffreys_interval",
    "jeffreys_p",
    "spiegelhalter",
    "vasicek_bound",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def jeffreys_p(pd: float, n: float, defaults: float) -> float:
    """Return the posterior probability that the true rate is at most `pd`: small says that `pd` is too low.

    ``BetaCDF(pd; defaults + 1/2, n - defaults + 1/2)``, one-sided (European Central Bank 2019, Instructions
    for reporting the validation results of internal models).

    Parameters
    ----------
    pd : float
    n, defaults : float
        Effective numbers need not be whole.

    Examples
    --------
    >>> round(jeffreys_p(0.0367, 6, 2), 5), round(jeffreys_p(0.01, 400, 8), 4)
    (0.00438, 0.0327)
    """
    return float(betainc(defaults + 0.5, n - defaults + 0.5, pd))


def jeffreys_interval(n: float, defaults: float, level: float = 0.95) -> tuple[float, float]:
    """Return the equal-tailed Jeffreys interval of a rate; from 0 without defaults, to 1 with nothing else.

    Examples
    --------
    >>> [round(end, 4) for end in jeffreys_interval(400, 8)]
    [0.0095, 0.0374]
    """
    bad, good, tail = defaults + 0.5, n - defaults + 0.5, (1 - level) / 2
    low = 0.0 if defaults <= 0 else float(betaincinv(bad, good, tail))
    high = 1.0 if defaults >= n else float(betaincinv(bad, good, 1 - tail))
    return low, high


def binomial_p(pd: float, n: int, defaults: int) -> float:
    """Return ``P(X >= defaults)`` for X binomial in n and `pd`, outcomes being independent.

    Examples
    --------
    >>> round(binomial_p(0.01, 400, 8), 4), binomial_p(0.01, 400, 0)
    (0.0502, 1.0)
    """
    return 1.0 if defaults <= 0 else float(bdtrc(defaults - 1, n, pd))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number (Holm 1979), in the order given.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    stepped = np.maximum.accumulate(np.asarray(p_values, np.float64)[order] * factors)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(stepped, 1.0)
    return [float(p) for p in corrected]


def vasicek_bound(pd: float, correlation: float, quantile: float = 0.95) -> float:
    """Return the rate that a large portfolio stays below in a share of years, defaults moving together.

    ``Phi((Phi^-1(pd) + sqrt(rho) Phi^-1(quantile)) / sqrt(1 - rho))`` (Vasicek 2002).

    Examples
    --------
    >>> vasicek_bound(0.01, 0.0, 0.95), round(vasicek_bound(0.01, 0.12, 0.95), 4)
    (0.01, 0.0306)
    """
    if correlation == 0.0:
        return pd
    moved = ndtri(pd) + np.sqrt(correlation) * ndtri(quantile)
    return float(ndtr(moved / np.sqrt(1 - correlation)))


def spiegelhalter(outcome: Floats, probability: Floats) -> tuple[float, float] | None:
    """Return z and its two-sided p: the Brier score's distance from what calibrated probabilities give.

    ``sum (y - p)(1 - 2 p) / sqrt(sum (1 - 2 p)^2 p (1 - p))`` (Spiegelhalter 1986); z above 0 says that the
    score is worse. None where the probabilities are all 0, 1/2 or 1.

    Examples
    --------
    >>> z, p = spiegelhalter(np.array([1.0, 0.0, 0.0]), np.array([0.2, 0.2, 0.2]))
    >>> round(z, 4), round(p, 4)
    (0.5774, 0.5637)
    """
    lean = 1 - 2 * probability
    variance = float((lean**2 * probability * (1 - probability)).sum())
    if variance <= 0:
        return None
    z = float(((outcome - probability) * lean).sum() / np.sqrt(variance))
    return z, float(2 * ndtr(-abs(z)))


def hosmer_lemeshow(
    outcome: Floats,
    probability: Floats,
    *,
    groups: int = 10,
    least_expected: float = 0.0,
    in_sample: bool = False,
) -> tuple[float, int, float]:
    """Return chi-square, degrees of freedom and p over groups of equal count.

    ``sum (observed - expected)^2 / (n pbar (1 - pbar))`` over groups by rising probability; as many degrees
    of freedom as groups, two fewer for the sample that the model was fitted on (Hosmer and Lemeshow 1980).

    Parameters
    ----------
    outcome, probability : float64 ndarray, shape (n,)
        n of 3 or more.
    groups : int
    least_expected : float
        Expected bad and good subjects that a group needs; one that has fewer joins its neighbour, since the
        distribution is that of chi-square only where all groups have about five (Cochran 1954).
    in_sample : bool

    Examples
    --------
    >>> outcome, probability = np.tile([0.0, 0.0, 0.0, 1.0], 10), np.full(40, 0.25)
    >>> hosmer_lemeshow(outcome, probability)[1]
    10
    """
    bins = _joined(equal_bins(probability, groups), probability, least_expected)
    n, bad, expected = _sums(bins, np.ones_like(outcome), outcome, probability)
    spread = expected * (1 - expected / n)
    gap = np.where(np.isclose(bad, expected, rtol=1e-12, atol=1e-12), 0.0, bad - expected)
    # Reason: a group whose probabilities are all 0 or 1 is right, or cannot be.
    terms = np.divide(gap**2, spread, out=np.where(gap == 0, 0.0, np.inf), where=spread > 0)
    chi_square = float(terms.sum())
    freedom = len(n) - 2 * in_sample
    return chi_square, freedom, float(chdtrc(freedom, chi_square))


def brier_decomposition(outcome: Floats, probability: Floats, *, bins: int = 10) -> dict[str, float]:
    """Return the parts of the Brier score over bins of equal count.

    Returns
    -------
    dict
        ``brier = reliability - resolution + uncertainty + within_bins`` (Murphy 1973; the last, of
        probabilities that differ within a bin, Stephenson and others 2008). ``skill`` is
        ``1 - brier / uncertainty``, 0 where there is one outcome.

    Examples
    --------
    >>> parts = brier_decomposition(np.array([0.0, 1.0]), np.array([0.25, 0.75]), bins=2)
    >>> parts["reliability"], parts["resolution"], parts["uncertainty"], parts["brier"]
    (0.0625, 0.25, 0.25, 0.0625)
    """
    which = equal_bins(probability, bins)
    n, bad, expected = _sums(which, np.ones_like(outcome), outcome, probability)
    rate, stated, base, total = bad / n, expected / n, float(outcome.mean()), len(outcome)
    brier = float(((outcome - probability) ** 2).mean())
    reliability = float((n * (rate - stated) ** 2).sum() / total)
    resolution = float((n * (rate - base) ** 2).sum() / total)
    uncertainty = base * (1 - base)
    return {
        "brier": brier,
        "reliability": reliability,
        "resolution": resolution,
        "uncertainty": uncertainty,
        "within_bins": brier - reliability + resolution - uncertainty,
        "skill": 1 - brier / uncertainty if uncertainty else 0.0,
    }


def equal_bins(probability: Floats, bins: int) -> Ints:
    """Return the bin of each subject by rising probability, as many subjects in each as can be.

    Examples
    --------
    >>> equal_bins(np.array([0.3, 0.1, 0.2]), 2).tolist()
    [1, 0, 0]
    """
    found = np.empty(len(probability), np.int64)
    for which, part in enumerate(np.array_split(np.argsort(probability, kind="stable"), bins)):
        found[part] = which
    return found


def _joined(which: Ints, probability: Floats, least: float) -> Ints:
    """Return bins of which neighbours are joined until each has enough expected bad and good subjects."""
    n, expected = _sums(which, np.ones_like(probability), probability)
    place, bad, good = np.zeros(len(n), np.int64), 0.0, 0.0
    for index, (more_bad, more_good) in enumerate(zip(expected, n - expected, strict=True)):
        place[index] = place[index - 1] + (index > 0 and min(bad, good) >= least)
        starts = index == 0 or place[index] > place[index - 1]
        bad, good = more_bad + (0.0 if starts else bad), more_good + (0.0 if starts else good)
    if min(bad, good) < least:
        place[place == place[-1]] = max(place[-1] - 1, 0)
    joined: Ints = place[which]
    return joined


def _sums(which: Ints, *columns: Floats) -> Floats:
    """Return sums of columns by bin, shape (columns, bins that hold a subject)."""
    return np.array([np.bincount(which, column) for column in columns])
