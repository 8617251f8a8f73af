"""Subjects in order of probability, summed up so that many weightings give their curves at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

__all__ = ["Curve", "Ranking"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Curve:
    """Weights of the bad and the good at each distinct probability that a bad subject has, highest first.

    Parameters
    ----------
    bad, tied : float64 ndarray, shape (g, draws)
        Weight of the bad, and of the good with the same probability.
    good_before : float64 ndarray, shape (g, draws)
        Weight of the good with a higher probability.
    good : float64 ndarray, shape (draws,)
        Weight of all good.
    """

    bad: Floats
    tied: Floats
    good_before: Floats
    good: Floats

    @cached_property
    def bad_until(self) -> Floats:
        """Weight of the bad with this probability or a higher one."""
        return np.cumsum(self.bad, axis=0)

    @property
    def all_bad(self) -> Floats:
        """Weight of all bad."""
        return self.bad.sum(axis=0)

    def auc(self) -> Floats:
        """Return the area under the ROC curve, ties counting half; NaN with one outcome."""
        above = (self.bad * (self.good_before + 0.5 * self.tied)).sum(axis=0)
        return 1.0 - _divided(above, self.all_bad * self.good)

    def average_precision(self) -> Floats:
        """Return precision, weighed by the recall that each probability adds; NaN with one outcome."""
        until = self.bad_until
        flagged = until + self.good_before + self.tied
        precise = np.divide(until, flagged, out=np.zeros_like(until), where=flagged > 0)
        total = (self.bad * precise).sum(axis=0)
        return np.where(self.good > 0, _divided(total, self.all_bad), np.nan)

    def ks(self) -> Floats:
        """Return the largest distance between the distributions of bad and good; NaN with one outcome.

        The bad lead most just after a probability that a bad subject has, the good just before one.
        """
        found = _divided(self.bad_until, self.all_bad)
        after = found - _divided(self.good_before + self.tied, self.good)
        before = _divided(self.good_before, self.good) - (found - _divided(self.bad, self.all_bad))
        return np.maximum(after.max(axis=0), before.max(axis=0))


@dataclass(frozen=True)
class Ranking:
    """Sums by cluster of what a ranking's curve is made of.

    Parameters
    ----------
    bad, tied : sparse array, shape (g, clusters)
        By distinct probability of a bad subject, highest first: weight of the bad and of the good there.
    between : sparse array, shape (g + 1, clusters)
        Weight of the good above each of them, below the one before; last the good below all.
    """

    bad: Any
    tied: Any
    between: Any

    @classmethod
    def of(cls, outcome: Floats, probability: Floats, cluster: Ints, weight: Floats) -> Ranking:
        """Sort once.

        Parameters
        ----------
        outcome, probability : float64 ndarray, shape (n,)
        cluster : int64 ndarray, shape (n,)
            From 0 on.
        weight : float64 ndarray, shape (n,)
            Not negative.
        """
        _, group = np.unique(-probability, return_inverse=True)
        is_bad = outcome == 1
        holds_bad = np.zeros(int(group.max(initial=-1)) + 1, bool)
        holds_bad[group[is_bad]] = True
        rank = (np.cumsum(holds_bad) - holds_bad)[group]
        clusters, groups = int(cluster.max(initial=-1)) + 1, int(holds_bad.sum())

        def sums(rows: npt.NDArray[np.bool_], height: int) -> Any:
            return csr_array((weight[rows], (rank[rows], cluster[rows])), shape=(height, clusters))

        tied = ~is_bad & holds_bad[group]
        return cls(sums(is_bad, groups), sums(tied, groups), sums(~is_bad & ~tied, groups + 1))

    def curve(self, counts: Floats) -> Curve:
        """Return the curves of draws.

        Parameters
        ----------
        counts : float64 ndarray, shape (clusters, draws)
            How often each cluster counts.
        """
        bad, tied, between = (part @ counts for part in (self.bad, self.tied, self.between))
        good_before = np.cumsum(between[:-1], axis=0)
        if self.tied.nnz:
            good_before += np.cumsum(tied, axis=0) - tied
        return Curve(bad, tied, good_before, between.sum(axis=0) + tied.sum(axis=0))

    @property
    def height(self) -> int:
        """Distinct probabilities that a bad subject has."""
        return int(self.bad.shape[0])


def _divided(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
