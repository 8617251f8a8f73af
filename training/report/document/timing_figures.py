"""Sections of a timing model's pack that measure: dates, chances of payment, receipts."""

from __future__ import annotations

from training.report.document.frame import how_to_read, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.tables import Column, table
from training.report.document.told import Told, amount, count, estimate, number, share, spelled

__all__ = ["calibration", "dates", "receipts"]

_METRICS = {
    "coverage_80": ("Coverage of the 80 % interval", "between 75 and 85 % it holds what it says", True),
    "nominal_80": ("Probability that the interval states", "whole days seldom allow 80 % exactly", True),
    "interval_days": ("Width of the interval, days", "days beyond the measured count as the last", False),
    "mean_absolute_error_days": ("Mean absolute error, days", "of the median pay date", False),
    "mean_absolute_error_days_own_median": ("Error by the buyer's own median", "without a model", False),
    "mean_absolute_error_days_terms": ("Error by the due date", "without anything", False),
    "concordance": ("Concordance", "how often of two invoices the one said to be paid first was", True),
    "integrated_brier": ("Integrated Brier score, 90 days", "0 is perfect; weighs for open ones", None),
    "unresolved": ("Not paid within the measured days", "they count as paid on the last of them", True),
}  # fmt: skip

_PART = (
    Column("Part", "category", spelled, kind="text"),
    Column("Subjects", "n", count),
    Column("Buyers", "buyers", count),
    Column("Coverage [95 %]", "coverage", lambda told: estimate(told, 1, as_share=True)),
    Column("Error, days", "error", lambda told: number(told, 1)),
    Column("Own median", "error_own_median", lambda told: number(told, 1)),
    Column("Due date", "error_terms", lambda told: number(told, 1)),
)

_WEEK = (
    Column("Weeks", "weeks", count),
    Column("Expected", "expected", amount),
    Column("Came in", "received", amount),
    Column("Error", "error", share),
    Column("Single weeks off", "weighted_absolute_error", share),
    Column("By the terms", "weighted_absolute_error_terms", share),
    Column("In the interval", "coverage", lambda told: share(told, 0)),
)


def dates(pack: Told) -> Html:
    """Return how right pay dates were, whole and in parts."""
    told = pack["performance"]
    looks = told["looks"]
    return joined(
        tag(
            "p", "Measured on ", count(told["n"]), " subjects of ", count(told["buyers"]), " buyers; ",
            count(told["credited"]), " were credited and do not count, of ", count(told["cannot_say"]),
            " it cannot speak", None if looks.value is None else
            [". The period was looked at ", count(looks), " times before"], ".",
        ),
        _metrics(told),
        tag(
            "p", "Error less that of the buyer's own median delay: ", estimate(told["less_own_median"], 1),
            " days; less that of the due date: ", estimate(told["less_terms"], 1), " days.",
        ),
        how_to_read(
            "Below 0 the model is nearer to the day on which the money came. Brackets are 95 % intervals by "
            "draws of the buyers."
        ),
        *(
            joined(subheading(f"By {name.replace('_', ' ')}"), table(_PART, rows))
            for name, rows in told["segments"].items()
        ),
        how_to_read("A part with fewer than ten buyers has counts and no figures."),
        subheading("Of what invoices closed"),
        table(
            (
                Column("Cause", "cause", spelled, kind="text"),
                Column("In training", "training", count),
                Column("In the test", "test", count),
            ),
            told["causes"],
        ),
    )  # fmt: skip


def calibration(pack: Told) -> Html:
    """Return the chances of payment by a day beside what came."""
    told = pack["performance"]["paid_by"]
    columns = (
        Column("Days after due", "days", count),
        Column("Subjects", "n", count),
        Column("Foreseen", "said", share),
        Column("Came", "came", share),
        Column("Came less foreseen [95 %]", "gap", lambda each: estimate(each, 1, as_share=True)),
        Column("Brier score [95 %]", "brier", lambda each: estimate(each, 4)),
        Column("of a constant", "brier_constant", lambda each: number(each, 4)),
    )
    bins = (
        Column("Subjects", "n", count),
        Column("Foreseen", "said", share),
        Column("Came", "came", share),
    )
    return joined(
        table(columns, told),
        how_to_read(
            "An interval of the gap that leaves out 0 is a level that is surely off. A Brier score below "
            "that of a constant tells invoices apart."
        ),
        *(
            joined(subheading(f"Paid by {row['days'].text} days after due"), table(bins, row["bins"]))
            for row in told
        ),
        how_to_read("Tenths of the subjects by what was foreseen: both columns should rise together."),
    )


def receipts(pack: Told) -> Html:
    """Return the back-test of expected receipts."""
    told = pack["receipts"]
    if not told:
        return tag("p", "Cannot say: no month end of the test is followed by a whole week of the books.")
    return joined(
        tag(
            "p", "Forecasts of ", count(told["weeks"]), " weeks at ", count(told["month_ends"]),
            " month ends of the test period, with the books as they were known then, of what was open then. "
            "Receipts up to the end of a week lay in their interval in ",
            share(told["total"]["coverage_so_far"], 0), ". Paid by then and booked later: ",
            amount(told["unbooked"]["received"]), ", expected ", amount(told["unbooked"]["expected"]), ".",
        ),
        table(_WEEK, (told["total"],), "All weeks"),
        table((Column("Week ahead", "week_ahead", count), *_WEEK), told["by_week_ahead"], "By week ahead"),
        table((Column("From", "as_of", kind="word"), Column("Open", "open", amount), *_WEEK),
              told["by_month_end"], "By month end"),
        how_to_read(
            "Error is the sum of what was expected less what came in, over the latter; single weeks off sums "
            "the sizes of their errors. By the terms is what the due dates alone would have said. The "
            "interval is one of 80 %."
        ),
    )  # fmt: skip


def _metrics(told: Told) -> Html:
    rows = [
        tag(
            "tr", tag("th", name, class_="text", scope="row"),
            tag("td", _shown(told["metrics"][metric], as_share)), tag("td", reading, class_="text"),
        )
        for metric, (name, reading, as_share) in _METRICS.items()
    ]  # fmt: skip
    heads = (("Metric", "text"), ("Value [95 %]", None), ("How to read this", "text"))
    head = tag("thead", tag("tr", [tag("th", text, class_=kind, scope="col") for text, kind in heads]))
    return tag("div", tag("table", head, tag("tbody", rows)), class_="wide")


def _shown(told: Told, as_share: bool | None) -> Html:
    if not told:
        return NOTHING
    return estimate(told, 4) if as_share is None else estimate(told, 1, as_share=as_share)
