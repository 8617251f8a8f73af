"""What each feature adds to the log-odds of peers: means by size and industry, kept in the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from credit.peers import ANY

__all__ = ["LEAST_BUYERS", "PeerMean", "PeerMeans", "fit_peer_means"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_BUYERS = 20
"""Buyers below which the subjects of a cell are no peers; of all together one is enough."""


@dataclass(frozen=True)
class PeerMean:
    """The mean contributions of one cell.

    Parameters
    ----------
    size_class, section : int
        As in `credit.peers.PeerCell`; `ANY` where all are taken.
    buyers : int
        Of which the mean is.
    contributions : float64 ndarray, shape (features,)
        Log-odds, in the order of the model's features.
    """

    size_class: int
    section: int
    buyers: int
    contributions: Floats


@dataclass(frozen=True)
class PeerMeans:
    """Cells by size and industry, with those of an industry whatever the size, and of all.

    Parameters
    ----------
    keys : int64 ndarray, shape (cells, 2)
        Size class and section; `ANY` where all are taken.
    buyers : int64 ndarray, shape (cells,)
    contributions : float64 ndarray, shape (cells, features)
    """

    keys: Ints
    buyers: Ints
    contributions: Floats

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Any], features: int) -> PeerMeans:
        """Return the cells from the arrays of a model's file.

        Raises
        ------
        KeyError, ValueError
            Where an array lacks or is of another shape.
        """
        found = cls(arrays["keys"], arrays["buyers"], arrays["contributions"])
        cells = len(found.keys)
        shapes = (found.keys.shape, found.buyers.shape, found.contributions.shape)
        if shapes != ((cells, 2), (cells,), (cells, features)):
            raise ValueError(f"expected means of {features} features; found arrays of shapes {shapes}")
        return found

    @cached_property
    def _row(self) -> dict[tuple[int, int], int]:
        return {(size, section): row for row, (size, section) in enumerate(self.keys.tolist())}

    def of(self, size_class: float, section: float) -> PeerMean | None:
        """Return the closest cell: size and industry, else industry, else all; None where there is none.

        Parameters
        ----------
        size_class, section : float
            Missing takes all.
        """
        size = ANY if np.isnan(size_class) else int(size_class)
        own = ANY if np.isnan(section) else int(section)
        for key in ((size, own), (ANY, own), (ANY, ANY)):
            row = self._row.get(key)
            if row is not None:
                return PeerMean(*key, int(self.buyers[row]), self.contributions[row])
        return None


def fit_peer_means(
    contributions: Floats, size_class: Floats, section: Floats, buyer: npt.NDArray[Any]
) -> PeerMeans:
    """Return the means of subjects by cell, without cells of fewer than `LEAST_BUYERS` buyers.

    Parameters
    ----------
    contributions : float64 ndarray, shape (n, features)
    size_class, section : float64 ndarray, shape (n,)
        Missing size or section counts among all of them only.
    buyer : ndarray, shape (n,)
        Whose each subject is: a cell counts buyers, not their months.

    Examples
    --------
    >>> means = fit_peer_means(
    ...     np.array([[0.2], [0.4]]), np.full(2, np.nan), np.full(2, 2.0), np.array(["A", "B"])
    ... )
    >>> means.keys.tolist(), means.buyers.tolist(), means.contributions.round(1).tolist()
    ([[-1, -1]], [2], [[0.3]])
    """
    size = np.where(np.isnan(size_class), ANY, size_class).astype(np.int64)
    own = np.where(np.isnan(section), ANY, section).astype(np.int64)
    everybody = np.full(len(size), ANY)
    labels = (np.column_stack((size, own)), np.column_stack((everybody, own)))
    wanted = [tuple(key) for each in labels for key in np.unique(each[each[:, 1] != ANY], axis=0).tolist()]
    cells = []
    for key in dict.fromkeys([(ANY, ANY), *wanted]):
        among = ((key[0] == ANY) | (size == key[0])) & ((key[1] == ANY) | (own == key[1]))
        buyers = len(np.unique(buyer[among]))
        if buyers >= LEAST_BUYERS or (key == (ANY, ANY) and buyers):
            cells.append((key, buyers, contributions[among].mean(axis=0)))
    return PeerMeans(
        np.array([key for key, _, _ in cells], np.int64).reshape(-1, 2),
        np.array([buyers for _, buyers, _ in cells], np.int64),
        np.array([mean for _, _, mean in cells], np.float64).reshape(-1, contributions.shape[1]),
    )
