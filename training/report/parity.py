"""Whether a call scores a subject as training did: batch path against the path of one subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.build import Asked, one_subject, subject_arrays
from features.engine.compute import compute
from training.report.study import Studied, Study, drawn

__all__ = ["MOST_CALLED", "TOLERANCE", "called", "parity_of"]

Floats = npt.NDArray[np.float64]

MOST_CALLED = 300
"""Test subjects that are scored one by one at most, drawn at random."""

TOLERANCE = 1e-9
"""Log-odds by which the two paths may differ."""


def parity_of(study: Study) -> dict[str, Any]:
    """Return the section ``parity``; see `training.report.results.Parity`."""
    rows = drawn(np.arange(len(study.scored)), MOST_CALLED)
    batch = study.test_values.to_numpy(np.float64)[rows]
    single = called(study, study.scored.iloc[rows].reset_index(drop=True))
    together = study.model.predict(batch, contributions=False)
    alone = [study.model.predict(row[None, :], contributions=False) for row in single]
    log_odds = np.array([said.log_odds[0] for said in alone])
    statuses = [str(said.status[0]) for said in alone] == together.status.astype(str).tolist()
    known = ~np.isnan(together.log_odds) & ~np.isnan(log_odds)
    largest = float(np.abs(together.log_odds - log_odds)[known].max()) if known.any() else 0.0
    golden, equal = _golden(study)
    return {
        "subjects": len(rows),
        "largest_difference_log_odds": largest,
        "values_equal": bool((batch.view(np.int64) == single.view(np.int64)).all()),
        "statuses_equal": statuses,
        "golden_subjects": golden,
        "golden_equal": equal,
        "passed": bool(largest < TOLERANCE and statuses and equal),
    }


def called(study: Studied, subjects: pd.DataFrame) -> Floats:
    """Return the values of subjects, each computed by itself as for a call, without its own invoice.

    Parameters
    ----------
    study : Studied
    subjects : DataFrame, shape (n, ...)
    """
    packed = study.packed
    own = subject_arrays(packed, subjects).own_item
    rows = []
    for place, row in enumerate(subjects.to_dict("records")):
        arrays = one_subject(packed, row["buyer_id"], row["as_of"], _asked(row))
        arrays = replace(arrays, own_item=own[place : place + 1])
        rows.append(compute(packed.block, arrays, packed.context)[0])
    return np.ascontiguousarray(rows)


def _asked(row: Mapping[Any, Any]) -> Asked:
    if "amount" not in row:
        return Asked()
    return Asked(row["amount"], row["currency"], row["terms_days"], row["due_on"].date())


def _golden(study: Study) -> tuple[int, bool]:
    """Return the number of golden subjects and whether the model still says the same of them."""
    with np.load(study.version.folder / "golden.npz") as golden:
        values, log_odds = golden["values"], golden["log_odds"]
    found = study.model.predict(values, contributions=False).log_odds
    return len(values), bool(np.allclose(found, log_odds, rtol=0, atol=TOLERANCE, equal_nan=True))
