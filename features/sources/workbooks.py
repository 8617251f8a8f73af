"""Excel workbooks as rows of text: which sheet is read, where its header is, and which sheets are not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import openpyxl
import pandas as pd

from features.errors import InputError
from features.sources.cleaning import distinct, find_header, refuse_no_header
from features.sources.rules import SourceRule
from features.sources.texts import cells_as_text

__all__ = ["read_workbook", "sheets_of"]

Cells = list[list[Any]]


def read_workbook(content: bytes, name: str, rule: SourceRule) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows of a sheet as text, and what is to be said of the other sheets.

    Parameters
    ----------
    content : bytes
    name : str
        The file's name, for messages.
    rule : SourceRule
        Its `sheet` is read. Where the mapping does not name one, other sheets with data are told.

    Raises
    ------
    InputError
        Where it is no workbook, or has no such sheet.
    """
    book = _opened(content, name)
    try:
        title = _title(book.sheetnames, name, rule)
        cells = _cells_of(book[title])
        is_named = "sheet" in rule.model_fields_set
        others = [] if is_named else [other for other in book.sheetnames if other != title]
        notes = _not_read(name, title, [other for other in others if _holds_data(book[other])])
    finally:
        book.close()
    return _rows(cells, name, rule), notes


def sheets_of(content: bytes, name: str, rows: int) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the title and the first rows of each sheet, as text.

    Parameters
    ----------
    content : bytes
    name : str
        The file's name, for messages.
    rows : int
        How many rows of each.
    """
    book = _opened(content, name)
    try:
        for title in book.sheetnames:
            yield title, [_shown(row) for row in _cells_of(book[title], rows)]
    finally:
        book.close()


def _opened(content: bytes, name: str) -> Any:
    try:
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError.of(
            "an .xlsx workbook", f"{name}, which is none", "save it as .xlsx or as CSV"
        ) from error


def _title(sheets: Sequence[str], name: str, rule: SourceRule) -> str:
    if isinstance(rule.sheet, str) and rule.sheet in sheets:
        return rule.sheet
    if isinstance(rule.sheet, int) and 1 <= rule.sheet <= len(sheets):
        return sheets[rule.sheet - 1]
    raise InputError.of(f"sheet {rule.sheet!r}", f"{name} with sheets {sheets}", "correct [source] sheet")


def _cells_of(sheet: Any, rows: int | None = None) -> Cells:
    # Reason: a sheet of charts has no rows.
    return [list(row) for row in sheet.iter_rows(values_only=True, max_row=rows)] if _has_rows(sheet) else []


def _has_rows(sheet: Any) -> bool:
    return hasattr(sheet, "iter_rows")


def _holds_data(sheet: Any) -> bool:
    """Whether two rows of a sheet are filled, as a header and a row are."""
    if not _has_rows(sheet):
        return False
    filled = (row for row in sheet.iter_rows(values_only=True) if any(cell not in (None, "") for cell in row))
    return next(filled, None) is not None and next(filled, None) is not None


def _not_read(name: str, title: str, others: Sequence[str]) -> tuple[str, ...]:
    if not others:
        return ()
    count = f"{len(others) + 1} sheets with data"
    listed = ", ".join(f"'{other}'" for other in others)
    step = "name the one to read: [source] sheet, or save each as a file of its own"
    return (f"{name} has {count}; only '{title}' was read, not {listed}; {step}",)


def _rows(cells: Cells, name: str, rule: SourceRule) -> pd.DataFrame:
    if rule.header_row == "find":
        place = find_header(map(_shown, cells), rule)
        refuse_no_header(place, name, rule)
        cells = cells[place:]
    else:
        cells = cells[rule.header_row - 1 :]
    filled = [row for row in cells if any(cell not in (None, "") for cell in row)]
    if not filled:
        return pd.DataFrame()
    width = max(len(row) for row in filled)
    filled = [row + [None] * (width - len(row)) for row in filled]
    names = distinct(_shown(filled[0]))
    columns = zip(*filled[1:], strict=True)
    texts = {
        name: cells_as_text(list(column), rule.decimal) for name, column in zip(names, columns, strict=False)
    }
    return pd.DataFrame(texts, columns=names, dtype="str")


def _shown(row: Sequence[Any]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in row]
