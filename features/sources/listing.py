"""Lists as SAP saves them: headings, a header between rules, rows between bars, subtotals with stars."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from features.errors import InputError
from features.sources.cleaning import distinct, find_header, folded
from features.sources.rules import SourceRule

__all__ = ["SUBTOTAL", "Listing", "read_listing"]

SUBTOTAL = "subtotal"
"""Column that holds the stars of a subtotal row, and nothing in other rows."""

_CAPTION = re.compile(r"\s*\|?\s*([^|:\s][^|:]*?)(?:\s*:\s*|\s{2,}|\t+)([^|]*?)\s*\|?\s*$")
_RULE = re.compile(r"[|+\-=_\s]*")
_STARS = re.compile(r"\*+")
_DIGITS = re.compile(r"\d+")


@dataclass
class Listing:
    """Rows of a list, each with the number of its line.

    Parameters
    ----------
    columns : list of str
    rows : list of list of str
        Cells, then the stars of a subtotal, then the captions above the row.
    numbers : list of int
        Lines of the file, counted from 1.
    broken : list of (line, reason, text)
    """

    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    broken: list[tuple[int, str, str]] = field(default_factory=list)

    def frame(self, rule: SourceRule) -> pd.DataFrame:
        """Return the rows as text."""
        names = [*self.columns, SUBTOTAL, *rule.captions]
        cells = list(zip(*self.rows, strict=True)) if self.rows else [()] * len(names)
        return pd.DataFrame(dict(zip(names, cells, strict=True)), dtype="str")


def read_listing(text: str, name: str, rule: SourceRule) -> Listing:
    r"""Read a list; one saved with tabs instead of bars is read as well.

    Parameters
    ----------
    text : str
    name : str
        The file's name, for messages.
    rule : SourceRule
        `aliases` tell the header, `captions` the headings whose value belongs to all rows below.

    Raises
    ------
    InputError
        Where no line names columns that are known.

    Examples
    --------
    >>> rule = SourceRule(
    ...     layout="sap_list",
    ...     aliases={"BELNR": ["DocumentNo"], "WRBTR": ["Amount"], "WAERS": ["Curr."]},
    ...     captions={"KUNNR": ["Customer"]},
    ... )
    >>> text = "Customer    1234\n-----\n|DocumentNo|Amount|Curr.|\n-----\n|18|5,00-|EUR|\n|*|5,00-|EUR|\n"
    >>> read_listing(text, "list.txt", rule).rows
    [['18', '5,00-', 'EUR', '', '1234'], ['', '5,00-', 'EUR', '*', '1234']]
    """
    lines = text.splitlines()
    for mark in ("|", "\t"):
        cut = [_cells(line, mark) for line in lines]
        place = find_header(_candidates(cut), rule)
        if place >= 0:
            break
    else:
        wanted = [names[0] if names else key for key, names in rule.aliases.items()][:6]
        step = "save the list unconverted, with its header, or add its names to [source.aliases]"
        raise InputError.of(f"a line that names columns like {wanted}", f"{name}, which has none", step)
    header = list(_candidates(cut))[place]
    listing = Listing(distinct(header))
    _fill(listing, zip(lines, cut, strict=True), mark, header, rule)
    return listing


def _cells(line: str, mark: str) -> list[str]:
    """Return the cells between the bars of a line; none of a line that is no row."""
    if mark == "|":
        stripped = line.strip()
        if not stripped.startswith("|") or not stripped.endswith("|") or len(stripped) < 2:
            return []
        return [cell.strip() for cell in stripped[1:-1].split("|")]
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])] if mark in line else []


def _candidates(cut: Sequence[list[str]]) -> Iterator[list[str]]:
    yield from (cells for cells in cut if len(cells) > 1)


def _fill(
    listing: Listing, lines: Iterable[tuple[str, list[str]]], mark: str, header: list[str], rule: SourceRule
) -> None:
    captions = {folded(word): key for key, words in rule.captions.items() for word in words}
    values = dict.fromkeys(rule.captions, "")
    titles = _Titles(mark)
    has_begun = False
    for number, (line, cells) in enumerate(lines, start=1):
        if cells == header:
            has_begun = True
            titles.width = max(titles.width, len(line.rstrip()))
        elif _RULE.fullmatch(line):
            continue
        elif has_begun and len(cells) > 1:
            _take_row(listing, cells, (number, line), list(values.values()))
        elif not _take_caption(line, captions, values):
            reason = titles.refusal(line, header) if has_begun else _above(cells, header)
            listing.broken += [(number, reason, line)] if reason else []
            if not has_begun:
                titles.add(line)


def _above(cells: Sequence[str], header: Sequence[str]) -> str:
    """Tell what is wrong with a row above the first header that can be read; empty for a title."""
    return "expected a header above the row; found none" if len(cells) == len(header) else ""


@dataclass
class _Titles:
    """Lines above the header, which page breaks repeat with other numbers, and the width of the header."""

    mark: str
    texts: set[str] = field(default_factory=set)
    width: int = 0

    def add(self, line: str) -> None:
        self.texts.add(_DIGITS.sub("0", line.strip()))

    def refusal(self, line: str, header: Sequence[str]) -> str:
        """Tell what is wrong with a line between the rows that is none; empty for a title."""
        if _DIGITS.sub("0", line.strip()) in self.texts or not self._may_be_row(line, header):
            return ""
        return f"{_cells_expected(header)}; found a line cut short"

    def _may_be_row(self, line: str, header: Sequence[str]) -> bool:
        if self.mark == "|":
            # Reason: a title in a box is as wide as the list.
            is_boxed = line.lstrip().startswith("|") and line.rstrip().endswith("|")
            return "|" in line and not (is_boxed and len(line.rstrip()) >= self.width)
        # Reason: rows of a list with tabs begin with a tab where its first column has no name.
        return header[0] != ""


def _cells_expected(header: Sequence[str]) -> str:
    return f"expected {len(header)} cells as in the header"


def _take_caption(line: str, captions: dict[str, str], values: dict[str, str]) -> bool:
    found = _CAPTION.match(line)
    if not found or folded(found[1]) not in captions:
        return False
    values[captions[folded(found[1])]] = found[2].strip()
    return True


def _take_row(listing: Listing, cells: list[str], place: tuple[int, str], values: list[str]) -> None:
    if len(cells) != len(listing.columns):
        reason = f"{_cells_expected(listing.columns)}; found {len(cells)}"
        listing.broken.append((place[0], reason, place[1]))
        return
    first = next((number for number, cell in enumerate(cells) if cell), 0)
    stars = _STARS.match(cells[first])
    if stars:
        cells[first] = cells[first][stars.end() :].strip()
    listing.rows.append([*cells, stars[0] if stars else "", *values])
    listing.numbers.append(place[0])
