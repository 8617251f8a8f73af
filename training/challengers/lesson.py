"""What every challenger is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalog import Model

__all__ = ["CannotLearn", "Learn", "Lesson", "Predict"]

Floats = npt.NDArray[np.float64]

Predict = Callable[[pd.DataFrame], Floats]
"""Values of subjects, shape (n, ...), to their probabilities of the bad outcome, shape (n,)."""


class CannotLearn(Exception):
    """A challenger has nothing to learn from here; the text is a code: ``not_installed``, ``never_known``."""


@dataclass(frozen=True)
class Lesson:
    """Training subjects, the same for every challenger.

    Parameters
    ----------
    model : {"default", "late"}
    values : DataFrame, shape (n, ...)
        Columns by feature, missing as NaN: those of the model, and those that a challenger reads alone.
    names : tuple of str
        Features of the model.
    outcome : float64 ndarray, shape (n,)
        1 bad, 0 good.
    weight : float64 ndarray, shape (n,), optional
        Default: ones.
    seed : int
    """

    model: Model
    values: pd.DataFrame
    names: tuple[str, ...]
    outcome: Floats
    weight: Floats | None = None
    seed: int = 7

    @property
    def inputs(self) -> Floats:
        """Values of the model's features, shape (n, len(names))."""
        return self.of(self.values)

    @property
    def weights(self) -> Floats:
        """Weights, ones where none were given."""
        return np.ones(len(self.outcome)) if self.weight is None else self.weight

    def of(self, values: pd.DataFrame) -> Floats:
        """Return the model's features of some subjects as an array."""
        return values[list(self.names)].to_numpy(np.float64)


Learn = Callable[[Lesson], Predict]
"""Learns; raises `CannotLearn`."""
