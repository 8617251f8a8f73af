"""What the model says when facts change, are withheld, or were known later."""

from __future__ import annotations

from training.report.document.drawings import drawn
from training.report.document.frame import figure, how_to_read, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.plots import stress_plot
from training.report.document.tables import Column, table
from training.report.document.told import Told, count, estimate, number, said, share, spelled

__all__ = ["shocks", "states"]


def _sources(told: Told) -> Html:
    return said(told, told.text.replace("+", ", ").replace("_", " ") or "no source")


_SCENARIOS = (
    Column("Shock", "text", kind="text"),
    Column("Subjects", "n", count),
    Column("Before", "mean_probability_before", lambda told: share(told, 2)),
    Column("After", "mean_probability_after", lambda told: share(told, 2)),
    Column("Points", "mean_shift_points", lambda told: number(told, 1, signed=True)),
    Column("Worse", "share_worse", lambda told: share(told, 0)),
)
_GRADES = (
    Column("Grade down", "grades_down", lambda told: share(told, 0)),
    Column("Grade up", "grades_up", lambda told: share(told, 0)),
)
_WITHHELD = (
    Column("Source withheld", "source", spelled, kind="text"),
    Column("Subjects", "n", count),
    Column("Before", "mean_probability_before", lambda told: share(told, 2)),
    Column("After", "mean_probability_after", lambda told: share(told, 2)),
    Column("Points", "mean_shift_points", lambda told: number(told, 1, signed=True)),
    Column("Seem safer", "share_better", share),
    Column("No answer", "cannot_say", count),
    Column("Least over worst quartile", "least_over_worst_quartiles", number),
)
_PATTERNS = (
    Column("Sources known", "pattern", _sources, kind="text"),
    Column("Trained", "is_trained"),
    Column("Training", "training", count),
    Column("Share", "training_share", share),
    Column("Test", "test", count),
    Column("Share", "test_share", share),
)
_LAGS = (
    Column("Booked later by, days", "lag_days", count),
    Column("Subjects", "n", count),
    Column("Dropped", "dropped", count),
    Column("Mean probability", "mean_probability", lambda told: share(told, 2)),
    Column("AUC [95 %]", "metrics.auc", estimate),
    Column("Brier score", "metrics.brier.value", lambda told: number(told, 4)),
    Column("AUC less that of 0 days", "auc_difference", estimate),
)


def shocks(pack: Told) -> Html:
    """Return scenarios, missing data and the booking lag."""
    return joined(
        subheading("Stress"), _stress(pack["sensitivity"]),
        subheading("Missing data"), _missing(pack["missing_data"]),
        subheading("Knowledge time"), _lags(pack["knowledge_time"]),
    )  # fmt: skip


def states(pack: Told) -> Html:
    """Return the scenarios by information state."""
    columns = (
        Column("Information", "state", spelled, kind="text"),
        Column("Subjects", "n", count),
        Column("Before", "before", lambda told: share(told, 2)),
        Column("After", "after", lambda told: share(told, 2)),
    )
    scenarios = [each for each in pack["sensitivity"]["scenarios"] if each["states"]]
    reading = how_to_read("Before and after are mean probabilities of the same subjects.")
    return joined(reading, [table(columns, each["states"], each["text"].text) for each in scenarios])


def _stress(told: Told) -> Html:
    scenarios = list(told["scenarios"])
    drawn_ones = [each.value for each in scenarios if each["mean_probability_after"].value is not None]
    has_grades = any(each["grades_down"].value is not None for each in scenarios)
    columns = (*_SCENARIOS, *_GRADES) if has_grades else _SCENARIOS
    return joined(
        tag("p", count(told["subjects"]), " subjects: ", said(told["of"]), "."),
        table(columns, scenarios),
        how_to_read(
            "The facts are changed and the same subjects are scored again; worse is the share whose "
            "probability rises. A shock for which the books have no such data cannot be told."
        ),
        _stress_figure(drawn_ones),
    )


def _stress_figure(rows: list[dict[str, object]]) -> Html:
    if not rows:
        return NOTHING
    drawing = drawn(lambda: stress_plot(rows), "Mean probability by shock", (6.8, 0.8 + 0.28 * len(rows)))
    return figure(
        drawing, "Mean probability by shock", "The longer the line, the more the shock moves the model."
    )


def _missing(told: Told) -> Html:
    return joined(
        tag(
            "p", share(told["cannot_say_share"]), " of ", count(told["subjects"]), " subjects get no ",
            "answer, because their pattern of sources was not trained.",
        ),
        table(_WITHHELD, told["withheld"]),
        how_to_read(
            "Who withholds a source must not look safer by it. The last column is the smallest gap of "
            "log-odds to a subject with the worst quartile of each value: it is never below 0 where missing "
            "is never good."
        ),
        table(_PATTERNS, told["patterns"]),
        how_to_read("A pattern says which sources are known; one that was not trained gets no answer."),
    )  # fmt: skip


def _lags(told: Told) -> Html:
    return joined(
        tag("p", said(told["text"])),
        table(_LAGS, told["lags"]),
        how_to_read(
            "Where the books do not say when they knew a fact, it may have been known later than assumed. A "
            "large fall of the AUC at 2 or 5 days says that the model lives on facts it may not have in time."
        )
        if told["lags"]
        else None,
    )
