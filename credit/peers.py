"""What buyers of a size and industry were let owe: quantiles of high credit, fitted on the book."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["ANY", "PeerCell", "PeerTable", "fit_peers", "usual_terms"]

Floats = npt.NDArray[np.float64]

ANY = -1
"""Any size, or any industry."""


@dataclass(frozen=True)
class PeerCell:
    """Quantiles of the highest balance in a year of some peers.

    Parameters
    ----------
    size_class, section : int
        Size from 1 (micro) to 4 (large), ISIC section from 0 (A) to 20 (U); `ANY` where all are taken.
    buyers : int
    median, upper : float
        Half, and three quarters, of the peers owed at most so much; in the reporting currency.
    """

    size_class: int
    section: int
    buyers: int
    median: float
    upper: float


@dataclass(frozen=True)
class PeerTable:
    """Cells by size and industry, with those of all sizes, of all industries and of all buyers."""

    cells: Mapping[tuple[int, int], PeerCell] = field(default_factory=dict)

    def of(
        self, size_class: float, section: float, least: int, *, may_be_all: bool = True
    ) -> PeerCell | None:
        """Return the closest cell with enough buyers; None where there is none.

        Parameters
        ----------
        size_class, section : float
            Missing takes all.
        least : int
            Buyers that a cell needs.
        may_be_all : bool
            Whether the cell of all buyers is close enough.
        """
        size = ANY if math.isnan(size_class) else int(size_class)
        own = ANY if math.isnan(section) else int(section)
        for key in ((size, own), (size, ANY), (ANY, own), (ANY, ANY)):
            cell = self.cells.get(key)
            if cell is not None and cell.buyers >= least and (may_be_all or key != (ANY, ANY)):
                return cell
        return None


def fit_peers(
    size_class: Floats, section: Floats, high_credit: Floats, sound: npt.NDArray[np.bool_]
) -> PeerTable:
    """Fit the table on a book.

    Parameters
    ----------
    size_class, section, high_credit : float64 ndarray, shape (n,)
        Missing size or section counts among all of them only.
    sound : bool ndarray, shape (n,)
        Which buyers may be an example: those not in default.

    Examples
    --------
    >>> size, section = np.array([1.0, 1.0, 1.0, 4.0]), np.array([2.0, 2.0, 6.0, 2.0])
    >>> table = fit_peers(size, section, np.array([10.0, 30.0, 50.0, 900.0]), np.ones(4, bool))
    >>> table.of(1.0, 2.0, least=2).median, table.of(1.0, 9.0, least=2).median, table.of(2.0, 9.0, 9)
    (20.0, 30.0, None)
    """
    kept = sound & np.isfinite(high_credit) & (high_credit > 0.0)
    size, own, owed = _keys(size_class[kept]), _keys(section[kept]), high_credit[kept]
    cells: dict[tuple[int, int], PeerCell] = {}
    # Reason: the widest first, so that buyers of unknown size do not stand for those of all sizes.
    for sizes, sections in ((_all(size), _all(own)), (_all(size), own), (size, _all(own)), (size, own)):
        for key in sorted(set(zip(sizes.tolist(), sections.tolist(), strict=True)) - cells.keys()):
            mine = owed[(sizes == key[0]) & (sections == key[1])]
            middle, upper = np.quantile(mine, [0.5, 0.75]).tolist()
            cells[key] = PeerCell(key[0], key[1], len(mine), middle, upper)
    return PeerTable(cells)


def usual_terms(section: Floats, terms_days: Floats, least: int) -> dict[int, float]:
    """Return by industry section the median of buyers' usual terms, where there are enough of them."""
    known = np.isfinite(section) & np.isfinite(terms_days)
    found = {}
    for own in np.unique(section[known]):
        mine = terms_days[known & (section == own)]
        if len(mine) >= least:
            found[int(own)] = float(np.median(mine))
    return found


def _keys(values: Floats) -> npt.NDArray[np.int64]:
    return np.where(np.isfinite(values), values, ANY).astype(np.int64)


def _all(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.full_like(keys, ANY)
