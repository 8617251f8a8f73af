"""Drift as one printable page: from the numbers of `training.drift.drift` alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.report.document.drawings import drawn
from training.report.document.drift_outcomes import outcomes
from training.report.document.frame import Section, figure, how_to_read, light, page, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.plots import stability_plot
from training.report.document.tables import Column, facts, table
from training.report.document.told import Told, count, number, said, share

__all__ = ["drift_page"]

_DRAWN = 15
"""Bars in the figure."""

_WORDS = {"green": "no drift", "amber": "look into it", "red": "past a threshold"}


def _colour(told: Told) -> Html:
    return tag("span", light(told.text, told.text), data_path=told.path, data_means=told.text)


def _edge(told: Told) -> Html:
    return number(told, 3) if told.value is not None else NOTHING


def _known(told: Told) -> Html:
    return said(told, told.text.replace("_", " ") or "no source")


_TESTS = (
    Column("Verdict", "colour", _colour, kind="word"),
    Column("Test", "test", kind="text"),
    Column("Decides", "decides", kind="word"),
    Column("Found", "text", kind="text"),
    Column("What to do", "action", kind="text"),
)

_ROWS = (
    Column("Score or input", "label", kind="text"),
    Column("Rank", "rank", count),
    Column("PSI / CSI", "psi", number),
    Column("Chance", "critical", number),
    Column("Missing then", "missing_reference", share),
    Column("Now", "missing", share),
    Column("Unseen", "unseen", share),
    Column("Subjects are worth", "effective", count),
)

_BINS = (
    Column("Bin", "bin", kind="word"),
    Column("From", "low", _edge),
    Column("To", "high", _edge),
    Column("Then", "reference", share),
    Column("Now", "now", share),
)

_MIX = (
    Column("What is known", "name", _known, kind="text"),
    Column("Then", "reference", share),
    Column("Now", "now", share),
)  # fmt: skip

_PATTERNS = (*_MIX, Column("Trained", "is_trained", kind="word"))


def drift_page(report: Mapping[str, Any]) -> str:
    """Return what `training.drift.drift` found as HTML that loads nothing.

    Parameters
    ----------
    report : mapping
        As JSON has it.

    Returns
    -------
    str
        Each value that is shown names its place: ``data-path`` is its JSON pointer.
    """
    told = Told(dict(report))
    sections = [
        Section("inputs", "What moved", _moved(told), "1"),
        Section("bins", "Where it moved", _bins(told), "2"),
        Section("information", "What is known of the buyers", _information(told), "3"),
        Section("outcomes", "What was foreseen, and what came true", outcomes(told), "4"),
        Section("rules", "How it is judged", _rules(told), "5"),
    ]
    name = f"{report['model']}@{report['version']}"
    return page(f"Drift of {name}", _first(told, name), sections, foot=f"{name} · {report['outcome']}")


def _first(told: Told, name: str) -> Html:
    verdict = told["verdict"]
    colour = verdict["colour"]
    word = tag("span", light(colour.text, _WORDS[colour.text]), data_path=colour.path, data_means=colour.text)
    return joined(
        tag("h1", f"Drift of {name}"),
        tag("p", "Are today's subjects still those that the model was trained on?", class_="lead"),
        facts([
            ("Period", joined(said(told["from"]), " to ", said(told["to"]))),
            ("Subjects", joined(
                count(told["n"]), " of ", count(told["buyers"]), " buyers, ", count(told["mature"]), " mature"
            )),
            ("Trained on", joined(said(told["fitted_from"]), " to ", said(told["fitted_until"]))),
            _source(told),
        ]),
        tag("div", tag("h2", "Verdict"), tag("p", word), class_=f"box {colour.text}"),
        [tag("p", said(note), class_="note") for note in told["notes"]],
        table(_TESTS, verdict["tests"]),
    )  # fmt: skip


def _source(told: Told) -> tuple[str, Html]:
    """Return what was looked at: the books, or the samples of a service."""
    if told["observed_until"].value is not None:
        return "Books until", said(told["observed_until"])
    read = told["samples"]
    return "Samples of the service", joined(
        count(read["of_the_version"]), " of ", count(read["lines"]), ", ", count(read["explained"]),
        " with inputs, ", count(read["broken"]), " broken",
    )  # fmt: skip


def _said(told: Told) -> list[Told]:
    """Return what the model says: its score, and of a timing model the chance of late payment too."""
    return [told[name] for name in ("score", "late") if told[name].value]


def _by_distance(told: Told) -> list[Told]:
    return sorted([*_said(told), *told["inputs"]], key=lambda row: -row["psi"].value)


def _moved(told: Told) -> Html:
    rows = _by_distance(told)
    # Reason: an index of which nothing can be told would leave nothing to see of the rest.
    furthest = [row.value for row in rows if row["enough"].value][:_DRAWN]
    return joined(
        _drawing(furthest) if furthest else tag("p", "There are too few independent subjects to draw any."),
        table((Column("Verdict", "colour", _colour, kind="word"), *_ROWS), rows),
        how_to_read(
            "Grey: too few independent subjects to tell. Rank: how much the model listens to the input; the "
            "score has 0. Chance: what the index stays below without drift. Unseen: values beyond all that "
            "training saw. Subjects are worth: how many independent subjects tell as much, the invoices and "
            "month ends of one buyer being alike."
        ),
    )


def _drawing(rows: Sequence[Mapping[str, Any]]) -> Html:
    drawing = drawn(lambda: stability_plot(rows), "Stability indices", (6.8, 0.8 + 0.22 * len(rows)))
    return figure(
        drawing,
        "The score and the inputs that moved furthest",
        "Each bar is the distance from the bins frozen at training. Left of the black tick it may be chance; "
        "the lines are the usual rules of thumb, which know nothing of the number of subjects.",
    )


def _bins(told: Told) -> Html:
    leading = [*_said(told), *list(told["inputs"])[: told["thresholds"]["inputs"].value]]
    return joined(
        [joined(subheading(row["label"].text), table(_BINS, row["bins"])) for row in leading],
        how_to_read(
            "Bins were cut at training so that each held about as many subjects; a frequent value, a missing "
            "one and one never seen have bins of their own. A score is in log-odds of the bad outcome."
        ),
    )


def _information(told: Told) -> Html:
    return joined(
        table(_MIX, told["states"]["items"]),
        subheading("Patterns of sources"),
        table(_PATTERNS, told["patterns"]["items"]),
        how_to_read("Of a pattern that it was not trained on the model says nothing."),
        tag("p", "The model cannot say of ", share(told["cannot_say"]), " of the subjects."),
    )


def _rules(told: Told) -> Html:
    limits = told["thresholds"]
    return joined(
        tag("ul", [
            tag("li", "PSI and CSI are red above ", number(limits["psi"], 2), " and above what chance "
                "explains in 95 of 100 periods for all deciding figures together; the score and the ",
                count(limits["inputs"]), " inputs that the model listens to most decide."),
            tag("li", "Calibration is red where the 95 % interval of observed over expected lies beyond 1 by "
                "more than ", share(limits["calibration"], 0), "."),
            tag("li", "A share of missing values that changes by more than ", share(limits["missing"], 0),
                ", or of values never seen above ", share(limits["unseen"], 0), ", is amber."),
            tag("li", "An empty bin that the other side fills counts as half a subject, so every index is "
                "finite."),
        ]),
        subheading("Left out"),
        facts([(name.replace("_", " "), count(left)) for name, left in told["excluded"].items()])
        if told["excluded"]
        else tag("p", "No subject of the period." if told["excluded"].value is not None else
                 "The invoices that a timing model leaves out are counted in its validation pack."),
    )  # fmt: skip
