"""Features of a timing model: how far each moves the pay date."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.catalog import FEATURES, GROUPS
from training.report.study import drawn
from training.report.timing.study import TimingStudy

__all__ = ["MOST_SHUFFLED", "features_of"]

MOST_SHUFFLED = 400
"""Test subjects among which values are exchanged at most, drawn at random."""


def features_of(study: TimingStudy) -> dict[str, Any]:
    """Return the section ``features``, the most important feature first.

    The importance of a feature is by how many days the median pay date moves on the mean when a subject has
    the value of another one, drawn at random; beyond the horizon counts as its last day.
    """
    rows = drawn(np.arange(len(study.counted)), MOST_SHUFFLED)
    subjects = study.counted.iloc[rows].reset_index(drop=True)
    values = study.counted_values.iloc[rows].reset_index(drop=True)
    own = _median(study, values, subjects)
    other = np.random.default_rng(0).permutation(len(rows))
    items: list[dict[str, Any]] = []
    for spec in study.spec.features:
        changed = values.assign(**{spec.name: values[spec.name].to_numpy()[other]})
        moved = np.abs(_median(study, changed, subjects) - own)
        feature = FEATURES[spec.name]
        items.append({
            "name": spec.name,
            "label": feature.label_en,
            "group_label": GROUPS[feature.group].label_en,
            "unit": feature.unit,
            "missing_share": float(values[spec.name].isna().mean()),
            "mean_shift_days": float(np.nanmean(moved)) if len(moved) else 0.0,
        })  # fmt: skip
    items.sort(key=lambda item: (-item["mean_shift_days"], item["name"]))
    left_out = study.registry.kept(study.version, "features_left_out.json") or {}
    return {"subjects": len(rows), "items": items, "left_out": left_out}


def _median(study: TimingStudy, values: Any, subjects: Any) -> np.ndarray:
    said = study.said(values, subjects)
    median = np.where(np.isnan(said.median), float(study.spec.horizon_days), said.median)
    # Reason: another pattern of sources, of which the model cannot speak, moves nothing that can be told.
    return np.where(said.status == "ok", median, np.nan)
