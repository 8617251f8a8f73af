"""Platt calibration on out-of-time predictions, and the shift to a population's rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit.spec import Calibration
from features.errors import Refused
from training.metrics import calibration_line

__all__ = ["platt"]

Floats = npt.NDArray[np.float64]


def platt(raw: Floats, outcome: Floats, population_rate: float | None) -> Calibration:
    """Fit log-odds = slope x raw + intercept, and the shift to the population's rate.

    Parameters
    ----------
    raw : float64 ndarray, shape (m,)
        Raw margins of subjects at times that their model had not seen.
    outcome : float64 ndarray, shape (m,)
    population_rate : float, optional
        Rate of bad outcomes in the population; the shift is the difference of the log-odds of both rates
        (Prentice and Pyke 1979: the slopes of a logistic model do not depend on how cases were sampled).

    Raises
    ------
    Refused
        Where the slope is not above 0: the model ranks no better than chance, and points would be turned
        round.

    Examples
    --------
    >>> raw = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 0.5])
    >>> platt(raw, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0]), None).slope > 0
    True
    """
    slope, intercept = calibration_line(outcome, raw)
    if slope is None or intercept is None or slope <= 0:
        raise Refused(
            "expected a calibration slope above 0; found a model that ranks no better than chance out of "
            "time; load more history or more columns"
        )
    sample_rate = float(outcome.mean())
    shift = 0.0 if population_rate is None else _log_odds(population_rate) - _log_odds(sample_rate)
    return Calibration(
        slope=slope,
        intercept=intercept,
        prior_shift=shift,
        sample_rate=sample_rate,
        population_rate=population_rate,
    )


def _log_odds(rate: float) -> float:
    return float(np.log(rate / (1 - rate)))
