"""Columns of text as bytes and offsets that compiled code reads: comparing, hashing, no Python objects."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.engine.kernel import kernel

__all__ = ["Texts", "are_trimmed", "arrow_texts", "compare", "fixed", "texts_of"]


class Texts(NamedTuple):
    """Texts in UTF-8; their order is that of their code points.

    Parameters
    ----------
    data : uint8 ndarray
        The bytes of all texts.
    offsets : int64 ndarray, shape (n + 1,)
        Text i is ``data[offsets[i]:offsets[i + 1]]``; a missing text is empty.
    """

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]

    def to_arrow(self) -> pa.Array:
        """Return the texts as an Arrow array over the same memory."""
        buffers = [None, pa.py_buffer(self.offsets), pa.py_buffer(self.data)]
        return pa.Array.from_buffers(pa.large_string(), len(self.offsets) - 1, buffers)


def arrow_texts(values: pd.Series[Any] | pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column of text as one Arrow array with 64-bit offsets."""
    arrow = pa.array(values, from_pandas=True) if isinstance(values, pd.Series) else values
    if isinstance(arrow, pa.ChunkedArray) and arrow.num_chunks > 1 and not arrow.null_count:
        return _joined([texts_of(chunk) for chunk in arrow.chunks]).to_arrow()
    arrow = arrow.cast(pa.large_string())
    return arrow.combine_chunks() if isinstance(arrow, pa.ChunkedArray) else arrow


def _joined(parts: list[Texts]) -> Texts:
    """Return texts one after the other.

    Reason: NumPy asks the system for large pages, Arrow does not; the first touch of small ones costs more
    than the copy.
    """
    sizes = [int(part.offsets[-1] - part.offsets[0]) for part in parts]
    rows = [len(part.offsets) - 1 for part in parts]
    data, offsets = np.empty(sum(sizes), np.uint8), np.empty(sum(rows) + 1, np.int64)
    offsets[0] = at = row = 0
    for part, size, count in zip(parts, sizes, rows, strict=True):
        data[at : at + size] = part.data[part.offsets[0] : part.offsets[-1]]
        offsets[row + 1 : row + 1 + count] = part.offsets[1:] - (part.offsets[0] - at)
        at, row = at + size, row + count
    return Texts(data, offsets)


def texts_of(values: pd.Series[Any] | pa.Array | pa.ChunkedArray) -> Texts:
    """Return a column of text as buffers, without copying where nothing is missing.

    Examples
    --------
    >>> texts_of(pd.Series(["a", None, "货款"], dtype="str")).offsets.tolist()
    [0, 1, 1, 7]
    """
    arrow = arrow_texts(values)
    if arrow.null_count:
        # Reason: the bytes under a missing value are arbitrary.
        arrow = pc.fill_null(arrow, "")
    _, offsets, data = arrow.buffers()
    if not len(arrow):
        return Texts(fixed(np.zeros(0, np.uint8)), fixed(np.zeros(1, np.int64)))
    bytes_ = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    rows = slice(arrow.offset, arrow.offset + len(arrow) + 1)
    return Texts(fixed(bytes_), fixed(np.frombuffer(offsets, np.int64)[rows]))


def fixed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a view that cannot be written: one type of array for compiled code, wherever it comes from."""
    view = array.view()
    view.flags.writeable = False
    return view


@kernel
def are_trimmed(data, offsets):  # type: ignore[no-untyped-def]
    """Whether every text starts and ends with a letter, digit or sign of ASCII; an empty one does not."""
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        if start == stop:
            return False
        first, last = data[start], data[stop - 1]
        if first <= 32 or first >= 127 or last <= 32 or last >= 127:
            return False
    return True


@kernel
def compare(data, offsets, one, other):  # type: ignore[no-untyped-def]
    """Return -1, 0 or 1 as text `one` is before, equal to or after text `other`; row -1 is the empty text."""
    if one == other:
        return 0
    at, end, by, stop = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    if one >= 0:
        at, end = offsets[one], offsets[one + 1]
    if other >= 0:
        by, stop = offsets[other], offsets[other + 1]
    while at < end and by < stop:
        if data[at] != data[by]:
            return -1 if data[at] < data[by] else 1
        at += 1
        by += 1
    if at < end:
        return 1
    return -1 if by < stop else 0
