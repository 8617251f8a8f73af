"""Large tables straight from Arrow's buffers into typed columns, all checks included.

What is not plain (any row or cell that is wrong) is left to `features.checks`, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.checks import check_columns
from features.codes import decimals_of
from features.columns import Column, Table
from features.convert import convert
from features.engine.kernel import kernel
from features.instants import FIRST_YEAR, LAST_YEAR
from features.money import minor_from
from features.texts import are_trimmed, arrow_texts, texts_of
from features.typed import CODED, Coded, Typed, Values, coded_of

__all__ = ["NotPlain", "decimals_by_row", "plain_table", "with_money"]

Ints = npt.NDArray[np.int64]

_FIRST_DAY = int(np.datetime64(f"{FIRST_YEAR}-01-01", "D").astype(np.int64))
_LAST_DAY = int(np.datetime64(f"{LAST_YEAR}-12-31", "D").astype(np.int64))
_LARGEST_INTEGER = 2**53
_LARGEST_UNITS = 9 * 10**14
_MOST_DIGITS = 18


class NotPlain(Exception):
    """A table has something that only the row checks can put right or into words."""


def plain_table(raw: pa.Table, table: Table, timezone: str) -> Typed:
    """Return a table's columns but for its money, which needs the currencies: see `with_money`.

    Parameters
    ----------
    raw : Arrow table
        Under the names of files.
    table : Table
        Its rules.
    timezone : str
        Of days and of instants without a zone.

    Raises
    ------
    NotPlain
        Where a column lacks or is unknown, or a cell is wrong.
    """
    if check_columns(table, raw.column_names) or len(set(raw.column_names)) < raw.num_columns:
        raise NotPlain
    columns: dict[str, Values] = {}
    for column in table.columns:
        if column.kind == "money":
            continue
        if column.name in raw.column_names:
            columns[column.name] = _READERS[column.kind](raw.column(column.name), column, timezone)
        elif column.default is not None:
            columns[column.name] = _default(column, raw.num_rows)
    return Typed(table.name, raw.num_rows, columns)


def with_money(typed: Typed, raw: pa.ChunkedArray, column: Column, decimals: npt.NDArray[np.int8]) -> Typed:
    """Return a table with its amounts in minor units.

    Parameters
    ----------
    typed : Typed
    raw : Arrow column
    column : Column
    decimals : int8 ndarray, shape (rows,)
        Decimals of each row's currency.

    Raises
    ------
    NotPlain
        Where an amount lacks, is too large or too fine, or has a sign that the column forbids.
    """
    if raw.null_count:
        raise NotPlain
    if pa.types.is_decimal128(raw.type):
        minor = _minor_of_decimals(raw, decimals)
    else:
        text_or_number = raw.cast(pa.string()) if pa.types.is_decimal(raw.type) else raw
        minor, unreadable, too_fine = minor_from(text_or_number.to_pandas(), decimals.astype(np.int64))
        _refuse(bool(unreadable.any() or too_fine.any()))
    _refuse(bool((minor == 0).any()) or (column.sign == "positive" and bool((minor < 0).any())))
    return Typed(typed.name, typed.rows, {**typed.columns, column.stored_as: minor})


def decimals_by_row(currency: Coded) -> npt.NDArray[np.int8]:
    """Return the decimals of each row's currency; two where it is missing."""
    return currency.numbers({label: decimals_of(label) for label in currency.labels}, np.int8, 2)


def _refuse(wrong: bool) -> None:
    if wrong:
        raise NotPlain


def _default(column: Column, rows: int) -> Values:
    if column.kind == "integer":
        return np.full(rows, column.default, np.int64)
    if column.kind == "flag":
        return np.full(rows, column.default, bool)
    return Coded(np.zeros(rows, np.int32), (str(column.default),) if rows else ())


def _text(raw: pa.ChunkedArray, column: Column, timezone: str) -> Values:
    if raw.null_count == len(raw):
        raw = pa.chunked_array([pa.nulls(len(raw), pa.large_string())])
    kind = raw.type.value_type if pa.types.is_dictionary(raw.type) else raw.type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
    _refuse(not (is_text or (pa.types.is_integer(kind) and not raw.null_count)))
    return _coded(raw, column, timezone) if column.name in CODED else _free(raw, column)


def _free(raw: pa.ChunkedArray, column: Column) -> pa.Array:
    arrow = arrow_texts(raw)
    texts = texts_of(arrow)
    if not are_trimmed(texts.data, texts.offsets):
        arrow = pc.utf8_trim_whitespace(arrow)
        _refuse(bool(pc.any(pc.match_substring_regex(arrow, r"^[\x1c-\x1f]|[\x1c-\x1f]$")).as_py()))
        arrow = pc.if_else(pc.equal(pc.binary_length(arrow), 0), pa.scalar(None, pa.large_string()), arrow)
    _refuse(column.required and arrow.null_count > 0)
    return arrow


