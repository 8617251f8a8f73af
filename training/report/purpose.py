"""What a version answers, of whom and how."""

from __future__ import annotations

from typing import Any

from training.report.definition import outcome_text
from training.report.study import Study

__all__ = ["purpose_of"]

_USERS = ["the credit department, for its decisions", "the ERP system, for limits and order checks",
          "the data scientist and the validator, for control"]  # fmt: skip

_USED_FOR = {
    "late": [
        "the chance that an invoice, issued or asked for, is paid late",
        "the order in which invoices are watched and collected",
        "reasons of the score where the seller has no default model",
    ],
    "default": [
        "score, grade and reasons of a buyer",
        "the probability of default in limits, terms and expected loss, as the seller's policy says",
    ],
}


def purpose_of(study: Study) -> dict[str, Any]:
    """Return the section ``purpose``; see `training.report.sections.Purpose`."""
    spec = study.model.spec
    has_ledger = len(study.packed.portfolio.table("invoices")) > 0
    late = spec.model == "late"
    return {
        "question": "Will this invoice be paid late?" if late else "Will this buyer default?",
        "subject": _subject(late, has_ledger),
        "outcome": outcome_text(study.recipe.outcome),
        "horizon_days": spec.horizon_days,
        "used_for": _USED_FOR[spec.model],
        "users": _USERS,
        "method": _method(study),
        "calibration": spec.calibration.model_dump(mode="json"),
        "prior": None if spec.prior is None else spec.prior.model_dump(mode="json"),
    }


def _subject(late: bool, has_ledger: bool) -> str:
    if late:
        return "an invoice, at the later of its issue and the moment when the books knew it"
    moment = "at each month end" if has_ledger else "at each receipt of accounts"
    return f"a buyer {moment} that is not in default"


def _method(study: Study) -> str:
    spec = study.model.spec
    if spec.prior is not None and spec.learner == "scorecard":
        return (
            f"prior knowledge: a scorecard of {len(spec.features)} features with fixed signs on the default "
            f"rate of country, sector and size, whose level weighs {spec.prior.weight:.0%} beside own "
            f"experience"
        )
    line = "a line fitted on out-of-time predictions makes probabilities of"
    trees = f"{spec.trees} boosted trees (LightGBM)"
    if spec.prior is not None:
        return (
            f"{trees} beside prior knowledge, whose share is {spec.prior.share:.0%} of the margin: a "
            f"scorecard with fixed signs on the default rate of country, sector and size; together "
            f"{len(spec.features)} features, monotone where the direction is known; {line} what both say"
        )
    monotone = "monotone where the direction is known"
    return f"{trees} on {len(spec.features)} features, {monotone}; {line} their margins"
