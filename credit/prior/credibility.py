"""Credibility: how far own experience moves the level of a prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import betaincinv, expit, logit

from features.errors import InputError

__all__ = ["PRIOR_STRENGTH", "Credibility", "credibility", "shift_to_rate"]

Floats = npt.NDArray[np.float64]

PRIOR_STRENGTH = 4.0
"""Expected defaults that the prior's level is worth: a seller's own level lies within a factor of 1 +- 1/2
(one standard deviation, 1 / sqrt(strength)) of the population's. Expert judgement: definitions of default and
the choice of customers differ that much between a population's statistics and a seller's book."""

_WIDEST_SHIFT = 30.0


@dataclass(frozen=True)
class Credibility:
    """What own experience makes of a prior's level.

    Parameters
    ----------
    defaults, subjects : int
        Defaults d among n independent obligor-years.
    expected : float
        Defaults E that the prior foresaw for them.
    strength : float
        Expected defaults k that the prior is worth.
    rate, low, high : float
        Portfolio PD after the experience, and quantiles of its posterior.
    shift : float
        Log-odds to add to the prior's: ``logit(rate) - logit(E / n)``.
    prior_weight : float
        ``1 - Z = k / (E + k)``.
    """

    defaults: int
    subjects: int
    expected: float
    strength: float
    rate: float
    low: float
    high: float
    shift: float
    prior_weight: float


def credibility(
    defaults: int,
    subjects: int,
    expected: float,
    *,
    strength: float = PRIOR_STRENGTH,
    lower: float = 0.05,
    upper: float = 0.95,
) -> Credibility:
    """Update a prior's portfolio PD by own defaults.

    Parameters
    ----------
    defaults : int
        d, of independent obligor-years: at most one a buyer and year, of years that do not overlap.
    subjects : int
        n of them, above 0.
    expected : float
        E, the sum of the prior's PDs over them, ``0 < E < n``.
    strength : float
        k, above 0.
    lower, upper : float
        Quantiles of the interval.

    Returns
    -------
    Credibility

    Raises
    ------
    InputError
        Where the counts do not fit each other.

    Notes
    -----
    Prior of the portfolio PD: Beta with mean E / n that is worth k expected defaults, so a = k and
    b = k (n - E) / E. After d defaults of n: Beta(a + d, b + n - d), whose mean is
    ``(1 - Z) E / n + Z d / n`` with ``Z = E / (E + k)``, which is Buehlmann's credibility and, for small PDs,
    the gamma-Poisson one (Buehlmann and Gisler 2005).

    Examples
    --------
    A prior that foresaw 4 of 400 and saw none keeps half of its level:

    >>> own = credibility(0, 400, 4.0, strength=4.0)
    >>> own.rate, own.prior_weight, round(own.shift, 4)
    (0.005, 0.5, -0.6982)
    """
    _check(defaults, subjects, expected, strength)
    prior_rate = expected / subjects
    bad = strength + defaults
    good = strength * (1.0 - prior_rate) / prior_rate + subjects - defaults
    rate = bad / (bad + good)
    return Credibility(
        defaults=defaults,
        subjects=subjects,
        expected=expected,
        strength=strength,
        rate=rate,
        low=float(betaincinv(bad, good, lower)),
        high=float(betaincinv(bad, good, upper)),
        shift=float(logit(rate) - logit(prior_rate)),
        prior_weight=strength / (expected + strength),
    )


def shift_to_rate(log_odds: Floats, rate: float) -> float:
    """Return the shift after which the mean probability of subjects is a rate.

    Parameters
    ----------
    log_odds : float64 ndarray, shape (n,)
        Finite, n above 0.
    rate : float
        ``0 < rate < 1``.

    Examples
    --------
    >>> log_odds = np.array([-5.0, -3.0])
    >>> shift = shift_to_rate(log_odds, 0.02)
    >>> round(float(expit(log_odds + shift).mean()), 12)
    0.02
    """

    def gap(shift: float) -> float:
        return float(expit(log_odds + shift).mean()) - rate

    return float(brentq(gap, -_WIDEST_SHIFT, _WIDEST_SHIFT, xtol=1e-14, rtol=1e-14))


def _check(defaults: int, subjects: int, expected: float, strength: float) -> None:
    if not 0 <= defaults <= subjects or subjects < 1:
        found = f"{defaults} of {subjects}"
        raise InputError.of("defaults among at least one subject", found, "count obligor-years first")
    if not 0.0 < expected < subjects or not strength > 0.0:
        found = f"{expected:g} of {subjects}, and a strength of {strength:g}"
        raise InputError.of(
            "expected defaults above 0 and below the subjects, and a strength above 0", found,
            "take the sum of the prior's probabilities",
        )  # fmt: skip
