"""Other learners beside the version, from its run or fitted now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.contest import contest
from training.material import Material
from training.report.study import Study

__all__ = ["challengers_section"]

_TEXTS = {
    "from_run": "measured by the training on the same test subjects",
    "fitted_now": "fitted now on the training subjects and measured on the same test subjects",
    "not_asked": "none was fitted: train with challengers: true, or build the pack with challengers",
    "not_applicable": "a prior has learned nothing that others could learn better from the same few defaults",
}  # fmt: skip


def challengers_section(study: Study, evaluation: Mapping[str, Any], wanted: bool) -> dict[str, Any]:
    """Return the section ``challengers``.

    Parameters
    ----------
    study : Study
    evaluation : mapping
        With ``challengers`` where the run heard some.
    wanted : bool
        Fit them now where the run has none.

    Returns
    -------
    dict
        As `training.report.results.Challengers`.
    """
    kept = evaluation.get("challengers") or []
    if study.judge.spec.learner == "scorecard":
        status, items = "not_applicable", []
    elif kept:
        status, items = "from_run", list(kept)
    elif wanted:
        status, items = "fitted_now", _fitted(study)
    else:
        status, items = "not_asked", []
    return {"status": status, "text": _TEXTS[status], "items": items}


def _fitted(study: Study) -> list[dict[str, Any]]:
    rows = study.judge.was_fitted_on(study.subjects)
    subjects, values = (frame[rows].reset_index(drop=True) for frame in (study.subjects, study.values))
    material = Material(study.packed, study.recipe, subjects, values)
    return contest(material, study.scored, study.test_values, study.say)
