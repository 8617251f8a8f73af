"""What reports on drift tell of rows and of shares, of books and of samples alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from credit.encoding import patterns_of
from credit.model import RiskModel
from credit.psi import critical_value, psi, seen_size
from credit.stability import Reference
from credit.states import STATES
from credit.timing.model import TimingModel
from training.drift_outcomes import Watched
from training.drift_thresholds import Thresholds

__all__ = ["chance_of_states", "coloured", "mix_of_labels", "patterns_told"]

Floats = npt.NDArray[np.float64]
Model = RiskModel | TimingModel


def coloured(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row that is grey where too few independent subjects tell nothing."""
    return row if row["enough"] else {**row, "colour": "grey"}


def mix_of_labels(then: Mapping[str, int], labels: npt.NDArray[np.str_]) -> dict[str, Any]:
    """Return shares of labels then and now, with their distance."""
    names = sorted({*then, *labels.tolist()}, key=lambda name: (-then.get(name, 0), name))
    before = np.array([then.get(name, 0) for name in names])
    now = np.array([int((labels == name).sum()) for name in names])
    shares = zip(names, (before / before.sum()).tolist(), (now / now.sum()).tolist(), strict=True)
    items = [{"name": name, "reference": share, "now": today} for name, share, today in shares]
    return {"psi": psi(before, now), "items": items}


def chance_of_states(reference: Reference, watched: Watched, thresholds: Thresholds) -> float:
    """Return what the PSI of the states stays below by chance, a buyer counting once: its state stays."""
    buyers = reference.subjects / reference.buyer_size
    now = len(watched.subjects) / seen_size(watched.clusters.of_row)
    return critical_value(len(STATES), buyers, now, thresholds.level)


def patterns_told(model: Model, values: Floats) -> dict[str, Any]:
    """Return shares of the patterns of sources, and of those that the model was not trained on."""
    told = mix_of_labels(model.reference.patterns, patterns_of(values, model.spec.names))
    for item in told["items"]:
        item["is_trained"] = item["name"] in model.spec.patterns
    unseen = sum(item["now"] for item in told["items"] if not item["is_trained"])
    return {**told, "unseen": float(unseen)}
