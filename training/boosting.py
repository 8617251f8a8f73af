"""Learns trees: rolling folds choose their shape and give the margins on which they are calibrated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from features.errors import Refused
from training.calibration import Level, calibrate
from training.config import Tuning
from training.learned import Learned
from training.learner import Fit, Shape, fit_trees, fold_predictions
from training.material import Material
from training.splits import Fold, buyer_folds, rolling_folds
from training.staged import Staged

__all__ = ["fold_margins", "learn_trees", "staged_of"]


_LEAST_DEFAULTED = 60
"""Defaulted buyers that each rolling fold of a default model needs to learn from; else buyers make folds."""


def learn_trees(material: Material, shape: Mapping[str, Any] | None, say: Callable[[str], None]) -> Learned:
    """Fit trees on all rows of the material, with the shape and the calibration that the folds give.

    Parameters
    ----------
    material : Material
    shape : mapping or None
        Hyper-parameters that an earlier run chose; None: the folds choose.
    say : callable
        Told what is going on.

    Raises
    ------
    Refused
        Where the period is too short for folds, a feature knows the outcome, or the folds' margins rank no
        better than chance.
    """
    fit = fold_margins(material, None if shape is None else Shape(**shape), say)
    told = staged_of(material, fit, fit.raw)
    level = Level(fit.base, material.rate)
    config, features = material.recipe.config, material.choice.features
    return Learned(
        margin=fit_trees(
            material.inputs, material.outcome, features, fit.shape, config.seed, material.weight
        ),
        features=features,
        calibration=calibrate(told, level, material.sources, config.population_rate),
        patterns=material.patterns,
        trees=fit.shape.trees,
        shape=asdict(fit.shape),
    )


def staged_of(material: Material, fit: Fit, raw: npt.NDArray[np.float64]) -> Staged:
    """Return margins of the folds' rows with what a calibration asks of each row."""
    rows, buyer = fit.rows, material.one_outcome
    is_copy = rows >= len(material.subjects)
    return Staged(
        raw=raw,
        outcome=material.outcome[rows],
        state=material.state[rows],
        is_copy=is_copy,
        fold=fit.fold,
        buyer=None if buyer is None else buyer[rows],
        subject=material.copies.row[rows],
        lacking=material.lacking[rows],
    )


def fold_margins(material: Material, shape: Shape | None, say: Callable[[str], None]) -> Fit:
    """Return the shape of the trees, and what folds say with it of subjects that they did not learn from.

    Parameters
    ----------
    material, say :
        As in `learn_trees`.
    shape : Shape or None
        None: the folds choose.

    Raises
    ------
    Refused
        Where the period is too short for folds.
    """
    folds, named = _folds_of(material)
    if not folds:
        raise Refused(
            "expected rolling folds inside the training period, in which earlier subjects predict later "
            "ones, with at least five bad and five good outcomes each; found too short a training period; "
            "move --test-from to a later day, or load a longer history"
        )
    say(f"{len(folds)} {named}")
    rows = material.with_copies(folds)
    fit = fold_predictions(
        material.inputs, material.outcome, material.choice.features, rows,
        material.recipe.config.seed, material.weight, shape or _searched(material, rows, say),
        material.one_outcome,
    )  # fmt: skip
    say(f"{fit.shape.trees} trees with {fit.shape.kind.replace('_', ' ')}")
    return fit


def _folds_of(material: Material) -> tuple[list[Fold], str]:
    """Return rolling folds; of a default model folds by buyer where some rolling fold learns from too little.

    Its windows last a year, so that the first rolling folds of a short history learn from a few of the
    defaults: what they choose and how bold they are says little of a model that learns from all.
    """
    folds = rolling_folds(material.subjects)
    if material.recipe.outcome.model != "default" or (folds and material.one_outcome is None):
        return folds, "rolling folds"
    bad = material.subjects["outcome"].to_numpy() == 1
    least = min((material.subjects["buyer_id"][f.fit][bad[f.fit]].nunique() for f in folds), default=0)
    by_buyer = [] if least >= _LEAST_DEFAULTED else buyer_folds(material.subjects)
    return (by_buyer, "folds by buyer") if by_buyer else (folds, "rolling folds")


def _searched(material: Material, folds: Sequence[Fold], say: Callable[[str], None]) -> Shape | None:
    """Return the shape that a search finds; None where none was asked for."""
    config = material.recipe.config
    if not config.tuning.trials or material.searches is None:
        return None
    # Reason: the search is asked for rarely, and its library takes long to import.
    from training.tuning import Search, tuned_shape

    # Reason: a search with a larger budget goes on where a smaller one ended.
    plain = config.model_copy(update={"tuning": Tuning()})
    name = f"{material.recipe.outcome.tag}-{plain.hash[:12]}"
    search = Search(config.tuning.trials, config.tuning.minutes, material.searches, name, config.seed)
    return tuned_shape(material.examples, folds, search, material.buyer, say)
