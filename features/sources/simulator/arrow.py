"""Columns of numbers into Arrow tables: ids, dates, instants and money, without a Python object a row."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.money import FILE_DECIMALS
from features.sources.simulator.window import Flags, Ints

__all__ = ["Rows", "coded", "concatenated", "dates", "ids", "instants", "money", "rows_where"]

Rows = dict[str, Any]
"""Columns of one table by name: int64 ndarrays of one length."""

_DIGITS = 8
_CENTS_DECIMALS = 2


def concatenated(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all parts, in this order."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def rows_where(rows: Rows, kept: Flags | Ints) -> Rows:
    """Return the rows that `kept` marks or numbers."""
    return {name: values[kept] for name, values in rows.items()}


def ids(prefix: str | Sequence[str], number: Ints, series: Ints | None = None) -> pa.Array:
    """Return ids: a prefix and eight digits; missing where the number is 0.

    Parameters
    ----------
    prefix : str or sequence of str
        One for all, or one for each series, of one length in ASCII.
    number : int64 ndarray, shape (n,)
    series : int64 ndarray, shape (n,), optional
        Position of each row's prefix.

    Examples
    --------
    >>> ids("R", np.array([12, 0])).to_pylist()
    ['R00000012', None]
    """
    prefixes = [prefix] if isinstance(prefix, str) else list(prefix)
    width = len(prefixes[0])
    letters = np.array([list(word.encode("ascii")) for word in prefixes], np.uint8)
    text = np.empty((len(number), width + _DIGITS), np.uint8)
    text[:, :width] = letters[0 if series is None else series]
    rest = number.astype(np.int64)
    for place in range(width + _DIGITS - 1, width - 1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    offsets = np.arange(len(number) + 1, dtype=np.int64) * (width + _DIGITS)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text.tobytes())]
    array = pa.Array.from_buffers(pa.large_string(), len(number), buffers).cast(pa.string())
    return (
        pc.if_else(pa.array(number > 0), array, pa.scalar(None, pa.string()))
        if (number == 0).any()
        else array
    )


def coded(words: Sequence[str], position: Ints) -> pa.Array:
    """Return words by position; missing where it is negative."""
    codes = pa.array(position.astype(np.int32), mask=position < 0)
    return pa.DictionaryArray.from_arrays(codes, pa.array(list(words), pa.string()))


def dates(day: Ints) -> pa.Array:
    """Return days since 1970 as dates."""
    return pa.array(day.astype(np.int32)).cast(pa.date32())


def instants(second: Ints) -> pa.Array:
    """Return seconds since 1970 as instants (UTC)."""
    return pa.array(second).cast(pa.timestamp("s", "UTC"))


def money(minor: Ints) -> pa.Array:
    """Return cents as exact decimals, as files have them."""
    whole = pa.array(minor * 10 ** (FILE_DECIMALS - _CENTS_DECIMALS)).cast(pa.decimal128(19, 0))
    tick = pa.scalar(Decimal(1).scaleb(-FILE_DECIMALS), pa.decimal128(FILE_DECIMALS + 1, FILE_DECIMALS))
    return pc.multiply(whole, tick).cast(pa.decimal128(22, FILE_DECIMALS))
