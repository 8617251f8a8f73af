"""Files of an export as text: CSV (also gzipped) in any encoding, Excel and Parquet."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import InputError
from features.sources.cleaning import cleaned, distinct
from features.sources.decoding import as_utf8, doubts_of
from features.sources.delimited import broken_frame, read_text
from features.sources.listing import read_listing
from features.sources.rules import SourceRule, Total
from features.sources.texts import cells_as_text, column_as_text
from features.sources.workbooks import read_workbook

__all__ = ["SourceFile", "content_of", "read_source", "source_of_frame"]


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
    notes : tuple of str
        What is doubtful about the file and no failure, such as a sheet that was not read.
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
    notes: tuple[str, ...] = ()


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
    content = content_of(path)
    suffix = path.suffix.lower()
    broken, lines = broken_frame([]), None
    notes: tuple[str, ...] = ()
    if suffix in (".xlsx", ".xlsm"):
        rows, notes = read_workbook(content, path.name, rule)
    elif suffix == ".parquet":
        rows = _read_parquet(content, path.name, rule)
    else:
        utf8 = as_utf8(content, path.name, rule.encoding)
        notes = doubts_of(utf8, path.name)
        if rule.layout == "sap_list":
            rows, broken, lines = _read_list(utf8, path.name, rule)
        else:
            rows, broken = read_text(utf8, path.name, rule)
    digest = hashlib.sha256(content if suffix != ".gz" else path.read_bytes()).hexdigest()
    numbers = _numbers(rows, broken, lines)
    return _finished(SourceFile(path.name, digest, rule, rows, numbers, broken, notes=notes))


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
    return _finished(
        SourceFile(name, digest, rule, rows, _numbers(rows, broken_frame([]), None), broken_frame([]))
    )


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


def _read_list(utf8: bytes, name: str, rule: SourceRule) -> tuple[pd.DataFrame, pd.DataFrame, list[int]]:
    listing = read_listing(utf8.decode(), name, rule)
    return listing.frame(rule), broken_frame(listing.broken), listing.numbers


def content_of(path: Path) -> bytes:
    """Return the bytes of a file, unpacked where its name ends in ``.gz``.

    Raises
    ------
    InputError
        Where it is none, empty, broken or in the old format of Excel.
    """
    if path.is_dir():
        raise InputError.of("a file", f"{path.name}, which is a folder", "name the files in it")
    if not path.is_file():
        raise InputError.of("a file", f"none named {path.name} there", "correct the path")
    content = path.read_bytes()
    if not content:
        raise InputError.of("rows below a header", f"{path.name}, which is empty", "export it again")
    suffix = path.suffix.lower()
    if suffix == ".xls":
        raise InputError.of(
            "an .xlsx workbook", f"{path.name}, in the old format", "save it as .xlsx or as CSV"
        )
    if suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError.of(
            "a gzipped file", f"{path.name}, which is broken or none", "fetch it again"
        ) from error


def _read_parquet(content: bytes, name: str, rule: SourceRule) -> pd.DataFrame:
    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError.of("a Parquet file", f"{name}, which is none", "write it again") from error
    names = distinct(list(table.column_names))
    texts = {name: column_as_text(table.column(number), rule.decimal) for number, name in enumerate(names)}
    return pd.DataFrame(texts)
