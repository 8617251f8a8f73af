"""Features that know the outcome: by themselves they separate what nobody can separate so well."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from features.errors import Refused
from training.config import Leaks

__all__ = ["refuse_leaks", "separation"]

Floats = npt.NDArray[np.float64]

_LEAST_EVENTS = 10
"""With fewer bad outcomes a feature may separate them all by chance."""

_MOST_ROWS = 50_000
"""Rows of each outcome that are looked at: enough for an AUC to two digits."""


def refuse_leaks(values: Floats, names: Sequence[str], outcome: Floats, rules: Leaks, seed: int) -> None:
    """Refuse a training in which a feature separates the outcomes by itself.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(names))
        As they are, missing as NaN.
    names : sequence of str
    outcome : float64 ndarray, shape (n,)
    rules : Leaks
    seed : int
        Of the rows that are looked at where there are many.

    Raises
    ------
    Refused
        Naming each feature with its AUC.
    """
    if min(outcome.sum(), len(outcome) - outcome.sum()) < _LEAST_EVENTS:
        return
    rows = _rows(outcome, seed)
    found = {name: separation(values[rows, i], outcome[rows]) for i, name in enumerate(names)}
    leaks = {
        name: auc for name, auc in found.items() if auc > rules.largest_auc and name not in rules.allowed
    }
    if leaks:
        told = ", ".join(f"{name} (AUC {auc:.3f})" for name, auc in leaks.items())
        raise Refused(
            f"expected features that do not know the outcome (AUC of one by itself at most "
            f"{rules.largest_auc}); found {told}; check when its facts were known, leave it out with "
            f"--without, or allow it with --allow-leak"
        )


def separation(values: Floats, outcome: Floats) -> float:
    """Return the AUC of one feature, in whichever direction is larger, missing values at either end.

    Examples
    --------
    >>> separation(np.array([1.0, 2.0, np.nan, np.nan]), np.array([0.0, 0.0, 1.0, 1.0]))
    1.0
    """
    return max(_auc(np.where(np.isnan(values), end, values), outcome) for end in (-np.inf, np.inf))


def _auc(values: Floats, outcome: Floats) -> float:
    bad = outcome == 1
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    auc = (rankdata(values)[bad].sum() - n_bad * (n_bad + 1) / 2) / (n_bad * n_good)
    return float(max(auc, 1 - auc))


def _rows(outcome: Floats, seed: int) -> npt.NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    parts = [np.flatnonzero(outcome == value) for value in (0.0, 1.0)]
    return np.concatenate([rng.permutation(part)[:_MOST_ROWS] for part in parts])
