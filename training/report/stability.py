"""How far the test period is from the training subjects that the model has frozen."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.stability import Reference, months_of, stability_of
from features.errors import InputError
from training.report.study import Study

__all__ = ["row_of", "stability_section", "stability_told"]

Floats = npt.NDArray[np.float64]

_STATUS = {"green": "stable", "amber": "watch", "red": "act"}


def stability_section(study: Study) -> dict[str, Any] | None:
    """Return the section ``stability``; None for a model that was made without frozen bins.

    Parameters
    ----------
    study : Study
        Of a refit the twin is measured: the refit has frozen the test subjects too.

    Returns
    -------
    dict or None
        As `training.report.results.Stability`.
    """
    try:
        reference = study.judge.reference
    except InputError:
        return None
    subjects, values = study.scored, study.test_values
    log_odds = study.judge.predict(values, contributions=False).log_odds
    return stability_told(reference, values, np.asarray(log_odds), subjects)


def stability_told(
    reference: Reference, values: pd.DataFrame, said: Floats, subjects: pd.DataFrame
) -> dict[str, Any]:
    """Return how far test subjects are from a reference, as `training.report.results.Stability` has it.

    Parameters
    ----------
    reference : Reference
    values : DataFrame, shape (n, len(NAMES))
    said : float64 ndarray, shape (n,)
        What the model says, in the unit of the reference's score.
    subjects : DataFrame, shape (n, ...)
    """
    buyer, month = subjects["buyer_id"].to_numpy(dtype=object), months_of(subjects["as_of"])
    score, *inputs = stability_of(reference, values, said, buyer, month)
    return {
        "n": len(subjects),
        "reference": reference.subjects,
        "score": row_of(score),
        "features": [row_of(row) for row in sorted(inputs, key=lambda row: (-row["psi"], row["name"]))],
    }


def row_of(told: dict[str, Any]) -> dict[str, Any]:
    """Return a row of `credit.stability.stability_of` as `training.report.results.StabilityRow` has it."""
    return {
        "name": told["name"],
        "label": told["label"],
        "psi": told["psi"],
        "critical": told["critical"],
        "status": _STATUS[told["colour"]] if told["enough"] else "cannot_say",
        "enough": told["enough"],
        "missing_reference": told["missing_reference"],
        "missing_now": told["missing"],
        "unseen": told["unseen"],
        "weight": told["weight"],
        "bins": told["bins"],
    }
