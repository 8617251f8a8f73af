"""What can be wrong with the figures of a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.report.finding import Finding, Found, Pack

__all__ = [
    "SLOPE",
    "calibration",
    "coverage",
    "discrimination",
    "figure_of",
    "grades",
    "limits_backtest",
    "looks",
    "segments",
    "surely_off",
]

SLOPE = (0.8, 1.2)
"""Calibration slopes between which nothing is found."""

ECE_SHARE = 0.25
"""Share of the rate of bad outcomes above which an expected calibration error is found."""

FEW_BAD_BUYERS = 60
MANY_LOOKS = 5
MOST_CANNOT_SAY = 0.05
SMALL_P = 0.05

_SAME_FIGURES = 1e-9
_WEAK_AUC = 0.7


def calibration(pack: Pack) -> Found:
    """Find a slope that is not 1, a large calibration error and a level that is surely off."""
    performance = pack["performance"]
    slope = figure_of(performance, "calibration_slope")
    if slope["value"] is not None and not SLOPE[0] <= slope["value"] <= SLOPE[1]:
        sure = surely_off(slope)
        text = f"calibration slope {slope['value']:.2f} lies outside {SLOPE[0]} to {SLOPE[1]}"
        told = (
            f"; its interval {slope['low']:.2f} to {slope['high']:.2f} excludes 1" if sure else ", not surely"
        )
        yield Finding("slope", "high" if sure else "low", text + told, slope["value"])
    error = figure_of(performance, "ece")
    if error["low"] is not None and error["low"] > ECE_SHARE * performance["base_rate"]:
        text = f"the expected calibration error is surely above {ECE_SHARE:.0%} of the rate of bad outcomes"
        yield Finding("ece", "medium", text, error["value"])
    ratio = performance["views"]["per_subject"].get("observed_to_expected") or {}
    if surely_off(ratio):
        interval = f"{ratio['value']:.2f}, {ratio['low']:.2f} to {ratio['high']:.2f}"
        yield Finding("level", "medium", f"observed over expected bad outcomes is {interval}", ratio["value"])


def discrimination(pack: Pack) -> Found:
    """Find ranks that chance would give too, and a test of few bad buyers."""
    performance = pack["performance"]
    auc = figure_of(performance, "auc")
    if auc["low"] is not None and auc["low"] <= 0.5:
        yield Finding("auc", "high", f"AUC {auc['value']:.3f} is not surely above 0.5", auc["value"])
    if performance["few_defaults"]:
        text = f"ranks cannot be measured: {performance['few_defaults']}"
        yield Finding("cannot_rank", "medium", text, performance["bad_buyers"])
    elif performance["bad_buyers"] < FEW_BAD_BUYERS:
        text = f"{performance['bad_buyers']} buyers had a bad outcome in the test: its figures are unsure"
        yield Finding("few_events", "medium", text, performance["bad_buyers"])


def segments(pack: Pack) -> Found:
    """Find segments that are surely ranked worse than the whole."""
    auc = figure_of(pack["performance"], "auc")["value"]
    for segment, rows in pack["performance"]["segments"].items():
        for row in rows if auc is not None else []:
            told = row["auc"] or {}
            if told.get("high") is not None and told["high"] < min(auc, _WEAK_AUC):
                what = f"{segment.replace('_', ' ')} {row['category']}"
                yield Finding("weak_segment", "low", f"{what}: AUC {told['value']:.3f}", told["value"])


def grades(pack: Pack) -> Found:
    """Find grades with more defaults than their PD explains, by Holm over all grades."""
    for row in (pack["performance"]["cohorts"] or {}).get("grades", []):
        p = row.get("jeffreys_p_holm")
        if p is not None and p < SMALL_P:
            text = (
                f"grade {row['grade']}: {row['defaults']} defaults of {row['n']}, more than its PD explains"
            )
            yield Finding("grade_too_low", "medium", text, p)


def limits_backtest(pack: Pack) -> Found:
    """Find limits that stand as high above what the defaulted owed as above what the others owed.

    Both are asked at the same month ends, when the limits were made: what is owed later is cut short by the
    default itself.
    """
    gap = pack["limits_backtest"]["difference_at_review"] or {}
    if gap.get("value") is None or gap["low"] > 0:
        return
    value, low, high = (100 * gap[name] for name in ("value", "low", "high"))
    severity, how = ("low", "not surely") if value > 0 else ("medium", "no")
    text = (
        f"limits below what is owed are {how} more frequent where buyers then defaulted than elsewhere: by "
        f"{value:+.1f} points of percent, {low:+.1f} to {high:+.1f}"
    )
    yield Finding("limit_backtest", severity, text, gap["value"])


def looks(pack: Pack) -> Found:
    """Find a test that was looked at often, or that gives other figures when it is measured again."""
    performance = pack["performance"]
    before = performance["looks"]
    if before is not None and before > MANY_LOOKS:
        text = f"the test period was looked at {before} times before: its figures are too good"
        yield Finding("looks", "medium", text, before)
    gap = performance["recomputed_difference"]
    if gap is not None and gap > _SAME_FIGURES:
        text = "the test measured again gives other figures than the run kept"
        yield Finding("not_the_same", "high", text, gap)


def coverage(pack: Pack) -> Found:
    """Find a test of which the model cannot speak in part."""
    share = pack["missing_data"]["cannot_say_share"]
    if share > MOST_CANNOT_SAY:
        text = f"the model cannot speak of {share:.1%} of the test subjects"
        yield Finding("coverage", "medium", text, share)


def figure_of(performance: Pack, metric: str) -> dict[str, Any]:
    """Return a metric with its interval; all None where it was not told."""
    return performance["metrics"].get(metric) or dict.fromkeys(("value", "low", "high"))


def surely_off(figure: Mapping[str, Any]) -> bool:
    """Whether the interval of a figure excludes 1.

    Examples
    --------
    >>> surely_off({"value": 1.5, "low": 1.2, "high": 1.9}), surely_off({"value": 1.5, "low": None})
    (True, False)
    """
    return figure.get("low") is not None and not figure["low"] <= 1.0 <= figure["high"]
