"""Delimited text as rows: where its header is, lines with another number of fields, quotes left open."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from features.errors import InputError
from features.sources.cleaning import distinct, find_header, refuse_no_header
from features.sources.rules import SourceRule

__all__ = ["TextRows", "broken_frame", "lines_of", "read_text", "refuse_open_quote", "text_rows"]

_SAMPLE_BYTES = 65_536
_MAX_HEADER_LINES = 50


@dataclass(frozen=True)
class TextRows:
    """How the rows of a text file are read, and those that have another number of fields than its header.

    Parameters
    ----------
    options : dict
        Arguments of Arrow's readers of CSV.
    broken : list of (number, reason, text)
        Filled while the file is read.
    """

    options: dict[str, Any]
    broken: list[tuple[int, str, str]]


def text_rows(head: bytes, name: str, rule: SourceRule) -> TextRows:
    """Return how the rows of a text file in UTF-8 are read.

    Parameters
    ----------
    head : bytes
        The file's content or its beginning, with the header and 64 KiB below it.
    name : str
        The file's name, for messages.
    rule : SourceRule
    """
    header_row = _header_row(rule, head, name)
    broken: list[tuple[int, str, str]] = []

    def set_aside(row: Any) -> str:
        reason = f"expected {row.expected_columns} fields as in the header; found {row.actual_columns}"
        broken.append((row.number - last, reason, row.text))
        return "skip"

    columns, last = _header(head, name, rule, header_row)
    options = {
        # Reason: with threads the reader does not know the numbers of broken rows.
        "read_options": arrow_csv.ReadOptions(
            use_threads=False, skip_rows=last, column_names=columns, block_size=1 << 24
        ),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=rule.delimiter,
            quote_char=rule.quote,
            newlines_in_values=True,
            invalid_row_handler=set_aside,
        ),
        "convert_options": arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
        ),
    }
    return TextRows(options, broken)


def lines_of(text: str) -> list[str]:
    """Return the lines of text; only a line feed, a carriage return or both end one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _header_row(rule: SourceRule, utf8: bytes, name: str) -> int:
    """Return the number of the header's line, which may have to be found."""
    if rule.header_row != "find":
        return rule.header_row
    sample = lines_of(utf8[:_SAMPLE_BYTES].decode(errors="ignore"))
    cells = (next(csv.reader([line], delimiter=rule.delimiter, quotechar=rule.quote), []) for line in sample)
    place = find_header(cells, rule)
    refuse_no_header(place, name, rule)
    return place + 1


def _header(utf8: bytes, name: str, rule: SourceRule, header_row: int) -> tuple[list[str], int]:
    """Names of the columns, and the number of the header's last line: a quoted name may span lines.

    Names that repeat get their position, so that no column hides another.
    """
    lines = io.BytesIO(utf8)
    above = [lines.readline() for _ in range(header_row)]
    last, text = header_row, above[-1].decode()
    more = [lines.readline() for _ in range(_MAX_HEADER_LINES)] if text.count(rule.quote) % 2 else []
    closing = next((number for number, line in enumerate(more) if line.count(rule.quote.encode()) % 2), -1)
    text += b"".join(more[: closing + 1]).decode()
    last += closing + 1
    lines.seek(sum(map(len, above + more[: closing + 1])))
    if not lines.read(_SAMPLE_BYTES).strip():
        found = f"{name}, which has none below row {header_row}"
        raise InputError.of("rows below a header", found, "check that the export is complete")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=rule.delimiter, quotechar=rule.quote)
    return distinct(next(reader, [])), last


def refuse_open_quote(rows: pd.DataFrame, broken: Sequence[tuple[int, str, str]], name: str) -> None:
    """Refuse a file where a quote that is never closed swallows every line after it into one long cell."""
    in_rows = any(rows[column].str.contains("\n").any() for column in rows)
    if in_rows or any("\n" in text for _, _, text in broken):
        found = f"{name}, where a quote is opened and not closed"
        raise InputError.of(
            "quotes in pairs", found, "correct the file, or set [source] quote to an unused mark"
        )


def broken_frame(rows: list[tuple[int, str, str]]) -> pd.DataFrame:
    """Return broken lines as a table with columns ``number``, ``reason`` and ``raw``."""
    return pd.DataFrame(rows, columns=["number", "reason", "raw"]).astype({"number": "int64"})


def read_text(utf8: bytes, name: str, rule: SourceRule) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of delimited text, and those that have another number of fields than its header.

    Parameters
    ----------
    utf8 : bytes
        The whole text.
    name : str
        The file's name, for messages.
    rule : SourceRule

    Raises
    ------
    InputError
        Where there is no header or no row below it, or a quote is left open.
    """
    try:
        text = text_rows(utf8, name, rule)
        table = arrow_csv.read_csv(pa.BufferReader(utf8), **text.options)
    except pa.ArrowInvalid as error:
        raise InputError.of("delimited text with a header", f"{name}: {error}", "correct [source]") from error
    rows = table.to_pandas().astype("str")
    if utf8.count(rule.quote.encode()) % 2:
        refuse_open_quote(rows, text.broken, name)
    return rows, broken_frame(text.broken)
