"""The scorecard of credit departments: features in bins, a bin for missing, and a logistic regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from training.challengers.lesson import Lesson, Predict

__all__ = ["Bins", "scorecard"]

Floats = npt.NDArray[np.float64]

_BINS = 6
_STRENGTH = 0.05
"""Inverse strength of the L2 penalty, for weights that add up to the number of rows."""


@dataclass(frozen=True)
class Bins:
    """Bins of equal count for each column, and one for missing values.

    Parameters
    ----------
    edges : tuple of float64 ndarray
        Inner edges by column, ascending.
    """

    edges: tuple[Floats, ...]

    @classmethod
    def of(cls, values: Floats, count: int = _BINS) -> Bins:
        """Take the edges from the quantiles of the known values of each column.

        Examples
        --------
        >>> Bins.of(np.array([[1.0], [2.0], [3.0], [4.0], [np.nan]]), 2).edges
        (array([2.5]),)
        """
        shares = np.arange(1, count) / count
        columns = [column[~np.isnan(column)] for column in values.T]
        return cls(tuple(np.unique(np.quantile(known, shares)) if len(known) else np.zeros(0)
                         for known in columns))  # fmt: skip

    @property
    def width(self) -> int:
        """Bins of all columns."""
        return sum(len(edges) + 2 for edges in self.edges)

    def indicators(self, values: Floats) -> csr_array:
        """Return which bin each value is in, shape (n, width), ones and zeros."""
        offset, columns = 0, []
        for edges, column in zip(self.edges, values.T, strict=True):
            missing = np.isnan(column)
            columns.append(offset + np.where(missing, len(edges) + 1, np.searchsorted(edges, column)))
            offset += len(edges) + 2
        n, width = values.shape
        starts = np.arange(n + 1) * width
        flat = np.array(columns).T.ravel()
        return csr_array((np.ones(n * width), flat, starts), shape=(n, self.width))


def scorecard(lesson: Lesson) -> Predict:
    """Fit a logistic regression with an L2 penalty on the bins of the model's features."""
    inputs = lesson.inputs
    bins = Bins.of(inputs)
    weights = lesson.weights / lesson.weights.mean()
    model = LogisticRegression(C=_STRENGTH, max_iter=500)
    model.fit(bins.indicators(inputs), lesson.outcome, sample_weight=weights)

    def predict(values: pd.DataFrame) -> Floats:
        return np.asarray(model.predict_proba(bins.indicators(lesson.of(values)))[:, 1])

    return predict
