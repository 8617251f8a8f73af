"""How well the model ranks: discrimination of all, by segment and by month."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from matplotlib.figure import Figure

from training.plots import ks_plot, months_plot, roc_band_plot, score_distribution_plot
from training.report.document.drawings import drawn
from training.report.document.frame import figure, how_to_read, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.plots import cap_plot, forest_plot
from training.report.document.tables import Column, table
from training.report.document.told import Told, count, estimate, number, said, share

__all__ = ["FIGURES_OF_A_GROUP", "METRICS", "all_segments", "metric_table", "ranking"]

_VIEWS = {
    "per_subject": "each subject counts once",
    "per_buyer": "each buyer counts once",
    "per_amount": "each unit of money counts once",
}

METRICS = {
    "auc": ("AUC", "chance that a bad subject is ranked above a good one; 0.5 is a coin"),
    "average_precision": ("Average precision", "the same for those flagged first; the rate of bad is a coin"),
    "ks": ("KS", "widest gap between the bad and the good below one probability"),
    "brier": ("Brier score", "mean squared error of the probabilities; smaller is better"),
    "ece": ("ECE", "mean gap of stated and observed rate over ten bins; smaller is better"),
    "calibration_slope": ("Calibration slope", "1 is right; below 1 the probabilities are too bold"),
    "calibration_intercept": ("Calibration intercept", "0 is right; above 0 the probabilities are too low"),
}
"""By metric: its name and its meaning."""

FIGURES_OF_A_GROUP = (
    Column("Subjects", "n", count),
    Column("Buyers", "buyers", count),
    Column("Bad", "bad", count),
    Column("Rate", "rate", share),
    Column("Stated", "mean_probability", share),
    Column("AUC [95 %]", "auc", estimate),
    Column("Observed / expected [95 %]", "observed_to_expected", lambda told: estimate(told, 2)),
)

_CURVES: tuple[tuple[str, Callable[[Any, str], Figure], str, str], ...] = (
    ("roc", roc_band_plot, "ROC curve", "The further the line bends to the upper left, the better; dotted is "
     "a coin. The band holds the curve in 95 of 100 draws of the buyers."),
    ("ks", ks_plot, "KS", "The gap between the lines is the share of bad that is told from good at one cut; "
     "dashed is where it is widest."),
    ("score_distribution", score_distribution_plot, "Scores of good and bad",
     "The less the two overlap, the better a cut divides them."),
)  # fmt: skip


def ranking(pack: Told) -> Html:
    """Return metrics, curves and segments of the test period."""
    told = pack["performance"]
    return joined(
        _of_what(told),
        _few(told),
        metric_table(told, ("auc", "average_precision", "ks", "brier")),
        _curves(told),
        subheading("By segment"),
        _forest(told),
        tag("p", "Counts, rates and intervals of every segment are in appendix A3.", class_="note"),
        subheading("As each subject, buyer or amount counts"),
        _views(told),
        subheading("By month"),
        _months(told),
    )


def _views(told: Told) -> Html:
    """Return the figures under other weights."""
    views = told["views"].items()
    return joined(
        table(
            FIGURES_OF_A_GROUP,
            [view for _, view in views],
            names=("Weight", [_VIEWS.get(name, name) for name, _ in views]),
        ),
        how_to_read(
            "Where the figures by amount are worse than by subject, the model errs on the large ones. Stated "
            "is the mean probability, rate the share that came true; their quotient is observed over "
            "expected."
        ),
    )


def all_segments(pack: Told) -> Html:
    """Return the figures of every segment."""
    told = pack["performance"]["segments"]
    columns = [Column("", "category", kind="text"), *FIGURES_OF_A_GROUP]
    tables = [table(columns, rows, name.replace("_", " ").capitalize()) for name, rows in told.items()]
    reading = how_to_read(
        "A segment with fewer than 20 subjects or with one outcome alone has counts and no figures. Brackets "
        "hold the figure in 95 of 100 draws of the buyers."
    )
    return joined(reading, tables)


def _of_what(told: Told) -> Html:
    looks, is_twin = told["looks"], told["is_twin"].value
    return tag(
        "p", "Measured on ", count(told["n"]), " subjects of ", count(told["buyers"]), " buyers; ",
        count(told["events"]), " subjects of ", count(told["bad_buyers"]), " buyers were bad (",
        share(told["base_rate"], 2), "). No answer: ", count(told["cannot_say"]),
        None if looks.value is None else [". The period was looked at ", count(looks), " times before"],
        [". The figures are those of the tested twin, ", said(told["speaks_for"])] if is_twin else None, ".",
    )  # fmt: skip


def _few(told: Told) -> Html:
    if not told["few_defaults"]:
        return NOTHING
    level = told["level"]
    return tag(
        "div", tag("p", said(told["few_defaults"])),
        tag("p", "Observed over expected: ", number(level["ratio"], 2), " [", number(level["low"], 2), ", ",
            number(level["high"], 2), "]") if level else None,
        class_="box amber",
    )  # fmt: skip


def metric_table(told: Told, names: tuple[str, ...]) -> Html:
    """Return metrics with their intervals and their meanings."""
    rows = [
        tag(
            "tr",
            tag("th", METRICS[name][0], class_="text", scope="row"),
            tag("td", estimate(told["metrics"][name])),
            tag("td", METRICS[name][1], class_="text"),
        )
        for name in names
    ]
    heads = (("Metric", "text"), ("Value [95 %]", None), ("How to read this", "text"))
    head = tag("thead", tag("tr", [tag("th", text, class_=kind, scope="col") for text, kind in heads]))
    return tag("div", tag("table", head, tag("tbody", rows)), class_="wide")


def _curves(told: Told) -> Html:
    curves = told["curves"].value
    parts = [
        figure(drawn(partial(draw, curves[name], ""), title), title, reading)
        for name, draw, title, reading in _CURVES
        if curves.get(name)
    ]
    cap = told["cap"].value
    if cap is not None:
        reading = (
            "How many of the bad are among so many subjects, riskiest first. AR is the area won over no "
            "ranking, as a share of what a perfect one wins."
        )
        parts.insert(1, figure(drawn(lambda: cap_plot(cap), "CAP curve"), "CAP curve", reading))
    return tag("div", parts, class_="pair") if parts else NOTHING


def _forest(told: Told) -> Html:
    rows = [
        {
            "segment": name.replace("_", " "),
            **row,
            "category": str(row["category"]).replace("_", " "),
            **(row["auc"] or {"value": None}),
        }
        for name, rows in (told["segments"].value or {}).items()
        for row in rows
    ]
    shown = [row for row in rows if row["value"] is not None]
    if not shown:
        return tag("p", "No segment has enough subjects of both outcomes to say anything.")
    whole = told["metrics"]["auc"]["value"].value
    drawing = drawn(lambda: forest_plot(shown, whole), "AUC by segment", (6.8, 0.9 + 0.19 * len(shown)))
    reading = (
        "A line that stays left of the dashed one is a segment in which the model ranks worse than in all; a "
        "cross has too few buyers of an outcome for an interval. In brackets: subjects."
    )
    return figure(drawing, "AUC by segment", reading)


def _months(told: Told) -> Html:
    months = told["curves"]["months"].value
    if not months:
        return NOTHING
    drawing = drawn(lambda: months_plot(months, ""), "Observed over expected by month", (6.8, 2.5))
    reading = (
        "1 is right; above it more was bad than the model stated. Months whose interval leaves out 1, all on "
        "one side, tell of a drift. The months' figures are in appendix A4."
    )
    return figure(drawing, "Observed over expected by month", reading)
