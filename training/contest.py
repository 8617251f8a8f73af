"""Other learners beside the model: the same subjects, the same test period, and how sure a difference is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.challengers.lesson import Lesson
from training.challengers.table import READ_ALONE, challengers_of
from training.material import Material
from training.paired import paired_difference

__all__ = ["contest"]

Floats = npt.NDArray[np.float64]

_METRICS = ("auc", "average_precision", "brier")


def contest(
    material: Material, scored: pd.DataFrame, values: pd.DataFrame, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Fit every challenger on the training subjects and measure it against the model.

    Parameters
    ----------
    material : Material
        What the model was fitted on; challengers learn from its subjects, without masked copies.
    scored : DataFrame, shape (m, ...)
        Test subjects with ``buyer_id``, ``outcome`` and the model's ``probability``; those that the model
        cannot score are left out for all.
    values : DataFrame, shape (m, len(NAMES))
    say : callable
        Told which challenger is at work.

    Returns
    -------
    list of dict
        By challenger ``name``, ``status`` (``ok``, or why it has nothing to say) and ``differences``: by
        metric what the model has more than the challenger, with the 95 % interval by buyer.
    """
    known = scored["probability"].notna().to_numpy()
    scored, values = scored[known], values[known]
    told = challengers_of(_lesson(material), values[_columns(material)], say)
    return [_against(name, answer, scored) for name, answer in told.items()]


def _lesson(material: Material) -> Lesson:
    config = material.recipe.config
    return Lesson(
        model=material.recipe.outcome.inputs,
        values=material.values[_columns(material)],
        names=material.names,
        outcome=material.subjects["outcome"].to_numpy(np.float64),
        weight=material.own_weight,
        seed=config.seed,
    )


def _columns(material: Material) -> list[str]:
    """Return the model's features and those that a challenger reads alone."""
    return [*material.names, *(name for name in READ_ALONE if name not in material.names)]


def _against(name: str, answer: Floats | str, scored: pd.DataFrame) -> dict[str, Any]:
    if isinstance(answer, str):
        return {"name": name, "status": answer, "differences": {}}
    outcome, own = scored["outcome"].to_numpy(np.float64), scored["probability"].to_numpy(np.float64)
    buyer = scored["buyer_id"].to_numpy()
    differences = {
        metric: paired_difference(outcome, own, answer, buyer, metric).to_json() for metric in _METRICS
    }
    return {"name": name, "status": "ok", "differences": differences}
