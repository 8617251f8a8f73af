"""A review as plain text: how many limits moved how, and which the worst moves are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from credit.locales import Words, check_language, day_text, value_text
from credit.page_text import WIDTH, flushed, padded
from credit.review import Reviewed, counts_of

__all__ = ["MOST_SHOWN", "MOVES", "review_text"]

MOST_SHOWN = 10
"""Buyers that are named at most."""

MOVES: Mapping[str, Words] = {
    "expired": Words("expired: nothing could be said in time", "已失效（到期仍无法判断）"),
    "lowered": Words("lowered", "下调"),
    "kept_unsaid": Words("kept: nothing can be said now", "维持（目前无法判断）"),
    "kept_small_change": Words("kept: too small a change", "维持（变动过小）"),
    "unsaid": Words("none in force, and none can be said", "无有效额度且无法判断"),
    "unchanged": Words("unchanged", "不变"),
    "raised_to_cap": Words("raised by the most of one review", "上调（达单次上限）"),
    "raised": Words("raised", "上调"),
    "first": Words("first review", "首次评审"),
}
"""What became of a limit, the worst first."""

_GRADES: Mapping[str, Words] = {
    "expired": Words("expired", "已失效"),
    "moved": Words("moved", "调整"),
    "kept_unsaid": Words("kept unsaid", "维持（无法判断）"),
    "kept_near_border": Words("kept near a border", "维持（接近分界）"),
    "unsaid": Words("none", "无"),
    "unchanged": Words("unchanged", "不变"),
    "first": Words("first", "首次"),
}
_WORST = ("expired", "lowered")

_LABELS = {
    "title": Words("Review of {buyers} buyers on {day}", "{day}授信评审，共{buyers}个买方"),
    "limits": Words("Limits", "额度"),
    "grades": Words("Grades", "等级"),
    "in_force": Words("In force after it", "评审后有效额度合计"),
    "before": Words("In force before it", "评审前有效额度合计"),
    "worst": Words("Worst moves", "降幅最大"),
    "none": Words("none", "无"),
    "colon": Words(": ", "："),
    "comma": Words(", ", "，"),
}
_LABEL_WIDTH = 44
_COUNT_WIDTH = 9
_MONEY_WIDTH = 18


def review_text(rows: Sequence[Reviewed], lang: str) -> str:
    """Return a review as plain text.

    Parameters
    ----------
    rows : sequence of Reviewed
        Of `credit.review.review`: at least one.
    lang : {"en", "zh"}

    Returns
    -------
    str
        Counts of moves, the worst first; sums in force; at most ten buyers whose limits expired or fell.

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    published = rows[0].review.published
    counts, currency = counts_of(rows), published.currency
    title = _label("title", lang, buyers=f"{len(rows):,}", day=day_text(published.reviewed_on, lang))
    moves = [_counted(MOVES[move], count, lang) for move, count in counts["limits"].items()]
    lines = [title, "=" * WIDTH, _label("limits", lang), *moves, ""]
    lines += [_grades(counts["grades"], lang), ""]
    totals = {
        "before": sum(row.before.amount or 0.0 for row in rows if row.before is not None),
        "in_force": sum(row.review.published.amount or 0.0 for row in rows),
    }
    for key, total in totals.items():
        lines.append(padded(_label(key, lang), _LABEL_WIDTH) + value_text(total, "money", lang, currency))
    return "\n".join([*lines, "", *_worst(rows, lang)]) + "\n"


def _label(key: str, lang: str, **texts: str) -> str:
    return _LABELS[key].of(lang).format(**texts)


def _counted(words: Words, count: int, lang: str) -> str:
    return "  " + padded(words.of(lang), _LABEL_WIDTH - 2) + flushed(f"{count:,}", _COUNT_WIDTH)


def _grades(counts: Mapping[str, int], lang: str) -> str:
    told = [f"{_GRADES[code].of(lang)} {counts[code]:,}" for code in _GRADES if code in counts]
    return _label("grades", lang) + _label("colon", lang) + _label("comma", lang).join(told)


def _worst(rows: Sequence[Reviewed], lang: str) -> list[str]:
    found = [row for row in rows if row.review.limit_code in _WORST][:MOST_SHOWN]
    head = _label("worst", lang)
    return (
        [head, *(_move(row, lang) for row in found)]
        if found
        else [f"{head}{_label('colon', lang)}{_label('none', lang)}"]
    )


def _move(row: Reviewed, lang: str) -> str:
    now, before = row.review.published, row.before
    amounts = [
        "-" if amount is None else value_text(amount, "money", lang, now.currency)
        for amount in (None if before is None else before.amount, now.amount)
    ]
    told = "".join(flushed(text, _MONEY_WIDTH) for text in amounts)
    return f"  {padded(row.buyer_id, 20)}{told}  {MOVES[row.review.limit_code].of(lang)}"
