"""Receipts by week in many drawn futures, in which a buyer's invoices are paid in one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

__all__ = ["BOOK_CORRELATION", "BUYER_CORRELATION", "Dependence", "draw_receipts"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BUYER_CORRELATION, BOOK_CORRELATION = 0.5, 0.015
"""Chosen on simulated books so that 80 % of the weeks of past forecasts lie in their interval."""

_DRAWS, _FEWEST_DRAWS = 1000, 400
_NUMBERS = 10_000_000
"""Items times draws of one forecast: a ledger with very many open items has fewer draws, and needs fewer."""

_CHUNK = 512
_SEED = 20260701


@dataclass(frozen=True)
class Dependence:
    """How strongly items are paid in the same week, as correlations of normal scores.

    Parameters
    ----------
    buyer : float
        Part that the items of one buyer share in a week: they are paid in one run, or all wait for the next.
    book : float
        Part that all items share in a week: a holiday, a slow week, what a model learned from another year.
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
    A Gaussian copula within each week (Li 2000): an item that is not paid yet is paid in week w where
    ``sqrt(book) c_w + sqrt(buyer) z_bw + sqrt(1 - book - buyer) e_iw <= ndtri(h_iw)``, with c, z and e
    independent standard normal and ``h_iw`` the probability of payment in w given none before. Weeks are
    drawn apart, so each item keeps its own probabilities and the mean of the futures is the expectation; what
    is added is that items are paid together.
    """
    dependence = dependence or Dependence()
    weeks = paid_by.shape[1]
    count = int(np.clip(_NUMBERS // max(len(buyer), 1), _FEWEST_DRAWS, _DRAWS))
    sums = {name: np.zeros((weeks, count)) for name in amounts}
    random = np.random.default_rng(seed)
    book, of_buyer, own = (
        np.float32(np.sqrt(part))
        for part in (dependence.book, dependence.buyer, 1.0 - dependence.book - dependence.buyer)
    )
    common = book * _normal(random, weeks, count)
    limits = ndtri(_hazards(paid_by)).astype(np.float32)
    for rows in _chunks(buyer):
        _, place = np.unique(buyer[rows], return_inverse=True)
        is_open = np.ones((len(place), count), bool)
        for week in range(weeks):
            score = own * _normal(random, len(place), count)
            score += (of_buyer * _normal(random, place.max() + 1, count) + common[week])[place]
            is_paid = is_open & (score <= limits[rows, week][:, None])
            is_open &= ~is_paid
            for name, amount in amounts.items():
                sums[name][week] += amount[rows] @ is_paid
    return {name: np.cumsum(total, axis=0).T for name, total in sums.items()}


def _normal(random: np.random.Generator, rows: int, count: int) -> npt.NDArray[np.float32]:
    return random.standard_normal((rows, count), dtype=np.float32)


def _hazards(paid_by: Floats) -> Floats:
    """Return the probability of payment in each week given none before."""
    before = np.concatenate([np.zeros((len(paid_by), 1)), paid_by[:, :-1]], axis=1)
    left = 1.0 - before
    return np.clip(np.where(left > 1e-12, (paid_by - before) / np.maximum(left, 1e-12), 0.0), 0.0, 1.0)


def _chunks(buyer: Ints) -> list[slice]:
    """Return runs of rows of about equal length that end where a buyer ends."""
    if not len(buyer):
        return []
    ends = np.append(np.flatnonzero(np.diff(buyer)) + 1, len(buyer))
    wanted = np.arange(_CHUNK, len(buyer) + _CHUNK, _CHUNK)
    stops = np.unique(ends[np.minimum(np.searchsorted(ends, wanted), len(ends) - 1)])
    return [slice(int(a), int(b)) for a, b in zip(np.append(0, stops[:-1]), stops, strict=True)]
