"""What a version says why, and whether that can be believed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from features.catalog import FEATURES, GROUPS
from training.report.explained import Explained
from training.report.explanation_tests import additivity, deletion, noise, seeds
from training.report.polarity import polarity
from training.report.reason_sets import group_sums
from training.report.shapley import shap_difference

__all__ = ["explanations_of", "scaled"]

Floats = npt.NDArray[np.float64]

_SWARMS, _DEPENDENCES = 20, 6
_MOST_BY_SHAP = 200
"""Subjects whose shares shap computes anew: its algorithm takes long where trees are many."""

_AIM = 1e-6


def explanations_of(explained: Explained) -> dict[str, Any]:
    """Return the section ``explanations``; see `training.report.results.Explanations`."""
    study = explained.study
    order = explained.order
    difference = _shap(explained)
    twin = (
        " (the refit was fitted on them, its tested twin was not)" if study.twin is not study.version else ""
    )
    return {
        "subjects": len(explained.values),
        "of": f"test subjects that the model can score, drawn at random{twin}",
        "base_points": study.policy.loss_of(study.model.spec.outcome).scale.points(explained.base_log_odds),
        "importance": [_importance(explained, place) for place in order],
        "groups": _groups(explained),
        "swarm": [_swarm(explained, place) for place in order[:_SWARMS]],
        "dependence": [_dependence(explained, place) for place in order[:_DEPENDENCES]],
        "shap_difference_log_odds": difference,
        "shap_subjects": 0 if difference is None else min(_MOST_BY_SHAP, len(explained.values)),
        "tests": [
            additivity(explained), _shap_aim(explained, difference), *deletion(explained), seeds(explained),
            noise(explained), polarity(explained),
        ],
    }  # fmt: skip


def scaled(values: Floats) -> list[float | None]:
    """Return the rank of each value from 0 to 1 (equal ones: the mean of their ranks); None where missing.

    Examples
    --------
    >>> scaled(np.array([5.0, np.nan, 1.0, 5.0]))
    [0.75, None, 0.0, 0.75]
    """
    known = ~np.isnan(values)
    ranks = np.full(len(values), np.nan)
    if known.any():
        ranks[known] = (rankdata(values[known]) - 1) / max(known.sum() - 1, 1)
    return _texted(ranks, 3)


def _importance(explained: Explained, place: int) -> dict[str, Any]:
    name = explained.names[place]
    points = float(explained.importance[place])
    return {"name": name, "label": FEATURES[name].label_en, "mean_absolute_points": points}


def _groups(explained: Explained) -> list[dict[str, Any]]:
    names, of_feature = explained.groups
    weight = np.abs(group_sums(explained.points, of_feature, len(names))).mean(axis=0)
    order = sorted(range(len(names)), key=lambda place: (-weight[place], names[place]))
    return [
        {
            "group": names[place],
            "label": GROUPS[names[place]].label_en,
            "mean_absolute_points": float(weight[place]),
        }
        for place in order
    ]


def _swarm(explained: Explained, place: int) -> dict[str, Any]:
    name = explained.names[place]
    return {
        "name": name,
        "label": FEATURES[name].label_en,
        "points": np.round(explained.points[:, place], 4).tolist(),
        "scaled": scaled(explained.raw[:, place]),
    }


def _dependence(explained: Explained, place: int) -> dict[str, Any]:
    name = explained.names[place]
    return {
        "name": name,
        "label": FEATURES[name].label_en,
        "unit": FEATURES[name].unit,
        "values": _texted(explained.raw[:, place], 6),
        "points": np.round(explained.points[:, place], 4).tolist(),
    }


def _shap(explained: Explained) -> float | None:
    study = explained.study
    if study.model.spec.learner == "scorecard":
        return None
    inputs = explained.inputs[:_MOST_BY_SHAP]
    slope = study.model.spec.calibration.slope
    return slope * shap_difference(
        study.version.folder, study.model.spec, inputs, study.margin.shares(inputs)
    )


def _shap_aim(explained: Explained, difference: float | None) -> dict[str, Any]:
    return {
        "test": "shap",
        "text": "largest difference between our contributions and those of the library shap, in log-odds",
        "n": 0 if difference is None else min(_MOST_BY_SHAP, len(explained.values)),
        "found": difference,
        "aim": _AIM,
        "better": "below",
        "passed": None if difference is None else difference <= _AIM,
        "why_not": None if difference is not None else "a scorecard has no trees: its terms are its own",
    }  # fmt: skip


def _texted(values: Floats, decimals: int) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in np.round(values, decimals)]
