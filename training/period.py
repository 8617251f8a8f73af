"""How good a model was in a period: the figures that a version is known by, and what is told beside them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from credit.policy import Policy
from features.build import Packed
from features.errors import Refused
from training.evaluation import evaluation_of
from training.metrics import metrics_of
from training.periods import date_text
from training.scored import ScoredPeriod
from training.sensitivity import definition_sensitivity
from training.subjects import Outcome, default_subjects

__all__ = ["period_evaluation", "period_metrics"]


def period_metrics(
    scored: pd.DataFrame, start: pd.Timestamp, stop: pd.Timestamp, timezone: str
) -> dict[str, Any]:
    """Return the metrics of scored subjects in the shape of ``--json``, counting those that cannot be scored.

    Parameters
    ----------
    scored : DataFrame, shape (n, ...)
        ``buyer_id``, ``outcome`` and ``probability`` (missing where the model cannot say).
    start, stop : Timestamp
        The period, start <= as_of < stop.
    timezone : str
        The seller's, in which the days of the period are told.
    """
    known = scored[scored["probability"].notna()]
    if not len(known):
        raise Refused("expected subjects that the model can score; found none; widen the period")
    outcome, probability = known["outcome"].to_numpy(), known["probability"].to_numpy()
    return {
        "from": date_text(start, timezone),
        "to": date_text(stop, timezone),
        "n": len(known),
        "cannot_say": len(scored) - len(known),
        "base_rate": float(outcome.mean()),
        "metrics": metrics_of(outcome, probability, known["buyer_id"].to_numpy()),
    }


def period_evaluation(
    packed: Packed,
    outcome: Outcome,
    scored: pd.DataFrame,
    values: pd.DataFrame,
    *,
    known_buyers: Collection[str] | None = None,
    policy: Policy | None = None,
) -> dict[str, Any]:
    """Return segments, views, cohorts, curves and, of a default model, how much hangs on the definition.

    Parameters
    ----------
    packed : Packed
    outcome : Outcome
    scored : DataFrame, shape (n, ...)
        As for `period_metrics`, with ``as_of``.
    values : DataFrame, shape (n, len(NAMES))
    known_buyers : collection of str, optional
        Buyers that training saw.
    policy : Policy, optional
        Whose grades are tested; default: the shipped one.
    """
    definition = outcome.definition
    period = ScoredPeriod.of(packed.portfolio, scored, values, known_buyers)
    if definition is None:
        return {**evaluation_of(period), "definition_sensitivity": []}
    grades = policy or Policy.default()
    told = evaluation_of(period, policy=grades, horizon_months=definition.horizon_months)
    candidates = default_subjects(packed)
    return {**told, "definition_sensitivity": definition_sensitivity(packed, definition, candidates, scored)}
