"""Learns trees: rolling folds choose their shape and give the margins on which they are calibrated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from features.errors import Refused
from training.calibration import Level, Staged, calibrate
from training.config import Tuning
from training.learned import Learned
from training.learner import Fit, Shape, fit_trees, fold_predictions
from training.material import Material
from training.splits import Fold, buyer_folds, rolling_folds

__all__ = ["learn_trees"]


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
    fit = _folds(material, None if shape is None else Shape(**shape), say)
    rows = fit.rows
    told = Staged(
        fit.raw, material.outcome[rows], material.state[rows], rows >= len(material.subjects), fit.fold,
        None if material.one_outcome is None else material.one_outcome[rows],
    )  # fmt: skip
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


def _folds(material: Material, shape: Shape | None, say: Callable[[str], None]) -> Fit:
    folds = rolling_folds(material.subjects) or _by_buyer(material)
    if not folds:
        raise Refused(
            "expected rolling folds inside the training period, in which earlier subjects predict later "
            "ones, with at least five bad and five good outcomes each; found too short a training period; "
            "move --test-from to a later day, or load a longer history"
        )
    say(f"{len(folds)} folds")
    rows = material.with_copies(folds)
    fit = fold_predictions(
        material.inputs, material.outcome, material.choice.features, rows,
        material.recipe.config.seed, material.weight, shape or _searched(material, rows, say),
        material.one_outcome,
    )  # fmt: skip
    say(f"{fit.shape.trees} trees with {fit.shape.kind.replace('_', ' ')}")
    return fit


def _by_buyer(material: Material) -> list[Fold]:
    """Return folds by buyer for a default model: its windows last a year, and rolling folds need two of them."""
    return buyer_folds(material.subjects) if material.recipe.outcome.model == "default" else []


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
