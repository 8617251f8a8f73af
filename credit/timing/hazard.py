"""The hazard that was learned: the probability of closing in an interval, of what is open before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit.spec import FeatureSpec
from credit.timing.grid import Grid
from credit.timing.inputs import fixed_inputs, moving_inputs
from credit.trees import Trees

__all__ = ["Hazards"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hazards:
    """log-odds of closing in an interval = base + trees + log(days of it at risk).

    Parameters
    ----------
    trees : Trees
        Of subject x interval rows.
    base : float
    features : sequence of FeatureSpec
    grid : Grid
    """

    trees: Trees
    base: float
    features: Sequence[FeatureSpec]
    grid: Grid

    def of(self, values: Floats, days: tuple[Ints, Ints, Floats]) -> Floats:
        """Return hazards by interval before any calibration, shape (n, m); 0 up to as_of.

        Parameters
        ----------
        values : float64 ndarray, shape (n, len(features))
        days : tuple of ndarray
            As in `credit.timing.inputs.interval_inputs`.
        """
        rows = self.grid.rows(days[0] - days[1], np.full(len(values), self.grid.ends[-1]))
        fixed = fixed_inputs(values, self.features)
        moving = moving_inputs(fixed, self.features, days, self.grid, rows)
        starts = np.searchsorted(rows.subject, np.arange(len(values) + 1))
        hazard = np.zeros((len(values), len(self.grid.ends)))
        margin = self.base + self.trees.raw_of_spans(fixed, moving, starts) + np.log(rows.width)
        hazard[rows.subject, rows.interval] = 1.0 / (1.0 + np.exp(-margin))
        return hazard
