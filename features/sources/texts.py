"""Typed cells (Excel, Parquet) as the text that the same export would have in a CSV file of this mapping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

__all__ = ["cells_as_text", "column_as_text"]

_WHOLE_FLOATS = 2**53


def cells_as_text(cells: Sequence[Any], decimal: str) -> pd.Series[Any]:
    """Return the cells of one column as text.

    Parameters
    ----------
    cells : sequence
        Text stays as it is (``007`` keeps its zeros), numbers lose the noise after their fifteenth digit,
        days and instants become ISO text: days where no cell of the column has a time of day.
    decimal : str
        The mapping's decimal mark, in which numbers are written.

    Examples
    --------
    >>> cells_as_text(["007", 7.0, 0.1 + 0.2, None], ",").tolist()
    ['007', '7', '0,3', '']
    >>> cells_as_text([datetime(2026, 1, 31), None], ".").tolist()
    ['2026-01-31', '']
    """
    has_time = any(isinstance(cell, datetime) and cell.time() != time() for cell in cells)
    return pd.Series([_text(cell, decimal, has_time) for cell in cells], dtype="str")


def column_as_text(column: pa.ChunkedArray, decimal: str) -> pd.Series[Any]:
    """Return a Parquet column as text, by the rules of `cells_as_text`."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind):
        texts: pd.Series[Any] = column.cast(pa.string()).to_pandas().astype("str").fillna("")
        return texts
    return cells_as_text(column.to_pylist(), decimal)


def _text(cell: Any, decimal: str, has_time: bool) -> str:
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat() if has_time else cell.date().isoformat()
    for kind, write in _WRITERS:
        if isinstance(cell, kind):
            return write(cell, decimal)
    return str(cell)


def _float(cell: float, decimal: str) -> str:
    if cell.is_integer() and abs(cell) < _WHOLE_FLOATS:
        return str(int(cell))
    return format(cell, ".15g").replace(".", decimal)


_WRITERS: tuple[tuple[type, Callable[[Any, str], str]], ...] = (
    (bool, lambda cell, _: "true" if cell else "false"),
    (float, _float),
    (Decimal, lambda cell, decimal: format(cell, "f").replace(".", decimal)),
    (date, lambda cell, _: cell.isoformat()),
)
