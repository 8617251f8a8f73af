"""How far a timing model's test subjects are from the training subjects that it has frozen."""

from __future__ import annotations

from typing import Any

from credit.stability import late_row, months_of
from features.errors import InputError
from training.report.stability import row_of, stability_told
from training.report.timing.study import TimingStudy
from training.timing.moves import median_days
from training.timing.reference import late_of

__all__ = ["stability_of_dates"]


def stability_of_dates(study: TimingStudy) -> dict[str, Any] | None:
    """Return the section ``stability``; None for a model that was made without frozen bins.

    Parameters
    ----------
    study : TimingStudy
        Of a refit the twin is measured: the refit has frozen the test subjects too.

    Returns
    -------
    dict or None
        As `training.report.timing.sections.TimingStability`.
    """
    try:
        reference = study.judge.reference
    except InputError:
        return None
    subjects, values = study.subjects, study.values
    said = study.judge.predict(values, subjects, study.timezone)
    told = stability_told(reference, values, median_days(said, study.spec.horizon_days), subjects)
    buyer, month = subjects["buyer_id"].to_numpy(dtype=object), months_of(subjects["as_of"])
    late = row_of(late_row(reference, late_of(said), buyer, month))
    return {**told, "score": {**told["score"], "label": "Median pay date, days from due"}, "late": late}
