"""Other ensembles of trees on the same features, with the settings that their users start from."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from training.challengers.lesson import CannotLearn, Lesson, Predict

__all__ = ["catboost", "extra_trees", "hist_gradient_boosting"]

Floats = npt.NDArray[np.float64]

_THREADS = 2

_MOST_ROWS = 50_000
"""Rows from which extremely randomised trees learn at most: they grow with the rows."""


def extra_trees(lesson: Lesson) -> Predict:
    """Fit extremely randomised trees on values with their median for missing, and a flag for each missing."""
    medians = np.nan_to_num(_median(lesson.inputs))
    rows = _part(len(lesson.outcome), lesson.seed)
    model = ExtraTreesClassifier(400, min_samples_leaf=5, n_jobs=_THREADS, random_state=lesson.seed)
    model.fit(_filled(lesson.inputs[rows], medians), lesson.outcome[rows], lesson.weights[rows])
    # Reason: threads would add up the trees in another order each time.
    model.set_params(n_jobs=1)
    return _of(model, lesson, lambda inputs: _filled(inputs, medians))


def hist_gradient_boosting(lesson: Lesson) -> Predict:
    """Fit scikit-learn's gradient boosting as it comes, on the features that are known of anyone."""
    known = _known(lesson.inputs)
    model = HistGradientBoostingClassifier(random_state=lesson.seed)
    model.fit(lesson.inputs[:, known], lesson.outcome, sample_weight=lesson.weights)
    return _of(model, lesson, lambda inputs: inputs[:, known])


def catboost(lesson: Lesson) -> Predict:
    """Fit CatBoost with trees of depth 6 on a fifth of the features each.

    Raises
    ------
    CannotLearn
        ``not_installed``: it comes with the extra ``challengers``.
    """
    try:
        from catboost import CatBoostClassifier
    except ModuleNotFoundError as error:
        raise CannotLearn("not_installed") from error
    model = CatBoostClassifier(
        iterations=500, depth=6, rsm=0.2, learning_rate=0.04, random_seed=lesson.seed, thread_count=_THREADS,
        verbose=0, allow_writing_files=False,
    )  # fmt: skip
    model.fit(lesson.inputs, lesson.outcome, sample_weight=lesson.weights)
    return _of(model, lesson, lambda inputs: inputs)


def _of(model: Any, lesson: Lesson, prepared: Any) -> Predict:
    def predict(values: pd.DataFrame) -> Floats:
        return np.asarray(model.predict_proba(prepared(lesson.of(values)))[:, 1])

    return predict


def _median(inputs: Floats) -> Floats:
    """Return the median of each column, missing where none of its values is known."""
    known = _known(inputs)
    medians = np.full(inputs.shape[1], np.nan)
    medians[known] = np.nanmedian(inputs[:, known], axis=0)
    return medians


def _known(inputs: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(~np.isnan(inputs).all(axis=0))


def _filled(inputs: Floats, medians: Floats) -> Floats:
    missing = np.isnan(inputs)
    return np.concatenate([np.where(missing, medians, inputs), missing], axis=1)


def _part(n: int, seed: int) -> npt.NDArray[np.int64]:
    if n <= _MOST_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, _MOST_ROWS, replace=False))
