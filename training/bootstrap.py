"""Bootstrap by buyer: a buyer's subjects are not independent, so buyers are drawn whole.

All metrics of a draw follow from sums by buyer, made once, and from how often each buyer was drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from credit.calibration_tests import equal_bins
from training.ranking import Ranking

__all__ = ["BINS", "FEWEST_BUYERS", "REPEATS", "SURE", "Clusters", "Resampled", "draws_of", "interval_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REPEATS = 400
BINS = 10

FEWEST_BUYERS = 10
"""Fewer buyers drawn again and again say nothing of buyers that were not drawn: there is no interval."""

SURE = 1e-12
"""Probabilities nearer to 0 or 1 count as this near: their log-odds stay finite."""

_BLOCK = 1_000_000
"""Numbers that a block of draws may hold in one array: more would leave the processor's cache."""

_NEVER_BELOW_0 = ("ks", "ece")
"""Metrics that noise can only raise."""


@dataclass(frozen=True)
class Clusters:
    """Buyers as numbers.

    Parameters
    ----------
    of_row : int64 ndarray, shape (n,)
        From 0 on, in the order of the buyers' names.
    count : int
    """

    of_row: Ints
    count: int

    @classmethod
    def of(cls, buyer: npt.NDArray[Any]) -> Clusters:
        """Give each buyer a number."""
        codes, names = pd.factorize(np.asarray(buyer).astype(str).astype(object), sort=True)
        return cls(codes.astype(np.int64), len(names))

    def counts(self, seed: int, repeats: int, width: int) -> Iterator[Floats]:
        """Yield how often each buyer is drawn, in blocks of shape (count, at most `width`)."""
        rng = np.random.default_rng(seed)
        for start in range(0, repeats, width):
            block = np.empty((min(width, repeats - start), self.count))
            for row in block:
                row[:] = np.bincount(rng.integers(0, self.count, self.count), minlength=self.count)
            yield np.ascontiguousarray(block.T)

    def sums(self, *columns: Floats) -> Floats:
        """Return sums by buyer, shape (columns, count)."""
        return np.array([np.bincount(self.of_row, column, self.count) for column in columns])


