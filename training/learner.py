"""LightGBM with monotone constraints from the catalog; rolling folds choose kind and number of trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from credit.spec import FeatureSpec
from training.splits import Fold

__all__ = ["KINDS", "PARAMETERS", "Fit", "Shape", "fit_trees", "fold_predictions"]

Floats = npt.NDArray[np.float64]

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "monotone_constraints_method": "basic",
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbose": -1,
}
"""What all kinds of trees share. They are small: reasons cost what trees weigh. Only the method `basic` keeps
monotone constraints in all cases."""

KINDS: dict[str, dict[str, Any]] = {
    "best_splits": {"num_leaves": 15, "max_depth": 5, "min_child_samples": 40, "feature_fraction": 0.6},
    "random_splits": {
        "num_leaves": 31, "max_depth": 6, "min_child_samples": 20, "feature_fraction": 0.6,
        "extra_trees": True,
    },
}  # fmt: skip
"""Kinds of trees between which the folds choose: thresholds drawn at random vary less, which helps where bad
outcomes are few."""

_MAX_TREES = 400
_STEPS = np.arange(20, _MAX_TREES + 1, 20)


@dataclass(frozen=True)
class Shape:
    """Kind (one of `KINDS`) and number of trees."""

    kind: str
    trees: int


@dataclass(frozen=True)
class Fit:
    """What rolling folds tell: the shape, and predictions for times that no fold had seen.

    Parameters
    ----------
    shape : Shape
    rows : int64 ndarray, shape (m,)
        Training rows that were predicted.
    raw : float64 ndarray, shape (m,)
        Raw margins.
    """

    shape: Shape
    rows: npt.NDArray[np.int64]
    raw: Floats


def fit_trees(
    inputs: Floats,
    outcome: Floats,
    features: Sequence[FeatureSpec],
    shape: Shape,
    seed: int,
    weight: Floats | None = None,
) -> lgb.Booster:
    """Fit a booster.

    Parameters
    ----------
    inputs : float64 ndarray, shape (n, features)
        Encoded values.
    outcome : float64 ndarray, shape (n,)
    features : sequence of FeatureSpec
        Give names and monotone signs.
    shape : Shape
    seed : int
    weight : float64 ndarray, shape (n,), optional
    """
    data = _dataset(inputs, outcome, features, weight)
    return lgb.train(_parameters(features, shape.kind, seed), data, shape.trees)


def fold_predictions(
    inputs: Floats,
    outcome: Floats,
    features: Sequence[FeatureSpec],
    folds: Sequence[Fold],
    seed: int,
    weight: Floats | None = None,
    shape: Shape | None = None,
) -> Fit:
    """Fit each kind on each fold and choose kind and number of trees by the least pooled log loss.

    Parameters
    ----------
    inputs, outcome, features, seed :
        As in `fit_trees`.
    folds : sequence of Fold
    """
    rows = np.concatenate([fold.predict for fold in folds])
    weight = np.ones(len(outcome)) if weight is None else weight
    found = []
    for kind in KINDS if shape is None else [shape.kind]:
        staged = np.concatenate(
            [_fold(inputs, outcome, features, fold, kind, seed, weight) for fold in folds], axis=1
        )
        losses = [_log_loss(outcome[rows], raw, weight[rows]) for raw in staged]
        best = int(np.argmin(losses)) if shape is None else int(np.searchsorted(_STEPS, shape.trees))
        found.append((losses[best], Fit(Shape(kind, int(_STEPS[best])), rows, staged[best])))
    return min(found, key=lambda pair: pair[0])[1]


def _fold(
    inputs: Floats,
    outcome: Floats,
    features: Sequence[FeatureSpec],
    fold: Fold,
    kind: str,
    seed: int,
    weight: Floats,
) -> Floats:
    booster = fit_trees(
        inputs[fold.fit], outcome[fold.fit], features, Shape(kind, _MAX_TREES), seed, weight[fold.fit]
    )
    return _staged(booster, inputs[fold.predict], _STEPS)


def _staged(booster: lgb.Booster, inputs: Floats, steps: npt.NDArray[np.int64]) -> Floats:
    """Return raw margins after each number of trees, shape (steps, n)."""
    parts, last = [], 0
    for step in steps:
        parts.append(
            booster.predict(inputs, raw_score=True, start_iteration=last, num_iteration=int(step) - last)
        )
        last = int(step)
    return np.cumsum(np.array(parts), axis=0)


def _log_loss(outcome: Floats, raw: Floats, weight: Floats) -> float:
    return float(np.average(np.logaddexp(0, raw) - outcome * raw, weights=weight))


def _parameters(features: Sequence[FeatureSpec], kind: str, seed: int) -> dict[str, Any]:
    return {
        **PARAMETERS,
        **KINDS[kind],
        "seed": seed,
        "monotone_constraints": [feature.sign for feature in features],
    }


def _dataset(
    inputs: Floats, outcome: Floats, features: Sequence[FeatureSpec], weight: Floats | None
) -> lgb.Dataset:
    return lgb.Dataset(inputs, outcome, weight=weight, feature_name=[feature.name for feature in features])
