"""What a timing model is fitted on: subjects with their values, grid, features, rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.encoding import pattern_texts, sources_of
from credit.spec import FeatureSpec
from credit.timing.grid import Grid
from credit.timing.inputs import input_names, interval_inputs
from features.build import Packed
from features.errors import Refused
from training.contract import Choice, choose_features
from training.run import Recipe
from training.timing.choice import most_useful
from training.timing.grid import grid_for
from training.timing.learner import HazardExamples
from training.timing.rows import days_of, hazard_rows, thinned
from training.weights import recency_weights

__all__ = ["Material"]

Rows = npt.NDArray[np.int64]

_MIN_PATTERN = 20
"""Training subjects that a pattern of present sources needs before the model may speak of it."""

_MIN_CLOSED = 50
"""Closings below which nothing can be learned."""

_MOST_ROWS, _PILOT_ROWS = 400_000, 100_000
_PER_CLOSING = 6.0
"""Rows without a closing that are kept for each one with it: more tell little."""


@dataclass(frozen=True)
class Material:
    """Training subjects of a recipe, with what had happened by the end of the training period.

    Parameters
    ----------
    packed : Packed
    recipe : Recipe
    subjects : DataFrame, shape (n, ...)
        Of `training.timing.subjects.timing_subjects`, ordered by as_of.
    values : DataFrame, shape (n, len(NAMES))
    until_day : float
        Last day that counts, days since 1970.
    lag_days : int
        Days within which payments are booked: what happened in the last so many days was not known yet.
    """

    packed: Packed
    recipe: Recipe
    subjects: pd.DataFrame
    values: pd.DataFrame
    until_day: float
    lag_days: int

    @property
    def timezone(self) -> str:
        """The seller's."""
        return self.packed.portfolio.seller.timezone

    @cached_property
    def closed(self) -> npt.NDArray[np.bool_]:
        """Which subjects closed by the end of the training period."""
        day = self.subjects["closed_day"].to_numpy(np.float64)
        return day <= np.minimum(self.subjects["seen_day"].to_numpy(np.float64), self.until_day)

    @cached_property
    def closing_day(self) -> npt.NDArray[np.float64]:
        """Days from due of the closings."""
        told = self.subjects["closed_day"] - self.subjects["due_day"]
        return told.to_numpy(np.float64)[self.closed]

    def check(self) -> None:
        """Refuse a history from which nothing can be learned."""
        if self.closed.sum() < _MIN_CLOSED:
            raise Refused(
                f"expected at least {_MIN_CLOSED} invoices that were paid or closed otherwise before the "
                f"training period ends; found {int(self.closed.sum())} of {len(self.subjects)}; load a "
                "longer history, or move --test-from to a later day"
            )

    @cached_property
    def grid(self) -> Grid:
        """The intervals."""
        return grid_for(self.closing_day)

    @cached_property
    def choice(self) -> Choice:
        """The features that are learned from."""
        config, inputs = self.recipe.config, self.recipe.outcome.inputs
        all_of = choose_features(inputs, self.packed.portfolio, self.values, config.without)
        pilot = self._examples(np.arange(len(self.subjects)), self.until_day, all_of, _PILOT_ROWS)
        return most_useful(all_of, pilot, config.seed)

    @property
    def features(self) -> tuple[FeatureSpec, ...]:
        """The chosen features."""
        return self.choice.features

    @property
    def names(self) -> list[str]:
        """Names of the chosen features."""
        return [feature.name for feature in self.features]

    def examples(self, rows: Rows, until_day: float, most: int = _MOST_ROWS) -> HazardExamples:
        """Return what is learned from some subjects, with what had happened by a day."""
        return self._examples(rows, until_day, self.choice, most)

    def _examples(self, rows: Rows, until_day: float, choice: Choice, most: int) -> HazardExamples:
        seed = self.recipe.config.seed
        subjects, values = self.subjects.iloc[rows], self.values.iloc[rows]
        found = thinned(hazard_rows(subjects, self.grid, until_day), most, _PER_CLOSING, seed)
        names = [feature.name for feature in choice.features]
        inputs = interval_inputs(
            values[names].to_numpy(np.float64), choice.features, days_of(subjects, values), self.grid,
            found.rows,
        )  # fmt: skip
        weight = self._weight(subjects)[found.rows.subject]
        return HazardExamples(inputs, found, weight, input_names(choice.features))

    def _weight(self, subjects: pd.DataFrame) -> npt.NDArray[np.float64]:
        return recency_weights(subjects["as_of"], self.recipe.config.weights.recency_half_life_days)

    @property
    def patterns(self) -> tuple[str, ...]:
        """Patterns of present sources that the model has seen often enough."""
        values = self.values.to_numpy(np.float64)
        texts = pattern_texts(values, sources_of(self.names))
        patterns, counts = np.unique(texts, return_counts=True)
        least = min(_MIN_PATTERN, len(self.subjects))
        return tuple(str(pattern) for pattern, n in zip(patterns, counts, strict=True) if n >= least)
