"""From hazards to the probability that something has happened by a day, where several things can happen.

Of an invoice that is open at the end of interval t - 1, the hazard h(t) is the probability that it closes in
interval t, and the share w_j(t) that of cause j given that it closes. Then

- S(t) = (1 - h(1)) ... (1 - h(t)) is the probability that it is still open, and
- F_j(t) = sum over s <= t of h(s) w_j(s) S(s - 1) the cumulative incidence of cause j.

One less the Kaplan-Meier curve of a cause by itself is not F_j: it takes invoices that closed otherwise as
if they could still close by it (Kalbfleisch and Prentice 2002, chapter 8).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["BODY", "given_open", "incidences", "recalibrated", "survival"]

Floats = npt.NDArray[np.float64]

BODY = -math.log(0.1)
"""Cumulative hazard at which a tenth is still open: up to there lies the interval of pay dates."""

_MOST = 700.0
"""Cumulative hazard beyond which survival is 0 in float64."""


def survival(hazard: Floats) -> Floats:
    """Return S(t) for hazards of shape (n, m).

    Examples
    --------
    >>> survival(np.array([[0.5, 0.5, 1.0]])).tolist()
    [[0.5, 0.25, 0.0]]
    """
    return np.asarray(np.cumprod(1.0 - hazard, axis=1))


def incidences(open_share: Floats, shares: Floats) -> Floats:
    """Return F_j(t) of each cause.

    Parameters
    ----------
    open_share : float64 ndarray, shape (n, m)
        S(t), never rising.
    shares : float64 ndarray, shape (causes, m)
        w_j(t), adding to 1 over the causes.

    Returns
    -------
    float64 ndarray, shape (causes, n, m)
        Their sum is 1 - S(t).

    Examples
    --------
    Half close on each of two days; on the first all are paid, on the second half are:

    >>> incidences(np.array([[0.5, 0.25]]), np.array([[1.0, 0.5], [0.0, 0.5]])).tolist()
    [[[0.5, 0.625]], [[0.0, 0.125]]]
    """
    closing = np.empty_like(open_share)
    closing[:, :1] = open_share[:, :1] - 1.0
    np.subtract(open_share[:, 1:], open_share[:, :-1], out=closing[:, 1:])
    np.negative(closing, out=closing)
    return np.asarray(np.cumsum(shares[:, None, :] * closing[None], axis=2))


def given_open(incidence: Floats, total: Floats, interval: int) -> Floats:
    """Return F_j(t) given that nothing had happened by the end of an interval.

    ``(F_j(t) - F_j(d)) / S(d)`` after d, and 0 up to it.

    Parameters
    ----------
    incidence : float64 ndarray, shape (n, m)
        F_j(t).
    total : float64 ndarray, shape (n, m)
        The sum of F_j(t) over all causes.
    interval : int
        d, as a position.

    Examples
    --------
    >>> paid, total = np.array([[0.5, 0.625]]), np.array([[0.5, 0.75]])
    >>> given_open(paid, total, 0).tolist()
    [[0.0, 0.25]]
    """
    left = 1.0 - total[:, [interval]]
    later = (incidence - incidence[:, [interval]]) / np.where(left > 0, left, np.nan)
    return np.where(np.arange(incidence.shape[1]) <= interval, 0.0, later)


def recalibrated(open_share: Floats, level: float, shape: float) -> Floats:
    """Return S(t) put right by a level and a shape of the cumulative hazard H(t) = -log S(t).

    Where predictions are right, H at the day of closing is exponential with mean 1 (the residual of Cox and
    Snell 1968); a Weibull distribution fitted to it puts it right: H becomes ``(level x H) ** shape``. A
    level above 1 closes sooner, a shape below 1 spreads the days. Beyond `BODY`, where a tenth is still open,
    hazards are as they were learned: who pays much later or never says nothing of when the others pay.

    Examples
    --------
    >>> recalibrated(np.array([[0.5, 0.25]]), 1.0, 1.0).round(12).tolist()
    [[0.5, 0.25]]
    >>> recalibrated(np.array([[0.5, 0.25, 0.05]]), 2.0, 1.0).round(12).tolist()
    [[0.25, 0.0625, 0.005]]
    """
    with np.errstate(divide="ignore"):
        cumulative = np.minimum(-np.log(open_share), _MOST)
    body = (level * np.minimum(cumulative, BODY)) ** shape
    return np.asarray(np.exp(-(body + np.maximum(cumulative - BODY, 0.0))))
