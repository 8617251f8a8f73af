"""How much hangs on the definition: the same books and predictions under stricter and looser ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from credit.definition import DefaultDefinition
from credit.outcomes import default_outcomes
from features.build import Packed

__all__ = ["VARIANTS", "definition_sensitivity"]

_NEVER_CURES = 36_500

VARIANTS: tuple[dict[str, int], ...] = tuple(
    {"days_past_due": days} | cure for cure in ({}, {"cure_days": _NEVER_CURES}) for days in (60, 90, 120)
)
"""Days past due, each with the definition's cure and without one (a default then never ends)."""

_LEAST_EVENTS = 10
"""With fewer bad outcomes an AUC says nothing."""


def definition_sensitivity(
    packed: Packed, definition: DefaultDefinition, subjects: pd.DataFrame, scored: pd.DataFrame | None = None
) -> list[dict[str, Any]]:
    """Return for each variant of a definition what becomes of the subjects and of the model's ranking.

    Parameters
    ----------
    packed : Packed
    definition : DefaultDefinition
    subjects : DataFrame, shape (n, ...)
        Candidates with ``buyer_id`` and ``as_of``.
    scored : DataFrame, optional
        Subjects of the test period with ``probability``, for the AUC under each variant.

    Returns
    -------
    list of dict
        ``days_past_due``, ``cures``, ``subjects`` (mature, not in default), ``in_default``, ``bad``,
        ``bad_buyers``, ``rate`` (null without subjects), ``auc`` (null with fewer than ten bad or good).
    """
    return [_under(packed, definition.changed(**variant), subjects, scored) for variant in VARIANTS]


def _under(
    packed: Packed, definition: DefaultDefinition, subjects: pd.DataFrame, scored: pd.DataFrame | None
) -> dict[str, Any]:
    told = default_outcomes(packed, subjects, definition)
    bad = told["outcome"] == 1
    known = told["outcome"].notna()
    return {
        "days_past_due": definition.days_past_due,
        "cures": definition.cure_days != _NEVER_CURES,
        "subjects": int(known.sum()),
        "in_default": int((told["exclusion"] == "in_default").sum()),
        "bad": int(bad.sum()),
        "bad_buyers": int(subjects.loc[bad.to_numpy(), "buyer_id"].nunique()),
        "rate": float(bad.sum() / known.sum()) if known.any() else None,
        "auc": None if scored is None else _auc(packed, definition, scored),
    }


def _auc(packed: Packed, definition: DefaultDefinition, scored: pd.DataFrame) -> float | None:
    outcome = default_outcomes(packed, scored, definition)["outcome"].to_numpy()
    probability = scored["probability"].to_numpy()
    known = ~np.isnan(outcome) & ~np.isnan(probability)
    bad = outcome[known].sum()
    if min(bad, known.sum() - bad) < _LEAST_EVENTS:
        return None
    return float(roc_auc_score(outcome[known], probability[known]))
