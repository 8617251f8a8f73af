"""The part of the page on drift that tells what was foreseen and what came true."""

from __future__ import annotations

from training.report.document.frame import how_to_read, subheading
from training.report.document.markup import Html, joined, tag
from training.report.document.tables import facts
from training.report.document.told import Told, count, estimate, number, said, share

__all__ = ["outcomes"]


def outcomes(told: Told) -> Html:
    """Return the estimate without outcomes, the realised figures beside it, and what shows early."""
    return joined(
        subheading("Foreseen without outcomes"),
        _estimate(told["estimate"]),
        subheading("Realised"),
        _realised(told["realised"]),
        subheading("Early arrears"),
        _early(told["proxy"]),
    )


def _estimate(told: Told) -> Html:
    if not told:
        return tag("p", "Cannot say: the model speaks of none of the subjects.")
    return joined(
        facts([
            ("Subjects", count(told["n"])),
            ("Rate", estimate(told["rate"], 2, as_share=True)),
            ("Rate by the ranks of the test alone", share(told["rate_by_rank"], 2)),
            ("AUC", estimate(told["auc"])),
            ("Brier score", estimate(told["brier"], 4)),
        ]),
        tag("p", said(told["assumption"])),
        how_to_read(
            "Intervals are of 95 %, by draws of the buyers. By the ranks alone: each tenth of the scores has "
            "the rate that it had in the test, whatever the probabilities say."
        ),
    )  # fmt: skip


def _realised(told: Told) -> Html:
    counted = ("Subjects", joined(count(told["n"]), " mature of ", count(told["of"])))
    if not told["n"].value:
        return joined(facts([counted]), tag("p", "No window has closed that may be told."))
    expected = told["expected"]
    return joined(
        facts([
            counted,
            ("Rate", joined(share(told["rate"], 2), ", foreseen ", share(told["mean_probability"], 2))),
            ("Observed over expected", estimate(told["observed_to_expected"], 2)),
            ("AUC", joined(estimate(told["auc"]), ", foreseen ", estimate(expected["auc"]))),
            ("AUC in the test", number(told["tested_auc"])),
            ("Brier score", joined(estimate(told["brier"]), ", foreseen ", estimate(expected["brier"]))),
        ]),
        how_to_read(
            "Only subjects whose whole window has closed and that the model was not fitted on. Foreseen: by "
            "the model's own probabilities of the same subjects."
        ),
    )  # fmt: skip


def _early(told: Told) -> Html:
    if not told:
        return tag("p", "Not asked: the model's own outcome is known as early, or there is no ledger.")
    days, months = told["days_past_due"], told["months"]
    return joined(
        tag("p", "Share of buyers that came to be ", count(days), " days past due within ", count(months),
            " months, of those whose months have passed."),
        facts([("Now", _rate(told["now"])), ("In training's time", _rate(told["then"])),
               ("AUC of the score on it", estimate(told["auc"]))]),
    )  # fmt: skip


def _rate(told: Told) -> Html:
    if told["rate"].value is None:
        return share(told["rate"])
    ends = ("[", share(told["low"], 2), ", ", share(told["high"], 2), "]")
    return joined(share(told["rate"], 2), " ", tag("span", ends, class_="interval"), " of ", count(told["n"]))
