"""The timing model's probability of late payment beside the late model's."""

from __future__ import annotations

from training.report.document.frame import how_to_read
from training.report.document.markup import Html, joined, tag
from training.report.document.tables import Column, facts, table
from training.report.document.told import Told, count, estimate, number, said, share

__all__ = ["beside_late"]

_WHY_NOT = {
    "no_overlap": "Cannot say: the test periods of both models have no day in common.",
    "no_subjects": "Cannot say: too few test subjects of both outcomes that neither model was fitted on.",
}

_COLUMNS = (
    Column("AUC [95 %]", "auc", estimate),
    Column("Brier score [95 %]", "brier", lambda told: estimate(told, 4)),
    Column("Calibration slope [95 %]", "calibration_slope", lambda told: estimate(told, 2)),
    Column("Mean stated", "mean", lambda told: share(told, 2)),
)


def beside_late(told: Told) -> Html:
    """Return both models' probabilities of being unpaid at due + k on the same test subjects."""
    versions = said(told["timing_version"]), said(told["late_version"])
    if told["status"].text in _WHY_NOT:
        status = said(told["status"], _WHY_NOT[told["status"].text])
        return tag("p", versions[0], " and ", versions[1], ". ", status)
    names = [f"{told[name].text}" for name in ("timing_version", "late_version")]
    return joined(
        tag(
            "p", "The chance that an invoice is unpaid ", count(told["horizon_days"]), " days after due, by ",
            versions[0], " and by ", versions[1], " on the same ", count(told["subjects"]), " invoices at "
            "their issue, ", said(told["test_from"]), " to ", said(told["test_to"]),
            ", which neither was fitted on; ", share(told["base_rate"], 2), " of them were.",
        ),
        table(_COLUMNS, (told["timing"], told["late"]), names=("Model", names)),
        facts([
            ("AUC, timing less late", _difference(told["difference"]["auc"], 3)),
            ("Brier, timing less late", _difference(told["difference"]["brier"], 4)),
            ("Mean stated, timing less late", number(told["mean_difference"], 4, signed=True)),
            ("Correlation", number(told["correlation"])),
            ("Correlation of ranks", number(told["rank_correlation"])),
        ]),
        how_to_read(
            "Two models that answer one question twice should agree. Above 0 in AUC the timing model ranks "
            "better, above 0 in Brier score it is worse; an interval that holds 0 is no difference. The late "
            "model's figure is the one that decides; the timing model's is for pay dates and receipts."
        ),
    )  # fmt: skip


def _difference(told: Told, decimals: int) -> Html:
    return estimate(told, decimals)
