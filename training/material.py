"""What a model is fitted on: subjects with their values, the chosen features, masked copies and weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.encoding import encode, pattern_texts, sources_of
from credit.spec import OPTIONAL, SOURCE_FLAGS
from features.build import Packed
from training.contract import Choice, choose_features
from training.few_defaults import SWITCH_AT
from training.leaks import refuse_leaks
from training.learner import Examples
from training.masking import Copies, masked_copies
from training.run import Recipe
from training.splits import Fold
from training.weights import recency_weights

__all__ = ["Material"]

Floats = npt.NDArray[np.float64]

_TOLD_AGAIN = 2
"""Mean number of bad subjects of a defaulted buyer above which they tell of one default again and again."""

_MIN_PATTERN = 20
"""Training rows that a pattern of present sources needs before the model may speak of it."""


@dataclass(frozen=True)
class Material:
    """Training subjects of a recipe.

    Parameters
    ----------
    packed : Packed
    recipe : Recipe
    subjects : DataFrame, shape (n, ...)
        With ``outcome`` and ``window_end``, ordered by as_of.
    values : DataFrame, shape (n, len(NAMES))
        Every feature of the catalog.
    searches : Path, optional
        File in which a search for better trees is kept; without one none is made.
    left_to_prior : tuple of str
        Features that trees do not read because a scorecard beside them does.
    """

    packed: Packed
    recipe: Recipe
    subjects: pd.DataFrame
    values: pd.DataFrame
    searches: Path | None = None
    left_to_prior: tuple[str, ...] = ()

    @cached_property
    def choice(self) -> Choice:
        """The features that the model learns from; those that know the outcome are refused."""
        config = self.recipe.config
        chosen = choose_features(
            self.recipe.outcome.inputs, self.packed.portfolio, self.values,
            (*config.without, *self.left_to_prior),
        )  # fmt: skip
        names = [feature.name for feature in chosen.features]
        refuse_leaks(self.values[names].to_numpy(), names, self._own_outcome, config.leaks, config.seed)
        return chosen

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the chosen features."""
        return tuple(feature.name for feature in self.choice.features)

    @cached_property
    def copies(self) -> Copies:
        """The subjects with their masked copies."""
        config = self.recipe.config
        values = self.values[list(self.names)].to_numpy(np.float64)
        return masked_copies(values, self.names, config.masked.shares, config.seed)

    @cached_property
    def inputs(self) -> Floats:
        """Encoded values of all rows, copies too."""
        return encode(self.copies.values, self.choice.features)

    @cached_property
    def outcome(self) -> Floats:
        """Outcome of each row."""
        return self._own_outcome[self.copies.row]

    @cached_property
    def weight(self) -> Floats:
        """Weight of each row: that of its subject, shared with its copies."""
        return self.own_weight[self.copies.row] * self.copies.weight

    @cached_property
    def own_weight(self) -> Floats:
        """Weight of each subject."""
        half_life = self.recipe.config.weights.recency_half_life_days
        return recency_weights(self.subjects["as_of"], half_life)

    @cached_property
    def state(self) -> npt.NDArray[np.int64]:
        """Information state of each row, as position in `credit.states.STATES`."""
        return 2 * self._lacks("payments") + 1 * self._lacks("accounts")

    @cached_property
    def lacking(self) -> npt.NDArray[np.bool_]:
        """Which sources of `OPTIONAL` each row lacks although it has accounts, shape (m, len(OPTIONAL))."""
        has_accounts = ~self._lacks("accounts")
        return np.column_stack([self._lacks(source) & has_accounts for source in OPTIONAL])

    def _lacks(self, source: str) -> npt.NDArray[np.bool_]:
        """Return which rows lack a source; none where the model does not ask for it."""
        flag = SOURCE_FLAGS[source]
        if flag not in self.names:
            return np.zeros(len(self.copies.row), bool)
        return np.asarray(self.copies.values[:, self.names.index(flag)] != 1.0)

    @property
    def rate(self) -> float:
        """Rate of bad outcomes as the learner weighs them: a subject and its copies weigh as it alone."""
        return float(np.average(self._own_outcome, weights=self.own_weight))

    @property
    def examples(self) -> Examples:
        """All rows as the learner takes them."""
        return Examples(self.inputs, self.outcome, self.choice.features, self.weight, self.one_outcome)

    @cached_property
    def buyer(self) -> npt.NDArray[np.int64]:
        """Which buyer each row is of, by number."""
        return pd.factorize(self.subjects["buyer_id"])[0][self.copies.row].astype(np.int64)

    @property
    def one_outcome(self) -> npt.NDArray[np.int64] | None:
        """The buyer of each row where outcomes are few, or told again and again by month ends.

        None for invoices, and for accounts of many defaulted buyers: each row has an outcome of its own.
        """
        if self.recipe.outcome.model != "default":
            return None
        bad = self._own_outcome == 1
        buyers = self.subjects["buyer_id"][bad].nunique()
        return self.buyer if buyers < SWITCH_AT or bad.sum() > _TOLD_AGAIN * buyers else None

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources that the chosen features come from."""
        return sources_of(self.names)

    @property
    def patterns(self) -> tuple[str, ...]:
        """Patterns of present sources that the model has seen often enough."""
        texts = pattern_texts(self.copies.values, self.sources, self.names)
        patterns, counts = np.unique(texts, return_counts=True)
        least = min(_MIN_PATTERN, len(self.subjects))
        return tuple(str(pattern) for pattern, n in zip(patterns, counts, strict=True) if n >= least)

    def with_copies(self, folds: list[Fold]) -> list[Fold]:
        """Return folds of subjects as folds of rows: a copy is where its subject is."""
        return [Fold(self._rows_of(fold.fit), self._rows_of(fold.predict)) for fold in folds]

    def _rows_of(self, subjects: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        inside = np.zeros(len(self.subjects), bool)
        inside[subjects] = True
        return np.flatnonzero(inside[self.copies.row])

    @property
    def _own_outcome(self) -> Floats:
        return self.subjects["outcome"].to_numpy(np.float64)
