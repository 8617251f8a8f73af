"""Columns of plain text in a terminal, where a full-width character takes two."""

from __future__ import annotations

import unicodedata

__all__ = ["WIDTH", "flushed", "padded", "text_width"]

WIDTH = 100
"""Columns of a page."""


def text_width(text: str) -> int:
    """Return the columns of a terminal that a text takes.

    Examples
    --------
    >>> text_width("limit"), text_width("额度")
    (5, 4)
    """
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def padded(text: str, width: int) -> str:
    """Return a text with blanks behind it, at least one."""
    return text + " " * max(1, width - text_width(text))


def flushed(text: str, width: int) -> str:
    """Return a text with blanks before it, so that it ends at a column.

    Examples
    --------
    >>> flushed("12", 4), flushed("额度", 5)
    ('  12', ' 额度')
    """
    return " " * max(0, width - text_width(text)) + text
