"""LightGBM on subject x interval rows; rolling folds choose how many trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from training.learner import PARAMETERS, STEP, log_loss
from training.shape import Member, Shape
from training.timing.rows import HazardRows

__all__ = ["HazardExamples", "fit_hazard", "grown_together", "member_for", "shape_of"]

Floats = npt.NDArray[np.float64]

_PATIENCE = 3
"""Looks without a better loss after which no more trees are grown."""

_BINS = 127

_SMALL = Member("best_splits", 400, 0.05, 15, 6, 100, 0.4, 0.8, 10.0)
_LARGE = Member("best_splits", 200, 0.2, 31, 7, 200, 0.5, 0.8, 20.0)

_LARGE_FROM = 20_000
"""Closings from which trees are larger and learn faster.

A pay date asks the trees for some eighty intervals, so their number is what an answer costs: on a book of
2,000 buyers 120 trees of 31 leaves foresee nearly as well as 500 of 63 (off by 6.9 days against 6.8)."""


@dataclass(frozen=True)
class HazardExamples:
    """Rows to learn from.

    Parameters
    ----------
    inputs : float32 ndarray, shape (r, inputs)
    found : HazardRows
        The rows and their outcome.
    weight : float64 ndarray, shape (r,)
        Of each row's subject.
    names : sequence of str
        Of the inputs.
    """

    inputs: npt.NDArray[np.float32]
    found: HazardRows
    weight: Floats
    names: Sequence[str]

    @cached_property
    def base(self) -> float:
        """Log of the closings a day at risk: from where the trees start."""
        stands_for = self.weight * self.found.stands_for
        return float(np.log((self.weight @ self.found.closed) / (stands_for @ self.found.rows.width)))

    def dataset(self) -> lgb.Dataset:
        """Return the rows as LightGBM takes them."""
        found = self.found
        # Reason: closings are more frequent among the rows that were kept, by a factor that is known.
        offset = self.base + np.log(found.rows.width) - np.log(found.kept_share)
        return lgb.Dataset(
            self.inputs, found.closed.astype(np.float32), weight=self.weight, init_score=offset,
            feature_name=list(self.names), params={"max_bin": _BINS},
        )  # fmt: skip


def member_for(closings: int) -> Member:
    """Return the kind of trees for so many closings, with the most trees that folds may choose."""
    return _LARGE if closings >= _LARGE_FROM else _SMALL


def fit_hazard(examples: HazardExamples, shape: Shape, seed: int) -> lgb.Booster:
    """Fit the trees of a shape with one member; the same shape, seed and rows give the same trees."""
    (member,) = shape.members
    return lgb.train(_parameters(member, seed), examples.dataset(), member.trees)


def grown_together(
    fits: Sequence[HazardExamples],
    later: Sequence[HazardExamples],
    member: Member,
    seed: int,
    *,
    to_the_end: bool = False,
) -> tuple[int, list[lgb.Booster]]:
    """Grow the trees of all folds until the pooled loss of the later rows ends to fall.

    With `to_the_end` all trees of the member are grown.

    Parameters
    ----------
    fits, later : sequence of HazardExamples
        By fold, the rows to fit on, and those of later subjects.
    member : Member
    seed : int

    Returns
    -------
    int
        How many trees have the least loss.
    list of lightgbm.Booster
        By fold; they may hold more trees.
    """
    boosters = [lgb.Booster(_parameters(member, seed), one.dataset()) for one in fits]
    raw = [fit.base + np.log(one.found.rows.width) for fit, one in zip(fits, later, strict=True)]
    closed = np.concatenate([one.found.closed for one in later]).astype(np.float64)
    weight = np.concatenate([one.found.stands_for for one in later])
    losses: list[float] = []
    while len(losses) * STEP < member.trees and (to_the_end or _goes_on(losses)):
        raw = [_more(booster, one, margin) for booster, one, margin in zip(boosters, later, raw, strict=True)]
        losses.append(log_loss(closed, np.concatenate(raw), weight))
    return STEP * (int(np.argmin(losses)) + 1), boosters


def _goes_on(losses: Sequence[float]) -> bool:
    return not losses or len(losses) - 1 - int(np.argmin(losses)) < _PATIENCE


def _more(booster: lgb.Booster, later: HazardExamples, margin: Floats) -> Floats:
    before = booster.num_trees()
    for _ in range(STEP):
        booster.update()
    # Reason: where nothing is left to split, an update adds no tree.
    if booster.num_trees() == before:
        return margin
    added = booster.predict(later.inputs, raw_score=True, start_iteration=before, num_iteration=-1)
    return margin + np.asarray(added)


def shape_of(member: Member, trees: int) -> Shape:
    """Return the shape of a kind with so many trees."""
    return Shape((replace(member, trees=trees),))


def _parameters(member: Member, seed: int) -> dict[str, Any]:
    return {**PARAMETERS, **member.parameters, "max_bin": _BINS, "seed": seed, "boost_from_average": False}
