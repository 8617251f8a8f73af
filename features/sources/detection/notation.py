"""How a file writes numbers and dates, and where that is ambiguous."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from features.sources.rules import SourceRule
from features.sources.values import days_of, plain_numbers
from features.sources.vocabulary import DATE_FORMATS, NUMBER_MARKS

__all__ = ["DateNotation", "Texts", "date_notation", "is_thousands_or_decimal", "number_marks", "share"]

Texts = Mapping[str, "pd.Series[Any]"]
"""Columns of a file as text, missing where a cell is empty."""

_MIN_SHARE = 0.8
_MIN_SHARE_OF_BOTH = 0.95
_NUMBER = r"[(+\-−]?[\d.,'\s\u00a0\uff0c\uff0e\uff10-\uff19]+[)\-]?"


@dataclass
class DateNotation:
    """How dates are written.

    Parameters
    ----------
    formats : list of str
        Formats of the file, in the order in which they are tried.
    by_column : dict of str to str
        The format of columns that write day and month in another order than another column does.
    doubts : dict of str to str
        By column: what a person must decide.
    settled : dict of str to str
        By column: why its format is sure although its own values do not tell it.
    """

    formats: list[str] = field(default_factory=list)
    by_column: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    settled: dict[str, str] = field(default_factory=dict)


def share(values: pd.Series[Any], text: pd.Series[Any]) -> float:
    """Return the share of filled cells that could be read."""
    filled_rows = int(text.notna().sum())
    return float(values.notna().sum()) / filled_rows if filled_rows else 0.0


def number_marks(texts: Texts) -> tuple[Literal[".", ","], str]:
    """Return the decimal and thousands marks by which most cells with digits are numbers.

    Examples
    --------
    >>> number_marks({"a": pd.Series(["1.234,50", "7,5"]), "b": pd.Series(["4711", "x"])})
    (',', '.')
    """
    if not texts:
        return NUMBER_MARKS[0]
    cells = pd.concat(list(texts.values()), ignore_index=True).dropna()
    numeric = cells[cells.str.fullmatch(_NUMBER, na=False)]
    best, marks = -1, NUMBER_MARKS[0]
    for decimal, thousands in NUMBER_MARKS:
        rule = SourceRule(decimal=decimal, thousands=thousands)
        count = int(plain_numbers(numeric, rule).notna().sum())
        if count > best:
            best, marks = count, (decimal, thousands)
    return marks


def is_thousands_or_decimal(text: pd.Series[Any]) -> bool:
    """Whether every mark of a column stands once and before three digits: ``1.234`` may be 1234 or 1.234.

    Examples
    --------
    >>> is_thousands_or_decimal(pd.Series(["1.234", "500", "12.500"]))
    True
    >>> is_thousands_or_decimal(pd.Series(["1.234", "7.5"]))
    False
    """
    marked = text[text.str.contains(r"[.,]", na=False)]
    return bool(len(marked)) and bool(marked.str.fullmatch(r"[(+\-−]?[1-9]\d{0,2}[.,]\d{3}[)\-]?").all())


def date_notation(texts: Texts) -> DateNotation:
    """Return how the columns write dates.

    Parameters
    ----------
    texts : mapping of str to Series of str
        Columns that may hold dates; others are passed over.

    Examples
    --------
    >>> date_notation({"day": pd.Series(["01/02/2024", "28/02/2024"])}).formats
    ['%d/%m/%Y']
    """
    told = DateNotation()
    ways = {name: found for name, text in texts.items() if (found := _ways(name, text, told))}
    sure = {found[0] for found in ways.values() if len(found) == 1}
    chosen = {name: _chosen(name, found, sure, texts[name], told) for name, found in ways.items()}
    every = list(dict.fromkeys(chosen.values()))
    told.by_column = {name: pattern for name, pattern in chosen.items() if _swapped(pattern) in every}
    told.formats = [pattern for pattern in every if _swapped(pattern) not in every] or ["%Y-%m-%d"]
    return told


def _ways(name: str, text: pd.Series[Any], told: DateNotation) -> list[str]:
    """Return the format of a column, and the one with day and month swapped where that fits as well."""
    days = {pattern: days_of(text, [pattern], "UTC") for pattern in DATE_FORMATS}
    shares = {pattern: share(found, text) for pattern, found in days.items()}
    best = max(shares.values(), default=0)
    winners = [pattern for pattern, found in shares.items() if found == best]
    for pattern in winners[:1]:
        other = _swapped(pattern)
        both = share(days[pattern].fillna(days[other]), text) if other in days else 0.0
        if shares.get(other, 1) < both > best and both >= _MIN_SHARE_OF_BOTH:
            told.doubts[name] = (
                f"dates of '{name}' are written as {pattern} and as {other}: no format reads both; export it"
                " with one"
            )
            return [pattern]
    if best < _MIN_SHARE:
        return []
    # Reason: ISO dates are read whatever the formats are.
    is_swapped = _swapped(winners[0]) in winners
    return [winners[0], _swapped(winners[0])] if is_swapped else winners[:1]


def _chosen(name: str, ways: Sequence[str], sure: set[str], text: pd.Series[Any], told: DateNotation) -> str:
    """Return the format of a column; another column that is sure settles one that could be both."""
    settled = [pattern for pattern in ways if pattern in sure]
    if len(ways) == 1 or len(settled) == 1:
        if len(ways) > 1:
            told.settled[name] = f"written as {settled[0]} like another column"
        return (settled or list(ways))[0]
    example = text.dropna().iloc[0]
    told.doubts[name] = (
        f"dates of '{name}' are ambiguous: {example} reads as {' or '.join(ways)}; set date_formats"
    )
    return ways[0]


def _swapped(pattern: str) -> str:
    return pattern.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m") if pattern[:2] != "%Y" else ""
