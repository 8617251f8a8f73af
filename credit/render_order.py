"""The check of an order as plain text, for whoever has to release it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credit.locales import Words, check_language, value_text
from credit.order_texts import ORDER_DECISIONS, STEP_NAMES, STEP_STATUSES
from credit.page_text import WIDTH, padded, text_width, wrapped

__all__ = ["render_order"]

_LABELS = {
    "title": Words("Check of an order", "订单信用检查"),
    "decision": Words("Decision", "结论"),
    "by": Words("decided by: ", "依据："),
    "order": Words("Order", "订单"),
    "part": Words("May be delivered", "可交付金额"),
    "steps": Words("Steps, in order", "检查步骤（依次）"),
    "person": Words(
        "A natural person is never held by a rule: a person decides.", "自然人不由规则自动冻结，须人工决定。"
    ),
}
_LABEL_WIDTH = 28
_NAME_WIDTH = 26


def render_order(check: Mapping[str, Any], lang: str) -> str:
    """Return a check as plain text of about 100 columns.

    Parameters
    ----------
    check : mapping
        As `credit.orders.check_order` gives it, in the same language.
    lang : {"en", "zh"}

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    blocks = [_head(check, lang), _summary(check, lang), _steps(check, lang)]
    if check["natural_person"] and check["decision"] == "refer":
        blocks.append([_label("person", lang)])
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _head(check: Mapping[str, Any], lang: str) -> list[str]:
    moment = str(check["as_of"]).replace("T", " ").replace("Z", " UTC")
    title = f"{_label('title', lang)}  {check['buyer_id']}"
    gap = WIDTH - text_width(title) - text_width(moment)
    return [title + " " * max(2, gap) + moment, "=" * WIDTH]


def _summary(check: Mapping[str, Any], lang: str) -> list[str]:
    order, decided_by = check["order"], check["decided_by"]
    decision = ORDER_DECISIONS[check["decision"]].of(lang)
    if decided_by is not None:
        decision += f"  ({_label('by', lang)}{STEP_NAMES[decided_by].of(lang)})"
    rows = [
        ("decision", decision),
        ("order", value_text(order["amount"], "money", lang, order["currency"])),
        ("part", value_text(check["releasable_amount"], "money", lang, check["currency"])),
    ]
    return [padded(_label(key, lang), _LABEL_WIDTH) + text for key, text in rows]


def _steps(check: Mapping[str, Any], lang: str) -> list[str]:
    lines = [_label("steps", lang), "-" * WIDTH]
    for number, step in enumerate(check["steps"], 1):
        status = padded(STEP_STATUSES[step["status"]].of(lang), 9)
        name = padded(STEP_NAMES[step["code"]].of(lang), _NAME_WIDTH)
        lines += wrapped(step["text"], f"{number}  {status}{name}")
    return lines


def _label(key: str, lang: str) -> str:
    return _LABELS[key].of(lang)
