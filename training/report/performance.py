"""How good a version was out of time, as its run kept it, or measured now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import brier_score_loss, roc_auc_score

from features.instants import day_of
from training.bootstrap import Clusters
from training.figures import figures_of
from training.period import period_evaluation
from training.report.cap import cap_of
from training.report.study import Study

__all__ = ["performance_of"]

_KEPT = ("n", "cannot_say", "buyers", "events", "bad_buyers", "base_rate", "views", "segments", "cohorts",
         "curves")  # fmt: skip


def performance_of(study: Study) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the section ``performance``, and the whole evaluation from which it is taken.

    Parameters
    ----------
    study : Study

    Returns
    -------
    performance, evaluation : dict
        `training.report.sections.Performance`, and the object of `training.pipeline.fit_tested`.
    """
    stored = study.evaluation()
    known = study.scored[study.scored["probability"].notna()]
    evaluation = stored if stored is not None and stored.keys() >= set(_KEPT) else _measured(study)
    # Reason: later books may tell more of the same period, and tell outcomes otherwise.
    comparable = evaluation is stored and study.own_test
    few = study.twin.few_defaults
    metrics = study.twin.metrics
    return {
        "speaks_for": study.twin.name,
        "is_twin": study.twin.name != study.version.name,
        "source": "run" if evaluation is stored else "recomputed",
        "recomputed_difference": _difference(known, evaluation) if comparable else None,
        "test_from": metrics["from"],
        "test_to": metrics["to"],
        "looks": metrics.get("looks"),
        **{name: evaluation[name] for name in _KEPT},
        "metrics": metrics["metrics"],
        "few_defaults": None if few is None else few["cannot_say"],
        "level": None if few is None else few["level"],
        "months": _months(known, study.timezone),
        "cap": cap_of(known["outcome"].to_numpy(), known["probability"].to_numpy()),
        **_without_ranks(evaluation, few),
    }, evaluation


def _without_ranks(evaluation: dict[str, Any], few: dict[str, Any] | None) -> dict[str, Any]:
    """Return curves without those of ranks where so few defaults say nothing of ranks."""
    if few is None or not few["cannot_say"]:
        return {}
    nothing = dict.fromkeys(("roc", "ks", "score_distribution"))
    return {"cap": None, "curves": {**evaluation["curves"], **nothing}}


def _measured(study: Study) -> dict[str, Any]:
    study.say("measuring the test period: the run kept no evaluation of it")
    known = set(study.subjects.loc[study.judge.was_fitted_on(study.subjects), "buyer_id"])
    return {
        "waterfall": study.sample.waterfall,
        **period_evaluation(
            study.packed, study.recipe.outcome, study.scored, study.test_values, known_buyers=known
        ),
        "challengers": [],
    }


def _difference(known: pd.DataFrame, evaluation: dict[str, Any]) -> float | None:
    """Return the largest difference of AUC and Brier score measured now from those that the run kept."""
    outcome, probability = known["outcome"].to_numpy(), known["probability"].to_numpy()
    now = {"brier": float(brier_score_loss(outcome, probability))}
    if 0 < outcome.sum() < len(outcome):
        now["auc"] = float(roc_auc_score(outcome, probability))
    then = {name: evaluation["metrics"][name]["value"] for name in now}
    gaps = [abs(now[name] - value) for name, value in then.items() if value is not None]
    return max(gaps, default=None)


def _months(known: pd.DataFrame, timezone: str) -> list[dict[str, Any]]:
    months = day_of(known["as_of"], timezone).strftime("%Y-%m").to_numpy(dtype=object)
    told = []
    for month in sorted(set(months)):
        rows = np.flatnonzero(months == month)
        part = known.iloc[rows]
        figures = figures_of(
            part["outcome"].to_numpy(np.float64),
            part["probability"].to_numpy(np.float64),
            Clusters.of(part["buyer_id"].to_numpy()),
        )
        told.append({"month": month, **figures})
    return told
