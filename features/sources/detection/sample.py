"""A file as its beginning shows it to be: encoding, delimiter, sheet and header; and its first rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features.sources.cleaning import folded
from features.sources.delimited import lines_of
from features.sources.encodings import guessed_encoding
from features.sources.reading import SourceFile, content_of, read_source
from features.sources.rules import SourceRule
from features.sources.vocabulary import HEADERS, STATEMENT_HEADERS
from features.sources.workbooks import sheets_of

__all__ = ["Sample", "read_sample"]

_SAMPLE_BYTES = 1 << 18
_SAMPLE_CHARACTERS = 100_000
_SAMPLE_LINES = 60
_MAX_SHEETS = 20
_DELIMITERS = (",", ";", "\t", "|")

Rows = list[tuple[int, list[str]]]
"""Cells of rows, each with the number of its first line, from 1."""


@dataclass(frozen=True)
class Sample:
    """A file and how it was read.

    Parameters
    ----------
    source : SourceFile
    top : list of list of str
        Cells of its first rows, the header and what stands above it included.
    sheets : tuple of str
        Sheets of a workbook that hold data; empty for other files.
    is_list : bool
        Whether it is text in which bars, or else tabs, part the cells.
    """

    source: SourceFile
    top: list[list[str]]
    sheets: tuple[str, ...] = ()
    is_list: bool = False


def read_sample(path: Path) -> Sample:
    """Read a file by the encoding, delimiter, sheet and header that its beginning shows.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    suffix = path.suffix.lower()
    content = content_of(path)
    if suffix in (".xlsx", ".xlsm"):
        return _of_workbook(path, content)
    encoding = guessed_encoding(content)
    if suffix == ".parquet" or not encoding:
        source = read_source(path, SourceRule())
        return Sample(source, [list(source.rows.columns)])
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(content[:_SAMPLE_BYTES])
    text = text.removeprefix("\ufeff")[:_SAMPLE_CHARACTERS]
    delimiter = max(_DELIMITERS, key=lambda mark: _regularity(_rows(text, mark)))
    rows = _rows(text, delimiter)
    rule = SourceRule(encoding=encoding, delimiter=delimiter, header_row=rows[_header(rows)][0])
    return Sample(read_source(path, rule), [cells for _, cells in rows], is_list=delimiter in "|\t")


def _of_workbook(path: Path, content: bytes) -> Sample:
    """Read the sheet whose header names most columns that are known, the first of them."""
    sheets: dict[str, Rows] = {}
    for title, cells in sheets_of(content, path.name, _SAMPLE_LINES):
        filled = [(number, row) for number, row in enumerate(cells, start=1) if any(map(str.strip, row))]
        if len(filled) > 1 and len(sheets) < _MAX_SHEETS:
            sheets[title] = filled
    if not sheets:
        source = read_source(path, SourceRule())
        return Sample(source, [list(source.rows.columns)])
    best = max(sheets, key=lambda title: max(_hits(cells) for _, cells in sheets[title]))
    rule = SourceRule(sheet=best, header_row=sheets[best][_header(sheets[best])][0])
    return Sample(read_source(path, rule), [cells for _, cells in sheets[best]], tuple(sheets))


def _rows(text: str, delimiter: str) -> Rows:
    """Return the first rows; a quoted cell may span lines, unless a quote is left open."""
    lines = lines_of(text)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    rows: Rows = []
    try:
        start = 1
        for cells in reader:
            rows.append((start, cells))
            start = reader.line_num + 1
            if len(rows) == _SAMPLE_LINES:
                return rows
    except csv.Error:
        rows = []
    if not rows or reader.line_num - rows[-1][0] > _SAMPLE_LINES:
        rows = [(number, line.split(delimiter)) for number, line in enumerate(lines[:_SAMPLE_LINES], start=1)]
    return rows


def _regularity(rows: Rows) -> float:
    """Return the number of marks that most rows agree on; a mark that no row has counts nothing."""
    counts = [len(cells) - 1 for _, cells in rows if any(cells)]
    usual = max(set(counts), key=lambda count: (counts.count(count), count)) if counts else 0
    return usual * counts.count(usual) / max(len(counts), 1)


def _header(rows: Rows) -> int:
    """Return the place of the row that holds most known names, the first of the fullest where none does."""
    hits = [_hits(cells) for _, cells in rows]
    if hits and max(hits) > 0:
        return hits.index(max(hits))
    widths = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    return widths.index(max(widths)) if widths else 0


def _hits(cells: Sequence[str]) -> int:
    return len({folded(cell) for cell in cells} & _KNOWN)


_KNOWN = frozenset(
    folded(name) for table in (HEADERS, STATEMENT_HEADERS) for names in table.values() for name in names
)
