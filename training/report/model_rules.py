"""What can be wrong with a model: its features, reasons, behaviour and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.report.finding import Finding, Found, Pack, labels

__all__ = [
    "challengers", "explanations", "features", "knowledge", "lineage", "missing", "parity", "people",
    "stability", "stress",
]  # fmt: skip

STRONG_INFORMATION = 0.5
"""Information value above which one asks whether a feature knows the outcome (Siddiqi 2006)."""

INFLATED, EMPTY = 10.0, 0.5
"""Variance inflation and share of missing values above which a feature that weighs much is found."""

LAG_COSTS = 0.02
"""AUC that a booking lag may cost."""

_MUCH, _LISTENED = 0.05, 0.02
"""Shares of all points from which on a feature weighs much, and from which on the model listens to it."""

_GAIN_POINTS = 1.0
_LOWEST = -1e-9


def features(pack: Pack) -> Found:
    """Find features that know too much, that others tell, or that are mostly missing."""
    for code, text, measure, most, only_heavy in (
        ("information", "may know the outcome (information value above", "information_value",
         STRONG_INFORMATION, False),
        ("collinear", "told by others too, so that reasons are told by group (VIF above",
         "variance_inflation", INFLATED, True),
        ("missing", "weigh much and lack often (missing share above", "missing_share", EMPTY, True),
    ):  # fmt: skip
        items = [
            item for item in pack["features"]["items"]
            if (item[measure] or 0.0) > most and (not only_heavy or item["share_of_points"] > _MUCH)
        ]  # fmt: skip
        if items:
            largest = max(item[measure] for item in items)
            yield Finding(code, "low", f"{text} {most:g}): {labels(items)}", largest)


def stability(pack: Pack) -> Found:
    """Find a score, or features, that moved between training and test by more than chance."""
    told = pack["stability"]
    if told is None:
        text = "stability was not measured: the model was made without frozen bins"
        yield Finding("stability_unknown", "low", text, None)
        return
    score = told["score"]
    if not score["enough"]:
        text = "whether the score moved cannot be said: too few independent subjects for so many bins"
        yield Finding("psi_unknown", "low", text, score["psi"])
    elif score["status"] != "stable":
        severity = "high" if score["status"] == "act" else "medium"
        yield Finding("psi", severity, f"the score moved: PSI {score['psi']:.2f}", score["psi"])
    moved = [row for row in told["features"] if row["status"] == "act"]
    for severity, listens in (("medium", True), ("low", False)):
        rows = [row for row in moved if (row["weight"] > _LISTENED) == listens]
        if rows:
            text = f"moved between training and test, CSI above 0.25 and above chance: {labels(rows)}"
            yield Finding("csi", severity, text, rows[0]["psi"])


def explanations(pack: Pack) -> Found:
    """Find tests of the reasons that failed."""
    for test in pack["explanations"]["tests"]:
        if test["passed"] is False:
            severity = "high" if test["test"] in ("additivity", "shap", "polarity") else "medium"
            text = f"{test['text']}: {test['found']:.3g}, aimed at {test['better']} {test['aim']:g}"
            yield Finding(test["test"], severity, text, test["found"])


def challengers(pack: Pack) -> Found:
    """Find challengers that are better, or not surely worse."""
    told = pack["challengers"]
    if told["status"] == "not_asked":
        yield Finding("no_challengers", "medium", "no challenger was heard", None)
    for item in told["items"]:
        yield from _against(item["name"].replace("_", " "), item["differences"].get("auc") or {})


def missing(pack: Pack) -> Found:
    """Find sources that it pays to withhold."""
    for row in pack["missing_data"]["withheld"]:
        least, shift, name = row["least_over_worst_quartiles"], row["mean_shift_points"], row["source"]
        if least is not None and least < _LOWEST:
            text = f"withholding {name.replace('_', ' ')} looks better than its worst quartiles"
            yield Finding("missing_is_good", "high", text, least)
        if shift is not None and shift > 0:
            text = f"buyers that withhold {name.replace('_', ' ')} gain {shift:.1f} points on the mean"
            yield Finding("withholding_pays", "medium" if shift > _GAIN_POINTS else "low", text, shift)


def stress(pack: Pack) -> Found:
    """Find shocks under which scores rise."""
    for row in pack["sensitivity"]["scenarios"]:
        shift = row["mean_shift_points"]
        if shift is not None and shift > 0:
            text = f"{row['code'].replace('_', ' ')} raises the score by {shift:.1f} points on the mean"
            yield Finding("stress_looks_good", "medium", text, shift)


def parity(pack: Pack) -> Found:
    """Find calls that score otherwise than training did."""
    told = pack["parity"]
    if not told["passed"]:
        text = "a call scores subjects otherwise than the batch path"
        yield Finding("parity", "high", text, told["largest_difference_log_odds"])


def knowledge(pack: Pack) -> Found:
    """Find assumed knowledge times, and what a booking lag costs."""
    told = pack["knowledge_time"]
    if told["status"] != "ok":
        return
    gaps = [row["auc_difference"]["value"] for row in told["lags"] if row["auc_difference"]]
    worst = min((gap for gap in gaps if gap is not None), default=None)
    text = f"knowledge times of {', '.join(told['tables'])} are assumed"
    yield Finding("assumed_knowledge", "medium", text, worst)
    if worst is not None and worst < -LAG_COSTS:
        yield Finding("booking_lag", "high", f"a booking lag costs {-worst:.3f} of AUC", worst)


def people(pack: Pack) -> Found:
    """Find roles without a name, and a validator who is the developer."""
    named = {row["role"]: row for row in pack["sign_off"]}
    for role, row in named.items():
        if row["name"] is None:
            yield Finding(f"no_{role}", "medium", f"nobody is named as {role.replace('_', ' ')}", None)
    if named["validated_by"]["independent"] is False:
        text = "who validates is who developed: a different person signs"
        yield Finding("not_independent", "high", text, None)


def lineage(pack: Pack) -> Found:
    """Find code that has changed since the version was trained."""
    if pack["lineage"]["code_now"] == "differs":
        text = "the code has changed since the version was trained: reproduce it before it is signed"
        yield Finding("code_changed", "low", text, None)


def _against(name: str, gap: Mapping[str, Any]) -> Found:
    low, high = gap.get("low"), gap.get("high")
    if high is not None and high < 0:
        yield Finding(
            "challenger", "high", f"{name} is surely better: AUC {-gap['value']:+.3f}", gap["value"]
        )
    elif low is not None and low <= 0:
        yield Finding("challenger", "low", f"no sure lead over {name}: AUC {gap['value']:+.3f}", gap["value"])
