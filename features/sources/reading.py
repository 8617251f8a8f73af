"""Files of an export as text: CSV (also gzipped) in any encoding, Excel and Parquet."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from features.errors import InputError
from features.sources.cleaning import cleaned, distinct, find_header
from features.sources.decoding import as_utf8
from features.sources.listing import read_listing
from features.sources.rules import SourceRule, Total
from features.sources.texts import cells_as_text, column_as_text

__all__ = ["SourceFile", "TextRows", "read_source", "refuse_open_quote", "source_of_frame", "text_rows"]

_SAMPLE_BYTES = 65_536


@dataclass(frozen=True)
class SourceFile:
    """The rows of one file of an export, as text.

    Parameters
    ----------
    name : str
        The file's name, without its folder.
    sha256 : str
        Hash of its content.
    rule : SourceRule
        How it was read.
    rows : DataFrame, shape (n, columns)
        Text of every column (dtype ``str``), empty where the file is.
    numbers : int64 ndarray, shape (n,)
        Number of each row, counted from 1 after the header, empty lines left out.
    broken : DataFrame, columns ``number``, ``reason``, ``raw``
        Rows whose number of fields is not the header's.
    left_out : dict of str to int
        Rows that are no data, by reason.
    rows_read : int
        Rows of the file that are data, broken ones included.
    totals : tuple of Total
        Sums over all buyers that the file itself states.
    raw, places : DataFrame and int64 ndarray, or None
        Of prepared rows: the file's own rows, and which of them each was made from.
    """

    name: str
    sha256: str
    rule: SourceRule
    rows: pd.DataFrame
    numbers: npt.NDArray[np.int64]
    broken: pd.DataFrame
    left_out: dict[str, int] = field(default_factory=dict)
    rows_read: int = 0
    totals: tuple[Total, ...] = ()
    raw: pd.DataFrame | None = None
    places: npt.NDArray[np.int64] | None = None


def read_source(path: str | Path, rule: SourceRule) -> SourceFile:
    """Read one file of an export.

    Parameters
    ----------
    path : str or Path
        ``.xlsx``, ``.xlsm``, ``.parquet``, or text with a delimiter (``.csv``, ``.txt``, also with ``.gz``).
    rule : SourceRule
        Encoding, delimiter, sheet, header row and marks.

    Raises
    ------
    InputError
        Where the file is not there, empty, in another encoding (with a guess of it) or no such file at all.
    """
    path = Path(path)
    content = _content(path)
    suffix = path.suffix.lower()
    if suffix == ".xls":
        raise InputError.of(
            "an .xlsx workbook", f"{path.name}, in the old format", "save it as .xlsx or as CSV"
        )
    broken, lines = _broken([]), None
    if suffix in (".xlsx", ".xlsm"):
        rows = _read_excel(content, path.name, rule)
    elif suffix == ".parquet":
        rows = _read_parquet(content, path.name, rule)
    elif rule.layout == "sap_list":
        rows, broken, lines = _read_list(_unpacked(content, path), path.name, rule)
    else:
        rows, broken = _read_text(_unpacked(content, path), path.name, rule)
    digest = hashlib.sha256(content).hexdigest()
    return _finished(SourceFile(path.name, digest, rule, rows, _numbers(rows, broken, lines), broken))


def source_of_frame(name: str, frame: pd.DataFrame, rule: SourceRule) -> SourceFile:
    """Return rows that a query gave as a file of an export; its hash is that of their text.

    Parameters
    ----------
    name : str
        Name of the query, which takes the place of a file's name.
    frame : DataFrame, shape (n, columns)
        Cells of any type.
    rule : SourceRule
        Its decimal mark is the one in which numbers are written.
    """
    texts = {
        title: frame.iloc[:, number]
        if frame.dtypes.iloc[number] == "str"
        else cells_as_text(frame.iloc[:, number].tolist(), rule.decimal)
        for number, title in enumerate(distinct([str(title) for title in frame.columns]))
    }
    rows = pd.DataFrame(texts, dtype="str").fillna("")
    digest = hashlib.sha256(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()).hexdigest()
    return _finished(SourceFile(name, digest, rule, rows, _numbers(rows, _broken([]), None), _broken([])))


def _numbers(rows: pd.DataFrame, broken: pd.DataFrame, lines: Sequence[int] | None) -> npt.NDArray[np.int64]:
    if lines is not None:
        return np.array(lines, np.int64)
    return np.setdiff1d(np.arange(1, len(rows) + len(broken) + 1), broken["number"])[: len(rows)]


def _finished(source: SourceFile) -> SourceFile:
    """Leave out the last rows and all others that are no data; mend names and ids."""
    rule = source.rule
    if source.rows.empty and source.broken.empty:
        step = "check that the export is complete"
        raise InputError.of("rows below a header", f"{source.name}, which has none", step)
    kept = len(source.rows) - rule.skip_last_rows
    rows, numbers = source.rows.iloc[: max(kept, 0)].reset_index(drop=True), source.numbers[: max(kept, 0)]
    rows, is_data, left_out = cleaned(rows, rule)
    rows = rows.reset_index(drop=True)
    count = len(rows) + len(source.broken)
    return replace(source, rows=rows, numbers=numbers[is_data], left_out=left_out, rows_read=count)


def _read_list(content: bytes, name: str, rule: SourceRule) -> tuple[pd.DataFrame, pd.DataFrame, list[int]]:
    listing = read_listing(as_utf8(content, name, rule.encoding).decode(), name, rule)
    return listing.frame(rule), _broken(listing.broken), listing.numbers


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise InputError.of("a file", f"{path.name}, which is a folder", "name the files in it")
    if not path.is_file():
        raise InputError.of("a file", f"none named {path.name} there", "correct the path")
    content = path.read_bytes()
    if not content:
        raise InputError.of("rows below a header", f"{path.name}, which is empty", "export it again")
    return content


def _unpacked(content: bytes, path: Path) -> bytes:
    if path.suffix.lower() != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise InputError.of(
            "a gzipped file", f"{path.name}, which is broken or none", "fetch it again"
        ) from error


def _read_text(content: bytes, name: str, rule: SourceRule) -> tuple[pd.DataFrame, pd.DataFrame]:
    utf8 = as_utf8(content, name, rule.encoding)
    try:
        text = text_rows(utf8, name, rule)
        table = arrow_csv.read_csv(pa.BufferReader(utf8), **text.options)
    except pa.ArrowInvalid as error:
        raise InputError.of("delimited text with a header", f"{name}: {error}", "correct [source]") from error
    rows = table.to_pandas().astype("str")
    if utf8.count(rule.quote.encode()) % 2:
        refuse_open_quote(rows, name)
    return rows, _broken(text.broken)


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
        broken.append((row.number - header_row, reason, row.text))
        return "skip"

    columns = _header(head, name, rule, header_row)
    options = {
        # Reason: with threads the reader does not know the numbers of broken rows.
        "read_options": arrow_csv.ReadOptions(
            use_threads=False, skip_rows=header_row, column_names=columns, block_size=1 << 24
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


def _header_row(rule: SourceRule, utf8: bytes, name: str) -> int:
    """Return the number of the header's line, which may have to be found."""
    if rule.header_row != "find":
        return rule.header_row
    sample = utf8[:_SAMPLE_BYTES].decode(errors="ignore").splitlines()
    cells = (next(csv.reader([line], delimiter=rule.delimiter, quotechar=rule.quote), []) for line in sample)
    return _found_header(find_header(cells, rule), name, rule)


