"""Schemas of the tables in memory, made from the column rules."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

from features.codes import COUNTRIES, CURRENCIES
from features.columns import Column, Table

__all__ = ["schema_of"]

_SIGNS: dict[str, pa.Check] = {
    "positive": pa.Check.gt(0),
    "not_negative": pa.Check.ge(0),
    "not_zero": pa.Check.ne(0),
}

_CODES: dict[str, frozenset[str]] = {"currency": CURRENCIES, "country": COUNTRIES}


def schema_of(table: Table, frame: pd.DataFrame) -> pa.DataFrameSchema:
    """Return the schema of a table in memory, of the columns that a frame has.

    `features.portfolio.from_frames` makes only frames that satisfy it; whoever makes frames in another way (a
    database, a test) can check them with ``schema_of(table, frame).validate(frame)``.

    Parameters
    ----------
    table : Table
        Its rules.
    frame : DataFrame
        Optional columns that it lacks are not asked for; unknown ones are refused.

    Returns
    -------
    pandera.DataFrameSchema
        Types, legal values and one row for each key and knowledge time; validating raises
        `pandera.errors.SchemaError` or, with ``lazy=True``, `SchemaErrors` naming everything that is wrong.

    Examples
    --------
    >>> from features.columns import TABLES
    >>> schema = schema_of(TABLES["fx"], pd.DataFrame(columns=["currency", "on_date", "rate"]))
    >>> list(schema.columns)
    ['currency', 'on_date', 'rate', 'recorded_at', 'withdrawn']
    >>> schema.columns["rate"].nullable
    False
    """
    asked = [column for column in table.columns if column.stored_as in frame or _is_filled(column, table)]
    return pa.DataFrameSchema(
        {column.stored_as: _schema_column(column, table) for column in asked},
        unique=[*table.key, table.knowledge],
        strict=True,
        name=table.name,
    )


def _schema_column(column: Column, table: Table) -> pa.Column:
    return pa.Column(_dtype(column), _checks(column), nullable=not _is_filled(column, table))


def _is_filled(column: Column, table: Table) -> bool:
    """Whether no row in memory may lack the column."""
    always = (*table.key, table.knowledge)
    return column.required or column.default is not None or column.name in always


def _dtype(column: Column) -> str:
    filled = column.required or column.default is not None
    types = {
        "date": "datetime64[s]",
        "instant": "datetime64[s]",
        "money": "int64" if column.required else "Int64",
        "number": "float64",
        "integer": "int64" if filled else "Int64",
        "flag": "bool" if column.default is not None else "boolean",
    }
    return types.get(column.kind, "str")


def _checks(column: Column) -> list[pa.Check]:
    checks = [_SIGNS[column.sign]] if column.sign in _SIGNS else []
    if column.kind in ("date", "instant"):
        # Reason: the schema's own check of types accepts every unit of time.
        checks.append(pa.Check(_is_in_seconds, error="datetime64[s]"))
    if column.kind == "date":
        checks.append(pa.Check(_is_midnight, error="a day has no time"))
    legal: Any = column.choices or _CODES.get(column.kind)
    return [*checks, pa.Check.isin(legal)] if legal else checks


def _is_in_seconds(instants: pd.Series[Any]) -> bool:
    return str(instants.dtype) == "datetime64[s]"


def _is_midnight(days: pd.Series[Any]) -> pd.Series[bool]:
    return days.eq(days.dt.normalize())
