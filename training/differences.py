"""Differences of columns, for tables of ready-made ratios whose items are not told.

Our own features are built from items and compare them already. A table of ratios alone hides what two of them
share: sales and total sales over the same assets differ by other income, which no tree finds in either.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

__all__ = ["KEPT", "strongest_differences", "with_differences"]

Floats = npt.NDArray[np.float64]
Pair = tuple[int, int]

KEPT = 32
"""Differences that are kept by default."""

_SEARCH: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.1, "num_leaves": 31, "max_depth": 6, "feature_fraction": 0.1,
    "deterministic": True, "force_row_wise": True, "num_threads": 2, "verbose": -1,
}  # fmt: skip
_TREES = 100


def strongest_differences(values: Floats, outcome: Floats, seed: int, keep: int = KEPT) -> list[Pair]:
    """Return the pairs of columns whose differences tell most of the outcome.

    Trees are fitted on all columns and all differences of two, each tree on a tenth of them, and the
    differences with the largest total gain are kept.

    Parameters
    ----------
    values : float64 ndarray, shape (n, columns)
        Of training rows only: the choice is a part of learning.
    outcome : float64 ndarray, shape (n,)
    seed : int
    keep : int

    Returns
    -------
    list of tuple of int
        Positions of both columns, strongest first; fewer than `keep` where fewer were of use.
    """
    columns = values.shape[1]
    pairs = list(combinations(range(columns), 2))
    data = lgb.Dataset(with_differences(values, pairs), outcome)
    gain = lgb.train({**_SEARCH, "seed": seed}, data, _TREES).feature_importance("gain")[columns:]
    order = np.argsort(-gain, kind="stable")[:keep]
    return [pairs[position] for position in order if gain[position] > 0]


def with_differences(values: Floats, pairs: Sequence[Pair]) -> Floats:
    """Return the columns and, after them, the difference of each pair; missing where one of both is.

    Examples
    --------
    >>> with_differences(np.array([[3.0, 1.0, np.nan]]), [(0, 1), (1, 2)])
    array([[ 3.,  1., nan,  2., nan]])
    """
    if not pairs:
        return values
    first, second = np.array(pairs).T
    return np.concatenate([values, values[:, first] - values[:, second]], axis=1)
