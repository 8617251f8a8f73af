"""Features of many subjects, block by block in the order given, in bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.block import SubjectArrays
from features.build import Packed, Progress, compute_into, subject_arrays
from features.catalog import FEATURES, NAMES
from features.errors import InputError

__all__ = ["BLOCK_BYTES", "Part", "rows_of_block", "stream"]

Floats = npt.NDArray[np.float64]

BLOCK_BYTES = 2**30
"""Values of one block; about two and a half blocks are in memory at a time."""

_MOST_ROWS = 2**20

_COLUMNS_OF_TASK = 8


class Part(NamedTuple):
    """Consecutive subjects with their features.

    Parameters
    ----------
    rows : slice
        Rows of the subjects.
    values : float64 ndarray, shape (rows, columns)
        Each column is contiguous; NaN is missing.
    arrays : SubjectArrays
        The same subjects as the engine takes them.
    """

    rows: slice
    values: Floats
    arrays: SubjectArrays


def rows_of_block(columns: int) -> int:
    """Return how many rows of so many columns a block holds.

    Examples
    --------
    >>> rows_of_block(256), rows_of_block(1)
    (524288, 1048576)
    """
    return min(BLOCK_BYTES // (8 * columns), _MOST_ROWS)


def stream(
    packed: Packed,
    subjects: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    chunk: int | None = None,
    assumes_usual: bool = False,
    progress: Progress | None = None,
) -> Iterator[Part]:
    """Compute features of subjects, block by block in the order given.

    While a block is used, the next one is computed. Inside a block subjects are computed in the order of
    buyers and time, so that a file in that order is the quickest; the values are the same in any order.

    Parameters
    ----------
    packed : Packed
    subjects : DataFrame, shape (n, ...)
        As `features.build.build` takes it.
    columns : sequence of str, optional
        Names of features; all of the catalog where none are named.
    chunk : int, optional
        Rows of a block; default: as many as fit into `BLOCK_BYTES`.
    assumes_usual, progress :
        As `features.build.build` takes them.

    Yields
    ------
    Part
        The same bytes as `features.build.build_packed` gives.

    Raises
    ------
    InputError
        Where a name is no feature, or `subjects` are none.
    """
    names = NAMES if columns is None else columns
    _check(names)
    size = rows_of_block(len(names)) if chunk is None else chunk
    spans = [slice(at, min(at + size, len(subjects))) for at in range(0, len(subjects), size)]
    with _Workers(packed, tuple(names), assumes_usual, progress) as workers:
        jobs: deque[Future[Part]] = deque()
        for span in spans:
            if jobs:
                # Reason: only then is the next begun, so that a slow reader meets no heap of blocks.
                jobs[0].result()
            jobs.append(workers.start(subjects.iloc[span], span))
            if len(jobs) > 1:
                yield jobs.popleft().result()
        while jobs:
            yield jobs.popleft().result()


def _check(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in FEATURES]
    if unknown or not names:
        raise InputError.of("names of features", f"{unknown or 'none'}", "see docs/features.md")


@dataclass
class _Workers:
    """Threads that compute blocks: one that prepares and waits, one for each core that computes."""

    packed: Packed
    names: tuple[str, ...]
    assumes_usual: bool
    progress: Progress | None

    def __enter__(self) -> _Workers:
        self._ahead = ThreadPoolExecutor(1)
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1)
        return self

    def __exit__(self, *_: object) -> None:
        for pool in (self._ahead, self._pool):
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in (self._ahead, self._pool):
            pool.shutdown(wait=True)

    def start(self, subjects: pd.DataFrame, span: slice) -> Future[Part]:
        """Begin a block."""
        return self._ahead.submit(self._block, subjects, span)

    def _block(self, subjects: pd.DataFrame, span: slice) -> Part:
        arrays = subject_arrays(self.packed, subjects)
        # Reason: buyers' facts lie side by side, so subjects in that order read memory in order.
        order = np.lexsort((arrays.as_of, arrays.buyer))
        is_ordered = np.array_equal(order, np.arange(len(order)))
        ordered = arrays if is_ordered else arrays.take(order)
        out = np.empty((len(self.names), len(arrays)))
        compute_into(
            self.packed,
            ordered,
            self.names,
            out,
            assumes_usual=self.assumes_usual,
            progress=self.progress,
        )
        if not is_ordered:
            places = np.empty_like(order)
            places[order] = np.arange(len(order))
            self._each(
                lambda at: _put_back(out[at : at + _COLUMNS_OF_TASK], places), len(out), _COLUMNS_OF_TASK
            )
        return Part(span, out.T, arrays)

    def _each(self, work: Callable[[int], None], count: int, step: int) -> None:
        for task in [self._pool.submit(work, at) for at in range(0, count, step)]:
            task.result()


def _put_back(columns: Floats, places: npt.NDArray[np.int64]) -> None:
    """Reorder columns in place: row i becomes what was in row ``places[i]``."""
    # Reason: reading a column here and there is several times quicker than writing it so.
    column = np.empty(columns.shape[1])
    for values in columns:
        np.take(values, places, out=column, mode="clip")
        values[:] = column
