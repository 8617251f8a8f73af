"""What few own defaults say: the level of the prior, when a learner takes over, and what can be measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from scipy.stats import chi2

from credit.prior.credibility import PRIOR_STRENGTH, Credibility, credibility, shift_to_rate
from features.errors import InputError
from training.cohorts import Cohort, cohorts_of, independent_rows
from training.metrics import metrics_of
from training.shrinkage import shrunk_slope

__all__ = [
    "BLEND_FROM",
    "LEAST_FOR_RANKS",
    "SWITCH_AT",
    "PriorFit",
    "auc_interval",
    "figures_of",
    "fit_prior",
]

Floats = npt.NDArray[np.float64]

SWITCH_AT = 60
"""Buyers that defaulted, from which number on trees speak alone; below it the prior has its share."""

BLEND_FROM = 10
"""Buyers that defaulted, and buyers that did not, from which number on trees are learned beside the prior."""

LEAST_FOR_RANKS = 10
"""Buyers that defaulted, and buyers that did not, which figures of ranks and slopes need to mean anything."""

_METRICS = ("auc", "average_precision", "ks", "brier", "ece", "calibration_intercept", "calibration_slope")
_SUPPOSED_AUC = 0.75


@dataclass(frozen=True)
class PriorFit:
    """What own experience makes of the prior.

    Parameters
    ----------
    slope, shift : float
        log-odds = slope x the scorecard's + shift; 1 and 0 without experience.
    prior_weight : float
        Weight of the prior's level, 1 without experience.
    level : Credibility or None
        Counts, portfolio PD and its interval; None where no subject is mature.
    cohorts : tuple of Cohort
        Independent annual cohorts that were counted.
    defaulted_buyers : int
        Buyers with a default in any window, also in those that overlap or lie before the first cohort.
    learner : {"prior", "blend", "lightgbm"}
        Who is to speak for so many of them.
    """

    slope: float
    shift: float
    prior_weight: float
    level: Credibility | None
    cohorts: tuple[Cohort, ...]
    defaulted_buyers: int
    learner: Literal["prior", "blend", "lightgbm"]

    @property
    def defaults(self) -> int:
        """Independent defaults, by which the level is moved."""
        return sum(cohort.defaults for cohort in self.cohorts)


def fit_prior(
    subjects: pd.DataFrame, log_odds: Floats, *, strength: float = PRIOR_STRENGTH, switch_at: int = SWITCH_AT
) -> PriorFit:
    """Move the level of a prior by own defaults, and tell whether there are enough to learn from.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        Mature subjects of a default outcome: ``buyer_id``, ``as_of``, ``window_end`` and ``outcome``
        (0 or 1). Windows may overlap; only independent ones are counted. n may be 0, and so may the defaults.
    log_odds : float64 ndarray, shape (n,)
        The scorecard's, of the same subjects.
    strength : float
        Expected defaults that the prior is worth.
    switch_at : int
        Defaulted buyers from which number on trees speak alone.

    Returns
    -------
    PriorFit
        With its slope and shift the mean probability of the counted subjects is the posterior portfolio PD.

    Raises
    ------
    InputError
        Where log-odds lack, are not finite or belong to other subjects.
    """
    if len(log_odds) != len(subjects) or not np.isfinite(log_odds).all():
        raise InputError.of(
            "finite log-odds of every subject", "others", "score the same subjects with the scorecard"
        )
    rows = independent_rows(subjects)
    if not len(rows):
        return PriorFit(1.0, 0.0, 1.0, None, (), 0, "prior")
    defaulted = int(subjects.loc[subjects["outcome"] == 1, "buyer_id"].nunique())
    counted, own = subjects.iloc[rows], log_odds[rows]
    probability = expit(own)
    defaults = int(counted["outcome"].sum())
    level = credibility(defaults, len(rows), float(probability.sum()), strength=strength)
    slope = shrunk_slope(own, counted["outcome"].to_numpy(np.float64), level.rate)
    return PriorFit(
        slope=slope,
        shift=shift_to_rate(slope * own, level.rate),
        prior_weight=level.prior_weight,
        level=level,
        cohorts=cohorts_of(counted, probability),
        defaulted_buyers=defaulted,
        learner=_learner(defaulted, int(subjects["buyer_id"].nunique()) - defaulted, switch_at),
    )


def _learner(bad: int, good: int, switch_at: int) -> Literal["prior", "blend", "lightgbm"]:
    if bad >= switch_at:
        return "lightgbm"
    return "blend" if min(bad, good) >= BLEND_FROM else "prior"


def figures_of(scored: pd.DataFrame, *, least: int = LEAST_FOR_RANKS, seed: int = 0) -> dict[str, Any]:
    """Return figures of a test period, or why they cannot be said.

    Parameters
    ----------
    scored : DataFrame, shape (n, ...)
        ``buyer_id``, ``as_of``, ``window_end``, ``outcome`` and ``probability``; n may be 0.
    least : int
        Buyers of either outcome below which no figure of ranks, slopes or squares is told.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        ``defaults`` (buyers that defaulted), ``level`` (see `_level`), ``cannot_say`` (the reason, or null)
        and ``metrics`` in the shape of `training.metrics.metrics_of`, every value null where there is a
        reason.
    """
    outcome = scored["outcome"].to_numpy(np.float64)
    bad = int(scored.loc[outcome == 1, "buyer_id"].nunique())
    good = int(scored["buyer_id"].nunique()) - bad
    reason = _reason(bad, good, least)
    nothing = {"value": None, "low": None, "high": None}
    metrics = (
        {name: dict(nothing) for name in _METRICS}
        if reason
        else metrics_of(
            outcome, scored["probability"].to_numpy(np.float64), scored["buyer_id"].to_numpy(), seed=seed
        )
    )
    return {"defaults": bad, "level": _level(scored), "cannot_say": reason, "metrics": metrics}


def auc_interval(bad: int, good: int, auc: float = _SUPPOSED_AUC) -> tuple[float, float]:
    """Return the 95 % interval that an AUC would have with so many of either outcome.

    Parameters
    ----------
    bad, good : int
        Both above 0.
    auc : float
        The AUC that is supposed.

    Notes
    -----
    Hanley and McNeil (1982):
    ``se**2 = (A (1 - A) + (b - 1) (A / (2 - A) - A**2) + (g - 1) (2 A**2 / (1 + A) - A**2)) / (b g)``.

    Examples
    --------
    >>> (
    ...     [round(edge, 2) for edge in auc_interval(5, 500)],
    ...     [round(edge, 2) for edge in auc_interval(500, 5000)],
    ... )
    ([0.5, 1.0], [0.72, 0.78])
    """
    of_bad, of_good = auc / (2 - auc) - auc**2, 2 * auc**2 / (1 + auc) - auc**2
    variance = (auc * (1 - auc) + (bad - 1) * of_bad + (good - 1) * of_good) / (bad * good)
    half = 1.96 * float(np.sqrt(variance))
    return max(auc - half, 0.0), min(auc + half, 1.0)


def _reason(bad: int, good: int, least: int) -> str | None:
    if min(bad, good) >= least:
        return None
    reason = f"{bad} buyers defaulted and {good} did not; {least} of each are needed"
    if min(bad, good) > 0:
        low, high = auc_interval(bad, good)
        reason += f": an AUC of {_SUPPOSED_AUC} would lie between {low:.2f} and {high:.2f}"
    return reason


def _level(scored: pd.DataFrame) -> dict[str, Any]:
    """Return independent obligor-years, their defaults, those foreseen, and the ratio with its 95 % interval.

    The interval is the exact one of a Poisson count (Garwood 1936) over what was foreseen; with 0 defaults it
    still says how many more than foreseen can be ruled out. Null where nothing is counted.
    """
    counted = scored.iloc[independent_rows(scored)]
    defaults, expected = int(counted["outcome"].sum()), float(counted["probability"].sum())
    values: dict[str, Any] = {"subjects": len(counted), "defaults": defaults, "expected": expected}
    if not expected > 0:
        return values | {"ratio": None, "low": None, "high": None}
    low = chi2.ppf(0.025, 2 * defaults) / 2 if defaults else 0.0
    high = chi2.ppf(0.975, 2 * defaults + 2) / 2
    edges = (defaults / expected, float(low) / expected, float(high) / expected)
    return values | dict(zip(("ratio", "low", "high"), edges, strict=True))
