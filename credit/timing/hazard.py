"""The hazard that was learned: the probability of closing in an interval, of what is open before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from credit.spec import FeatureSpec
from credit.timing.grid import Grid
from credit.timing.inputs import fixed_inputs, moving_inputs, relative_places, terms_row
from credit.trees import Trees

__all__ = ["Hazards"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


_KEPT = 4096
"""Pairs of a day and a due day of which the calendar is kept: what is asked on one day has few due days."""

_NO_TERMS = np.full(1, np.nan)


class _Calendar(NamedTuple):
    """What of one subject's rows its dates alone say.

    Parameters
    ----------
    first : int
        The first interval with a row; the last one has one too.
    moving : float32 ndarray, shape (inputs, r)
        As `credit.timing.inputs.moving_inputs` gives them, but for features and terms.
    end : float32 ndarray, shape (r,)
        Last day of each interval.
    log_width : float64 ndarray, shape (r,)
    starts : int64 ndarray, shape (2,)
    """

    first: int
    moving: npt.NDArray[np.float32]
    end: npt.NDArray[np.float32]
    log_width: Floats
    starts: Ints


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
        if len(values) == 1 and days[0][0] - days[1][0] < self.grid.ends[-1]:
            return self._of_one(values, (int(days[0][0]), int(days[1][0])), days[2])
        rows = self.grid.rows(days[0] - days[1], np.full(len(values), self.grid.ends[-1]))
        fixed = fixed_inputs(values, self.features)
        moving = moving_inputs(fixed, self.features, days, self.grid, rows)
        starts = np.searchsorted(rows.subject, np.arange(len(values) + 1))
        hazard = np.zeros((len(values), len(self.grid.ends)))
        margin = self.base + self.trees.raw_of_spans(fixed, moving, starts) + np.log(rows.width)
        hazard[rows.subject, rows.interval] = 1.0 / (1.0 + np.exp(-margin))
        return hazard

    def _of_one(self, values: Floats, days: tuple[int, int], terms: Floats) -> Floats:
        """Return `of` of one subject, whose dates others share."""
        calendar = self._calendar(*days)
        fixed = fixed_inputs(values, self.features)
        moving = calendar.moving.copy()
        relative = self._relative
        moving[: len(relative)] = calendar.end - fixed[0, relative][:, None]
        moving[terms_row(len(relative))] = terms + self.grid.last[calendar.first :]
        hazard = np.zeros((1, len(self.grid.ends)))
        margin = self.base + self.trees.raw_of_spans(fixed, moving, calendar.starts) + calendar.log_width
        hazard[0, calendar.first :] = 1.0 / (1.0 + np.exp(-margin))
        return hazard

    @cached_property
    def _relative(self) -> npt.NDArray[np.intp]:
        return relative_places(self.features)

    @cached_property
    def _calendar(self) -> Any:
        return lru_cache(maxsize=_KEPT)(self._find)

    def _find(self, as_of: int, due: int) -> _Calendar:
        days = np.array([as_of]), np.array([due])
        rows = self.grid.rows(days[0] - days[1], np.array([self.grid.ends[-1]]))
        nothing = np.full((1, len(self.features)), np.nan, np.float32)
        moving = moving_inputs(nothing, self.features, (*days, _NO_TERMS), self.grid, rows)
        end = self.grid.last[rows.interval].astype(np.float32)
        starts = np.array([0, len(rows)], np.int64)
        return _Calendar(int(rows.interval[0]), moving, end, np.log(rows.width), starts)
