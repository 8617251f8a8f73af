"""Texts that a spreadsheet would take for formulas, and the mark that keeps it from that."""

from __future__ import annotations

__all__ = ["neutral", "plain"]

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MARK = "'"


def neutral(text: str) -> str:
    """Return a text for a cell, with a mark where a spreadsheet would take it for a formula.

    Examples
    --------
    >>> neutral("=A1"), neutral("A1")
    ("'=A1", 'A1')
    """
    return f"{_MARK}{text}" if text.startswith(_STARTS) else text


def plain(text: str) -> str:
    """Return what `neutral` was given.

    Examples
    --------
    >>> plain("'=A1"), plain("B'1")
    ('=A1', "B'1")
    """
    return text[1:] if text.startswith(_MARK) and text[1:].startswith(_STARTS) else text
