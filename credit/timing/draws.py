"""Receipts by week in many drawn futures, in which a buyer's invoices move together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

__all__ = ["BOOK_CORRELATION", "BUYER_CORRELATION", "Dependence", "draw_receipts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BUYER_CORRELATION, BOOK_CORRELATION = 0.5, 0.01

_DRAWS, _FEWEST_DRAWS = 2000, 400
_NUMBERS = 40_000_000
"""Random numbers of one forecast: a ledger with very many open items has fewer draws, and needs fewer."""

_CHUNK = 512
_SEED = 20260701


@dataclass(frozen=True)
class Dependence:
    """How strongly items are early or late together, as correlations of normal scores.

    Parameters
    ----------
    buyer : float
        Part that the items of one buyer share: they tend to be paid in one run, or all wait.
    book : float
        Part that all items share: a holiday, a slow month, what a model learned from another year.
    """

    buyer: float = BUYER_CORRELATION
    book: float = BOOK_CORRELATION


def draw_receipts(
    paid_by: Floats,
    amounts: Mapping[str, Floats],
    buyer: Ints,
    dependence: Dependence | None = None,
    seed: int = _SEED,
) -> dict[str, Floats]:
    """Return receipts up to the end of each week in drawn futures.

    Parameters
    ----------
    paid_by : float64 ndarray, shape (n, weeks)
        Probability that an item is paid by the end of each week.
    amounts : mapping of str to float64 ndarray, shape (n,)
        What an item brings if it is paid, by name of a sum (a currency; 0 for items outside).
    buyer : int64 ndarray, shape (n,)
        Sorted.
    dependence : Dependence, optional
    seed : int
        The same seed gives the same futures.

    Returns
    -------
    dict of str to float64 ndarray, shape (draws, weeks)

    Notes
    -----
    A Gaussian copula: item i is paid by the end of week w where ``x_i <= ndtri(paid_by[i, w])`` with
    ``x_i = sqrt(book) c + sqrt(buyer) z_b + sqrt(1 - book - buyer) e_i``, and c, z_b, e_i independent
    standard normal (Li 2000). Each item keeps its own probabilities, so that the mean of the futures is the
    expectation; only how much they move together is added.
    """
    dependence = dependence or Dependence()
    count = int(np.clip(_NUMBERS // max(len(buyer), 1), _FEWEST_DRAWS, _DRAWS))
    sums = {name: np.zeros((paid_by.shape[1], count)) for name in amounts}
    random = np.random.default_rng(seed)
    common = np.sqrt(dependence.book) * random.standard_normal(count)
    own = np.sqrt(1.0 - dependence.book - dependence.buyer)
    limits = ndtri(paid_by)
    for rows in _chunks(buyer):
        _, place = np.unique(buyer[rows], return_inverse=True)
        shared = np.sqrt(dependence.buyer) * random.standard_normal((place.max() + 1, count))
        score = common + shared[place] + own * random.standard_normal((len(place), count))
        for week in range(paid_by.shape[1]):
            is_paid = (score <= limits[rows, week][:, None]).astype(np.float64)
            for name, amount in amounts.items():
                sums[name][week] += amount[rows] @ is_paid
    return {name: total.T for name, total in sums.items()}


def _chunks(buyer: Ints) -> list[slice]:
    """Return runs of rows of about equal length that end where a buyer ends."""
    if not len(buyer):
        return []
    ends = np.append(np.flatnonzero(np.diff(buyer)) + 1, len(buyer))
    wanted = np.arange(_CHUNK, len(buyer) + _CHUNK, _CHUNK)
    stops = np.unique(ends[np.minimum(np.searchsorted(ends, wanted), len(ends) - 1)])
    return [slice(int(a), int(b)) for a, b in zip(np.append(0, stops[:-1]), stops, strict=True)]
