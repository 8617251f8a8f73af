"""What moves the score, and whether the reasons given can be believed."""

from __future__ import annotations

from functools import partial

from training.report.document.drawings import drawn
from training.report.document.frame import figure, how_to_read, light, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.shap_figures import beeswarm, dependence
from training.report.document.tables import Column, table
from training.report.document.told import Told, count, number, said, tiny

__all__ = ["aims", "explanations"]

_DECIMALS = 2
_SHOWN = 15
_GROUPS = 10
_CURVES = 4
_PASSED = {True: ("green", "passed"), False: ("red", "failed"), None: ("grey", "cannot say")}


def explanations(pack: Told) -> Html:
    """Return beeswarm, dependence and the tests of the explanations."""
    told = pack["explanations"]
    return joined(
        tag(
            "p", "Score points of ", count(told["subjects"]), " subjects: ", said(told["of"]),
            ". Each score is the base of ", number(told["base_points"], 1), " points and the points of its ",
            "features, which add up exactly.",
        ),
        _swarm(told["swarm"]),
        subheading("How the points go with the value"),
        _dependence(told["dependence"]),
        _groups(told["groups"]),
        subheading("Tests"),
        aims(told["tests"]),
    )  # fmt: skip


def aims(tests: Told) -> Html:
    """Return tests with what was found and what was aimed at."""
    columns = (
        Column("Test", "text", kind="text"),
        Column("Subjects", "n", count),
        Column("Found", "found", tiny),
        Column("Aim is", "better", kind="word"),
        Column("", "aim", tiny),
        Column("Result", "passed", _result, kind="word"),
    )
    why = [tag("li", said(test["text"]), ": ", said(test["why_not"])) for test in tests if test["why_not"]]
    return joined(
        table(columns, tests),
        how_to_read("Found must lie on the named side of the aim; what could not be run says why."),
        tag("ul", why, class_="compact") if why else None,
    )


def _result(told: Told) -> Html:
    color, word = _PASSED[told.value]
    return tag("span", light(color, word), data_path=told.path, data_means=told.text)


def _swarm(told: Told) -> Html:
    if not told:
        return NOTHING
    rows = told.value[:_SHOWN]
    drawing = drawn(lambda: beeswarm(rows), "Beeswarm of score points", (6.8, 0.8 + 0.18 * len(rows)))
    reading = (
        "Each dot is a subject; to the left the feature costs points, to the right it gains them. Dark dots "
        "have a high value of the feature, light ones a low value, grey ones none."
    )
    return figure(drawing, "What moves the score (SHAP)", reading)


def _dependence(told: Told) -> Html:
    drawings = [
        tag("figure", drawn(partial(dependence, row), f"Dependence of {row['label']}", (3.4, 1.8)))
        for row in told.value or []
        # Reason: a flag has two values, which no curve joins.
        if row["unit"] != "flag" and any(value is not None for value in row["values"])
    ]
    if not drawings:
        return NOTHING
    reading = how_to_read(
        "A feature that is bound to one direction falls or rises and never turns. Grey bars show how many "
        "subjects have such a value, ticks at the left axis those without one."
    )
    return joined(tag("div", drawings[:_CURVES], class_="pair"), reading)


def _groups(told: Told) -> Html:
    columns = (
        Column("Group of reasons", "label", kind="text"),
        Column("Mean size, points", "mean_absolute_points", lambda each: number(each, _DECIMALS)),
    )
    reading = (
        "Features that measure the same share their credit: reasons are given by group, so read the groups."
    )
    return joined(table(columns, list(told)[:_GROUPS]), how_to_read(reading)) if told else NOTHING
