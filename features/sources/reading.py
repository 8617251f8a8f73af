"""Files of an export as text: CSV (also gzipped) in any encoding, Excel and Parquet."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zipfile
from dataclasses import dataclass
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
from features.sources.decoding import as_utf8
from features.sources.rules import SourceRule
from features.sources.texts import cells_as_text, column_as_text

__all__ = ["SourceFile", "read_source"]

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
    """

    name: str
    sha256: str
    rule: SourceRule
    rows: pd.DataFrame
    numbers: npt.NDArray[np.int64]
    broken: pd.DataFrame


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
    broken = _broken([])
    if suffix in (".xlsx", ".xlsm"):
        rows = _read_excel(content, path.name, rule)
    elif suffix == ".parquet":
        rows = _read_parquet(content, path.name, rule)
    else:
        rows, broken = _read_text(_unpacked(content, path), path.name, rule)
    if rows.empty and broken.empty:
        raise InputError.of(
            "rows below a header", f"{path.name}, which has none", "check that the export is complete"
        )
    if rule.skip_last_rows:
        rows = rows.iloc[: -rule.skip_last_rows]
    numbers = np.setdiff1d(np.arange(1, len(rows) + len(broken) + 1), broken["number"])[: len(rows)]
    digest = hashlib.sha256(content).hexdigest()
    return SourceFile(path.name, digest, rule, rows.reset_index(drop=True), numbers.astype(np.int64), broken)


def _content(path: Path) -> bytes:
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
    skipped = rule.header_row - 1
    broken: list[tuple[int, str, str]] = []

    def set_aside(row: Any) -> str:
        reason = f"expected {row.expected_columns} fields as in the header; found {row.actual_columns}"
        broken.append((row.number - skipped - 1, reason, row.text))
        return "skip"

    try:
        columns = _header(utf8, name, rule)
        table = arrow_csv.read_csv(
            pa.BufferReader(utf8),
            # Reason: with threads the reader does not know the numbers of broken rows.
            read_options=arrow_csv.ReadOptions(
                use_threads=False, skip_rows=rule.header_row, column_names=columns, block_size=1 << 24
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=rule.delimiter,
                quote_char=rule.quote,
                newlines_in_values=True,
                invalid_row_handler=set_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise InputError.of("delimited text with a header", f"{name}: {error}", "correct [source]") from error
    rows = table.to_pandas().astype("str")
    _refuse_open_quote(utf8, rows, name, rule)
    return rows, _broken(broken)


def _header(utf8: bytes, name: str, rule: SourceRule) -> list[str]:
    """Names of the columns; names that repeat get their position, so that no column hides another."""
    lines = io.BytesIO(utf8)
    above = [lines.readline() for _ in range(rule.header_row)]
    if not lines.read(_SAMPLE_BYTES).strip():
        found = f"{name}, which has none below row {rule.header_row}"
        raise InputError.of("rows below a header", found, "check that the export is complete")
    return _distinct(
        next(csv.reader([above[-1].decode()], delimiter=rule.delimiter, quotechar=rule.quote), [])
    )


def _distinct(names: list[str]) -> list[str]:
    stripped = [name.strip() for name in names]
    seen: set[str] = set()
    result = []
    for position, name in enumerate(stripped, start=1):
        unique = name if name and name not in seen else f"{name}#{position}"
        seen.add(unique)
        result.append(unique)
    return result


def _refuse_open_quote(utf8: bytes, rows: pd.DataFrame, name: str, rule: SourceRule) -> None:
    """Refuse a file where a quote that is never closed swallows every line after it into one long cell."""
    if utf8.count(rule.quote.encode()) % 2 and any(rows[column].str.contains("\n").any() for column in rows):
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
        cells = [
            list(row) for row in _sheet(book, name, rule).iter_rows(min_row=rule.header_row, values_only=True)
        ]
    finally:
        book.close()
    filled = [row for row in cells if any(cell not in (None, "") for cell in row)]
    if not filled:
        return pd.DataFrame()
    width = max(len(row) for row in filled)
    names = _distinct(
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
    names = _distinct(list(table.column_names))
    texts = {name: column_as_text(table.column(number), rule.decimal) for number, name in enumerate(names)}
    return pd.DataFrame(texts)
