"""Sections on what the model is for, who answers for it, and how it was made."""

from __future__ import annotations

from training.report.document.first_page import limits
from training.report.document.frame import how_to_read, subheading
from training.report.document.markup import Html, joined, tag
from training.report.document.tables import Column, facts, table
from training.report.document.told import Told, amount, count, number, said, share

__all__ = ["identity", "method", "purpose", "sample"]

_PEOPLE = (("Owner", "owner"), ("Developed by", "developed_by"), ("Validated by", "validated_by"))


def purpose(pack: Told) -> Html:
    """Return what the model answers, and what it may not be used for."""
    told = pack["purpose"]
    return joined(
        facts([
            ("Question", said(told["question"])),
            ("Asked of", said(told["subject"])),
            ("Bad is", said(told["outcome"])),
            ("Horizon", joined(count(told["horizon_days"]), " days")),
            ("Used for", _listed(told["used_for"])),
            ("Used by", _listed(told["users"])),
        ]),
        subheading("Not to be used, or only with care"),
        limits(pack),
    )  # fmt: skip


def identity(pack: Told) -> Html:
    """Return the record of the model in the inventory."""
    told = pack["identity"]
    tier = told["tier"]
    return facts([
        ("Version", joined(said(told["name"]), ", ", said(told["outcome"]))),
        ("Role", ", ".join(alias.text for alias in told["aliases"]) or "none: it does not serve"),
        ("Kind", said(told["kind"])),
        ("Test speaks of", said(told["judged_by"])),
        ("Registered", said(told["registered_at"])),
        ("Materiality", joined(said(tier["level"]), ": ", said(tier["rule"]))),
        ("Exposure", joined(amount(tier["exposure"]), " ", said(tier["currency"]), " of ",
                            count(tier["buyers"]), " buyers when the books end; ",
                            share(tier["share_of_equity"]), " of the seller's equity")),
        *((name, said(told[key]) if told[key] else "nobody is named yet") for name, key in _PEOPLE),
    ])  # fmt: skip


def sample(pack: Told) -> Html:
    """Return how the subjects came about, step by step."""
    lineage = pack["lineage"]
    return joined(
        tag(
            "p",
            "Fitted on ", count(lineage["subjects"]), " subjects (", count(lineage["events"]), " bad) from ",
            said(lineage["fitted_from"], lineage["fitted_from"].text[:10]), " to ",
            said(lineage["fitted_until"], lineage["fitted_until"].text[:10]), ". Tested on ",
            count(pack["performance"]["n"]), " subjects (", count(pack["performance"]["events"]),
            " bad) from ", said(pack["performance"]["test_from"], pack["performance"]["test_from"].text[:10]),
            " to ", said(pack["performance"]["test_to"], pack["performance"]["test_to"].text[:10]),
            " by ", said(pack["performance"]["speaks_for"]), ", which was fitted on none of them.",
        ),
        table(
            [
                Column("Step", "text", kind="text"),
                Column("Left out", "left_out", count),
                Column("Left", "left", count),
            ],
            pack["waterfall"],
            "From all candidates to the subjects",
        ),
        how_to_read(
            "Each line takes subjects away from the line above; a subject whose outcome window has not ended "
            "is left out whatever happened so far, and never counted as good."
        ),
    )  # fmt: skip


def method(pack: Told) -> Html:
    """Return the learner, its calibration, and the prior where there is one."""
    told = pack["purpose"]
    calibration = told["calibration"]
    lines = [
        ("Method", said(told["method"])),
        ("Calibration", joined("log-odds = ", number(calibration["slope"]), " × raw ",
                               number(calibration["intercept"], signed=True), "; before it was drawn ",
                               "towards 1 the slope was ", number(calibration["fitted_slope"]))),
        ("Prior shift", number(calibration["prior_shift"])),
        ("Rate of the sample", share(calibration["sample_rate"], 2)),
    ]  # fmt: skip
    prior = told["prior"]
    if prior:
        lines.append(
            ("Prior", joined("weight ", share(prior["weight"], 0), "; ", count(prior["own_defaults"]),
                             " own defaults where ", number(prior["expected_defaults"], 1), " were expected"))
        )  # fmt: skip
        lines.append(
            ("Prior in each score", joined(share(prior["share"], 0), " scorecard, the rest boosted trees"
                                           if prior["share"].value < 1 else " scorecard"))
        )  # fmt: skip
    states = [
        (f"Added for {name}", number(value, signed=True)) for name, value in calibration["states"].items()
    ]
    why = "Alternatives that were measured on the same subjects are in section 15."
    return joined(facts([*lines, *states]), tag("p", why, class_="note"))


def _listed(told: Told) -> Html:
    return joined([joined("; " if place else None, said(each)) for place, each in enumerate(told)])
