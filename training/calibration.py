"""Calibration on out-of-time predictions: one line, what each information state adds, a population's rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit

from credit.spec import OPTIONAL, Calibration
from credit.states import STATES, InformationState
from features.errors import Refused
from training.staged import Staged
from training.withholding import due_for, lacking_levels

__all__ = ["SLOPE_WORTH_EVENTS", "Level", "calibrate", "slope_within"]

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
class Level:
    """Rates of bad outcomes, all above 0 and below 1.

    Parameters
    ----------
    folds : float64 ndarray, shape (folds,)
        That each fold learned from.
    expected : float
        That the model learns from, and that its probabilities are to have on the mean.
    """

    folds: Floats
    expected: float


def calibrate(
    told: Staged, level: Level, sources: tuple[str, ...], population_rate: float | None
) -> Calibration:
    """Fit the line on subjects as they are, and what each information state adds to the fullest one.

    Parameters
    ----------
    told : Staged
    level : Level
    sources : tuple of str
        Sources that the model uses; states that differ in another one are the same to it.
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
    One slope and a level for each fold are fitted: how far the rate had moved since a fold's training says
    nothing of how bold its margins are, and the model learns from later times than any fold. The slope is
    drawn towards 1: ``w x fitted + (1 - w)``, ``w = events / (events + 25)``; a default that month ends tell
    twelve times is one event. The intercept is the one at
    which the margins, moved from the rate that their fold learned from to the one that the model learns from,
    and with what their state adds, have the expected rate on the mean: that of all training subjects.

    A state's level is that of its own subjects where at least 25 of them were bad, else that of masked copies
    too, drawn towards the state above it by ``25 / (25 + events)``. A state that knows less never adds less,
    nor does the lack of an optional source (a year before, a market value) reduce anything: with what they
    add, subjects of the folds gain nothing on the mean by withholding a source (`training.withholding`).
    """
    own = told.own
    slope, fitted = _slope(told)
    lacking = lacking_levels(told.pairs, told.lacks, slope * told.raw)
    of_lack = told.lacks @ np.array([lacking.get(source, 0.0) for source in OPTIONAL])
    at_the_time = slope * told.raw + of_lack
    at_the_time = at_the_time + _fold_levels(told, at_the_time)[told.fold]
    state = _as_used(told.state, sources)
    levels = _levels(told, state, at_the_time, sum(lacking.values()))
    base = min(levels.values())
    moved = told.raw - logit(level.folds)[told.fold] + logit(level.expected)
    added = of_lack + np.array([levels.get(position, 0.0) for position in range(len(STATES))])[state]
    shift = 0.0 if population_rate is None else float(logit(population_rate) - logit(level.expected))
    return Calibration(
        slope=slope,
        intercept=_level((slope * moved + added)[own], np.full(own.sum(), level.expected)) + base,
        prior_shift=shift,
        sample_rate=level.expected,
        population_rate=population_rate,
        states=_by_name(levels, base, sources),
        lacking=lacking,
        fitted_slope=fitted,
        events=int(told.outcome[own].sum()),
    )


def _slope(told: Staged) -> tuple[float, float]:
    """Return the slope drawn towards 1 and the fitted one."""
    own = told.own
    fitted = slope_within(told.outcome[own], told.raw[own], told.fold[own])
    if fitted is None or fitted <= 0:
        raise Refused(
            "expected a calibration slope above 0; found a model that ranks no better than chance out of "
            "time; load more history or more columns"
        )
    events = told.events(own)
    weight = events / (events + SLOPE_WORTH_EVENTS)
    return weight * fitted + (1 - weight), fitted


def slope_within(outcome: Floats, raw: Floats, fold: npt.NDArray[np.int64]) -> float | None:
    """Return the slope of the logistic regression of outcomes on margins with a level for each fold.

    None where there is one outcome only, or the margins do not vary.

    Examples
    --------
    >>> raw = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 0.5])
    >>> slope_within(np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0]), raw, np.zeros(6, int)) > 0
    True
    """
    if not 0 < outcome.sum() < len(outcome) or np.ptp(raw) == 0:
        return None
    member = np.eye(int(fold.max()) + 1)[fold]

    def loss(line: Floats) -> tuple[float, Floats]:
        z = line[0] * raw + line[1:][fold]
        gap = expit(z) - outcome
        value = float((np.logaddexp(0, z) - outcome * z).mean())
        return value, np.append((gap * raw).mean(), member.T @ gap / len(gap))

    start = np.append(1.0, np.zeros(member.shape[1]))
    return float(minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-9}).x[0])


def _fold_levels(told: Staged, log_odds: Floats) -> Floats:
    """Return by fold the level at which the mean probability of its subjects is their rate."""
    levels = np.zeros(int(told.fold.max()) + 1)
    for number in np.unique(told.fold):
        mine = told.own & (told.fold == number)
        if 0 < told.outcome[mine].sum() < mine.sum():
            levels[number] = _level(log_odds[mine], told.outcome[mine])
    return levels


def _by_name(
    levels: dict[int, float], base: float, sources: tuple[str, ...]
) -> dict[InformationState, float]:
    as_used = _as_used(np.arange(len(STATES)), sources)
    return {
        name: levels[position] - base
        for name, position in zip(STATES, as_used.tolist(), strict=True)
        if position in levels
    }


def _as_used(state: npt.NDArray[np.int64], sources: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Return states in which a source that the model does not use counts as there."""
    return 2 * (state // 2) * ("payments" in sources) + (state % 2) * ("accounts" in sources)


def _levels(told: Staged, state: npt.NDArray[np.int64], log_odds: Floats, lacking: float) -> dict[int, float]:
    """Return what each state that there is adds to the line, from the fullest on.

    One without accounts adds no less than accounts that lack all that they may lack.
    """
    levels: dict[int, float] = {}
    for position, above in _ABOVE.items():
        mine = state == position
        if mine.any():
            higher = {up: levels[up] for up in above if up in levels}
            level = _own_level(told, mine, log_odds, max(higher.values(), default=0.0))
            # Reason: a buyer may keep its accounts to itself, but the payments are in the seller's own books.
            kept = {of: up for of, up in higher.items() if of // 2 == position // 2}
            due = (up + _due(told, state, log_odds, (of, position)) for of, up in kept.items())
            least = (up + lacking * (position % 2 - of % 2) for of, up in higher.items())
            levels[position] = max([level, *least, *due])
    return levels


def _due(told: Staged, state: npt.NDArray[np.int64], log_odds: Floats, way: tuple[int, int]) -> float:
    """Return what a state must add to another one so that it does not pay to go from there to here."""
    pairs = told.pairs
    inside = (state[pairs.own] == way[0]) & (state[pairs.copy] == way[1])
    return due_for(pairs.among(inside).gain(log_odds))


def _own_level(told: Staged, mine: npt.NDArray[np.bool_], log_odds: Floats, towards: float) -> float:
    """Return the level at which the mean probability is the rate, drawn towards another where few are bad."""
    if told.events(mine & told.own) >= _STATE_WORTH_EVENTS:
        mine = mine & told.own
    events = told.events(mine)
    if events == 0:
        return towards
    weight = events / (events + _STATE_WORTH_EVENTS)
    return weight * _level(log_odds[mine], told.outcome[mine]) + (1 - weight) * towards


def _level(log_odds: Floats, outcome: Floats) -> float:
    """Return what is to be added for the mean probability to be the rate of the outcomes (both present)."""

    def gap(level: float) -> float:
        return float((expit(log_odds + level) - outcome).mean())

    reach = _REACH + float(np.abs(log_odds).max())
    return float(brentq(gap, -reach, reach, xtol=1e-12))
