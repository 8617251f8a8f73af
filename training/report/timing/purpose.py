"""What a timing model answers, of whom and how, and what counts as paid."""

from __future__ import annotations

from typing import Any

from credit.booked import booking_lag_days
from training.report.timing.study import TimingStudy

__all__ = ["definition_of", "purpose_of"]

_USED_FOR = [
    "the day on which an open or new invoice is likely paid, with an interval",
    "the chance of payment by the due date and by 30, 60 and 90 days after it",
    "expected receipts of what is open now, by week",
]

_USERS = ["the treasurer, for a forecast of cash", "collections, for the order of calls",
          "the data scientist and the validator, for control"]  # fmt: skip

_PAID = (
    "an invoice closes on the day from which on no more than 1.00 or 1 % of it is open, whichever is more; "
    "it is credited where credits alone closed it, written off where a write-off did, and else paid: by "
    "money, or what goes as money (discounts, bank fees, withholding tax, set-off). A payment that bounced "
    "closed nothing, and a bill that nobody books is paid when it matures. An invoice that is still open "
    "counts for as long as it was seen"
)


def purpose_of(study: TimingStudy) -> dict[str, Any]:
    """Return the section ``purpose``; see `training.report.timing.sections.TimingPurpose`."""
    spec = study.spec
    return {
        "question": "When will this invoice be paid?",
        "subject": "an invoice at its issue, or every 30 days while it is open, by what is known then",
        "outcome": "paid, credited or written off, whichever comes first, by day from due",
        "horizon_days": spec.horizon_days,
        "used_for": _USED_FOR,
        "users": _USERS,
        "method": (
            f"hazard of closing by day in {len(spec.grid)} intervals from due, by {spec.trees} boosted trees "
            f"(LightGBM) on {len(spec.features)} features and where the interval lies; by what it closes, in "
            f"fixed shares by days from due; level and shape of the cumulative hazard fitted on predictions "
            f"for times that no fold had seen"
        ),
        "calibration": spec.calibration.model_dump(mode="json"),
        "patterns": list(spec.patterns),
    }


def definition_of(study: TimingStudy) -> dict[str, Any]:
    """Return the section ``definition``; see `training.report.timing.sections.TimingDefinition`."""
    portfolio = study.packed.portfolio
    return {
        "id": study.spec.definition_hash,
        "hash": study.spec.definition_hash,
        "text": _PAID,
        "booking_lag_days": booking_lag_days(portfolio),
        "assumed_knowledge": sorted(name for name, how in portfolio.knowledge.items() if how == "assumed"),
    }