def _found_header(place: int, name: str, rule: SourceRule) -> int:
    if place < 0:
        wanted = list(rule.aliases)[:6]
        step = "correct [source] delimiter and sheet, or add its names to [source.aliases]"
        raise InputError.of(f"a row that names columns like {wanted}", f"{name}, which has none", step)
    return place + 1


def _header(utf8: bytes, name: str, rule: SourceRule, header_row: int) -> list[str]:
    """Names of the columns; names that repeat get their position, so that no column hides another."""
    lines = io.BytesIO(utf8)
    above = [lines.readline() for _ in range(header_row)]
    if not lines.read(_SAMPLE_BYTES).strip():
        found = f"{name}, which has none below row {header_row}"
        raise InputError.of("rows below a header", found, "check that the export is complete")
    return distinct(
        next(csv.reader([above[-1].decode()], delimiter=rule.delimiter, quotechar=rule.quote), [])
    )


def refuse_open_quote(rows: pd.DataFrame, name: str) -> None:
    """Refuse a file where a quote that is never closed swallows every line after it into one long cell."""
    if any(rows[column].str.contains("\n").any() for column in rows):
        found = f"{name}, where a quote is opened and not closed"
        raise InputError.of(
            "quotes in pairs", found, "correct the file, or set [source] quote to an unused mark"
        )


def _broken(rows: list[tuple[int, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["number", "reason", "raw"]).astype({"number": "int64"})


def _read_excel(content: bytes, name: str, rule: SourceRule) -> pd.DataFrame:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError.of(
            "an .xlsx workbook", f"{name}, which is none", "save it as .xlsx or as CSV"
        ) from error
    try:
        cells = [list(row) for row in _sheet(book, name, rule).iter_rows(values_only=True)]
    finally:
        book.close()
    if rule.header_row == "find":
        shown = (["" if cell is None else str(cell) for cell in row] for row in cells)
        cells = cells[_found_header(find_header(shown, rule), name, rule) - 1 :]
    else:
        cells = cells[rule.header_row - 1 :]
    filled = [row for row in cells if any(cell not in (None, "") for cell in row)]
    if not filled:
        return pd.DataFrame()
    width = max(len(row) for row in filled)
    names = distinct(
        ["" if cell is None else str(cell) for cell in filled[0]] + [""] * (width - len(filled[0]))
    )
    columns = zip(*(row + [None] * (width - len(row)) for row in filled[1:]), strict=True)
    texts = {
        name: cells_as_text(list(column), rule.decimal) for name, column in zip(names, columns, strict=False)
    }
    return pd.DataFrame(texts, columns=names, dtype="str")


def _sheet(book: Any, name: str, rule: SourceRule) -> Any:
    sheets = book.sheetnames
    if isinstance(rule.sheet, str) and rule.sheet in sheets:
        return book[rule.sheet]
    if isinstance(rule.sheet, int) and 1 <= rule.sheet <= len(sheets):
        return book[sheets[rule.sheet - 1]]
    raise InputError.of(f"sheet {rule.sheet!r}", f"{name} with sheets {sheets}", "correct [source] sheet")


def _read_parquet(content: bytes, name: str, rule: SourceRule) -> pd.DataFrame:
    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError.of("a Parquet file", f"{name}, which is none", "write it again") from error
    names = distinct(list(table.column_names))
    texts = {name: column_as_text(table.column(number), rule.decimal) for number, name in enumerate(names)}
    return pd.DataFrame(texts)
