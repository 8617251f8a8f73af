"""What is said of a pay date, in lines of an assessment's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credit.locales import Words, value_text
from credit.texts import status_text

__all__ = ["timing_rows"]

_LABELS = {
    "expected": Words("Expected payment", "预计付款日"),
    "paid_by": Words("Probability of payment by", "届时已付款概率"),
    "between": Words("{share} between {low} and {high}", "{share}概率在{low}至{high}之间"),
    "after": Words("{share} from {low} on", "{share}概率不早于{low}"),
    "due": Words("due {due}", "{due}到期"),
    "usual_due": Words("due {due} by usual terms", "按惯常账期{due}到期"),
    "at_due": Words("due date {share}", "到期日{share}"),
    "past_due": Words("+{days} days {share}", "逾期{days}天{share}"),
    "unsaid": Words("cannot say: ", "无法判断："),
}


_COMMA, _SEMICOLON = Words(", ", "，"), Words("; ", "；")


def timing_rows(timing: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """Return labels and texts about a pay date; none where no timing model serves.

    Parameters
    ----------
    timing : mapping
        As `credit.timing.answer.TimingAnswer.as_json` gives it.
    lang : {"en", "zh"}
    """
    if timing["status"] == "no_timing_model":
        return []
    if not timing["paid_by"]:
        unsaid = _LABELS["unsaid"].of(lang) + status_text(timing["status"], lang)
        return [(_LABELS["expected"].of(lang), unsaid)]
    said = timing["median_on"] or status_text(timing["status"], lang)
    parts = [*_interval(timing, lang), _due(timing, lang)]
    by = (
        _LABELS["past_due" if each["days_past_due"] else "at_due"]
        .of(lang)
        .format(days=each["days_past_due"], share=value_text(each["probability"], "share", lang))
        for each in timing["paid_by"]
    )
    return [
        (_LABELS["expected"].of(lang), f"{said}  ({_SEMICOLON.of(lang).join(parts)})"),
        (_LABELS["paid_by"].of(lang), _COMMA.of(lang).join(by)),
    ]


def _interval(timing: Mapping[str, Any], lang: str) -> list[str]:
    """Return the interval as far as it is known; of one without a beginning nothing."""
    if timing["low_on"] is None:
        return []
    template = _LABELS["after" if timing["high_on"] is None else "between"].of(lang)
    share = value_text(timing["interval_probability"], "share", lang)
    return [template.format(share=share, low=timing["low_on"], high=timing["high_on"])]


def _due(timing: Mapping[str, Any], lang: str) -> str:
    return _LABELS["usual_due" if timing["assumed"] else "due"].of(lang).format(due=timing["due_on"])
