"""Sorted orders of many rows: by a group first, then by a number, a text and ties within the group."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from features.engine.kernel import kernel
from features.lookup import in_threads
from features.texts import Texts, compare

__all__ = ["Within", "gathered", "joined", "ordered", "text_prefixes"]

Columns = TypeVar("Columns", bound=tuple[Any, ...])

Ints = npt.NDArray[np.int64]

_RUN = 16


class Within(NamedTuple):
    """What orders rows within a group, the first that differs deciding; equal rows keep their order.

    Parameters
    ----------
    number : uint64 ndarray, shape (n,)
    data, offsets : ndarray
        Of `features.texts.Texts`.
    text : int32 ndarray, shape (n,)
        Row of the text; -1 for the empty text.
    tie, last : int64 ndarray, shape (n,)
    """

    number: npt.NDArray[np.uint64]
    data: npt.NDArray[np.uint8]
    offsets: Ints
    text: npt.NDArray[np.int32]
    tie: Ints
    last: Ints


class _Spare(NamedTuple):
    """Room to sort one group: numbers of its rows; rows and numbers of a left half."""

    keys: npt.NDArray[np.uint64]
    left_rows: npt.NDArray[np.int32]
    left_keys: npt.NDArray[np.uint64]


def joined(first: Columns, second: Columns) -> Columns:
    """Return the rows of two named tuples of columns, one after the other."""
    pairs: Iterable[tuple[Any, Any]] = zip(first, second, strict=True)
    return type(first)(*(np.concatenate(pair) for pair in pairs))


def ordered(group: npt.NDArray[np.int32], groups: int, within: Within) -> tuple[Ints, npt.NDArray[np.int32]]:
    """Return where each group starts, and the rows in order.

    Parameters
    ----------
    group : int32 ndarray, shape (n,)
        From 0 to ``groups - 1``.
    groups : int
    within : Within

    Returns
    -------
    starts : int64 ndarray, shape (groups + 1,)
    rows : int32 ndarray, shape (n,)
    """
    starts = np.zeros(groups + 1, np.int64)
    np.cumsum(np.bincount(group, minlength=groups), out=starts[1:])
    rows = np.empty(len(group), np.int32)
    cursor = starts[:-1].copy()
    largest = int(np.diff(starts).max(initial=0))
    edges = np.searchsorted(starts, np.linspace(0, len(group), 65)).clip(0, groups)
    edges[-1] = groups

    def scatter(start: int, stop: int) -> None:
        _scatter(group, edges[start], edges[stop], cursor, rows)

    def sort(start: int, stop: int) -> None:
        _sort_groups(starts, edges[start], edges[stop], rows, within, _spare(largest))

    in_threads(scatter, 64, len(group))
    in_threads(sort, 64, len(group))
    return starts, rows


def _spare(size: int) -> _Spare:
    return _Spare(np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.uint64))


def text_prefixes(texts: Texts) -> npt.NDArray[np.uint64]:
    """Return the eight bytes of each text that follow what all have in common, as a number in their order.

    Examples
    --------
    >>> import pandas as pd
    >>> from features.texts import texts_of
    >>> numbers = text_prefixes(texts_of(pd.Series(["I002", "I001", "I0"])))
    >>> np.argsort(numbers).tolist()
    [2, 1, 0]
    """
    count = len(texts.offsets) - 1
    out = np.empty(count, np.uint64)
    common = _common_length(texts.data, texts.offsets) if count else 0
    in_threads(lambda start, stop: _prefixes(*texts, common, start, stop, out), count, count)
    return out


def gathered(columns: Iterable[npt.NDArray[Any]], rows: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Return the rows of each column, several columns at a time where there are many rows.

    Examples
    --------
    >>> gathered([np.array([1, 2, 3])], np.array([2, 0]))[0].tolist()
    [3, 1]
    """
    kept, places = list(columns), rows.astype(np.intp, copy=False)
    out: list[npt.NDArray[Any]] = [column[:0] for column in kept]

    def work(start: int, stop: int) -> None:
        for number in range(start, stop):
            out[number] = _taken(kept[number], places)

    in_threads(work, len(kept), len(rows))
    return out


def _taken(column: npt.NDArray[Any], places: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    # Reason: many columns have one value only, and reading rows out of order is what costs.
    if len(places) and column.min() == column.max():
        return np.full(len(places), column[0])
    return np.take(column, places)


@kernel
def _scatter(group, start, stop, cursor, rows):  # type: ignore[no-untyped-def]
    for row in range(len(group)):
        mine = group[row]
        if start <= mine < stop:
            rows[cursor[mine]] = row
            cursor[mine] += 1


@kernel
def _common_length(data, offsets):  # type: ignore[no-untyped-def]
    common = offsets[1] - offsets[0]
    for row in range(1, len(offsets) - 1):
        common = min(common, offsets[row + 1] - offsets[row])
        at = 0
        while at < common and data[offsets[row] + at] == data[offsets[0] + at]:
            at += 1
        common = at
    return common


@kernel
def _prefixes(data, offsets, common, start, stop, out):  # type: ignore[no-untyped-def]
    for row in range(start, stop):
        value = np.uint64(0)
        first = offsets[row] + common
        for at in range(8):
            byte = data[first + at] if first + at < offsets[row + 1] else 0
            value = (value << np.uint64(8)) | np.uint64(byte)
        out[row] = value


@kernel
def _is_after(within, one, other):  # type: ignore[no-untyped-def]
    """Whether a row comes after another one with the same number."""
    order = compare(within.data, within.offsets, within.text[one], within.text[other])
    if order != 0:
        return order > 0
    if within.tie[one] != within.tie[other]:
        return within.tie[one] > within.tie[other]
    return within.last[one] > within.last[other]


@kernel
def _sort_groups(starts, first, last, rows, within, spare):  # type: ignore[no-untyped-def]
    """Sort each group by merging sorted runs; numbers move with their rows: memory is read in order."""
    keys = spare.keys
    for group in range(first, last):
        start, size = starts[group], starts[group + 1] - starts[group]
        if size < 2:
            continue
        for at in range(size):
            keys[at] = within.number[rows[start + at]]
        for low in range(0, size, _RUN):
            _insertion(rows, start, keys, low, min(low + _RUN, size), within)
        width = _RUN
        while width < size:
            for low in range(0, size - width, 2 * width):
                edges = (low, low + width, min(low + 2 * width, size))
                _merge(rows, start, edges, within, spare)
            width *= 2


@kernel
def _insertion(rows, start, keys, low, high, within):  # type: ignore[no-untyped-def]
    for at in range(low + 1, high):
        row, key = rows[start + at], keys[at]
        to = at
        while to > low and (
            keys[to - 1] > key or (keys[to - 1] == key and _is_after(within, rows[start + to - 1], row))
        ):
            rows[start + to], keys[to] = rows[start + to - 1], keys[to - 1]
            to -= 1
        rows[start + to], keys[to] = row, key


@kernel
def _merge(rows, start, edges, within, spare):  # type: ignore[no-untyped-def]
    low, middle, high = edges
    keys = spare.keys
    for at in range(low, middle):
        spare.left_rows[at - low], spare.left_keys[at - low] = rows[start + at], keys[at]
    left, size, right = 0, middle - low, middle
    to = low
    while left < size:
        mine = spare.left_keys[left]
        if right < high and (
            mine > keys[right]
            or (mine == keys[right] and _is_after(within, spare.left_rows[left], rows[start + right]))
        ):
            rows[start + to], keys[to] = rows[start + right], keys[right]
            right += 1
        else:
            rows[start + to], keys[to] = spare.left_rows[left], mine
            left += 1
        to += 1
