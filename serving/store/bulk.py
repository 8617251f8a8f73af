"""Many rows of facts at once: COPY on PostgreSQL, prepared statements in chunks on SQLite."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from sqlalchemy import Connection

from features.columns import TABLES
from features.files import table_in_arrow
from features.portfolio import Portfolio
from serving.store.schema import STAMPS
from serving.store.types import instant_text

__all__ = ["Stamps", "append"]

_ROWS = 50_000


class Stamps(NamedTuple):
    """What the store adds to each fact of a load."""

    loaded_at: datetime
    facts_seq: int
    history: bool


def append(
    connection: Connection,
    target: str,
    portfolio: Portfolio,
    name: str,
    stamps: Stamps,
    progress: Callable[[int], None],
) -> int:
    """Append all rows of a portfolio's table.

    Parameters
    ----------
    connection : Connection
        In a transaction that writes.
    target : str
        Table of the database with the columns of the facts `name`.
    portfolio : Portfolio
    name : str
    stamps : Stamps
    progress : callable
        Told how many more rows are written.

    Returns
    -------
    int
        Rows written.
    """
    table = TABLES[name]
    frame: pd.DataFrame = portfolio.table(name)
    rows = table_in_arrow(frame, portfolio, table)
    # Reason: rows in the order of the key fill the pages of its index one after the other.
    rows = rows.sort_by([(column, "ascending") for column in (*table.key, table.knowledge)])
    write = _insert if connection.dialect.name == "sqlite" else _copy
    for first in range(0, len(rows), _ROWS):
        part = rows.slice(first, _ROWS)
        write(connection, target, part, stamps)
        progress(len(part))
    return len(rows)


def _insert(connection: Connection, target: str, rows: pa.Table, stamps: Stamps) -> None:
    names = ", ".join([*rows.column_names, *STAMPS])
    stamp = (instant_text(stamps.loaded_at), stamps.facts_seq, int(stamps.history))
    columns = [_plain(column).to_pylist() for column in rows.columns]
    places = ", ".join("?" * (len(columns) + len(stamp)))
    values = zip(*columns, *([each] * len(rows) for each in stamp), strict=True)
    driver: Any = connection.connection.driver_connection
    driver.executemany(f"INSERT INTO {target} ({names}) VALUES ({places})", values)  # noqa: S608 (own names)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as SQLite keeps it."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        text = column.cast(pa.timestamp("s")).cast(pa.string())
        text = pc.replace_substring(text, " ", "T", max_replacements=1)
        return pc.binary_join_element_wise(text, ".000000Z", "")
    if pa.types.is_date(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.string())
    return column.cast(pa.int8()) if pa.types.is_boolean(kind) else column


def _copy(connection: Connection, target: str, rows: pa.Table, stamps: Stamps) -> None:
    names = ", ".join([*rows.column_names, *STAMPS])
    loaded = pa.scalar(stamps.loaded_at, pa.timestamp("us", "UTC"))
    for name, value in zip(STAMPS, (loaded, stamps.facts_seq, stamps.history), strict=True):
        rows = rows.append_column(name, pa.repeat(value, len(rows)))
    buffer = io.BytesIO()
    csv.write_csv(rows, buffer, csv.WriteOptions(include_header=False))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {target} ({names}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(buffer.getbuffer())
