"""How bold a prior is: its slope, moved from 1 only as far as own outcomes carry."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from credit.prior.credibility import shift_to_rate

__all__ = ["SLOPE_SD", "shrunk_slope"]

Floats = npt.NDArray[np.float64]

SLOPE_SD = 0.25
"""Standard deviation of a scorecard's slope around 1 before any outcome is seen. Expert judgement."""

_FLATTEST, _STEEPEST = 0.2, 2.0


def shrunk_slope(log_odds: Floats, outcome: Floats, rate: float, *, sd: float = SLOPE_SD) -> float:
    """Return the slope that outcomes and a normal prior around 1 make most probable.

    Parameters
    ----------
    log_odds : float64 ndarray, shape (m,)
        A prior's, of independent subjects; finite, m above 0.
    outcome : float64 ndarray, shape (m,)
        1 default, 0 none; neither needs to occur.
    rate : float
        The mean probability that every slope is shifted to: the level is not the slope's to choose.
    sd : float
        Of the prior; towards 0 the slope stays 1.

    Returns
    -------
    float
        Between 0.2 and 2.0; 1.0 where the log-odds do not vary.

    Examples
    --------
    >>> none_of_ten = shrunk_slope(np.linspace(-6.0, -3.0, 10), np.zeros(10), 0.02)
    >>> round(none_of_ten, 2)
    1.0
    """
    if np.ptp(log_odds) == 0:
        return 1.0

    def loss(slope: float) -> float:
        told = slope * log_odds
        told = told + shift_to_rate(told, rate)
        return float((np.logaddexp(0, told) - outcome * told).sum() + (slope - 1) ** 2 / (2 * sd**2))

    return float(minimize_scalar(loss, bounds=(_FLATTEST, _STEEPEST), method="bounded").x)
