"""Terms and offers as lines of plain text, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credit.locales import Words, value_text
from credit.offer_texts import ALTERNATIVES
from credit.page_text import WIDTH, padded, text_width, wrapped

__all__ = ["offer_lines"]

_LABELS = {
    "title": Words("Terms and offers", "账期与替代方案"),
    "exposure": Words("exposure", "敞口"),
    "unsecured_exposure": Words("unsecured", "无担保"),
    "cost_to_buyer": Words("cost to buyer", "买方成本"),
    "cost_to_seller": Words("cost to us", "我方成本"),
    "yearly_profit": Words("profit a year", "年利润"),
    "not_enough": Words("(the limit still does not bear all purchases)", "（额度仍不能满足全部采购）"),
}
_COLUMNS = ("exposure", "unsecured_exposure", "cost_to_buyer", "cost_to_seller", "yearly_profit")
_NAME_WIDTH = 24
_COLUMN_WIDTH = 15


def offer_lines(terms: Mapping[str, Any], offers: Mapping[str, Any], lang: str) -> list[str]:
    """Return the lines of both parts of an assessment; none where nothing can be said.

    Parameters
    ----------
    terms, offers : mapping
        As `credit.offers.offers_of` gives them, in the same language.
    lang : {"en", "zh"}
    """
    texts = [terms["text"], *(each["text"] for each in offers["alternatives"]), offers["discount"]["text"]]
    if not any(texts):
        return []
    lines = [_label("title", lang), "-" * WIDTH]
    lines += [] if terms["text"] is None else wrapped(terms["text"], "")
    if offers["alternatives"]:
        heads = "".join(_right(_label(column, lang)) for column in _COLUMNS)
        lines += ["", " " * _NAME_WIDTH + heads]
        for each in offers["alternatives"]:
            lines += _alternative(each, offers, lang)
    if offers["discount"]["text"] is not None:
        lines += ["", *wrapped(offers["discount"]["text"], "")]
    return lines


def _alternative(each: Mapping[str, Any], offers: Mapping[str, Any], lang: str) -> list[str]:
    mark = "> " if each["code"] == offers["best"] else "  "
    name = padded(mark + ALTERNATIVES[each["code"]].of(lang), _NAME_WIDTH)
    money = [value_text(each[column], "money", lang, offers["currency"]) for column in _COLUMNS]
    note = "" if each["status"] == "ok" else " " + _label("not_enough", lang)
    return [name + "".join(map(_right, money)), *wrapped(each["text"] + note, "    ")]


def _right(text: str) -> str:
    return " " * max(1, _COLUMN_WIDTH - text_width(text)) + text


def _label(key: str, lang: str) -> str:
    return _LABELS[key].of(lang)
