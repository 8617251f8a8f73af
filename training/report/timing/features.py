"""Features of a timing model: how far each moves the pay date."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.catalog import FEATURES, GROUPS
from training.report.study import drawn
from training.report.timing.study import TimingStudy
from training.timing.moves import shifts_of

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
    days = (subjects["as_of_day"].to_numpy(np.int64), subjects["due_day"].to_numpy(np.int64))
    shifts = shifts_of(study.model, values.to_numpy(np.float64), days)
    items: list[dict[str, Any]] = []
    for spec in study.spec.features:
        moved = shifts[spec.name]
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
