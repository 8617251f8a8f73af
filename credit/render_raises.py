"""What would raise the limit, as lines of plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credit.locales import Words, value_text
from credit.page_text import WIDTH, wrapped
from credit.texts import CANDIDATES

__all__ = ["raise_lines"]

_LABELS = {
    "title": Words("What would raise the limit", "如何提高额度"),
    "then": Words(
        "limit {limit}, probability of default {pd}, grade {grade}; bound by: {binding}{moves}",
        "额度{limit}，违约概率{pd}，等级{grade}；限制因素：{binding}{moves}",
    ),
    "moves": Words(" (no longer {binding})", "（不再是{binding}）"),
}


def raise_lines(raises: Mapping[str, Any], lang: str) -> list[str]:
    """Return the lines of the part ``raises`` of an assessment.

    Parameters
    ----------
    raises : mapping
        As `credit.raises.raises_of` gives them, in the same language.
    lang : {"en", "zh"}
    """
    lines = [_LABELS["title"].of(lang), "-" * WIDTH]
    for number, each in enumerate(raises["options"], 1):
        lines += wrapped(each["text"], f"{number}. ")
        lines += wrapped(_then(each, raises, lang), "   ")
    lines += [] if raises["why"] is None else wrapped(raises["why"], "")
    return [*lines, raises["note"]]


def _then(option: Mapping[str, Any], raises: Mapping[str, Any], lang: str) -> str:
    was = raises["binding"]
    moves = option["binding_moves"] and was is not None
    return (
        _LABELS["then"]
        .of(lang)
        .format(
            limit=value_text(option["limit"], "money", lang, raises["currency"]),
            pd=value_text(option["probability"], "share", lang),
            grade=option["grade"] or "-",
            binding=CANDIDATES[option["binding"]].of(lang),
            moves=_LABELS["moves"].of(lang).format(binding=CANDIDATES[was].of(lang)) if moves else "",
        )
    )
