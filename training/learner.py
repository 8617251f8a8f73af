"""LightGBM with monotone constraints from the catalog; rolling folds choose how many trees of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from credit.spec import FeatureSpec
from training.bagging import mean_of
from training.shape import Member, Shape, kinds_for
from training.splits import Fold

__all__ = [
    "PARAMETERS",
    "PLAIN",
    "Examples",
    "Fit",
    "Shape",
    "choose",
    "fit_trees",
    "fold_predictions",
    "grown",
    "is_sure",
]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "monotone_constraints_method": "basic",
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbose": -1,
}
"""What all kinds of trees share. Only the method `basic` keeps monotone constraints in all cases."""

STEP = 20
"""Trees between two looks at the loss."""

PLAIN = 80
"""Trees of each kind that outcomes told again and again need good reason to depart from. At the learning rate
of the small kinds their margins are neither shy nor bold (slope 1) over 18 to 120 defaulted buyers."""

_PATIENCE = 5
"""Looks without a better loss after which a kind grows no further; a mean of kinds takes more trees of each
than each would by itself."""

_MOST_FIT, _MOST_PREDICTED = 60_000, 100_000
"""Rows that a fold learns from, and that all folds predict, at most: the choice needs no more."""


@dataclass(frozen=True)
class Examples:
    """Rows to learn from.

    Parameters
    ----------
    inputs : float64 ndarray, shape (n, features)
        Encoded values.
    outcome : float64 ndarray, shape (n,)
    features : sequence of FeatureSpec
        Give names and monotone signs.
    weight : float64 ndarray, shape (n,), optional
        Default: ones.
    buyer : int64 ndarray, shape (n,), optional
        Which buyer each row is of, where the rows of one buyer tell of one outcome again and again, as month
        ends do; None: each row has an outcome of its own.
    """

    inputs: Floats
    outcome: Floats
    features: Sequence[FeatureSpec]
    weight: Floats | None = None
    buyer: Rows | None = None

    @property
    def weights(self) -> Floats:
        """Weights, ones where none were given."""
        return np.ones(len(self.outcome)) if self.weight is None else self.weight

    @property
    def kinds(self) -> tuple[Member, ...]:
        """The kinds of trees for so many subjects: the weights of a subject and its copies add up to one.

        Of rows that tell of one outcome again and again a buyer counts once.
        """
        return kinds_for(self.weights.sum() if self.buyer is None else len(np.unique(self.buyer)))

    def dataset(self, rows: Rows | slice = slice(None)) -> lgb.Dataset:
        """Return some of the rows as LightGBM takes them."""
        weight = None if self.weight is None else self.weight[rows]
        names = [feature.name for feature in self.features]
        return lgb.Dataset(self.inputs[rows], self.outcome[rows], weight=weight, feature_name=names)

    def parameters(self, member: Member, seed: int) -> dict[str, Any]:
        """Return the parameters of LightGBM for one booster of a member."""
        signs = [feature.sign for feature in self.features]
        return {**PARAMETERS, **member.parameters, "seed": seed, "monotone_constraints": signs}


@dataclass(frozen=True)
class Fit:
    """What rolling folds tell: the shape, and predictions for times that no fold had seen.

    Parameters
    ----------
    shape : Shape
    rows : int64 ndarray, shape (m,)
        Training rows that were predicted.
    raw : float64 ndarray, shape (m,)
        Raw margins.
    loss : float
        Log loss of the margins, before any calibration.
    fold : int64 ndarray, shape (m,)
        By which fold a row was predicted.
    base : float64 ndarray, shape (folds,)
        Rate of bad outcomes, weighted, that each fold learned from.
    """

    shape: Shape
    rows: Rows
    raw: Floats
    loss: float
    fold: Rows
    base: Floats


def fit_trees(
    inputs: Floats,
    outcome: Floats,
    features: Sequence[FeatureSpec],
    shape: Shape,
    seed: int,
    weight: Floats | None = None,
) -> lgb.Booster:
    """Fit the boosters of a shape and return their mean.

    Parameters
    ----------
    inputs, outcome, features, weight :
        As in `Examples`.
    shape : Shape
        A recorded shape with the same seed and rows gives the same trees, to the last character.
    seed : int
    """
    examples = Examples(inputs, outcome, features, weight)
    return mean_of([
        lgb.train(examples.parameters(member, booster_seed), examples.dataset(), member.trees)
        for member in shape.members
        for booster_seed in _seeds(member, seed)
    ])  # fmt: skip


def fold_predictions(  # noqa: PLR0913  (what `fit_trees` takes, with the folds)
    inputs: Floats,
    outcome: Floats,
    features: Sequence[FeatureSpec],
    folds: Sequence[Fold],
    seed: int,
    weight: Floats | None = None,
    shape: Shape | None = None,
    buyer: Rows | None = None,
) -> Fit:
    """Predict each fold's later rows from its earlier ones.

    Parameters
    ----------
    inputs, outcome, features, weight, seed :
        As in `fit_trees`.
    folds : sequence of Fold
        Of very many rows a part is drawn.
    shape : Shape, optional
        Default: the kinds of `kinds_for`, mixed as `choose` says.
    buyer : int64 ndarray, shape (n,), optional
        As in `Examples`.
    """
    examples = Examples(inputs, outcome, features, weight, buyer)
    folds = thinned(folds, seed)
    members = examples.kinds if shape is None else shape.members
    if shape is None:
        return choose(examples, folds, members, [grown(examples, folds, one, seed) for one in members])
    # Reason: the model has all trees of a recorded shape, whatever the loss of these folds says of them;
    # grown in the same steps as by the choice, they give the margins of that time to the last bit.
    staged = [grown(examples, folds, one, seed, to_the_end=True) for one in members]
    raw = _mean(members, staged, [len(margins) for margins in staged])
    return _fit(examples, folds, shape, raw)


def thinned(folds: Sequence[Fold], seed: int) -> list[Fold]:
    """Return folds with at most so many rows as the choice of a shape needs, drawn at random."""
    rng = np.random.default_rng(seed)
    most = max(_MOST_PREDICTED // max(len(folds), 1), 1)
    return [Fold(_drawn(fold.fit, _MOST_FIT, rng), _drawn(fold.predict, most, rng)) for fold in folds]


def grown(
    examples: Examples, folds: Sequence[Fold], member: Member, seed: int, *, to_the_end: bool = False
) -> Floats:
    """Return raw margins of the folds' rows after each `STEP` trees, until the pooled loss ends to fall.

    With `to_the_end` all trees of the member are grown.

    Returns
    -------
    float64 ndarray, shape (steps, m)
    """
    boosters = [
        [lgb.Booster(examples.parameters(member, one), examples.dataset(fold.fit))
         for one in _seeds(member, seed)]
        for fold in folds
    ]  # fmt: skip
    rows = np.concatenate([fold.predict for fold in folds])
    outcome, weight = examples.outcome[rows], examples.weights[rows]
    staged = [np.zeros(len(rows))]
    losses: list[float] = []
    for step, first in enumerate(range(0, member.trees, STEP)):
        count = min(STEP, member.trees - first)
        added = [_added(bag, examples.inputs[fold.predict], count) for bag, fold in
                 zip(boosters, folds, strict=True)]  # fmt: skip
        staged.append(staged[-1] + np.concatenate(added))
        losses.append(log_loss(outcome, staged[-1], weight))
        if not to_the_end and step - int(np.argmin(losses)) >= _PATIENCE:
            break
    return np.array(staged[1:])


def choose(
    examples: Examples, folds: Sequence[Fold], members: Sequence[Member], staged: Sequence[Floats]
) -> Fit:
    """Choose how many trees of each member give the mean with the least pooled loss.

    Where rows tell of one outcome again and again, that number is taken only where it is surely better than
    `PLAIN` trees of each member: folds learn from a part of few outcomes and predict another part, and the
    number with the least loss is then decided by chance.

    No member is left out: which kind alone is best is decided by chance where bad outcomes are few, and the
    mean of both is never far from the better one.

    Parameters
    ----------
    examples, folds :
        As in `grown`.
    members : sequence of Member
    staged : sequence of float64 ndarray, shape (steps, m)
        What `grown` gives for each member.
    """
    steps = _least(examples, folds, members, staged)
    if examples.buyer is not None:
        plain = tuple(min(PLAIN // STEP, len(margins)) for margins in staged)
        raw = _mean(members, staged, plain), _mean(members, staged, steps)
        steps = steps if _is_surely_less(examples, folds, *raw) else plain
    kept = (replace(one, trees=STEP * step) for one, step in zip(members, steps, strict=True))
    return _fit(examples, folds, Shape(tuple(kept)), _mean(members, staged, steps))


def _least(
    examples: Examples, folds: Sequence[Fold], members: Sequence[Member], staged: Sequence[Floats]
) -> tuple[int, ...]:
    """Return the steps of each member whose mean has the least pooled loss."""
    rows = np.concatenate([fold.predict for fold in folds])
    outcome, weight = examples.outcome[rows], examples.weights[rows]
    best: tuple[float, tuple[int, ...]] = (np.inf, ())
    for steps in product(*(range(1, len(margins) + 1) for margins in staged)):
        best = min(best, (log_loss(outcome, _mean(members, staged, steps), weight), steps))
    return best[1]


def _is_surely_less(examples: Examples, folds: Sequence[Fold], plain: Floats, other: Floats) -> bool:
    """Whether other margins have a lower loss than plain ones by two standard errors."""
    rows = np.concatenate([fold.predict for fold in folds])
    losses = [
        examples.weights[rows] * (np.logaddexp(0, raw) - examples.outcome[rows] * raw)
        for raw in (plain, other)
    ]
    buyer = rows if examples.buyer is None else examples.buyer[rows]
    return is_sure(losses[0] - losses[1], buyer)


def is_sure(gain: Floats, cluster: Rows) -> bool:
    """Whether gains by row add up to more than two standard errors of independent clusters.

    Examples
    --------
    >>> gain = np.array([1.0, -1.0, 3.0, 1.0])
    >>> is_sure(gain, np.arange(4)), is_sure(gain[3:], np.zeros(1, int)), is_sure(np.ones(9), np.arange(9))
    (False, False, True)
    """
    by_cluster = np.bincount(np.unique(cluster, return_inverse=True)[1], gain)
    return bool(by_cluster.sum() > 2 * np.sqrt((by_cluster**2).sum()))


def _fit(examples: Examples, folds: Sequence[Fold], shape: Shape, raw: Floats) -> Fit:
    rows = np.concatenate([fold.predict for fold in folds])
    loss = log_loss(examples.outcome[rows], raw, examples.weights[rows])
    numbers = np.repeat(np.arange(len(folds)), [len(fold.predict) for fold in folds])
    base = [np.average(examples.outcome[f.fit], weights=examples.weights[f.fit]) for f in folds]
    return Fit(shape, rows, raw, loss, numbers, np.array(base))


def log_loss(outcome: Floats, raw: Floats, weight: Floats) -> float:
    """Return the weighted mean log loss of raw margins."""
    return float(np.average(np.logaddexp(0, raw) - outcome * raw, weights=weight))


def _mean(members: Sequence[Member], staged: Sequence[Floats], steps: Sequence[int]) -> Floats:
    bags = [one.bag for one in members]
    margins = [margins[step - 1] for margins, step in zip(staged, steps, strict=True)]
    return np.average(margins, axis=0, weights=bags)


def _added(bag: Sequence[lgb.Booster], inputs: Floats, count: int) -> Floats:
    """Grow each booster by some trees and return their mean margin of the new ones."""
    margins = []
    for booster in bag:
        before = booster.num_trees()
        for _ in range(count):
            booster.update()
        # Reason: where nothing is left to split, an update adds no tree.
        margins.append(booster.predict(inputs, raw_score=True, start_iteration=before, num_iteration=-1))
    return np.mean(margins, axis=0)


def _seeds(member: Member, seed: int) -> list[int]:
    """Return a seed for each booster: those of one kind differ, and so do kinds by the way they split."""
    return [seed + 1000 * number for number in range(member.bag)]


def _drawn(rows: Rows, most: int, rng: np.random.Generator) -> Rows:
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))
