"""Findings of a validation pack by a table of thresholds, the gravest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["RULES", "issues_of"]

Found = Iterator[tuple[str, str, str, float | None]]
"""Code, severity, text and figure."""

_GRAVITY = ("high", "medium", "low")
_SLOPE = (0.8, 1.2)
_ECE_SHARE = 0.25
_FEW_BAD_BUYERS = 60
_MANY_LOOKS = 5
_COVERAGE = 0.05
_SAME_FIGURES = 1e-9
_STRONG_INFORMATION, _INFLATED = 0.5, 10.0
_EMPTY = 0.5
_MUCH = 0.05
_NAMED = 4
_GAIN_POINTS = 1.0


def issues_of(pack: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the section ``issues``: what the other sections hold that a validator must look at.

    Parameters
    ----------
    pack : mapping
        All other sections.
    """
    found = [
        {"code": code, "severity": severity, "text": text, "figure": figure, "section": section}
        for section, rule in RULES
        for code, severity, text, figure in rule(pack)
    ]
    return sorted(found, key=lambda issue: _GRAVITY.index(issue["severity"]))


def _calibration(pack: Mapping[str, Any]) -> Found:
    performance = pack["performance"]
    slope = performance["metrics"].get("calibration_slope") or {}
    value, low, high = (slope.get(name) for name in ("value", "low", "high"))
    if value is not None and not _SLOPE[0] <= value <= _SLOPE[1]:
        sure = low is not None and high is not None and not low <= 1.0 <= high
        text = f"calibration slope {value:.2f} lies outside {_SLOPE[0]} to {_SLOPE[1]}"
        told = f"; its interval {low:.2f} to {high:.2f} excludes 1" if sure else "; its interval holds 1"
        yield "slope", "high" if sure else "low", text + told, value
    ece = (performance["metrics"].get("ece") or {}).get("low")
    if ece is not None and performance["base_rate"] and ece > _ECE_SHARE * performance["base_rate"]:
        text = f"expected calibration error is surely above {_ECE_SHARE:.0%} of the rate of bad outcomes"
        yield "ece", "medium", text, performance["metrics"]["ece"]["value"]
    ratio = (performance["views"]["per_subject"] or {}).get("observed_to_expected") or {}
    if ratio.get("low") is not None and not ratio["low"] <= 1.0 <= ratio["high"]:
        text = f"observed over expected bad outcomes is {ratio['value']:.2f}"
        interval = f", {ratio['low']:.2f} to {ratio['high']:.2f}"
        yield "level", "medium", text + interval, ratio["value"]


def _grades(pack: Mapping[str, Any]) -> Found:
    for row in (pack["performance"]["cohorts"] or {}).get("grades", []):
        p = row.get("jeffreys_p_holm")
        if p is not None and p < 0.05:
            text = (
                f"grade {row['grade']}: {row['defaults']} defaults of {row['n']}, more than its PD explains"
            )
            yield "grade_too_low", "medium", text, p


def _discrimination(pack: Mapping[str, Any]) -> Found:
    performance = pack["performance"]
    auc = performance["metrics"].get("auc") or {}
    if auc.get("low") is not None and auc["low"] <= 0.5:
        yield "auc", "high", f"AUC {auc['value']:.3f} is not surely above 0.5", auc["value"]
    if performance["bad_buyers"] < _FEW_BAD_BUYERS:
        text = f"{performance['bad_buyers']} buyers had a bad outcome in the test: figures are unsure"
        yield "few_events", "medium", text, performance["bad_buyers"]
    if performance["few_defaults"]:
        yield "cannot_rank", "medium", f"ranks cannot be measured: {performance['few_defaults']}", None
    overall = auc.get("value")
    for segment, rows in performance["segments"].items():
        for row in rows:
            told = row["auc"]
            if told and told["high"] is not None and overall is not None and told["high"] < min(overall, 0.7):
                text = f"ranks {segment.replace('_', ' ')} {row['category']} worse: AUC {told['value']:.3f}"
                yield "weak_segment", "low", text, told["value"]


def _test(pack: Mapping[str, Any]) -> Found:
    performance = pack["performance"]
    looks = performance["looks"]
    if looks is not None and looks > _MANY_LOOKS:
        yield (
            "looks",
            "medium",
            f"the test period was looked at {looks} times before: figures are too good",
            looks,
        )
    gap = performance["recomputed_difference"]
    if gap is not None and gap > _SAME_FIGURES:
        yield "not_the_same", "high", "the test measured again gives other figures than the run kept", gap
    if pack["missing_data"]["cannot_say_share"] > _COVERAGE:
        share = pack["missing_data"]["cannot_say_share"]
        yield "coverage", "medium", f"the model cannot speak of {share:.1%} of the test subjects", share


def _stability(pack: Mapping[str, Any]) -> Found:
    told = pack["stability"]
    if told is None:
        yield (
            "stability_unknown",
            "low",
            "stability was not measured: no reference is kept with the model",
            None,
        )
        return
    for row in [told["score"], *told["features"]]:
        if row["status"] == "act":
            severity = "high" if row is told["score"] else "medium"
            yield (
                "psi",
                severity,
                f"{row['label']}: PSI {row['psi']:.2f} between training and test",
                row["psi"],
            )


