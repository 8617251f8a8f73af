"""A list as an Excel workbook in which no text runs as a formula."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import InputError

__all__ = ["MOST_ROWS", "write_sheet"]

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""

_LONGEST_TEXT = 32_767
_WIDTHS = {"reasons": 120, "buyer_id": 18, "as_of": 22}
_WIDTH = 16


def write_sheet(rows: pd.DataFrame, path: Path, title: str) -> None:
    """Write a table as the one sheet of a workbook, its header fixed and filtered.

    Parameters
    ----------
    rows : DataFrame
        Missing values are empty cells. Texts stay texts whatever they begin with; characters that a workbook
        cannot hold are replaced, and texts longer than a cell are cut.
    path : Path
    title : str
        Of the sheet.

    Raises
    ------
    InputError
        Where there are more rows than a sheet holds.
    """
    # Reason: Excel takes a quarter of a second to import; lists of other kinds do not pay for it.
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    if len(rows) > MOST_ROWS:
        step = "write .csv or .parquet"
        raise InputError.of(f"at most {MOST_ROWS:,} rows for a sheet", f"{len(rows):,}", step)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(rows.shape[1])}{len(rows) + 1}"
    for position, name in enumerate(rows.columns, 1):
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(str(name), _WIDTH)
    sheet.append(list(rows.columns))
    for cells in _cells(rows, sheet):
        sheet.append(cells)
    book.save(path)


def _cells(rows: pd.DataFrame, sheet: Any) -> Iterator[list[Any]]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_LONGEST_TEXT]
        if not text.startswith("="):
            return text
        made = WriteOnlyCell(sheet, text)
        made.data_type = "s"
        return made

    plain = rows.astype(object).where(rows.notna(), None)
    for row in plain.itertuples(index=False, name=None):
        yield [cell(value) for value in row]
