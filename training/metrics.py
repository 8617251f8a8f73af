"""How well probabilities separate and match outcomes, with intervals clustered by buyer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from training.bootstrap import SURE, Clusters, Resampled, draws_of, interval_of

__all__ = ["calibration_line", "metrics_of"]

Floats = npt.NDArray[np.float64]


def metrics_of(
    outcome: Floats, probability: Floats, buyer: npt.NDArray[Any], *, seed: int = 0
) -> dict[str, Any]:
    """Return all metrics of one set of subjects.

    Parameters
    ----------
    outcome : float64 ndarray, shape (n,)
        1 bad, 0 good.
    probability : float64 ndarray, shape (n,)
        Of the bad outcome.
    buyer : ndarray, shape (n,)
        Buyers, which are drawn whole by the bootstrap: a buyer's invoices are not independent.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        By metric ``{"value", "low", "high"}`` with the 95 % interval of 400 draws of the buyers, null for
        fewer than ten buyers. A metric of subjects with one outcome only is null.

    Notes
    -----
    The draws keep the bins of ECE, and take slope and intercept one Newton step from the sample's own: fits
    of each draw would differ by terms of second order.
    """
    log_odds = logit(np.clip(probability, SURE, 1 - SURE))
    slope, intercept = calibration_line(outcome, log_odds)
    line = None if slope is None or intercept is None else (slope, intercept)
    resampled = Resampled(outcome, probability, Clusters.of(buyer), line=line)
    whole = resampled.whole()
    values = {
        "auc": _if_both(outcome, roc_auc_score, probability),
        "average_precision": _if_both(outcome, average_precision_score, probability),
        "ks": whole["ks"],
        "brier": float(brier_score_loss(outcome, probability)),
        "ece": whole["ece"],
        "calibration_intercept": intercept,
        "calibration_slope": slope,
    }
    draws = draws_of(resampled, seed=seed)
    return {name: _told(value, interval_of(name, value, draws)) for name, value in values.items()}


def calibration_line(outcome: Floats, log_odds: Floats) -> tuple[float | None, float | None]:
    """Return slope and intercept of the logistic regression of outcomes on log-odds (target 1 and 0).

    None where there is one outcome only, or the log-odds do not vary.
    """
    if not _has_both(outcome) or np.ptp(log_odds) == 0:
        return None, None

    def loss(line: Floats) -> tuple[float, Floats]:
        z = line[0] * log_odds + line[1]
        gap = expit(z) - outcome
        return float((np.logaddexp(0, z) - outcome * z).mean()), np.array(
            [(gap * log_odds).mean(), gap.mean()]
        )

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS", options={"gtol": 1e-9})
    return float(found.x[0]), float(found.x[1])


def _told(value: float | None, interval: tuple[float | None, float | None]) -> dict[str, float | None]:
    return {"value": value, "low": interval[0], "high": interval[1]}


def _has_both(outcome: Floats) -> bool:
    return 0 < outcome.sum() < len(outcome)


def _if_both(outcome: Floats, metric: Callable[[Floats, Floats], float], probability: Floats) -> float | None:
    return float(metric(outcome, probability)) if _has_both(outcome) else None
