"""Which groups are told as reasons, for many subjects at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit.policy import ReasonRules

__all__ = ["changed_share", "group_sums", "jaccard", "reason_sets"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def group_sums(points: Floats, of_feature: Ints, groups: int) -> Floats:
    """Return points by group, shape (n, groups), from points by feature and the position of each's group."""
    summed = np.zeros((len(points), groups))
    for place in range(groups):
        summed[:, place] = points[:, of_feature == place].sum(axis=1)
    return summed


def reason_sets(points: Floats, rules: ReasonRules) -> Mask:
    """Return which groups are adverse reasons, as `credit.reasons.score_reasons` chooses them.

    Parameters
    ----------
    points : float64 ndarray, shape (n, groups)
        Below 0 is adverse.
    rules : ReasonRules

    Examples
    --------
    >>> rules = ReasonRules(least_points=3, least_share_of_adverse=0.05, most_adverse=1, most_strengths=3)
    >>> reason_sets(np.array([[-5.0, -9.0, 4.0], [-1.0, 0.0, 2.0]]), rules).tolist()
    [[False, True, False], [False, False, False]]
    """
    adverse = np.where(points < 0, -points, 0.0)
    least = np.maximum(rules.least_points, rules.least_share_of_adverse * adverse.sum(axis=1))
    rank = np.argsort(np.argsort(-adverse, axis=1, kind="stable"), axis=1, kind="stable")
    told: Mask = (adverse > 0) & (adverse >= least[:, None]) & (rank < rules.most_adverse)
    return told


def jaccard(a: Mask, b: Mask) -> float:
    """Return the mean share of common reasons among those of either set; two empty sets are the same.

    Examples
    --------
    >>> jaccard(np.array([[True, True], [False, False]]), np.array([[True, False], [False, False]]))
    0.75
    """
    both, either = (a & b).sum(axis=1), (a | b).sum(axis=1)
    return float(np.where(either > 0, both / np.maximum(either, 1), 1.0).mean())


def changed_share(before: Mask, after: Mask) -> float | None:
    """Return the share of the reasons before that are none after; None without any.

    Examples
    --------
    >>> changed_share(np.array([[True, True]]), np.array([[True, False]]))
    0.5
    """
    told = before.sum()
    return float((before & ~after).sum() / told) if told else None
