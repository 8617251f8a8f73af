"""Fits hazards: rolling folds choose the trees and give the predictions on which they are calibrated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from credit.timing.hazard import Hazards
from credit.timing.incidence import survival
from credit.timing.spec import Shares, TimingCalibration
from credit.trees import Trees
from features.instants import local_days
from training.shape import Shape
from training.timing.calibration import Residuals, calibrate
from training.timing.learner import HazardExamples, fit_hazard, grown_together, member_for, shape_of
from training.timing.material import Material
from training.timing.rows import days_of
from training.timing.shares import learn_shares

__all__ = ["LearnedTiming", "learn_timing"]

Rows = npt.NDArray[np.int64]
Say = Callable[[str], None]

_FOLDS, _FIRST_FOLD = 3, 0.4
"""Folds, and the quantile of the subjects' as_of at which the first one starts."""

_LEAST = 30
"""Closings that each part of a fold needs."""

_FEW_TREES = 60
"""Trees where the history is too short for folds."""

_MOST_FIT, _MOST_LATER, _MOST_SUBJECTS = 200_000, 60_000, 3_000
"""Rows that a fold learns from and is measured on, and subjects on which it is calibrated, at most."""


@dataclass(frozen=True)
class LearnedTiming:
    """What was learned.

    Parameters
    ----------
    booster : lightgbm.Booster
    base : float
    shares : Shares
    calibration : TimingCalibration
    shape : Shape
    rows : int
        Subject x interval rows that the trees learned from.
    """

    booster: lgb.Booster
    base: float
    shares: Shares
    calibration: TimingCalibration
    shape: Shape
    rows: int

    @property
    def recorded(self) -> dict[str, Any]:
        """The shape as an object of JSON."""
        return asdict(self.shape)


@dataclass(frozen=True)
class _Fold:
    """Subjects to fit on, with what had happened by a day, and later ones."""

    fit: Rows
    later: Rows
    until_day: float


def learn_timing(material: Material, shape: Mapping[str, Any] | None, say: Say) -> LearnedTiming:
    """Fit the trees on all subjects, with the shape and the calibration that the folds give.

    Parameters
    ----------
    material : Material
    shape : mapping or None
        Hyper-parameters that an earlier run chose; None: the folds choose.
    say : callable

    Raises
    ------
    Refused
        Where there is too little to learn from.
    """
    material.check()
    folds = _folds(material)
    say(f"{len(folds)} rolling folds")
    chosen, calibration = _from_folds(material, folds, None if shape is None else Shape(**shape))
    say(f"{chosen.trees} trees on {len(material.names)} features; cumulative hazards x "
        f"{calibration.level:.3f}, to the power of {calibration.shape:.3f}")  # fmt: skip
    every = material.examples(np.arange(len(material.subjects)), material.until_day)
    booster = fit_hazard(every, chosen, material.recipe.config.seed)
    cause = material.subjects["cause"].to_numpy(np.int64)[material.closed]
    return LearnedTiming(
        booster, every.base, learn_shares(material.closing_day, cause), calibration, chosen, len(every.inputs)
    )


def _folds(material: Material) -> list[_Fold]:
    """Return folds that predict later subjects from what was known when they begin."""
    as_of = material.subjects["as_of"].to_numpy()
    quantiles = _FIRST_FOLD + (1 - _FIRST_FOLD) * np.arange(_FOLDS) / _FOLDS
    starts = [as_of[int(quantile * len(as_of))] for quantile in quantiles]
    folds = []
    for number, start in enumerate(starts):
        earlier = as_of < start
        later = as_of >= start
        if number + 1 < len(starts):
            later &= as_of < starts[number + 1]
        day = local_days(np.array([start]).astype("datetime64[s]").astype(np.int64), material.timezone)[0]
        fold = _Fold(np.flatnonzero(earlier), np.flatnonzero(later), float(day) - 1 - material.lag_days)
        if _has_enough(material, fold):
            folds.append(fold)
    return folds


def _has_enough(material: Material, fold: _Fold) -> bool:
    day = material.subjects["closed_day"].to_numpy(np.float64)
    before = int((day[fold.fit] <= fold.until_day).sum())
    return min(before, int(material.closed[fold.later].sum())) >= _LEAST


def _from_folds(
    material: Material, folds: list[_Fold], shape: Shape | None
) -> tuple[Shape, TimingCalibration]:
    member = member_for(int(material.closed.sum())) if shape is None else shape.members[0]
    if not folds:
        nothing = TimingCalibration(level=1.0, shape=1.0, subjects=0, events=0)
        return shape or shape_of(member, _FEW_TREES), nothing
    seed = material.recipe.config.seed
    fits = [material.examples(fold.fit, fold.until_day, _MOST_FIT) for fold in folds]
    later = [material.examples(fold.later, material.until_day, _MOST_LATER) for fold in folds]
    trees, boosters = grown_together(fits, later, member, seed, to_the_end=shape is not None)
    chosen = shape or shape_of(member, trees)
    residuals = [
        _residuals(material, fold, fit, booster, chosen.trees)
        for fold, fit, booster in zip(folds, fits, boosters, strict=True)
    ]
    return chosen, calibrate(Residuals.joined(residuals))


def _residuals(
    material: Material, fold: _Fold, fit: HazardExamples, booster: lgb.Booster, trees: int
) -> Residuals:
    """Return the cumulative hazards at which later subjects of a fold ended."""
    rng = np.random.default_rng(material.recipe.config.seed)
    rows = fold.later
    if len(rows) > _MOST_SUBJECTS:
        rows = np.sort(rng.choice(rows, _MOST_SUBJECTS, replace=False))
    subjects, values = material.subjects.iloc[rows], material.values.iloc[rows]
    first = Trees.from_booster_text(booster.model_to_string(num_iteration=trees))
    known = Hazards(first, fit.base, material.features, material.grid)
    hazard = known.of(values[material.names].to_numpy(np.float64), days_of(subjects, values))
    return residuals_of(subjects, -np.log(survival(hazard)), material)


def residuals_of(subjects: Any, cumulative: npt.NDArray[np.float64], material: Material) -> Residuals:
    """Return what of the cumulative hazards, shape (n, m), subjects had run through when they ended."""
    due = subjects["due_day"].to_numpy(np.int64)
    seen = np.minimum(subjects["seen_day"].to_numpy(np.float64), material.until_day)
    day = subjects["closed_day"].to_numpy(np.float64)
    closes = day <= seen
    last = (np.where(closes, day, seen) - due).astype(np.int64)
    grid = material.grid
    place = grid.interval_of(last)
    closed = closes & (place < len(grid.ends))
    padded = np.concatenate([np.zeros((len(subjects), 1)), cumulative], axis=1)
    rows = np.arange(len(subjects))
    until = padded[rows, np.minimum(place + 1, len(grid.ends))]
    before = padded[rows, np.minimum(place, len(grid.ends))]
    start = np.maximum(grid.before[np.minimum(place, len(grid.ends) - 1)], subjects["as_of_day"] - due)
    end = grid.last[np.minimum(place, len(grid.ends) - 1)]
    part = np.clip((last - start) / np.maximum(end - start, 1), 0.0, 1.0)
    return Residuals(
        np.where(closed, before, before + part * (until - before)),
        np.where(closed, until, before + part * (until - before)),
        closed,
    )
