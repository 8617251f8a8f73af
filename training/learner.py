"""LightGBM with monotone constraints from the catalog; the number of trees comes from rolling folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from credit.spec import FeatureSpec
from training.splits import Fold

__all__ = ["PARAMETERS", "Fit", "fit_trees", "fold_predictions"]

Floats = npt.NDArray[np.float64]
Progress = Callable[[int], None]

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 15,
    "max_depth": 5,
    "min_child_samples": 40,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "monotone_constraints_method": "basic",
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbose": -1,
}
"""Small trees: reasons cost what trees weigh. Only the method `basic` keeps monotone constraints in all cases."""

MAX_TREES, _MIN_TREES, _STEP = 600, 20, 10


@dataclass(frozen=True)
class Fit:
    """What rolling folds tell: the number of trees, and predictions for times that no fold's model had seen.

    Parameters
    ----------
    trees : int
    rows : int64 ndarray, shape (m,)
        Training rows that were predicted.
    raw : float64 ndarray, shape (m,)
        Raw margins.
    """

    trees: int
    rows: npt.NDArray[np.int64]
    raw: Floats


def fit_trees(inputs: Floats, outcome: Floats, features: Sequence[FeatureSpec], trees: int, seed: int) -> lgb.Booster:
    """Fit a booster of `trees` trees.

    Parameters
    ----------
    inputs : float64 ndarray, shape (n, features)
        Encoded values.
    outcome : float64 ndarray, shape (n,)
    features : sequence of FeatureSpec
        Give names and monotone signs.
    """
    return lgb.train(_parameters(features, seed), _dataset(inputs, outcome, features), trees)


def fold_predictions(
    inputs: Floats,
    outcome: Floats,
    features: Sequence[FeatureSpec],
    folds: Sequence[Fold],
    seed: int,
    progress: Progress | None = None,
) -> Fit:
    """Fit on each fold and choose the number of trees with the least pooled log loss.

    Parameters
    ----------
    inputs, outcome, features, seed :
        As in `fit_trees`.
    folds : sequence of Fold
    progress : callable, optional
        Called with 1 after each fold.
    """
    steps = np.arange(_MIN_TREES, MAX_TREES + 1, _STEP)
    margins = []
    for fold in folds:
        data = _dataset(inputs[fold.fit], outcome[fold.fit], features)
        booster = lgb.train(_parameters(features, seed), data, MAX_TREES)
        margins.append(_staged(booster, inputs[fold.predict], steps))
        if progress is not None:
            progress(1)
    rows = np.concatenate([fold.predict for fold in folds])
    staged = np.concatenate(margins, axis=1)
    best = int(np.argmin([_log_loss(outcome[rows], raw) for raw in staged]))
    return Fit(int(steps[best]), rows, staged[best])


def _staged(booster: lgb.Booster, inputs: Floats, steps: npt.NDArray[np.int64]) -> Floats:
    """Return raw margins after each number of trees, shape (steps, n)."""
    parts, last = [], 0
    for step in steps:
        parts.append(booster.predict(inputs, raw_score=True, start_iteration=last, num_iteration=int(step) - last))
        last = int(step)
    return np.cumsum(np.array(parts), axis=0)


def _log_loss(outcome: Floats, raw: Floats) -> float:
    return float((np.logaddexp(0, raw) - outcome * raw).mean())


def _parameters(features: Sequence[FeatureSpec], seed: int) -> dict[str, Any]:
    return {**PARAMETERS, "seed": seed, "monotone_constraints": [feature.sign for feature in features]}


def _dataset(inputs: Floats, outcome: Floats, features: Sequence[FeatureSpec]) -> lgb.Dataset:
    return lgb.Dataset(inputs, outcome, feature_name=[feature.name for feature in features])
