"""What withholding a source would gain, and what must be added to its lack so that it does not pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit.spec import OPTIONAL, OptionalSource

__all__ = ["Pairs", "due_for", "lacking_levels"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_MOST_THAT_GAIN = 0.25
"""Share of those who have a source that may look better without it: the worst quarter of them."""


@dataclass(frozen=True)
class Pairs:
    """Masked copies with the subjects that they are copies of, predicted by one fold.

    Parameters
    ----------
    own, copy : int64 ndarray, shape (p,)
        Rows of the margins.
    """

    own: Rows
    copy: Rows

    @classmethod
    def of(cls, subject: Rows, fold: Rows, is_copy: npt.NDArray[np.bool_]) -> Pairs:
        """Find the subject of each copy; a copy whose subject the fold did not predict has none.

        Examples
        --------
        >>> pairs = Pairs.of(np.array([7, 8, 8, 9]), np.zeros(4, int), np.array([False, False, True, True]))
        >>> pairs.own.tolist(), pairs.copy.tolist()
        ([1], [2])
        """
        key = fold * (subject.max(initial=0) + 1) + subject
        rows, copies = np.flatnonzero(~is_copy), np.flatnonzero(is_copy)
        order = rows[np.argsort(key[rows], kind="stable")]
        if not len(order):
            return cls(order, order)
        place = np.minimum(np.searchsorted(key[order], key[copies]), len(order) - 1)
        found = key[order[place]] == key[copies]
        return cls(order[place][found], copies[found])

    def among(self, rows: npt.NDArray[np.bool_]) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.own[rows], self.copy[rows])

    def gain(self, log_odds: Floats) -> Floats:
        """Return by how much the log-odds of each subject lie above those of its copy."""
        return log_odds[self.own] - log_odds[self.copy]


def due_for(gain: Floats) -> float:
    """Return the least log-odds to add to a lack of which nobody gains on the mean, and few gain at all.

    Parameters
    ----------
    gain : float64 ndarray, shape (p,)
        By how much the log-odds fall for each who withholds; p may be 0.

    Returns
    -------
    float
        The larger one of the mean and the upper quartile; minus infinity of nobody.

    Notes
    -----
    A feature with a sign is missing at its worst quartile. What features without one tell, and what trees
    make of their absence, has no such side; the same is asked of the sum: with this added, at most a quarter
    of those who have the source look better without it.

    Examples
    --------
    >>> due_for(np.array([-1.0, 0.0, 0.5, 0.5, 0.5])), due_for(np.array([0.0, 0.0, 0.0, 8.0]))
    (0.5, 8.0)
    """
    if not len(gain):
        return -np.inf
    return max(float(gain.mean()), float(np.quantile(gain, 1 - _MOST_THAT_GAIN, method="higher")))


def lacking_levels(
    pairs: Pairs, lacking: npt.NDArray[np.bool_], log_odds: Floats
) -> dict[OptionalSource, float]:
    """Return what the lack of each optional source adds, of which copies tell.

    Parameters
    ----------
    pairs : Pairs
    lacking : bool ndarray, shape (m, len(OPTIONAL))
        Which optional sources a row lacks although it has accounts.
    log_odds : float64 ndarray, shape (m,)

    Notes
    -----
    No outcome is asked: subjects that never had the source may be better for a reason that withholding it
    does not bring, as firms in the first year of a sample of survivors are.
    """
    differs = lacking[pairs.own] != lacking[pairs.copy]
    levels: dict[OptionalSource, float] = {}
    for place, source in enumerate(OPTIONAL):
        mine = pairs.among(differs[:, place] & (differs.sum(axis=1) == 1))
        if len(mine.own):
            levels[source] = max(due_for(mine.gain(log_odds)), 0.0)
    return levels
