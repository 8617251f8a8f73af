"""How a version behaves where sources lack."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from credit.encoding import patterns_of
from credit.spec import ModelSpec
from features.catalog import NAMES
from training.masking import mask, masks_of
from training.report.rescored import NOTHING_MOVED, moved, share_above
from training.report.study import Study, drawn

__all__ = ["MOST_WITHHELD", "missing_data_of"]

Floats = npt.NDArray[np.float64]

MOST_WITHHELD = 5_000
"""Subjects of each source that are scored without it at most, drawn at random."""


def missing_data_of(study: Study) -> dict[str, Any]:
    """Return the section ``missing_data``; see `training.report.results.MissingData`."""
    values = study.test_values.to_numpy(np.float64)
    status = study.model.predict(values, contributions=False).status
    has = masks_of(study.inputs(values), study.model.spec.names)
    return {
        "subjects": len(values),
        "cannot_say_share": float((status != "ok").mean()),
        "withheld": [_withheld(study, values, kind, rows) for kind, rows in has.items()],
        "patterns": _patterns(study, values),
    }


def _withheld(study: Study, values: Floats, kind: str, has: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return what becomes of the subjects that have a source and withhold it."""
    before = values[drawn(np.flatnonzero(has), MOST_WITHHELD)]
    hidden = mask(before, NAMES, kind)
    told, first, second = moved(study, before, hidden)
    if not told["n"]:
        return {
            "source": kind,
            **told,
            **NOTHING_MOVED,
            "share_better": None,
            "least_over_worst_quartiles": None,
        }
    worst = _in_worst_quartiles(study.model.spec, before, hidden)
    return {
        "source": kind,
        **told,
        "share_better": share_above(first, second),
        "least_over_worst_quartiles": _least_over(study, hidden, worst),
    }  # fmt: skip


def _in_worst_quartiles(spec: ModelSpec, before: Floats, hidden: Floats) -> Floats:
    """Return the subjects as they are, but with the worst quartile of all that they would withhold."""
    worst = before.copy()
    for feature in spec.features:
        column = NAMES.index(feature.name)
        gone = np.isnan(hidden[:, column])
        # Reason: without a fill, missing has no worse side: both are given the same.
        worst[gone, column] = np.nan if feature.fill is None else feature.fill
    return worst


def _least_over(study: Study, hidden: Floats, worst: Floats) -> float | None:
    """Return by how much log-odds the worst case of withholding lies above the worst quartiles at least."""
    said = [study.model.predict(values, contributions=False) for values in (hidden, worst)]
    known = (said[0].status == "ok") & (said[1].status == "ok")
    return float((said[0].log_odds - said[1].log_odds)[known].min()) if known.any() else None


def _patterns(study: Study, test: Floats) -> list[dict[str, Any]]:
    spec = study.model.spec
    training = patterns_of(study.values.to_numpy(np.float64)[study.fitted], spec.names)
    told = [training, patterns_of(test, spec.names)]
    names = sorted({*spec.patterns, *told[0], *told[1]})
    return [
        {
            "pattern": str(name),
            "is_trained": name in spec.patterns,
            **{
                field: number
                for label, texts in zip(("training", "test"), told, strict=True)
                for field, number in _share(label, texts == name)
            },
        }
        for name in names
    ]


def _share(label: str, rows: npt.NDArray[np.bool_]) -> list[tuple[str, float | int]]:
    return [(label, int(rows.sum())), (f"{label}_share", float(rows.mean()) if len(rows) else 0.0)]