@dataclass(frozen=True)
class Resampled:
    """Scored subjects, ready to be weighed by draws of their buyers.

    Parameters
    ----------
    outcome, probability : float64 ndarray, shape (n,)
    clusters : Clusters
    weight : float64 ndarray, shape (n,), optional
        Of each subject; default 1.
    line : tuple of float, optional
        Calibration slope and intercept of these subjects; without it draws have none.
    """

    outcome: Floats
    probability: Floats
    clusters: Clusters
    weight: Floats | None = None
    line: tuple[float, float] | None = None

    def metrics(self, counts: Floats) -> dict[str, Floats]:
        """Return metrics by draw.

        Parameters
        ----------
        counts : float64 ndarray, shape (buyers, draws)

        Returns
        -------
        dict
            By metric a float64 ndarray of shape (draws,): ``auc``, ``average_precision`` and ``ks`` (NaN
            where a draw has one outcome), ``brier``, ``log_loss``, ``ece``, ``rate``, ``mean_probability``,
            ``observed_to_expected``; with a `line` ``calibration_slope`` and ``calibration_intercept``.

        Notes
        -----
        ECE is ``sum n_b / n |rate - mean probability|`` over ten bins of equal count, which are those of the
        whole sample; KS the largest distance between the distributions of the good and the bad. Slope and
        intercept are one Newton step (of the weighted logistic regression) from those of the whole sample.
        """
        curve = self.ranking.curve(counts)
        total, bad, expected, squares, logs, *others = self._sums @ counts
        gaps, newton = np.array(others[:BINS]), others[BINS:]
        with np.errstate(divide="ignore", invalid="ignore"):
            found = {
                "auc": curve.auc(),
                "average_precision": curve.average_precision(),
                "ks": curve.ks() if self.ranking.height else np.full(len(total), np.nan),
                "brier": squares / total,
                "log_loss": logs / total,
                "ece": np.abs(gaps).sum(axis=0) / total,
                "rate": bad / total,
                "mean_probability": expected / total,
                "observed_to_expected": bad / expected,
            }
        if self.line is not None:
            slope, intercept = _one_step(self.line, *newton)
            found |= {"calibration_slope": slope, "calibration_intercept": intercept}
        return found

    def whole(self) -> dict[str, float | None]:
        """Return the metrics of the subjects as they are; None where one cannot be told."""
        found = self.metrics(np.ones((self.clusters.count, 1)))
        return {name: float(value[0]) if np.isfinite(value[0]) else None for name, value in found.items()}

    @cached_property
    def ranking(self) -> Ranking:
        """The order of the subjects."""
        return Ranking.of(self.outcome, self.probability, self.clusters.of_row, self._weight)

    @property
    def width(self) -> int:
        """Draws that fit into a block of memory."""
        return max(1, _BLOCK // max(self.clusters.count, 2 * self.ranking.height, 1))

    @property
    def _weight(self) -> Floats:
        return np.ones(len(self.outcome)) if self.weight is None else self.weight

    @cached_property
    def _sums(self) -> Floats:
        weight, chance = self._weight, np.clip(self.probability, SURE, 1 - SURE)
        gap = weight * (self.outcome - self.probability)
        bins = equal_bins(self.probability, BINS)
        logs = -np.where(self.outcome == 1, np.log(chance), np.log1p(-chance))
        return self.clusters.sums(
            weight,
            weight * self.outcome,
            weight * self.probability,
            weight * (self.outcome - self.probability) ** 2,
            weight * logs,
            *(gap * (bins == which) for which in range(BINS)),
            *self._newton(logit(chance)),
        )

    def _newton(self, log_odds: Floats) -> list[Floats]:
        """Return by subject what score and information of the calibration line are sums of."""
        if self.line is None:
            return []
        stated = expit(self.line[0] * log_odds + self.line[1])
        gap, spread = self._weight * (self.outcome - stated), self._weight * stated * (1 - stated)
        return [gap * log_odds, gap, spread * log_odds**2, spread * log_odds, spread]


def draws_of(resampled: Resampled, *, seed: int = 0, repeats: int = REPEATS) -> dict[str, Floats]:
    """Return metrics of draws of the buyers, each of shape (repeats,); empty for fewer than ten buyers."""
    if resampled.clusters.count < FEWEST_BUYERS:
        return {}
    blocks = [
        resampled.metrics(counts) for counts in resampled.clusters.counts(seed, repeats, resampled.width)
    ]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def interval_of(
    name: str, value: float | None, draws: Mapping[str, Floats], level: float = 0.95
) -> tuple[float | None, float | None]:
    """Return the interval of a metric from its draws.

    Parameters
    ----------
    name : str
    value : float or None
        Of the sample.
    draws : mapping of str to float64 ndarray
    level : float

    Returns
    -------
    tuple of float or None
        Quantiles of the draws. For KS and ECE, which noise can only raise, the pivotal interval (value less
        quantiles of draw - value), at least 0 and widened to hold the value. None without draws.
    """
    known = draws[name][np.isfinite(draws[name])] if name in draws else np.zeros(0)
    if value is None or not len(known):
        return None, None
    low, high = (float(end) for end in np.quantile(known, [(1 - level) / 2, (1 + level) / 2]))
    if name in _NEVER_BELOW_0:
        return min(max(2 * value - high, 0.0), value), max(2 * value - low, value)
    return low, high


def _one_step(line: tuple[float, float], *sums: Floats) -> tuple[Floats, Floats]:
    score_slope, score_level, info_slope, info_both, info_level = sums
    determinant = info_slope * info_level - info_both**2
    sound = determinant > 1e-10 * info_slope * info_level
    safe = np.where(sound, determinant, np.nan)
    slope = line[0] + (info_level * score_slope - info_both * score_level) / safe
    intercept = line[1] + (info_slope * score_level - info_both * score_slope) / safe
    return slope, intercept
