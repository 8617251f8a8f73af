"""The features: how much each counts, which way, and how alike they are."""

from __future__ import annotations

from collections.abc import Sequence

from training.report.document.frame import how_to_read, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.tables import Column, table
from training.report.document.told import Told, count, number, said, share, spelled

__all__ = ["all_features", "bins", "features"]

_SHOWN = 15
_SIGNS = {1: "riskier", -1: "safer", 0: "either"}


def _sign(told: Told) -> Html:
    return said(told, _SIGNS[told.value])


_SHORT: Sequence[Column] = (
    Column("Feature", "label", kind="text"),
    Column("Group", "group_label", kind="text"),
    Column("More is", "sign", _sign, kind="word"),
    Column("Share of points", "share_of_points", share),
    Column("Information value", "information_value", number),
    Column("Missing", "missing_share", share),
    Column("Largest correlation", "correlation", lambda told: number(told, 2)),
)

_LONG: Sequence[Column] = (
    Column("Feature", "name", kind="text"),
    Column("Unit", "unit", spelled, kind="word"),
    Column("More is", "sign", _sign, kind="word"),
    Column("Points", "mean_absolute_points", lambda told: number(told, 2)),
    Column("IV", "information_value", number),
    Column("Missing", "missing_share", share),
    Column("Filled with", "fill", lambda told: number(told, 2)),
    Column("VIF", "variance_inflation", lambda told: number(told, 1)),
    Column("Correlated with", "correlated_with", kind="text"),
)

_BINS: Sequence[Column] = (
    Column("Above", "low", lambda told: number(told, 2)),
    Column("Up to", "high", lambda told: number(told, 2)),
    Column("Subjects", "n", count),
    Column("Share", "share", share),
    Column("Bad", "bad", count),
    Column("Rate", "rate", lambda told: share(told, 2)),
    Column("Weight of evidence", "weight_of_evidence", lambda told: number(told, 2, signed=True)),
)


def features(pack: Told) -> Html:
    """Return the features that count most, and those that were left out."""
    told = pack["features"]
    items = list(told["items"])
    return joined(
        tag(
            "p", f"{len(items)} features; the {min(_SHOWN, len(items))} that count most are below, all of ",
            "them in appendix A1. Information values are of ", count(told["subjects"]), " training ",
            "subjects with ", count(told["events"]), " bad ones.",
        ),
        table(_SHORT, items[:_SHOWN]),
        how_to_read(
            "Share of points is a feature's part of all score points it moves up or down. An information "
            "value below 0.02 tells nothing alone, above 0.5 is so strong that it should be asked whether it "
            "knows the outcome. More is: which way the model is bound to move when the value grows."
        ),
        _left_out(told["left_out"]),
    )  # fmt: skip


def all_features(pack: Told) -> Html:
    """Return every feature."""
    told = pack["features"]
    signs = [
        tag("li", tag("b", said(each["label"])), ": ", said(each["sign_reason"]))
        for each in told["items"]
        if each["sign_reason"]
    ]
    return joined(
        table(_LONG, told["items"]),
        how_to_read(
            "Points is the mean size of the feature's score points. VIF tells how well the other features "
            "repeat it: above 10 they share their credit, so read them as a group. Filled with is what "
            "stands in for a missing value."
        ),
        subheading("Why each moves the way it does"),
        tag("ul", signs, class_="compact"),
    )


def bins(pack: Told) -> Html:
    """Return the bins of the features that count most."""
    items = [item for item in pack["features"]["items"] if item["bins"]][:_SHOWN]
    reading = how_to_read(
        "Above and up to are the borders of a bin; a line in which neither can be said holds the subjects "
        "whose value is missing. A weight of evidence above 0 is a bin with fewer bad subjects than all."
    )
    return joined(reading, [table(_BINS, item["bins"], item["label"].text) for item in items])


def _left_out(told: Told) -> Html:
    if not told:
        return NOTHING
    entries = [tag("li", f"{name}: ", said(why)) for name, why in told.items()]
    return joined(subheading("Left out"), tag("ul", entries, class_="compact"))
