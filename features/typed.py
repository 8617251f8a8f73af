"""Columns of large tables in their types: numbers in NumPy, texts in Arrow, repeated words as codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from features.columns import TABLES
from features.texts import Texts, arrow_texts, texts_of

__all__ = ["CODED", "Coded", "Typed", "Values", "coded_of", "typed_of"]

Ints = npt.NDArray[np.int64]

CODED = frozenset({"buyer_id", "currency", "kind", "entity"})
"""Columns of text in which the same few words stand in many rows."""


@dataclass(frozen=True)
class Coded:
    """A column of text as positions in a list of words.

    Parameters
    ----------
    codes : int32 ndarray, shape (n,)
        -1 is missing.
    labels : tuple of str
        Distinct words, each of which some row has.
    """

    codes: npt.NDArray[np.int32]
    labels: tuple[str, ...]

    def numbers(self, by_label: Mapping[str, Any], dtype: Any, missing: Any = 0) -> npt.NDArray[Any]:
        """Return each row's number by its word; words that the mapping lacks and missing ones: `missing`."""
        table = np.array([*(by_label.get(label, missing) for label in self.labels), missing], dtype)
        # Reason: wrapped, -1 is the last place, as in an index, which would cost twice the time.
        return table.take(self.codes, mode="wrap")

    def to_arrow(self) -> pa.Array:
        """Return the words of the rows."""
        words = pa.array(self.labels, pa.large_string())
        codes = pa.array(self.codes, mask=self.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, words).cast(pa.large_string())


Values: TypeAlias = npt.NDArray[Any] | Coded | pa.Array


@dataclass(frozen=True)
class Typed:
    """A table without bad rows.

    Parameters
    ----------
    name : str
    rows : int
    columns : mapping of str to ndarray, Coded or Arrow array
        By name in memory: days since 1970 (int32), minor units and seconds since 1970 (int64), flags; texts.
    """

    name: str
    rows: int
    columns: Mapping[str, Values]

    def numbers(self, column: str) -> npt.NDArray[Any]:
        """Return a column of numbers."""
        values = self.columns[column]
        if not isinstance(values, np.ndarray):
            raise TypeError(column)
        return values

    def coded(self, column: str) -> Coded:
        """Return a column of repeated words; one without any word where the table lacks the column."""
        values = self.columns.get(column)
        return values if isinstance(values, Coded) else Coded(np.full(self.rows, -1, np.int32), ())

    def texts(self, column: str) -> Texts:
        """Return a column of texts; empty ones where the table lacks the column."""
        values = self.columns.get(column)
        if values is None:
            return Texts(np.zeros(0, np.uint8), np.zeros(self.rows + 1, np.int64))
        return texts_of(values)

    def missing(self, column: str) -> npt.NDArray[np.bool_]:
        """Return which rows lack a text."""
        values = self.columns.get(column)
        if values is None:
            return np.ones(self.rows, bool)
        if isinstance(values, Coded):
            return values.codes < 0
        if isinstance(values, np.ndarray) or not values.null_count:
            return np.zeros(self.rows, bool)
        return np.asarray(values.is_null())

    def instalments(self) -> Ints | None:
        """Return the instalments; None where all are the first."""
        values = self.numbers("instalment")
        return None if (values == 1).all() else values

    def take(self, rows: npt.NDArray[Any]) -> Typed:
        """Return some of the rows, by number."""
        columns = {name: _taken(values, rows) for name, values in self.columns.items()}
        return Typed(self.name, len(rows), columns)

    def frame(self) -> pd.DataFrame:
        """Return the table as a frame in the types described in `features.columns`."""
        return pd.DataFrame(dict(self._series()), index=range(self.rows))

    def _series(self) -> Iterator[tuple[str, Any]]:
        for column in TABLES[self.name].columns:
            if column.stored_as in self.columns:
                yield column.stored_as, _series(self.columns[column.stored_as], column.kind)


def _taken(values: Values, rows: npt.NDArray[Any]) -> Values:
    if isinstance(values, Coded):
        codes = values.codes[rows]
        used = np.bincount(codes + 1, minlength=len(values.labels) + 1)[1:] > 0
        position = np.append(np.cumsum(used, dtype=np.int32) - 1, np.int32(-1)).astype(np.int32)
        labels = tuple(label for label, is_used in zip(values.labels, used, strict=True) if is_used)
        return Coded(position[codes], labels)
    return values[rows] if isinstance(values, np.ndarray) else values.take(pa.array(rows))


def _series(values: Values, kind: str) -> Any:
    if isinstance(values, np.ndarray):
        if kind == "date":
            return values.astype("datetime64[D]").astype("datetime64[s]")
        return values.astype("datetime64[s]") if kind == "instant" else values
    arrow = values.to_arrow() if isinstance(values, Coded) else values
    return arrow.to_pandas()


def coded_of(values: pa.Array | pa.ChunkedArray) -> Coded:
    """Return a column of text as codes.

    Examples
    --------
    >>> coded_of(pa.array(["b", None, "a", "b"])).codes.tolist()
    [0, -1, 1, 0]
    """
    # Reason: codes of one whole array need no look at the words of each of its chunks.
    encoded = values if pa.types.is_dictionary(values.type) else arrow_texts(values).dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        return Coded(np.zeros(0, np.int32), ())
    indices = encoded.indices
    codes = (indices.fill_null(-1) if indices.null_count else indices).to_numpy().astype(np.int32)
    return _used(codes, encoded.dictionary.cast(pa.large_string()).to_pylist())


def _used(codes: npt.NDArray[np.int32], labels: list[str | None]) -> Coded:
    """Return codes without words that are missing, repeated or that no row has."""
    seen = np.bincount(codes + 1, minlength=len(labels) + 1)[1:] > 0
    words: dict[str, int] = {}
    position = [
        words.setdefault(label, len(words)) if used and label is not None else -1
        for label, used in zip(labels, seen, strict=True)
    ]
    if position == list(range(len(labels))):
        return Coded(codes, tuple(words))
    return Coded(np.array([*position, -1], np.int32)[codes], tuple(words))


def typed_of(name: str, frame: pd.DataFrame) -> Typed:
    """Return a checked table's columns; the contrary of `Typed.frame`."""
    table = TABLES[name]
    columns = {
        column.stored_as: _values(frame[column.stored_as], column.name, column.kind)
        for column in table.columns
        if column.stored_as in frame
    }
    return Typed(name, len(frame), columns)


def _values(series: pd.Series[Any], name: str, kind: str) -> Values:
    if kind == "date":
        return series.to_numpy().astype("datetime64[D]").astype(np.int32)
    if kind == "instant":
        return series.to_numpy().astype("datetime64[s]").astype(np.int64)
    if kind in ("text", "currency", "country"):
        arrow = arrow_texts(series)
        return coded_of(arrow) if name in CODED else arrow
    return series.to_numpy()
