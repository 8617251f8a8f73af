"""Whether a call tells the same pay dates as the batch path."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.report.parity import TOLERANCE, called
from training.report.study import drawn
from training.report.timing.study import TimingStudy

__all__ = ["parity_of"]

_MOST_CALLED = 200


def parity_of(study: TimingStudy) -> dict[str, Any]:
    """Return the section ``parity``; see `training.report.timing.sections.TimingParity`."""
    rows = drawn(np.arange(len(study.subjects)), _MOST_CALLED)
    subjects = study.subjects.iloc[rows].reset_index(drop=True)
    batch = study.values.to_numpy(np.float64)[rows]
    single = called(study, subjects)
    together = study.model.predict(batch, subjects, study.timezone)
    alone = [
        study.model.predict(single[[row]], subjects.iloc[[row]], study.timezone) for row in range(len(rows))
    ]
    statuses = [str(said.status[0]) for said in alone] == together.status.astype(str).tolist()
    paid = np.concatenate([said.paid for said in alone]) if alone else together.paid
    known = ~np.isnan(paid) & ~np.isnan(together.paid)
    largest = float(np.abs(paid - together.paid)[known].max()) if known.any() else 0.0
    golden, equal = _golden(study)
    return {
        "subjects": len(rows),
        "largest_difference": largest,
        "values_equal": bool((batch.view(np.int64) == single.view(np.int64)).all()),
        "statuses_equal": statuses,
        "golden_subjects": golden,
        "golden_equal": equal,
        "passed": bool(largest < TOLERANCE and statuses and equal),
    }


def _golden(study: TimingStudy) -> tuple[int, bool]:
    with np.load(study.version.folder / "golden.npz") as golden:
        asked = golden["values"], golden["as_of_day"], golden["due_day"]
        paid = golden["paid"]
    found = study.model.predict_days(*asked).paid
    return len(paid), bool(np.allclose(found, paid, rtol=0, atol=TOLERANCE, equal_nan=True))