def _coded(raw: pa.ChunkedArray, column: Column, timezone: str) -> Coded:
    coded = coded_of(raw)
    words, bad = convert(pd.Series(coded.labels, dtype="str"), column, timezone)
    _refuse(bool(bad.any()) or (bool(column.choices) and not words.dropna().isin(column.choices).all()))
    has_changed = tuple(words) != coded.labels
    if has_changed or (column.default is not None and bool((coded.codes < 0).any())):
        full = pa.array([*(None if pd.isna(word) else word for word in words), None], pa.large_string())
        rows = full.take(pa.array(np.where(coded.codes < 0, len(words), coded.codes)))
        coded = coded_of(rows.fill_null(str(column.default)) if column.default is not None else rows)
    _refuse(column.required and bool((coded.codes < 0).any()))
    return coded


def _date(raw: pa.ChunkedArray, column: Column, timezone: str) -> Values:
    _refuse(raw.null_count > 0)
    if not pa.types.is_date32(raw.type):
        return _converted(raw, column, timezone).astype("datetime64[D]").astype(np.int32)
    days = raw.cast(pa.int32()).to_numpy()
    _refuse(len(days) > 0 and (days.min() < _FIRST_DAY or days.max() > _LAST_DAY))
    return days


def _instant(raw: pa.ChunkedArray, column: Column, timezone: str) -> Values:
    """Return seconds; a missing instant is the smallest number."""
    if pa.types.is_date(raw.type):
        distinct = raw.dictionary_encode().unify_dictionaries().combine_chunks()
        if isinstance(distinct, pa.ChunkedArray):
            return np.zeros(0, np.int64)
        days = _converted(pa.chunked_array([distinct.dictionary.cast(pa.string())]), column, timezone)
        table = np.append(days.astype("datetime64[s]").astype(np.int64), np.iinfo(np.int64).min)
        return table[distinct.indices.fill_null(-1).to_numpy()]
    return _converted(raw, column, timezone).astype("datetime64[s]").astype(np.int64)


def _integer(raw: pa.ChunkedArray, column: Column, timezone: str) -> Values:
    if pa.types.is_integer(raw.type) and not raw.null_count:
        numbers = raw.cast(pa.int64()).to_numpy()
        _refuse(len(numbers) > 0 and np.abs(numbers).max() > _LARGEST_INTEGER)
    else:
        values, bad = convert(raw.to_pandas(), column, timezone)
        _refuse(bool(bad.any()))
        numbers = values.fillna(column.default).to_numpy(np.int64)
    _refuse(column.sign == "positive" and bool((numbers <= 0).any()))
    return numbers


def _flag(raw: pa.ChunkedArray, column: Column, timezone: str) -> Values:
    values, bad = convert(raw.to_pandas(), column, timezone)
    _refuse(bool(bad.any()))
    return values.fillna(column.default).to_numpy(bool)


def _converted(raw: pa.ChunkedArray, column: Column, timezone: str) -> npt.NDArray[Any]:
    values, bad = convert(raw.to_pandas(), column, timezone)
    _refuse(bool(bad.any()))
    return values.to_numpy()


_READERS: dict[str, Callable[[pa.ChunkedArray, Column, str], Values]] = {
    "text": _text,
    "currency": _text,
    "date": _date,
    "instant": _instant,
    "integer": _integer,
    "flag": _flag,
}


def _minor_of_decimals(raw: pa.ChunkedArray, decimals: npt.NDArray[np.int8]) -> Ints:
    scale = raw.type.scale
    _refuse(scale < 0 or scale > _MOST_DIGITS)
    minor = np.empty(len(raw), np.int64)
    at = 0
    for chunk in raw.chunks:
        words = np.frombuffer(chunk.buffers()[1], np.int64)[
            2 * chunk.offset : 2 * (chunk.offset + len(chunk))
        ]
        part = slice(at, at + len(chunk))
        _refuse(not _read_decimals(words, scale, decimals[part], minor[part]))
        at += len(chunk)
    return minor


@kernel
def _read_decimals(words, scale, decimals, minor):  # type: ignore[no-untyped-def]
    """Fill minor units from 128-bit integers; whether all are within range and exact in their currency."""
    limit = np.int64(_LARGEST_UNITS) * np.int64(10) ** min(scale, 4)
    for row in range(len(minor)):
        low, high = words[2 * row], words[2 * row + 1]
        if high != low >> 63 or low > limit or low < -limit:
            return False
        for _ in range(decimals[row], scale):
            whole = low // 10
            if whole * 10 != low:
                return False
            low = whole
        for _ in range(scale, decimals[row]):
            low *= 10
        minor[row] = low
    return True
