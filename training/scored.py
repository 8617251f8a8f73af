"""Scored subjects of a period with all that is needed to tell how good the scores are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import InputError
from features.portfolio import Portfolio
from training.bootstrap import Clusters
from training.profile import profile_as_known

__all__ = ["ScoredPeriod"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScoredPeriod:
    """Subjects of a period; rows of the three frames belong together by position.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        ``buyer_id``, ``as_of``, ``outcome`` and ``probability`` (missing where the model cannot say).
    values : DataFrame, shape (n, ...)
        Feature values of the catalog; those that are not there count as missing.
    profile : DataFrame, shape (n, ...)
        ``country``, as `training.profile.profile_as_known` gives it.
    known_buyers : collection of str, optional
        Buyers that training saw; without it nobody can tell new ones from known ones.
    timezone : str
        The seller's, in which months are told.

    Raises
    ------
    InputError
        Frames of other lengths, or no subject that is scored.
    """

    subjects: pd.DataFrame
    values: pd.DataFrame
    profile: pd.DataFrame
    known_buyers: Collection[str] | None = None
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        lengths = [len(frame) for frame in (self.subjects, self.values, self.profile)]
        if len(set(lengths)) > 1:
            found = f"{', '.join(map(str, lengths))} rows"
            raise InputError.of("subjects, values and profiles row by row", found, "give one row a subject")
        if not self._is_scored.any():
            raise InputError.of(
                "subjects that the model can score", "none", "widen the period, or load more columns"
            )

    @classmethod
    def of(
        cls,
        portfolio: Portfolio,
        subjects: pd.DataFrame,
        values: pd.DataFrame,
        known_buyers: Collection[str] | None = None,
    ) -> ScoredPeriod:
        """Return a period with the profiles that the portfolio knew, in the seller's time zone."""
        profile = profile_as_known(portfolio, subjects)
        return cls(subjects, values, profile, known_buyers, portfolio.seller.timezone)

    @cached_property
    def scored(self) -> pd.DataFrame:
        """The subjects that have a probability."""
        return self.subjects[self._is_scored].reset_index(drop=True)

    @property
    def cannot_say(self) -> int:
        """How many have none."""
        return len(self.subjects) - len(self.scored)

    @cached_property
    def outcome(self) -> Floats:
        """1 bad, 0 good, of the scored subjects."""
        return self.scored["outcome"].to_numpy(np.float64)

    @cached_property
    def probability(self) -> Floats:
        """Of the bad outcome, of the scored subjects."""
        return self.scored["probability"].to_numpy(np.float64)

    @cached_property
    def buyer(self) -> npt.NDArray[Any]:
        """Buyer of each scored subject."""
        return self.scored["buyer_id"].to_numpy(dtype=object)

    @cached_property
    def clusters(self) -> Clusters:
        """Buyers of the scored subjects as numbers."""
        return Clusters.of(self.buyer)

    def value(self, name: str) -> Floats:
        """Return a feature of the scored subjects, NaN where it is missing."""
        if name not in self.values:
            return np.full(len(self.scored), np.nan)
        return self.values[name].to_numpy(np.float64)[self._is_scored]

    @property
    def country(self) -> list[str]:
        """Country of each scored subject, empty where it is not known."""
        told = self.profile["country"].astype(object)
        return [str(text) for text in told.where(told.notna(), "").to_numpy()[self._is_scored]]

    @cached_property
    def _is_scored(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.subjects["probability"].notna().to_numpy(), bool)
