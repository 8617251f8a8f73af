"""Trees that score and explain rows, read from files or from the text of a booster."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from credit.trees.booster_text import TextTrees, parse
from credit.trees.build import build
from credit.trees.check import check
from credit.trees.kernels import (
    BITS,
    BlockRoom,
    Ensemble,
    RowRoom,
    SpanRoom,
    explain_block,
    explain_row,
    score,
    score_spans,
)
from credit.trees.layout import FORMAT, HEADER, STEP, Records
from credit.trees.quadrature import quadratures

__all__ = ["Trees"]

Floats = npt.NDArray[np.float64]

_FILES = ("header", "trees", "nodes", "leaves", "categories")

_FEW_ROWS = 8
"""Fewer rows are explained one by one: a block costs as much however few its rows are."""

_BLOCK_ROWS, _BLOCK_NUMBERS = 128, 2**17
"""Rows of a block, and numbers in its room, at most: a megabyte, what a core keeps near."""

_ROWS_OF_A_THREAD = 64
"""Fewer rows, or subjects with many rows, are not worth another thread."""


class Trees:
    """The sum of the trees of a booster: raw scores, and exact contributions of the features to them.

    Parameters
    ----------
    header, trees, nodes, leaves, categories : ndarray
        As in `layout`; they are made read-only.

    Raises
    ------
    ValueError
        Where the arrays are no trees (`check`).
    """

    def __init__(
        self, header: Records, trees: Records, nodes: Records, leaves: Records, categories: Records
    ) -> None:
        check(header, trees, nodes, leaves, categories)
        self._arrays = tuple(map(_frozen, (header, trees, nodes, leaves, categories)))
        self.features = int(header["features"][0])
        self.expected = float(np.cumsum(trees["expected"])[-1]) if len(trees) else 0.0
        rules = quadratures(int(trees["points"].max(initial=0)))
        self._ensemble = Ensemble(*self._arrays[1:], *map(_frozen, rules))
        self._steps = self._ensemble._replace(nodes=_frozen(_steps_of(nodes)))
        counts, points = trees["nodes"].astype(np.int64), trees["points"]
        self._nodes = int(counts.max(initial=0))
        self._products = int((counts * points).max(initial=0))
        self._leaf_products = int(((counts + 1) * points).max(initial=0))

    def __len__(self) -> int:
        """Return the number of trees."""
        return len(self._ensemble.trees)

    @classmethod
    def from_booster_text(cls, text: str) -> Trees:
        """Read the text that LightGBM writes of a booster.

        Parameters
        ----------
        text : str
            Of one output, with constant leaves: ``booster.model_to_string()``.

        Raises
        ------
        ValueError
            Otherwise.
        """
        return cls.of(parse(text))

    @classmethod
    def of(cls, read: TextTrees) -> Trees:
        """Return trees from what was read of a text; see `from_booster_text`."""
        return cls(np.array([(FORMAT, read.features)], HEADER), *build(read))

    @classmethod
    def load(cls, folder: str | Path) -> Trees:
        """Map the files that `save` wrote; processes that load them share the memory.

        Raises
        ------
        OSError
            Where a file lacks.
        ValueError
            Where one is damaged.
        """
        return cls(*(_mapped(Path(folder) / f"{name}.npy") for name in _FILES))

    def save(self, folder: str | Path) -> None:
        """Write the arrays into a folder, which is made; they hold no pickle."""
        Path(folder).mkdir(parents=True)
        for name, array in zip(_FILES, self._arrays, strict=True):
            np.save(Path(folder) / f"{name}.npy", array, allow_pickle=False)

    def raw(self, rows: npt.ArrayLike, threads: int | None = None) -> Floats:
        """Return raw scores, to the last bit those of ``booster.predict(rows, raw_score=True)``.

        Of a random forest LightGBM gives the sum of the trees here, not their mean, and so does this.

        Parameters
        ----------
        rows : array_like, shape (n, features)
            NaN is missing.
        threads : int, optional
            Default: as many as there are processors.

        Returns
        -------
        float64 ndarray, shape (n,)

        Raises
        ------
        ValueError
            Where the columns are not those of the booster.
        """
        rows = self._checked(rows)
        out = np.empty(len(rows))
        _in_pieces(lambda piece: score(rows[piece], self._ensemble, out[piece]), len(rows), threads)
        return out

    def raw_of_spans(
        self,
        fixed: npt.ArrayLike,
        moving: npt.ArrayLike,
        starts: npt.NDArray[np.int64],
        threads: int | None = None,
    ) -> Floats:
        """Return raw scores of rows that share all but their last features with their neighbours.

        To the last bit those of `raw` of ``hstack([fixed[subject of the row], moving.T])``, but a tree is
        walked once a subject: what its rows share is asked once.

        Parameters
        ----------
        fixed : array_like, shape (n, f)
            The first features of n subjects.
        moving : array_like, shape (features - f, r)
            The others, feature by row.
        starts : int64 ndarray, shape (n + 1,)
            Subject s has the rows from ``starts[s]`` up to, without, ``starts[s + 1]``; from 0 to r.
        threads :
            As in `raw`.

        Returns
        -------
        float64 ndarray, shape (r,)

        Raises
        ------
        ValueError
            Where the features are not as many as those of the booster, or the rows not those of the subjects.
        """
        known = _frozen(np.ascontiguousarray(fixed, np.float64))
        columns = _frozen(np.ascontiguousarray(moving, np.float64))
        first = _frozen(np.ascontiguousarray(starts, np.int64))
        widest = self._widest_span(known, columns, first)
        out = np.empty(columns.shape[1])

        def work(piece: slice) -> None:
            room = self._span_room(len(columns), widest)
            score_spans(known[piece], columns, first[piece.start : piece.stop + 1], self._steps, room, out)

        _in_pieces(work, len(known), threads)
        return out

    def _span_room(self, moving: int, widest: int) -> SpanRoom:
        depths, few = self._nodes + 1, min(widest, BITS)
        return SpanRoom(
            np.empty((depths, widest), np.bool_),
            np.empty(widest, np.bool_),
            np.empty(depths, np.int64),
            np.empty(depths, np.uint64),
            np.empty((moving, few)),
            np.empty((moving, few + 1), np.uint64),
            np.empty((moving, 2), np.uint64),
            np.empty(moving, np.int64),
        )

    def _widest_span(self, fixed: Floats, moving: Floats, starts: npt.NDArray[np.int64]) -> int:
        """Return the most rows of a subject; refuse what compiled code would read beyond."""
        if fixed.ndim != 2 or moving.ndim != 2 or fixed.shape[1] + len(moving) != self.features:
            found = f"arrays of shapes {fixed.shape} and {moving.shape}"
            raise ValueError(f"expected {self.features} features in all; found {found}")
        widths = np.diff(starts)
        if len(widths) != len(fixed) or starts[0] != 0 or starts[-1] != moving.shape[1] or (widths < 0).any():
            found = f"starts of {len(widths)} subjects"
            raise ValueError(f"expected {moving.shape[1]} rows of {len(fixed)} subjects; found {found}")
        return int(widths.max(initial=0))

    def contributions(self, rows: npt.ArrayLike, threads: int | None = None) -> Floats:
        """Return what each feature adds to the raw score: path-dependent SHAP values, exact but for rounding.

        A row has the same contributions, to the last bit, alone and among others.

        Parameters
        ----------
        rows, threads :
            As in `raw`.

        Returns
        -------
        float64 ndarray, shape (n, features + 1)
            The last column is the expected score, so that a row adds up to its raw score, as
            ``booster.predict(rows, pred_contrib=True)`` has it.
        """
        rows = self._checked(rows)
        out = np.zeros((len(rows), self.features + 1))
        out[:, -1] = self.expected
        explain = self._explain_few if len(rows) < _FEW_ROWS else self._explain_blocks
        _in_pieces(lambda piece: explain(rows[piece], out[piece]), len(rows), threads)
        return out

    def explained(self, rows: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return what `raw` and `contributions` do; of few rows in one walk."""
        known = self._checked(rows)
        if len(known) >= _FEW_ROWS:
            return self.raw(known), self.contributions(known)
        out = np.zeros((len(known), self.features + 1))
        out[:, -1] = self.expected
        return np.array(self._explain_few(known, out), np.float64), out

    def _checked(self, rows: npt.ArrayLike) -> Floats:
        values = np.ascontiguousarray(rows, dtype=np.float64)
        if np.ndim(rows) != 2 or values.shape[1] != self.features:
            found = f"an array of shape {np.shape(rows)}"
            raise ValueError(f"expected rows of {self.features} features; found {found}")
        return _frozen(values)

    def _explain_few(self, rows: Floats, out: Floats) -> list[float]:
        room = RowRoom(
            np.empty(self._products),
            np.empty(self._products + self._leaf_products),
            np.empty(self._nodes, np.bool_),
            np.empty(self._nodes, np.bool_),
        )
        return [explain_row(rows[row], self._ensemble, room, out[row]) for row in range(len(rows))]

    def _explain_blocks(self, rows: Floats, out: Floats) -> None:
        sums = self._products + self._nodes + 1
        width = min(max(_BLOCK_NUMBERS // (self._products + sums), _FEW_ROWS), _BLOCK_ROWS, len(rows))
        room = BlockRoom(
            np.empty((self._products, width)),
            np.empty((sums, width)),
            np.empty((self._nodes, width), np.bool_),
            np.empty((self._nodes, width), np.bool_),
            np.empty((self.features + 1, width)),
            np.empty((self.features, width)),
        )
        for start in range(0, len(rows), width):
            explain_block(rows[start : start + width], self._ensemble, room, out[start : start + width])


def _steps_of(nodes: Records) -> Records:
    steps = np.zeros(len(nodes), STEP)
    for name in STEP.names or ():
        steps[name] = nodes[name]
    return steps


def _mapped(path: Path) -> Records:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except EOFError as error:
        raise ValueError(f"expected an array in {path.name}; found an empty file") from error


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    # Reason: compiled code is made for read-only and for writable arrays each; mapped ones are read-only.
    view = array.view()
    view.flags.writeable = False
    return view


def _in_pieces(work: Callable[[slice], object], rows: int, threads: int | None) -> None:
    most = rows // _ROWS_OF_A_THREAD
    # Reason: to ask for the number of processors takes longer than to score one row.
    pieces = most if most <= 1 else min(threads or os.cpu_count() or 1, most)
    if pieces <= 1:
        work(slice(0, rows))
        return
    # Reason: of several pieces a thread takes the next when it is done, also where others use the processors.
    cuts = np.linspace(0, rows, min(4 * pieces, rows // _ROWS_OF_A_THREAD) + 1).astype(int)
    with ThreadPoolExecutor(pieces) as pool:
        list(pool.map(work, map(slice, cuts[:-1], cuts[1:])))
