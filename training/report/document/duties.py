"""Sections on what is open, what is watched, and who signs."""

from __future__ import annotations

from training.report.document.first_page import signatures
from training.report.document.frame import how_to_read, light, subheading
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.tables import Column, facts, table
from training.report.document.told import Told, count, number, said, spelled, tiny

__all__ = ["approvals", "limitations", "monitoring"]

_COLORS = {"high": "red", "medium": "amber", "low": "grey"}


def limitations(pack: Told) -> Html:
    """Return limits of use and every issue."""
    columns = (
        Column("Severity", "severity", _severity, kind="word"),
        Column("Issue", "text", kind="text"),
        Column("Figure", "figure", lambda told: tiny(told) if told else NOTHING),
        Column("Section", "section", spelled, kind="word"),
    )
    return joined(
        tag("p", "The limits of use are in ", tag("a", "section 1", href="#purpose"), "."),
        table(columns, pack["issues"]) or tag("p", "No issue was found."),
        how_to_read(
            "High: answer it before the model serves. Medium: answer it, or set a condition. Low: know it. "
            "An overlay, where one is set, needs an end date; this version knows of none."
        ),
    )


def monitoring(pack: Told) -> Html:
    """Return what is watched from now on."""
    told = pack["monitoring"]
    columns = (
        Column("Measure", "measure", kind="text"),
        Column("Bad is", "direction", kind="word"),
        Column("Watch", "watch", lambda each: number(each, 2)),
        Column("Act", "act", lambda each: number(each, 2)),
        Column("What to do", "action", kind="text"),
    )
    return joined(
        facts([
            ("Every", joined(count(told["every_months"]), " months")),
            ("Owner", said(told["owner"])),
            ("Command", tag("code", said(told["command"]))),
        ]),
        table(columns, told["thresholds"]),
        how_to_read("A measure past watch is looked into, past act the action is taken."),
    )  # fmt: skip


def approvals(pack: Told) -> Html:
    """Return what happened to the model, and the lines to sign."""
    columns = (
        Column("When", "at", kind="word"),
        Column("What", "action", kind="text"),
        Column("Version", "version", kind="word"),
        Column("In force", "promoted"),
        Column("Release", "release", kind="word"),
        Column("Reason", "reason", kind="text"),
    )
    return joined(
        table(columns, pack["changes"]) or tag("p", "The promotion log knows nothing of this version."),
        how_to_read("Taken from the append-only log of promotions, times in UTC."),
        subheading("Signatures"),
        tag("p", "An effective challenge needs another person than the developer to sign as validator."),
        signatures(pack),
    )


def _severity(told: Told) -> Html:
    return tag("span", light(_COLORS[told.text], told.text), data_path=told.path, data_means=told.text)
