"""The features: how much each counts, which way, and how alike they are."""

from __future__ import annotations

from collections.abc import Sequence

from training.report.document.frame import how_to_read, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.tables import Column, table
from training.report.document.told import Told, count, number, said, share, spelled, tiny

__all__ = ["all_features", "bins", "features"]

_SHOWN = 15
_BINNED = 8
_SIGNS = {1: "riskier", -1: "safer", 0: "either"}


def _sign(told: Told) -> Html:
    return said(told, _SIGNS[told.value])


def _range(row: Told) -> Html:
    """Return which values a bin holds."""
    low, high = row["low"], row["high"]
    if row["is_missing"].value:
        return said(row["is_missing"], "missing")
    if high.value is None:
        return joined("above ", tiny(low, 3)) if low.value is not None else joined("all values")
    return joined(
        tiny(low, 3) if low.value is not None else "",
        " to " if low.value is not None else "up to ",
        tiny(high, 3),
    )


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
    Column("Value", "", _range, kind="text"),
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
    return joined(
        table(_LONG, told["items"]),
        how_to_read(
            "Points is the mean size of the feature's score points. VIF tells how well the other features "
            "repeat it: above 10 they share their credit, so read them as a group. Filled with is what "
            "stands in for a missing value."
        ),
        subheading("Why each moves the way it does"),
        tag("ul", _reasons(told["items"]), class_="compact"),
    )


def bins(pack: Told) -> Html:
    """Return the bins of the features that count most."""
    items = [item for item in pack["features"]["items"] if item["bins"]][:_BINNED]
    reading = how_to_read(
        "A bin holds the values above its lower border up to its upper one. A weight of evidence above 0 is "
        "a bin with fewer bad subjects than all."
    )
    return joined(reading, [table(_BINS, item["bins"], item["label"].text) for item in items])


def _reasons(items: Told) -> list[Html]:
    """Return each reason with the features that it holds for."""
    by_reason: dict[str, list[Told]] = {}
    for item in items:
        if item["sign_reason"]:
            by_reason.setdefault(item["sign_reason"].text, []).append(item)
    return [
        tag("li", tag("b", said(found[0]["sign_reason"])), ": ", _names(found))
        for found in by_reason.values()
    ]


def _names(items: Sequence[Told]) -> Html:
    return joined([joined("; " if place else None, said(item["label"])) for place, item in enumerate(items)])


def _left_out(told: Told) -> Html:
    if not told:
        return NOTHING
    entries = [tag("li", f"{name}: ", said(why)) for name, why in told.items()]
    return joined(subheading("Left out"), tag("ul", entries, class_="compact"))
