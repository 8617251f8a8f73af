"""Calibration on out-of-time predictions: one line, what each information state adds, a population's rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit

from credit.spec import Calibration
from credit.states import STATES
from features.errors import Refused
from training.metrics import calibration_line

__all__ = ["SLOPE_WORTH_EVENTS", "Staged", "calibrate", "platt"]

Floats = npt.NDArray[np.float64]

SLOPE_WORTH_EVENTS = 25.0
"""Bad outcomes at which the fitted slope weighs as much as 1: fewer say little about how bold margins are."""

_STATE_WORTH_EVENTS = 25.0
"""Bad outcomes of a state at which its own level weighs as much as that of the state above it."""

_ABOVE: dict[int, tuple[int, ...]] = {0: (), 1: (0,), 2: (0,), 3: (0, 1, 2)}
"""By position in `STATES`: those that know all that it knows, and more."""

_REACH = 40.0
"""Log-odds beyond any probability that can be told from 0 or 1."""


@dataclass(frozen=True)
class Staged:
    """Out-of-time margins with the information state in which each was made.

    Parameters
    ----------
    raw, outcome : float64 ndarray, shape (m,)
    state : int64 ndarray, shape (m,)
        Positions in `STATES`.
    is_copy : bool ndarray, shape (m,)
        Whether the row is a masked copy; the line is fitted on the others.
    """

    raw: Floats
    outcome: Floats
    state: npt.NDArray[np.int64]
    is_copy: npt.NDArray[np.bool_]


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

    Notes
    -----
    The slope is ``w x fitted + (1 - w)`` with ``w = events / (events + 25)``; the intercept is then the one
    at which the mean probability is the sample's rate.

    Examples
    --------
    >>> raw = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 0.5])
    >>> platt(raw, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0]), None).slope > 0
    True
    """
    fitted, _ = calibration_line(outcome, raw)
    if fitted is None or fitted <= 0:
        raise Refused(
            "expected a calibration slope above 0; found a model that ranks no better than chance out of "
            "time; load more history or more columns"
        )
    events = min(outcome.sum(), len(outcome) - outcome.sum())
    weight = events / (events + SLOPE_WORTH_EVENTS)
    slope = weight * fitted + (1 - weight)
    sample_rate = float(outcome.mean())
    shift = 0.0 if population_rate is None else _log_odds(population_rate) - _log_odds(sample_rate)
    return Calibration(
        slope=float(slope),
        intercept=_level(slope * raw, outcome),
        prior_shift=shift,
        sample_rate=sample_rate,
        population_rate=population_rate,
        fitted_slope=float(fitted),
        events=int(outcome.sum()),
    )


def calibrate(told: Staged, sources: tuple[str, ...], population_rate: float | None) -> Calibration:
    """Fit the line on subjects as they are, and what each information state adds to the fullest one.

    Parameters
    ----------
    told : Staged
    sources : tuple of str
        Sources that the model uses; states that differ in another one are the same to it.
    population_rate : float, optional

    Notes
    -----
    A state's level is that of its own subjects where at least 25 of them were bad, else that of masked copies
    too, drawn towards the state above it by ``25 / (25 + events)``. A state that knows less never adds less:
    withholding a source must not make a buyer look better.
    """
    line = platt(told.raw[~told.is_copy], told.outcome[~told.is_copy], population_rate)
    levels = _levels(told, _as_used(told.state, sources), line.slope * told.raw + line.intercept)
    base = min(levels.values())
    as_used = _as_used(np.arange(len(STATES)), sources)
    states = {
        name: levels[position] - base
        for name, position in zip(STATES, as_used.tolist(), strict=True)
        if position in levels
    }
    return line.model_copy(update={"intercept": line.intercept + base, "states": states})


def _as_used(state: npt.NDArray[np.int64], sources: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Return states in which a source that the model does not use counts as there."""
    return 2 * (state // 2) * ("payments" in sources) + (state % 2) * ("accounts" in sources)


def _levels(told: Staged, state: npt.NDArray[np.int64], log_odds: Floats) -> dict[int, float]:
    """Return what each state that there is adds to the line, from the fullest on."""
    levels: dict[int, float] = {}
    for position, above in _ABOVE.items():
        mine = state == position
        if mine.any():
            least = max((levels[up] for up in above if up in levels), default=None)
            level = _own_level(log_odds[mine], told.outcome[mine], told.is_copy[mine], least or 0.0)
            levels[position] = level if least is None else max(level, least)
    return levels


def _own_level(log_odds: Floats, outcome: Floats, is_copy: npt.NDArray[np.bool_], towards: float) -> float:
    """Return the level at which the mean probability is the rate, drawn towards another where few are bad."""
    if outcome[~is_copy].sum() >= _STATE_WORTH_EVENTS:
        log_odds, outcome = log_odds[~is_copy], outcome[~is_copy]
    events = float(min(outcome.sum(), len(outcome) - outcome.sum()))
    if events == 0:
        return towards
    weight = events / (events + _STATE_WORTH_EVENTS)
    return weight * _level(log_odds, outcome) + (1 - weight) * towards


def _level(log_odds: Floats, outcome: Floats) -> float:
    """Return what is to be added for the mean probability to be the rate of the outcomes (both present)."""

    def gap(level: float) -> float:
        return float((expit(log_odds + level) - outcome).mean())

    reach = _REACH + float(np.abs(log_odds).max())
    return float(brentq(gap, -reach, reach, xtol=1e-12))


def _log_odds(rate: float) -> float:
    return float(np.log(rate / (1 - rate)))
