"""Exact look-up of texts: a compiled open-addressing table, by hash first and byte for byte on a hit."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine.kernel import kernel
from features.texts import Texts, fixed

__all__ = ["TextIndex", "in_threads"]

HASH_MASK = np.uint64(0xFFFFFFFFFFFFFFFF)
"""Bits of the hash that count; fewer only make the look-up slow, never wrong."""

_ROWS_A_PART = 1 << 15  # Reason: the slots and hashes of a part fit into the cache of one core.
_FEW = 1 << 14
_NO_QUALIFIER = np.zeros(0, np.int64)

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]


class TextIndex:
    """Finds the first row with a text, and with a whole number beside it where there is one.

    Parameters
    ----------
    texts : Texts, n rows
    qualifier : int64 ndarray, shape (n,), optional
        Rows are the same only where this is the same too.

    Attributes
    ----------
    first : int32 ndarray, shape (n,)
        The first row that is the same as each row: its own number where no earlier row is.

    Examples
    --------
    >>> import pandas as pd
    >>> from features.texts import texts_of
    >>> index = TextIndex(texts_of(pd.Series(["b", "a", "b"])))
    >>> index.first.tolist(), index.find(texts_of(pd.Series(["a", "x", "b"]))).tolist()
    ([0, 1, 0], [1, -1, 0])
    """

    def __init__(self, texts: Texts, qualifier: Ints | None = None) -> None:
        texts = Texts(fixed(texts.data), fixed(texts.offsets))
        self._texts = texts
        self._qualifier = fixed(_NO_QUALIFIER if qualifier is None else qualifier)
        count = len(texts.offsets) - 1
        self._bits = max(0, (count // _ROWS_A_PART).bit_length())
        self._parts = _Parts(texts, self._qualifier, self._bits)
        sizes = np.diff(self._parts.starts)
        capacity = 1 << np.ceil(np.log2(np.maximum(sizes, 1) * 2)).astype(np.int64)
        self._slot_start = np.concatenate([[0], np.cumsum(capacity)]).astype(np.int64)
        self._slots = np.full(self._slot_start[-1], -1, np.int32)
        self.first: Rows = np.arange(count, dtype=np.int32)
        in_threads(self._fill, len(sizes), count)
        del self._parts.row_hashes

    def _fill(self, start: int, stop: int) -> None:
        parts = self._parts
        table = (self._slot_start, self._slots, parts.starts, parts.hashes, parts.rows)
        _insert(*table, self._texts.data, self._texts.offsets, self._qualifier, (start, stop), self.first)

    def find(self, texts: Texts, qualifier: Ints | None = None) -> Rows:
        """Return the first row that is the same as each text (and qualifier), -1 where there is none."""
        texts = Texts(fixed(texts.data), fixed(texts.offsets))
        asked = _Parts(texts, fixed(_NO_QUALIFIER if qualifier is None else qualifier), self._bits)
        mine = (self._slot_start, self._slots, self._parts.hashes, self._parts.rows)
        own = (self._texts.data, self._texts.offsets, self._qualifier)
        other = (texts.data, texts.offsets, asked.qualifier)
        guessed = np.empty(len(texts.offsets) - 1, np.int32)
        found = np.empty_like(guessed)
        wrong = np.zeros(asked.pieces, np.int64)

        def guess(start: int, stop: int) -> None:
            _guess(mine, (asked.starts, asked.hashes), (start, stop), guessed)

        def verify(start: int, stop: int) -> None:
            for piece in range(start, stop):
                rows = (asked.edges[piece], asked.edges[piece + 1])
                cursor = asked.cursors[piece].copy()
                guesses = (asked.row_hashes, self._bits, cursor, guessed)
                wrong[piece] = _verify(own, other, guesses, rows, found)

        def search(start: int, stop: int) -> None:
            _search(mine, own, (asked.starts, asked.hashes, asked.rows), other, (start, stop), found)

        in_threads(guess, len(asked.starts) - 1, len(found))
        in_threads(verify, asked.pieces, len(found))
        if wrong.any():
            in_threads(search, len(asked.starts) - 1, len(found))
        return found


class _Parts:
    """Rows by the upper bits of their hash, in their order within a part.

    `row_hashes` are in the order of the rows, `hashes` and `rows` in that of the parts; `cursors` say where
    the first row of a piece (a range of rows for one thread) lies in each part.
    """

    def __init__(self, texts: Texts, qualifier: Ints, bits: int) -> None:
        count = len(texts.offsets) - 1
        self.qualifier = qualifier
        self.row_hashes = hashes = np.empty(count, np.uint64)
        self.pieces = pieces = (os.cpu_count() or 1) if count > _FEW else 1
        self.edges = edges = np.linspace(0, count, pieces + 1).astype(np.int64)
        counts = np.zeros((pieces, 1 << bits), np.int64)

        def hash_rows(start: int, stop: int) -> None:
            for piece in range(start, stop):
                rows = (edges[piece], edges[piece + 1])
                _hash(texts.data, texts.offsets, qualifier, rows, HASH_MASK, hashes)
                _count(hashes, rows, bits, counts[piece])

        in_threads(hash_rows, pieces, count)
        sizes = counts.sum(axis=0)
        self.starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.cursors = self.starts[:-1] + np.cumsum(counts, axis=0) - counts
        self.hashes = np.empty(count, np.uint64)
        self.rows = np.empty(count, np.int32)

        def scatter(start: int, stop: int) -> None:
            for piece in range(start, stop):
                rows = (edges[piece], edges[piece + 1])
                _scatter(hashes, rows, bits, self.cursors[piece].copy(), self.hashes, self.rows)

        in_threads(scatter, pieces, count)


def in_threads(work: Callable[[int, int], Any], tasks: int, rows: int) -> None:
    """Call ``work(start, stop)`` over ranges of tasks, from several threads where there are many rows."""
    threads = (os.cpu_count() or 1) if rows > _FEW else 1
    edges = [tasks * number // threads for number in range(threads + 1)]
    if threads == 1:
        work(0, tasks)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))


@kernel
def _hash(data, offsets, qualifier, rows, mask, out):  # type: ignore[no-untyped-def]
    """FNV-1a over the bytes (Fowler, Noll, Vo), then the finish of MurmurHash3 so that all bits are mixed."""
    for row in range(rows[0], rows[1]):
        value = np.uint64(14695981039346656037)
        for at in range(offsets[row], offsets[row + 1]):
            value = (value ^ np.uint64(data[at])) * np.uint64(1099511628211)
        if len(qualifier):
            value ^= np.uint64(qualifier[row]) * np.uint64(11400714819323198485)
        value ^= value >> np.uint64(33)
        value *= np.uint64(18397679294719823053)
        value ^= value >> np.uint64(33)
        value *= np.uint64(14181476777654086739)
        value ^= value >> np.uint64(33)
        out[row] = value & mask


@kernel
def _count(hashes, rows, bits, counts):  # type: ignore[no-untyped-def]
    for row in range(rows[0], rows[1]):
        counts[np.int64(hashes[row] >> np.uint64(64 - bits)) if bits else 0] += 1


@kernel
def _scatter(hashes, rows, bits, cursor, to_hashes, to_rows):  # type: ignore[no-untyped-def]
    for row in range(rows[0], rows[1]):
        part = np.int64(hashes[row] >> np.uint64(64 - bits)) if bits else 0
        at = cursor[part]
        to_hashes[at] = hashes[row]
        to_rows[at] = row
        cursor[part] = at + 1


@kernel
def _same(data, offsets, row, other_data, other_offsets, other):  # type: ignore[no-untyped-def]
    start, by = offsets[row], other_offsets[other]
    length = offsets[row + 1] - start
    if other_offsets[other + 1] - by != length:
        return False
    at = 0
    while at < length and data[start + at] == other_data[by + at]:
        at += 1
    return at == length


@kernel
def _insert(slot_start, slots, starts, hashes, rows, data, offsets, qualifier, parts, first):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    for part in range(parts[0], parts[1]):
        base = slot_start[part]
        mask = slot_start[part + 1] - base - 1
        for at in range(starts[part], starts[part + 1]):
            row = rows[at]
            slot = np.int64(hashes[at] & np.uint64(mask))
            while slots[base + slot] >= 0:
                other = slots[base + slot]
                alike = hashes[other] == hashes[at]
                if alike and len(qualifier):
                    alike = qualifier[rows[other]] == qualifier[row]
                if alike and _same(data, offsets, row, data, offsets, rows[other]):
                    first[row] = rows[other]
                    break
                slot = (slot + 1) & mask
            if first[row] == row:
                slots[base + slot] = at


@kernel
def _guess(mine, asked, parts, guessed):  # type: ignore[no-untyped-def]
    """Fill, in the order of the parts, the first row with the same hash."""
    slot_start, slots, my_hashes, my_rows = mine
    starts, hashes = asked
    for part in range(parts[0], parts[1]):
        base = slot_start[part]
        mask = slot_start[part + 1] - base - 1
        for at in range(starts[part], starts[part + 1]):
            slot = np.int64(hashes[at] & np.uint64(mask))
            guessed[at] = -1
            while slots[base + slot] >= 0:
                place = slots[base + slot]
                if my_hashes[place] == hashes[at]:
                    guessed[at] = my_rows[place]
                    break
                slot = (slot + 1) & mask


@kernel
def _verify(own, other, asked, rows, found):  # type: ignore[no-untyped-def]
    """Put the guesses into the order of the rows; how many of them have the hash and not the text.

    Reason: apart from the search, and in the order of the rows, waiting for one text overlaps with the next.
    """
    data, offsets, qualifier = own
    other_data, other_offsets, other_qualifier = other
    hashes, bits, cursor, guessed = asked
    wrong = 0
    for row in range(rows[0], rows[1]):
        part = np.int64(hashes[row] >> np.uint64(64 - bits)) if bits else 0
        guess = guessed[cursor[part]]
        cursor[part] += 1
        found[row] = guess
        if guess >= 0:
            alike = not len(qualifier) or qualifier[guess] == other_qualifier[row]
            if not alike or not _same(data, offsets, guess, other_data, other_offsets, row):
                wrong += 1
    return wrong


@kernel
def _search(mine, own, asked, other, parts, found):  # type: ignore[no-untyped-def]
    slot_start, slots, my_hashes, my_rows = mine
    data, offsets, qualifier = own
    starts, hashes, rows = asked
    other_data, other_offsets, other_qualifier = other
    for part in range(parts[0], parts[1]):
        base = slot_start[part]
        mask = slot_start[part + 1] - base - 1
        for at in range(starts[part], starts[part + 1]):
            row = rows[at]
            slot = np.int64(hashes[at] & np.uint64(mask))
            found[row] = -1
            while slots[base + slot] >= 0:
                place = slots[base + slot]
                mine_row = my_rows[place]
                alike = my_hashes[place] == hashes[at]
                if alike and len(qualifier):
                    alike = qualifier[mine_row] == other_qualifier[row]
                if alike and _same(data, offsets, mine_row, other_data, other_offsets, row):
                    found[row] = mine_row
                    break
                slot = (slot + 1) & mask
