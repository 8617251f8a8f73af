"""Plain text of a fixed width in which full-width characters take two columns."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["WIDTH", "flushed", "padded", "text_width", "wrapped"]

WIDTH = 100
"""Columns of a page."""

_DATED = r"年\d+月\d+日|年\d+月|月\d+日|个月|到期|[年月日天条例家笔]"
_PIECES = re.compile(rf"（?(?:[!-~]*\d[!-~]*(?:{_DATED})?|[!-~]+|[^!-~])\s*[，。、；：！？）)]*")
"""What a line does not break: a word, a number or date with its unit, and what closes them."""


def text_width(text: str) -> int:
    """Return the columns of a terminal that a text takes.

    Examples
    --------
    >>> text_width("limit"), text_width("额度")
    (5, 4)
    """
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def padded(text: str, width: int) -> str:
    """Return a text with blanks up to a width, at least one."""
    return text + " " * max(1, width - text_width(text))


def flushed(text: str, width: int) -> str:
    """Return a text with blanks before it, so that it ends at a column.

    Examples
    --------
    >>> flushed("12", 4), flushed("额度", 5)
    ('  12', ' 额度')
    """
    return " " * max(0, width - text_width(text)) + text


def wrapped(text: str, mark: str) -> list[str]:
    """Break a text at spaces or between full-width characters; the mark is before its first line.

    Examples
    --------
    >>> wrapped("额" * 45 + "，2026年8月30日到期)", "")[1]
    '2026年8月30日到期)'
    """
    lines, indent = [""], text_width(mark)
    for piece in _PIECES.findall(text):
        if text_width(lines[-1] + piece.rstrip()) > WIDTH - indent:
            lines.append("")
        lines[-1] += piece
    return [(" " * indent if i else mark) + line.rstrip() for i, line in enumerate(lines)]
