"""A life table of what invoices close by, in bands of days from due, drawn towards the whole book."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit.timing.exits import CAUSES
from credit.timing.spec import Shares

__all__ = ["learn_shares"]

_ENDS = (-31, 0, 15, 30, 60, 90, 180, 365)

_STRENGTH = 20.0
"""Closings of a band at which its own shares weigh as much as those of the whole book."""


def learn_shares(
    day: npt.NDArray[np.float64], cause: npt.NDArray[np.int64], ends: tuple[int, ...] = _ENDS
) -> Shares:
    """Return the shares of the causes by band.

    ``(closed by j in the band + 20 x share of j in the book) / (closed in the band + 20)``.

    Parameters
    ----------
    day : float64 ndarray, shape (n,)
        Day from due on which each invoice closed.
    cause : int64 ndarray, shape (n,)
        A number of `CAUSES`, from 1 on.
    ends : tuple of int
        Last day of each band.

    Examples
    --------
    >>> told = learn_shares(np.array([-5.0, 10.0, 10.0]), np.array([1, 1, 2]), (0, 365))
    >>> told.closed, [round(share, 4) for share in told.share[1]]
    (((1, 0, 0), (1, 1, 0)), [0.6515, 0.3485, 0.0])
    """
    band = np.minimum(np.searchsorted(np.array(ends), day, side="left"), len(ends) - 1)
    counts = np.zeros((len(ends), len(CAUSES)))
    np.add.at(counts, (band, cause - 1), 1.0)
    book = counts.sum(axis=0) / counts.sum()
    share = (counts + _STRENGTH * book) / (counts.sum(axis=1, keepdims=True) + _STRENGTH)
    return Shares(
        ends=ends,
        share=tuple(tuple(float(one) for one in row) for row in share),
        closed=tuple(tuple(int(one) for one in row) for row in counts),
    )
