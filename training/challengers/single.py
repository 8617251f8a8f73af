"""One well-known figure alone: what all the other features must add to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression

from features.catalog import FEATURES
from training.challengers.lesson import CannotLearn, Learn, Lesson, Predict

__all__ = ["single"]

Floats = npt.NDArray[np.float64]

_ENDS = (0.01, 0.99)
"""Quantiles at which values are cut: a ratio over almost nothing has no end."""


def single(name: str) -> Learn:
    """Return a challenger that knows one feature of the catalog: a logistic regression on it.

    Its order is that of the feature, towards the risk that the catalog states; a missing value has a
    probability of its own.

    Parameters
    ----------
    name : str
        A feature with a sign.
    """

    def learn(lesson: Lesson) -> Predict:
        if name not in lesson.values:
            raise CannotLearn("no_such_feature")
        column = lesson.values[name].to_numpy(np.float64)
        known = ~np.isnan(column)
        if not known.any() or np.ptp(column[known]) == 0:
            raise CannotLearn("never_known")
        if len(np.unique(lesson.outcome[known])) < 2:
            raise CannotLearn("one_outcome")
        return _fitted(name, lesson, column, known)

    return learn


def _fitted(name: str, lesson: Lesson, column: Floats, known: npt.NDArray[np.bool_]) -> Predict:
    low, high = np.quantile(column[known], _ENDS)
    scale = float(column[known].std())
    model = LogisticRegression().fit(
        np.clip(column[known], low, high)[:, None] / scale, lesson.outcome[known], lesson.weights[known]
    )
    # Reason: a history in which the figure points the wrong way must not turn it round.
    slope = FEATURES[name].sign * abs(float(model.coef_[0, 0]))
    level = float(model.intercept_[0])
    rest = ~known
    unknown = _rate(lesson.outcome[rest], lesson.weights[rest], lesson.outcome.mean())

    def predict(values: pd.DataFrame) -> Floats:
        asked = values[name].to_numpy(np.float64)
        log_odds = slope * np.clip(asked, low, high) / scale + level
        return np.where(np.isnan(asked), unknown, 1 / (1 + np.exp(-log_odds)))

    return predict


def _rate(outcome: Floats, weight: Floats, otherwise: float) -> float:
    """Return the rate of bad outcomes, with one subject's worth of the whole sample's rate added."""
    return float(((outcome * weight).sum() + otherwise) / (weight.sum() + 1.0))
