"""What counts as bad, in words, and how much hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from credit.definition import DefaultDefinition
from credit.outcomes import late_outcomes
from training.report.study import Study
from training.subjects import Outcome, late_subjects

__all__ = ["LATE_HORIZONS", "definition_of", "outcome_text", "steps_of"]

LATE_HORIZONS = (0, 30, 60, 90)
"""Days past due under which a late model's subjects are counted again."""

_LATE = {"tolerance_units": 1.0, "tolerance_share": 0.01, "grace_days": 0}

_INVOICE = ["invoice_id", "instalment"]

_LEAST_EVENTS = 10
"""With fewer bad outcomes an AUC says nothing."""

_STEPS = {
    "candidates": "all candidates",
    "unobserved": "before the books are complete",
    "withdrawn": "withdrawn later",
    "past_horizon": "past the horizon when the books knew it",
    "settled": "settled when the books knew it",
    "immature": "outcome window not over when the books end",
    "not_known_then": "not known to the books at the moment",
    "nothing_owed": "nothing owed on it",
    "no_follow_up": "not observed after the moment",
    "moved": "sold or factored: nobody knows when the buyer paid",
    "diluted": "credited, so that nothing was left to pay",
    "in_default": "in default already",
    "no_rate": "owes in a currency without a rate",
    "stopped_buying": "owed nothing, and the books tell of no insolvency",
    "natural_person": "natural person, left out by the recipe",
    "public_body": "public body, left out by the recipe",
    "is_foreign": "in another country than the seller, left out by the recipe",
}


def definition_of(study: Study, sensitivity: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the section ``definition``.

    Parameters
    ----------
    study : Study
    sensitivity : sequence of dict
        ``definition_sensitivity`` of the evaluation; empty for a late model, whose own is counted here.
    """
    outcome = study.recipe.outcome
    content = (
        {"days_past_due": outcome.horizon_days, **_LATE}
        if outcome.definition is None
        else outcome.definition.model_dump(mode="json")
    )  # fmt: skip
    variants = (
        _late_variants(study)
        if outcome.definition is None
        else [_default_variant(row, outcome.definition) for row in sensitivity]
    )
    return {
        "id": outcome.tag,
        "hash": study.model.spec.definition_hash,
        "text": outcome_text(outcome),
        "content": content,
        "sensitivity": variants,
    }


def outcome_text(outcome: Outcome) -> str:
    """Return what counts as bad in words.

    Examples
    --------
    >>> outcome_text(Outcome("late", 30))[:66]
    'the part of an invoice that was neither paid nor credited 30 days '
    """
    rule = outcome.definition
    if rule is None:
        return (
            f"the part of an invoice that was neither paid nor credited {outcome.horizon_days} days after "
            "its due date is above 1.00 and 1 % of it; disputes do not pause it, and there is no grace"
        )
    parts = [
        f"an overdue sum above {rule.material_amount:g} in the reporting currency and above "
        f"{rule.material_share:.0%} of what the buyer owes for {rule.days_past_due} days in a row",
        f"an event ({', '.join(rule.event_kinds).replace('_', ' ')})" if rule.event_kinds else "",
        "a write-off above that amount" if rule.write_off else "",
    ]  # fmt: skip
    told = "; or ".join(part for part in parts if part)
    return (
        f"within {rule.horizon_months} months: {told}; arrears have cured after {rule.cure_days} days without"
    )


def steps_of(waterfall: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the section ``waterfall``: each step with its words."""
    return [{**step, "text": _STEPS.get(step["step"], step["step"].replace("_", " "))} for step in waterfall]


def _default_variant(row: dict[str, Any], own: DefaultDefinition) -> dict[str, Any]:
    days, cures = row["days_past_due"], row["cures"]
    figures = {name: value for name, value in row.items() if name not in ("days_past_due", "cures")}
    return {
        "label": f"{days} days past due, {'cures' if cures else 'never cures'}",
        "is_own": bool(cures and days == own.days_past_due),
        **figures,
    }


def _late_variants(study: Study) -> list[dict[str, Any]]:
    own = study.recipe.outcome.horizon_days
    candidates = late_subjects(study.packed)
    said = candidates[_INVOICE].merge(study.scored[[*_INVOICE, "probability"]], on=_INVOICE, how="left")
    probability = said["probability"].to_numpy(np.float64)
    return [
        _late_variant(study, candidates.assign(probability=probability), days, own)
        for days in sorted({*LATE_HORIZONS, own})
    ]


def _late_variant(study: Study, candidates: pd.DataFrame, days: int, own: int) -> dict[str, Any]:
    outcome = late_outcomes(study.packed, candidates, days)["outcome"]
    known, bad = outcome.notna(), outcome == 1
    return {
        "label": f"{days} days past due",
        "is_own": days == own,
        "subjects": int(known.sum()),
        "in_default": None,
        "bad": int(bad.sum()),
        "bad_buyers": int(candidates.loc[bad.to_numpy(), "buyer_id"].nunique()),
        "rate": float(bad.sum() / known.sum()) if known.any() else None,
        "auc": _auc(outcome.to_numpy(np.float64), candidates["probability"].to_numpy(np.float64)),
    }


def _auc(outcome: npt.NDArray[np.float64], probability: npt.NDArray[np.float64]) -> float | None:
    known = ~np.isnan(outcome) & ~np.isnan(probability)
    bad = outcome[known].sum()
    if min(bad, known.sum() - bad) < _LEAST_EVENTS:
        return None
    return float(roc_auc_score(outcome[known], probability[known]))
