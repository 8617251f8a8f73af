"""Files of features: keys first, then one float64 column a feature, written block by block."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

__all__ = ["KEY_TYPES", "FeatureFile", "as_column", "as_instants", "as_text"]

KEY_TYPES: dict[str, pa.DataType] = {
    "subject_id": pa.string(),
    "buyer_id": pa.string(),
    "as_of": pa.timestamp("s", "UTC"),
}
"""The columns before the features, as far as the subjects have them."""

_SAMPLE_ROWS = 16_384

_ROWS_AT_ONCE = 16_384

_WORTH = 1.4
"""Split values may be larger by this factor: they are encoded in a quarter of the time."""


class FeatureFile:
    """A Parquet or CSV file of features that is being written.

    What is missing is null. Parquet values are compressed with LZ4, plain or split into streams of bytes, as
    a sample of the first block advises: splitting helps continuous values and small whole numbers, and hurts
    where one value is in many rows.

    Parameters
    ----------
    path : Path
    suffix : {".parquet", ".csv"}
    keys, names : sequence of str
        Columns of `KEY_TYPES`, and features.
    catalog : str
        Hash of the catalog, kept in the metadata of Parquet.
    """

    def __init__(
        self, path: Path, suffix: str, keys: Sequence[str], names: Sequence[str], catalog: str
    ) -> None:
        fields = [pa.field(name, KEY_TYPES[name], nullable=False) for name in keys]
        fields = [field.with_nullable(field.name == "subject_id") for field in fields]
        fields += [pa.field(name, pa.float64()) for name in names]
        self._schema = pa.schema(fields, {"credence.catalog": catalog})
        self._path, self._open = path, _OPENERS[suffix]
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, keys: dict[str, pa.Array], values: npt.NDArray[np.float64]) -> None:
        """Append a block.

        Parameters
        ----------
        keys : dict of str to Array
        values : float64 ndarray, shape (rows, features)
            Each column contiguous; NaN is missing.
        """
        arrays = [*keys.values(), *(as_column(column) for column in values.T)]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        if self._writer is None:
            self._writer = self._open(self._path, self._schema, batch)
        self._writer.write_batch(batch)


def as_column(values: npt.NDArray[np.float64]) -> pa.Array:
    """Return values as an Arrow array without copying them; NaN is null.

    Examples
    --------
    >>> as_column(np.array([1.0, np.nan])).to_pylist()
    [1.0, None]
    """
    missing = np.isnan(values)
    count = int(np.count_nonzero(missing))
    if count == len(values):
        return pa.nulls(count, pa.float64())
    if not count:
        return pa.array(values)
    known = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(pa.float64(), len(values), [known, pa.py_buffer(values)], count)


def as_text(values: pd.Series) -> pa.Array:
    """Return text as one Arrow array."""
    text = pa.array(values, pa.string())
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def as_instants(seconds: npt.NDArray[np.int64]) -> pa.Array:
    """Return seconds since 1970 as instants, without copying them."""
    return pa.array(seconds).view(KEY_TYPES["as_of"])


def _parquet(path: Path, schema: pa.Schema, first: pa.RecordBatch) -> Any:
    keys = [name for name in schema.names if name in KEY_TYPES]
    encodings = {name: _encoding(first.column(name)) for name in schema.names if name not in KEY_TYPES}
    return pq.ParquetWriter(
        path,
        schema,
        compression="lz4",
        use_dictionary=keys,
        column_encoding=encodings,
        write_batch_size=_ROWS_AT_ONCE,
        # Reason: the least and the largest of a feature help nobody to skip rows, those of a key do.
        write_statistics=keys,
    )


def _csv(path: Path, schema: pa.Schema, _first: pa.RecordBatch) -> Any:
    return _CsvWriter(path, schema)


class _CsvWriter:
    """Writes instants as ISO 8601 has them."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        at = schema.get_field_index("as_of")
        self._at, self._schema = at, schema.set(at, pa.field("as_of", pa.string()))
        self._writer = pa.csv.CSVWriter(path, self._schema)

    def write_batch(self, batch: pa.RecordBatch) -> None:
        text = pc.strftime(batch.column(self._at), format="%Y-%m-%dT%H:%M:%SZ")
        arrays = [text if number == self._at else array for number, array in enumerate(batch.columns)]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


_OPENERS = {".parquet": _parquet, ".csv": _csv}


def _encoding(values: pa.Array) -> str:
    known = values.slice(0, _SAMPLE_ROWS).drop_null().to_numpy(zero_copy_only=False)
    split = np.ascontiguousarray(known.view(np.uint8).reshape(-1, 8).T)
    return "BYTE_STREAM_SPLIT" if _size(split) <= _WORTH * _size(known) else "PLAIN"


def _size(values: npt.NDArray[Any]) -> int:
    return int(pa.Codec("lz4_raw").compress(pa.py_buffer(values)).size)
