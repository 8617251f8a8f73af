"""Whether the test subjects are like those that the model learned from."""

from __future__ import annotations

from training.report.document.drawings import drawn
from training.report.document.frame import figure, how_to_read, light
from training.report.document.markup import Html, joined, tag
from training.report.document.plots import stability_plot
from training.report.document.tables import Column, table
from training.report.document.told import Told, count, number, share

__all__ = ["all_stability", "stability"]

_SHOWN = 12
_COLORS = {"stable": "green", "watch": "amber", "act": "red", "cannot_say": "grey"}


def _status(told: Told) -> Html:
    said = light(_COLORS[told.text], told.text.replace("_", " "))
    return tag("span", said, data_path=told.path, data_means=told.text)


_COLUMNS = (
    Column("Feature", "label", kind="text"),
    Column("Index", "psi", number),
    Column("Critical", "critical", number),
    Column("Verdict", "status", _status, kind="word"),
    Column("Missing then", "missing_reference", share),
    Column("Missing now", "missing_now", share),
    Column("Unseen", "unseen", share),
    Column("Weight", "weight", share),
)


def stability(pack: Told) -> Html:
    """Return the stability of the score and of the features that moved most."""
    told = pack["stability"]
    if not told:
        return tag("p", "Cannot say: the version carries no reference bins.")
    rows = [*_said(told), *list(told["features"])[:_SHOWN]]
    drawing = drawn(
        lambda: stability_plot([row.value for row in rows]),
        "Stability indices",
        (6.8, 0.8 + 0.3 * len(rows)),
    )
    reading = (
        "Each bar tells how far the test subjects lie from the bins frozen at training, missing and unseen "
        "values being bins too. Left of the black tick it may be chance at so many subjects; the lines are "
        "the usual rules of thumb. Pale bars with a broken edge rest on too few independent subjects to tell."
    )
    return joined(
        tag("p", "PSI of the score and CSI of the features: ", count(told["n"]), " test subjects against ",
            count(told["reference"]), " training subjects. All features are in the appendix."),
        figure(drawing, "The score and the features that moved most", reading),
        table(_COLUMNS, rows[:6]),
        how_to_read(
            "Index above critical and above 0.10: look for the cause; above 0.25: act. Cannot say: so few "
            "independent subjects leave most bins empty, and chance alone moves the index. Unseen is the "
            "share of values beyond all that training saw, weight the feature's share of all points."
        ),
    )  # fmt: skip


def all_stability(pack: Told) -> Html:
    """Return the stability of every feature."""
    told = pack["stability"]
    if not told:
        return tag("p", "Cannot say: the version carries no reference bins.")
    return joined(
        table(_COLUMNS, [*_said(told), *told["features"]]),
        how_to_read("As the table of the section on stability, the least stable first."),
    )


def _said(told: Told) -> list[Told]:
    """Return what the model says: its score, and of a timing model the chance of late payment too."""
    return [told["score"], *([told["late"]] if "late" in (told.value or {}) else [])]
