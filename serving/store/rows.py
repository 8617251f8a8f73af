"""Rows of stored facts as frames, typed alike from either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Column, ColumnElement, Connection, Integer, Text, cast, func, select, type_coerce

from features.columns import TABLES
from features.columns import Column as FactColumn
from serving.store.schema import FACTS
from serving.store.types import amount_text, instant_text

__all__ = ["read_rows", "rows_as_read"]


def read_rows(connection: Connection, name: str, where: ColumnElement[bool] | None = None) -> pd.DataFrame:
    """Return rows of a table in order of their key, typed but for amounts, which are decimal text.

    Parameters
    ----------
    connection : Connection
    name : str
        A table of facts.
    where : ColumnElement, optional

    Returns
    -------
    DataFrame
        The table's columns under the names of files, `loaded_at` and `history`.
    """
    table, kinds = FACTS[name], _columns_of(name)
    is_sqlite = connection.dialect.name == "sqlite"
    expressions = [_expression(table.c[each], column.kind, is_sqlite) for each, column in kinds.items()]
    query = select(*expressions).order_by(*table.primary_key)
    rows = connection.execute(query if where is None else query.where(where)).all()
    if not rows:
        return _without_rows(name).copy()
    pairs = zip(kinds.values(), zip(*rows, strict=True), strict=True)
    return pd.DataFrame({column.name: _series(column, values) for column, values in pairs})


@cache
def _without_rows(name: str) -> pd.DataFrame:
    return pd.DataFrame({column.name: _series(column, ()) for column in _columns_of(name).values()})


def rows_as_read(name: str, rows: Sequence[Mapping[str, Any]], loaded_at: datetime) -> pd.DataFrame:
    """Return rows that are not stored as `read_rows` would, had they come at an instant.

    Parameters
    ----------
    name : str
        A table of facts.
    rows : sequence of mapping
        As they would be stored.
    loaded_at : datetime
        With its zone.
    """
    stamped = [{**row, "loaded_at": loaded_at, "history": False} for row in rows]
    return pd.DataFrame(
        {
            name: _series(column, [_as_text(row.get(name), column.kind) for row in stamped])
            for name, column in _columns_of(name).items()
        }
    )


def _as_text(value: Any, kind: str) -> Any:
    """Return a value as both databases answer it: see `_expression`."""
    if value is None or kind not in ("date", "instant", "money"):
        return value
    if kind == "instant":
        return instant_text(value)
    return amount_text(value) if kind == "money" else value.isoformat()


@cache
def _columns_of(name: str) -> Mapping[str, FactColumn]:
    stamps = (FactColumn("loaded_at", "instant", True), FactColumn("history", "flag", True, default=False))
    return {column.name: column for column in (*TABLES[name].columns, *stamps)}


def _expression(column: Column, kind: str, is_sqlite: bool) -> ColumnElement[Any]:
    """Return what both databases answer alike: text for dates, instants and amounts."""
    if kind == "flag":
        return type_coerce(column, Integer) if is_sqlite else column
    if kind not in ("date", "instant", "money"):
        return column
    if is_sqlite:
        return type_coerce(column, Text)
    if kind == "instant":
        return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS')
    return cast(column, Text)


def _series(column: FactColumn, values: Sequence[Any]) -> Any:
    is_filled = column.required or column.default is not None
    if column.kind in ("date", "instant"):
        return np.array([value and value[:19] for value in values], "datetime64[s]")
    if column.kind == "number":
        return np.array(values, np.float64)
    if column.kind == "integer":
        return pd.array(values, "int64" if is_filled else "Int64")
    if column.kind == "flag":
        if is_filled:
            return np.array(values, bool)
        return pd.array([None if value is None else bool(value) for value in values], "boolean")
    return pd.array(values, "str")
