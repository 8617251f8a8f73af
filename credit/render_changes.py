"""What changed, and how the buyer's peers are scored, as lines of plain text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from credit.change_texts import CHANGE_STATUSES
from credit.locales import Words, day_text, value_text
from credit.page_text import WIDTH, flushed, padded, wrapped
from credit.rounding import add_up
from features.catalog import GROUPS

__all__ = ["change_lines", "peer_lines"]

_LABELS = {
    "title": Words("What changed since {day}, by the models of today", "自{day}以来的变化（按当前模型）"),
    "score": Words("Score", "评分"),
    "model": Words("Change of the model", "模型变更"),
    "others": Words("Other groups", "其他各组"),
    "probability": Words("Probability of default", "违约概率"),
    "grade": Words("Grade", "等级"),
    "limit": Words("Suggested limit", "建议额度"),
    "unsaid": Words("cannot say: ", "无法判断："),
    "peers": Words("Beside peers: {count} buyers of {kind}", "与同类比较：{count}家买方（{kind}）"),
    "same": Words("its industry and size", "同行业同规模"),
    "industry": Words("its industry", "同行业"),
    "all": Words("all kinds", "所有类别"),
    "own": Words("own", "自身"),
    "mean": Words("peers", "同类平均"),
    "difference": Words("difference", "差异"),
    "no_peers": Words(
        "Beside peers: cannot say, the model keeps no means of peers.",
        "与同类比较：无法判断，模型未保存同类均值。",
    ),
}
_NAME_WIDTH, _COLUMN_WIDTH = 40, 14
_LEAST_SHOWN = 0.5
_TENTHS = 10


def change_lines(changes: Mapping[str, Any], currency: str, lang: str) -> list[str]:
    """Return the lines of what changed; integers add up to the change of the score shown.

    Parameters
    ----------
    changes : mapping
        As `credit.changes.changes_of` gives them, in the same language.
    currency : str
    lang : {"en", "zh"}
    """
    day = day_text(date.fromisoformat(changes["since_day"]), lang)
    lines = [_label("title", lang).format(day=day), "-" * WIDTH]
    if changes["status"] == "ok":
        lines += _points(changes, lang)
    else:
        lines.append(_label("unsaid", lang) + CHANGE_STATUSES[changes["status"]].of(lang))
    pairs = (("probability", "share"), ("grade", "word"), ("limit", "money"))
    return lines + [_pair(name, changes[name], unit, lang, currency) for name, unit in pairs]


def _points(changes: Mapping[str, Any], lang: str) -> list[str]:
    then, now = (_half_up(changes["score"][end]) for end in ("then", "now"))
    told = [each for each in changes["groups"] if abs(each["points"]) >= _LEAST_SHOWN]
    silent = math.fsum(each["points"] for each in changes["groups"] if each not in told)
    parts = [*(each["points"] for each in told), silent, changes["model_change"]]
    texts = [*(each["text"] for each in told), _label("others", lang), _label("model", lang)]
    rows = list(zip(texts, add_up(parts, now - then), strict=True))
    shown = [row for row in rows[:-1] if row[1] != 0] + rows[-1:]
    score = (f"{_label('score', lang)} {then} -> {now}", now - then)
    return [line for text, points in (*shown, score) for line in wrapped(text, f"{points:+5d}  ")]


def peer_lines(peers: Mapping[str, Any], lang: str) -> list[str]:
    """Return the lines of a score beside its peers'.

    Parameters
    ----------
    peers : mapping
        As `credit.peer_points.peer_points` gives them.
    lang : {"en", "zh"}
    """
    if peers["status"] != "ok":
        return [_label("no_peers", lang)]
    kind = "all" if peers["section"] is None else "industry" if peers["size_class"] is None else "same"
    count = value_text(peers["buyers"], "count", lang)
    head = _label("peers", lang).format(count=count, kind=_label(kind, lang))
    columns = "".join(flushed(_label(each, lang), _COLUMN_WIDTH) for each in ("own", "mean", "difference"))
    lines = [head, "-" * WIDTH, " " * _NAME_WIDTH + columns]
    groups = sorted(peers["groups"], key=lambda group: group["difference"])
    differences = add_up([_TENTHS * each["difference"] for each in groups])
    for each, difference in zip(groups, differences, strict=True):
        own = round(_TENTHS * each["points"])
        lines.append(_peer_row(_group(each["group"], lang), (own, own - difference, difference), "+.1f"))
    score = round(_TENTHS * (peers["points"] + math.fsum(each["difference"] for each in groups)))
    total = (score, score - sum(differences), sum(differences))
    return [*lines, _peer_row(_label("score", lang), total, ".1f")]


def _peer_row(name: str, tenths: tuple[int, int, int], signed: str) -> str:
    """Return a row of tenths of points; those of its peers are what the others leave, so that rows add up."""
    own, mean, difference = (each / _TENTHS for each in tenths)
    cells = (format(own, signed), format(mean, signed), format(difference, "+.1f"))
    return padded(name, _NAME_WIDTH) + "".join(cell.rjust(_COLUMN_WIDTH) for cell in cells)


def _pair(name: str, pair: Mapping[str, Any], unit: str, lang: str, currency: str) -> str:
    ends = [
        (pair[end] or "-") if unit == "word" else value_text(pair[end], unit, lang, currency)
        for end in ("then", "now")
    ]
    return padded(_label(name, lang), 28) + " -> ".join(ends)


def _half_up(points: float) -> int:
    """Round half up: of two numbers rounded so, the difference is within one of the true one."""
    return math.floor(points + 0.5)


def _group(group: str, lang: str) -> str:
    if group not in GROUPS:
        return group
    return GROUPS[group].label_zh if lang == "zh" else GROUPS[group].label_en


def _label(key: str, lang: str) -> str:
    return _LABELS[key].of(lang)
