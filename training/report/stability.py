"""How far the test period is from the training subjects that the model has frozen."""

from __future__ import annotations

from typing import Any

import numpy as np

from credit.stability import months_of, stability_of
from features.errors import InputError
from training.report.study import Study

__all__ = ["stability_section"]

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
    buyer, month = subjects["buyer_id"].to_numpy(dtype=object), months_of(subjects["as_of"])
    score, *inputs = stability_of(reference, values, np.asarray(log_odds), buyer, month)
    return {
        "n": len(subjects),
        "reference": reference.subjects,
        "score": _row(score),
        "features": [_row(row) for row in sorted(inputs, key=lambda row: (-row["psi"], row["name"]))],
    }


def _row(told: dict[str, Any]) -> dict[str, Any]:
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