def _features(pack: Mapping[str, Any]) -> Found:
    items = pack["features"]["items"]
    informed = [item for item in items if (item["information_value"] or 0.0) > _STRONG_INFORMATION]
    if informed:
        text = (
            f"information value above {_STRONG_INFORMATION}, so that one asks whether they know the outcome"
        )
        yield (
            "information",
            "low",
            f"{text}: {_labels(informed)}",
            max(item["information_value"] for item in informed),
        )
    told = [item for item in items if (item["variance_inflation"] or 0.0) > _INFLATED and _weighs(item)]
    if told:
        text = f"others tell much of them (VIF above {_INFLATED:g}), so that reasons are told by group"
        yield "collinear", "low", f"{text}: {_labels(told)}", max(item["variance_inflation"] for item in told)
    empty = [item for item in items if item["missing_share"] > _EMPTY and _weighs(item)]
    if empty:
        text = f"missing for more than {_EMPTY:.0%} of the training subjects, and weigh much"
        yield "missing", "low", f"{text}: {_labels(empty)}", max(item["missing_share"] for item in empty)


def _labels(items: list[dict[str, Any]]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(item["label"] for item in items[:_NAMED]) + more


def _weighs(item: Mapping[str, Any]) -> bool:
    return bool(item["share_of_points"] > _MUCH)


def _explanations(pack: Mapping[str, Any]) -> Found:
    for test in pack["explanations"]["tests"]:
        if test["passed"] is False:
            severity = "high" if test["test"] in ("additivity", "shap") else "medium"
            text = f"{test['text']}: {test['found']:.3g}, aimed at {test['better']} {test['aim']:g}"
            yield test["test"], severity, text, test["found"]


def _challengers(pack: Mapping[str, Any]) -> Found:
    told = pack["challengers"]
    if told["status"] == "not_asked":
        yield "no_challengers", "medium", "no challenger was heard", None
    for item in told["items"]:
        gap = item["differences"].get("auc") or {}
        name = item["name"].replace("_", " ")
        if gap.get("high") is not None and gap["high"] < 0:
            yield "challenger", "high", f"{name} is surely better: AUC {gap['value']:+.3f}", gap["value"]
        elif gap.get("low") is not None and gap["low"] <= 0:
            yield (
                "challenger",
                "low",
                f"the lead over {name} is not sure: AUC {gap['value']:+.3f}",
                gap["value"],
            )


def _missing(pack: Mapping[str, Any]) -> Found:
    for row in pack["missing_data"]["withheld"]:
        least = row["least_over_worst_quartiles"]
        name = row["source"].replace("_", " ")
        if least is not None and least < -_SAME_FIGURES:
            text = f"withholding {name} looks better than its worst quartiles"
            yield "missing_is_good", "high", text, least
        shift = row["mean_shift_points"]
        if shift is not None and shift > 0:
            text = f"buyers that withhold {name} gain {shift:.1f} points on the mean"
            yield "withholding_pays", "medium" if shift > _GAIN_POINTS else "low", text, shift


def _stress(pack: Mapping[str, Any]) -> Found:
    for row in pack["sensitivity"]["scenarios"]:
        shift = row["mean_shift_points"]
        if shift is not None and shift > 0:
            text = f"{row['code'].replace('_', ' ')} raises the score by {shift:.1f} points on the mean"
            yield "stress_looks_good", "medium", text, shift


def _parity(pack: Mapping[str, Any]) -> Found:
    told = pack["parity"]
    if not told["passed"]:
        text = "a call scores subjects otherwise than the batch path"
        yield "parity", "high", text, told["largest_difference_log_odds"]


def _knowledge(pack: Mapping[str, Any]) -> Found:
    told = pack["knowledge_time"]
    if told["status"] == "ok":
        gaps = [row["auc_difference"]["value"] for row in told["lags"] if row["auc_difference"]]
        worst = min((gap for gap in gaps if gap is not None), default=None)
        tables = ", ".join(told["tables"])
        yield "assumed_knowledge", "medium", f"knowledge times of {tables} are assumed", worst
        if worst is not None and worst < -0.02:
            yield "booking_lag", "high", f"a booking lag costs {-worst:.3f} of AUC", worst


def _people(pack: Mapping[str, Any]) -> Found:
    named = {row["role"]: row for row in pack["sign_off"]}
    for role, row in named.items():
        if row["name"] is None:
            yield f"no_{role}", "medium", f"nobody is named as {role.replace('_', ' ')}", None
    if named["validated_by"]["independent"] is False:
        yield "not_independent", "high", "who validates is who developed: a different person signs", None


def _lineage(pack: Mapping[str, Any]) -> Found:
    if pack["lineage"]["code_now"] == "differs":
        text = "the code has changed since the version was trained; reproduce it before it is signed"
        yield "code_changed", "low", text, None


RULES: tuple[tuple[str, Callable[[Mapping[str, Any]], Found]], ...] = (
    ("parity", _parity), ("performance", _calibration), ("performance", _discrimination),
    ("performance", _test),
    ("performance", _grades), ("missing_data", _missing), ("explanations", _explanations),
    ("stability", _stability), ("challengers", _challengers), ("knowledge_time", _knowledge),
    ("sensitivity", _stress), ("features", _features), ("sign_off", _people), ("lineage", _lineage),
)  # fmt: skip
"""By section: the rule that finds what is wrong with it."""
