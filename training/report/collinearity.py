"""How much features tell the same: variance inflation and rank correlations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

__all__ = ["closest", "variance_inflation"]

Floats = npt.NDArray[np.float64]

_NOTHING = 1e-9
"""Eigenvalues below this share of the largest are 0 but for rounding: features tell each other exactly."""

_PART = 1e-6
"""A feature with a smaller part in what is 0 has none."""


def variance_inflation(inputs: Floats) -> list[float | None]:
    """Return by feature 1 / (1 - R2) of its regression on all the others.

    Parameters
    ----------
    inputs : float64 ndarray, shape (n, features)
        Missing values count as the median of the known ones.

    Returns
    -------
    list of float or None
        At least 1; None where a feature does not vary or follows exactly from others.

    Notes
    -----
    It is the diagonal of the inverse of the correlation matrix; of a singular one that of the pseudo-inverse,
    for features that have no part in the null space.

    Examples
    --------
    >>> x = np.array([[0.0, 0.0, 1.0], [1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [3.0, 6.0, 1.0]])
    >>> variance_inflation(x)
    [None, None, 1.0]
    """
    told: list[float | None] = [None] * inputs.shape[1]
    varies = np.flatnonzero(np.nan_to_num(np.ptp(_filled(inputs), axis=0)) > 0)
    if not len(varies) or len(inputs) < 2:
        return told
    scale, vectors = np.linalg.eigh(_correlation(_filled(inputs)[:, varies]))
    sound = scale > _NOTHING * scale.max()
    part_in_nothing = (vectors[:, ~sound] ** 2).sum(axis=1)
    diagonal = (vectors[:, sound] ** 2 / scale[sound]).sum(axis=1)
    for place, feature in enumerate(varies):
        if part_in_nothing[place] < _PART:
            told[feature] = max(1.0, float(diagonal[place]))
    return told


def closest(inputs: Floats) -> list[tuple[int, float] | None]:
    """Return by feature the other one with the largest rank correlation (Spearman) and that correlation.

    Parameters
    ----------
    inputs : float64 ndarray, shape (n, features)
        As in `variance_inflation`.

    Returns
    -------
    list of tuple of int and float, or None
        None where a feature, or every other one, does not vary.

    Examples
    --------
    >>> told = closest(np.array([[1.0, 9.0, 5.0], [2.0, 4.0, 5.0], [3.0, 1.0, 5.0]]))
    >>> [None if pair is None else (pair[0], round(pair[1], 9)) for pair in told]
    [(1, -1.0), (0, -1.0), None]
    """
    ranks = rankdata(_filled(inputs), axis=0)
    varies = np.ptp(ranks, axis=0) > 0
    told: list[tuple[int, float] | None] = [None] * inputs.shape[1]
    if varies.sum() < 2:
        return told
    places = np.flatnonzero(varies)
    found = _correlation(ranks[:, places])
    np.fill_diagonal(found, 0.0)
    for row, feature in enumerate(places):
        other = int(np.abs(found[row]).argmax())
        told[feature] = (int(places[other]), float(np.clip(found[row, other], -1.0, 1.0)))
    return told


def _filled(inputs: Floats) -> Floats:
    missing = np.isnan(inputs)
    known = np.where(missing.all(axis=0), 0.0, inputs)
    return np.where(missing, np.nanmedian(known, axis=0), inputs)


def _correlation(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    centred /= np.sqrt((centred**2).sum(axis=0))
    found: Floats = centred.T @ centred
    return found
