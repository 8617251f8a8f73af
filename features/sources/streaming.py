"""Files of an export read a part at a time, so that their size does not matter to memory."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from features.errors import InputError
from features.sources.cleaning import cleaned
from features.sources.decoding import copy_as_utf8, doubts_of
from features.sources.delimited import TextRows, broken_frame, refuse_open_quote, text_rows
from features.sources.reading import SourceFile, read_source
from features.sources.rules import SourceRule

__all__ = ["Stream", "stream"]

_HEAD_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 22
_WHOLE_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".parquet")


class Stream:
    """Rows of a delimited text file, tidied as `features.sources.reading.read_source` does, in parts.

    Parameters
    ----------
    path : Path
    rule : SourceRule
    scratch : Path
        Where the file's text is written in UTF-8 while it is read.
    """

    def __init__(self, path: Path, rule: SourceRule, scratch: Path) -> None:
        self._path, self.rule, self._scratch = path, rule, scratch
        self._kept: list[npt.NDArray[np.bool_]] = []
        self._left_out: dict[str, int] = {}
        self._rows, self._text = 0, TextRows({}, [])
        self._above: dict[str, str] = {}
        self._notes: tuple[str, ...] = ()

    def parts(self) -> Iterator[pd.DataFrame]:
        """Yield the rows that are data; the index starts at 0 in each part."""
        _refuse_no_file(self._path)
        try:
            self._copy()
            yield from map(self._tidied, _without_last(self._raw(), self.rule.skip_last_rows))
        finally:
            self._scratch.unlink(missing_ok=True)

    def source(self, columns: list[str]) -> SourceFile:
        """Return what is known of the file after its parts were read; it holds no rows."""
        broken = broken_frame(self._text.broken)
        kept = np.concatenate(self._kept) if self._kept else np.zeros(0, bool)
        if not self._rows and broken.empty:
            step = "check that the export is complete"
            raise InputError.of("rows below a header", f"{self._path.name}, which has none", step)
        all_numbers = np.arange(1, self._rows + len(broken) + 1)
        numbers = np.setdiff1d(all_numbers, broken["number"])[: len(kept)][kept]
        with self._path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        rows = pd.DataFrame(columns=columns, dtype="str")
        count = len(numbers) + len(broken)
        return SourceFile(
            self._path.name,
            digest,
            self.rule,
            rows,
            numbers,
            broken,
            dict(self._left_out),
            count,
            notes=self._notes,
        )

    def _copy(self) -> None:
        try:
            with _unpacked(self._path) as source:
                copy_as_utf8(source, self._scratch, self._path.name, self.rule.encoding)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            found = f"{self._path.name}, which is broken or none"
            raise InputError.of("a gzipped file", found, "fetch it again") from error

    def _raw(self) -> Iterator[pd.DataFrame]:
        name = self._path.name
        mark = self.rule.quote.encode()
        with self._scratch.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            quotes = head.count(mark) + sum(
                part.count(mark) for part in iter(lambda: file.read(1 << 22), b"")
            )
        self._notes = doubts_of(head, name)
        try:
            self._text = text_rows(head, name, self.rule)
            reading = self._text.options["read_options"]
            reading.block_size = _BLOCK_BYTES
            yield pd.DataFrame(columns=reading.column_names, dtype="str")
            for batch in arrow_csv.open_csv(str(self._scratch), **self._text.options):
                rows = pa.Table.from_batches([batch]).to_pandas().astype("str")
                self._rows += len(rows)
                if quotes % 2:
                    refuse_open_quote(rows, self._text.broken, name)
                yield rows
            if quotes % 2:
                # Reason: a line that swallowed all others may be broken, and then there are no rows.
                refuse_open_quote(pd.DataFrame(), self._text.broken, name)
        except pa.ArrowInvalid as error:
            raise InputError.of(
                "delimited text with a header", f"{name}: {error}", "correct [source]"
            ) from error

    def _tidied(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows, is_data, left_out = cleaned(rows, self.rule)
        self._kept.append(is_data)
        for reason, count in left_out.items():
            self._left_out[reason] = self._left_out.get(reason, 0) + count
        rows = rows.reset_index(drop=True)
        for name in (name for name in self.rule.fill_down if name in rows and len(rows)):
            leading = (rows[name] == "").cummin()
            rows[name] = rows[name].mask(leading, self._above.get(name, ""))
            self._above[name] = rows[name].iloc[-1]
        return rows


def stream(path: str | Path, rule: SourceRule, scratch: Path) -> Stream | SourceFile:
    """Return a file of an export, as parts where it is delimited text, else whole.

    Parameters
    ----------
    path : str or Path
    rule : SourceRule
    scratch : Path
        A file that may be written while the parts are read.
    """
    path = Path(path)
    if rule.layout != "table" or path.suffix.lower() in _WHOLE_SUFFIXES:
        return read_source(path, rule)
    return Stream(path, rule, scratch)


def _refuse_no_file(path: Path) -> None:
    """Refuse what is no file, or an empty one, in the words of the reader of whole files."""
    if not path.is_file() or not path.stat().st_size:
        read_source(path, SourceRule())


def _unpacked(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb"))


def _without_last(parts: Iterator[pd.DataFrame], count: int) -> Iterator[pd.DataFrame]:
    """Yield the rows of all parts but for the last ones."""
    held: pd.DataFrame | None = None
    for part in parts:
        rows = part if held is None else pd.concat([held, part], ignore_index=True)
        kept = max(len(rows) - count, 0)
        held = rows.iloc[kept:]
        yield rows.iloc[:kept].reset_index(drop=True)
