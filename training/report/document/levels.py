"""Whether probabilities are as high as what came true: calibration, and tests by grade."""

from __future__ import annotations

from training.plots import calibration_bins_plot
from training.report.document.drawings import drawn
from training.report.document.frame import how_to_read, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.strength import metric_table
from training.report.document.tables import Column, table
from training.report.document.told import Told, count, estimate, said, share, tiny

__all__ = ["calibration", "cohorts", "months"]

_ROWS = (
    Column("Subjects", "n", count),
    Column("Bad", "defaults", count),
    Column("Mean PD", "mean_pd", lambda told: share(told, 2)),
    Column("Observed", "observed_rate", lambda told: share(told, 2)),
    Column("Low", "low", lambda told: share(told, 2)),
    Column("High", "high", lambda told: share(told, 2)),
    Column("Jeffreys p", "jeffreys_p", tiny),
)

_GRADE = (Column("Grade", "grade", kind="word"),)

_BINS = (
    Column("Subjects", "n", count),
    Column("Bad", "bad", count),
    Column("Stated", "mean_probability", lambda told: share(told, 2)),
    Column("Observed", "rate", lambda told: share(told, 2)),
    Column("Low", "low", lambda told: share(told, 2)),
    Column("High", "high", lambda told: share(told, 2)),
)


def calibration(pack: Told) -> Html:
    """Return the calibration of all, by bin and by grade."""
    told = pack["performance"]
    bins = told["curves"]["calibration"]
    return joined(
        metric_table(told, ("calibration_slope", "calibration_intercept", "ece")),
        tag("div", _drawing(bins), table(_BINS, bins), class_="pair beside"),
        how_to_read(
            "Ten bins of equal count, from the safest to the riskiest. A bin whose line misses the dotted "
            "one has a probability that is not what came true; low and high hold the rate in 95 of 100 cases."
        ),
        _grades(told["cohorts"]),
    )


def cohorts(pack: Told) -> Html:
    """Return the tests of a default model on years that do not overlap."""
    told = pack["performance"]["cohorts"]
    if not told:
        return tag("p", "Cohorts are tested of a default model alone: the outcomes of its months overlap.")
    return joined(
        tag(
            "p", count(told["subjects"]), " subjects in cohorts of ", count(told["horizon_months"]),
            " months that do not overlap; ", count(told["overlapping"]), " that would overlap are left out.",
        ),
        table((Column("Cohort", "cohort", kind="word"), *_ROWS), told["cohorts"]),
        how_to_read("As the table of grades in section 9, by the moment at which the buyers were scored."),
    )  # fmt: skip


def months(pack: Told) -> Html:
    """Return the figures of every month."""
    columns = (
        Column("Month", "month", kind="word"),
        Column("Subjects", "n", count),
        Column("Bad", "bad", count),
        Column("Rate", "rate", share),
        Column("Stated", "mean_probability", share),
        Column("AUC [95 %]", "auc", lambda told: estimate(told, 2)),
        Column("Observed / expected [95 %]", "observed_to_expected", lambda told: estimate(told, 2)),
    )
    return joined(
        table(columns, pack["performance"]["months"]),
        how_to_read(
            "A month with fewer than 20 subjects or with one outcome alone has counts and no figures."
        ),
    )


def _drawing(bins: Told) -> Html:
    if not bins:
        return NOTHING
    drawing = drawn(lambda: calibration_bins_plot(bins.value, ""), "Observed rate by stated probability")
    return tag("figure", tag("figcaption", "Observed rate by stated probability"), drawing)


def _grades(told: Told) -> Html:
    if not told:
        return NOTHING
    rows = [row for row in told["grades"] if row["n"].value]
    whole = told["whole"]
    return joined(
        subheading("By grade, on years that do not overlap"),
        table((*_GRADE, *_ROWS, Column("after Holm", "jeffreys_p_holm", tiny)), rows),
        how_to_read(
            "A small p says that the grade's PD is too low; after Holm it is corrected for the number of "
            "grades. Both take buyers as independent given their PD: a bad year moves all grades at once."
        ),
        tag(
            "p", "The whole: mean PD ", share(whole["mean_pd"], 2), ", observed ",
            share(whole["observed_rate"], 2),
            " [", share(whole["low"], 2), ", ", share(whole["high"], 2), "], Jeffreys p ",
            tiny(whole["jeffreys_p"]), ". ", said(told["status"]) if told["status"] else None,
        ),
    )  # fmt: skip
