"""Features of a version: signs, information, collinearity and weight in the score."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from features.catalog import FEATURES, GROUPS
from features.errors import CredenceError
from training.contract import choose_features
from training.report.collinearity import closest, variance_inflation
from training.report.explained import Explained
from training.report.information import bins_of, information_value
from training.report.study import Study, drawn

__all__ = ["MOST_CORRELATED", "features_of"]

Floats = npt.NDArray[np.float64]

MOST_CORRELATED = 20_000
"""Training subjects on which correlations are measured at most, drawn at random."""


def features_of(study: Study, explained: Explained) -> dict[str, Any]:
    """Return the section ``features``.

    Parameters
    ----------
    study : Study
    explained : Explained
        Give the points.

    Returns
    -------
    dict
        As `training.report.sections.Features`.
    """
    rows = np.flatnonzero(study.fitted)
    outcome = study.subjects["outcome"].to_numpy(np.float64)[rows]
    values = study.inputs(study.values.to_numpy(np.float64)[rows])
    near = drawn(np.arange(len(rows)), MOST_CORRELATED)
    return {
        "subjects": len(rows),
        "events": int(outcome.sum()),
        "correlation_subjects": len(near),
        "points_subjects": len(explained.values),
        "items": _items(study, explained, _Told(values, outcome, values[near])),
        "left_out": _left_out(study),
    }


@dataclass(frozen=True)
class _Told:
    """What the training subjects tell of each feature; `near` are those whose correlations are measured."""

    values: Floats
    outcome: Floats
    near: Floats

    @cached_property
    def inflation(self) -> list[float | None]:
        return variance_inflation(self.near) if len(self.near) else [None] * self.near.shape[1]

    @cached_property
    def closest(self) -> list[tuple[int, float] | None]:
        return closest(self.near) if len(self.near) else [None] * self.near.shape[1]


def _items(study: Study, explained: Explained, told: _Told) -> list[dict[str, Any]]:
    importance = explained.importance
    total = importance.sum() or 1.0
    return [
        {
            **_words(study, place),
            **_information(told, place),
            **_collinear(study, told, place),
            "mean_absolute_points": float(importance[place]),
            "share_of_points": float(importance[place] / total),
        }
        for place in explained.order
    ]


def _words(study: Study, place: int) -> dict[str, Any]:
    spec = study.model.spec.features[place]
    feature = FEATURES[spec.name]
    return {
        "name": spec.name,
        "label": feature.label_en,
        "group": feature.group,
        "group_label": GROUPS[feature.group].label_en,
        "unit": feature.unit,
        "sign": spec.sign,
        "sign_reason": feature.sign_reason,
        "reference": spec.reference,
        "fill": spec.fill,
    }


def _information(told: _Told, place: int) -> dict[str, Any]:
    values = told.values[:, place]
    bins = bins_of(values, told.outcome) if len(values) else []
    return {
        "information_value": information_value(bins),
        "bins": bins,
        "missing_share": float(np.isnan(values).mean()) if len(values) else 0.0,
    }


def _collinear(study: Study, told: _Told, place: int) -> dict[str, Any]:
    other = told.closest[place]
    return {
        "variance_inflation": told.inflation[place],
        "correlation": None if other is None else other[1],
        "correlated_with": None if other is None else study.model.spec.names[other[0]],
    }


def _left_out(study: Study) -> dict[str, str]:
    """Return why features of the catalog are none of the model; a prior has its scorecard's alone."""
    if study.model.spec.learner == "scorecard":
        return {}
    fitted = study.values[study.fitted]
    without = study.recipe.config.without
    try:
        dropped = choose_features(study.model.spec.model, study.packed.portfolio, fitted, without).dropped
    except CredenceError:
        return {}
    # Reason: beside trees a scorecard may read what they leave out.
    return {name: why for name, why in dropped.items() if name not in study.model.spec.names}
