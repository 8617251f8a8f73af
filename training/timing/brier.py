"""How far off survival curves are, with open invoices censored: the integrated Brier score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["brier_by_subject", "censoring_survival"]

Floats = npt.NDArray[np.float64]


def censoring_survival(time: Floats, closed: npt.NDArray[np.bool_], at: Floats) -> Floats:
    """Return the Kaplan-Meier estimate of still being observed just before given times.

    Parameters
    ----------
    time : float64 ndarray, shape (n,)
        When each subject closed or was censored.
    closed : bool ndarray, shape (n,)
    at : float64 ndarray

    Examples
    --------
    Of four subjects one is censored at 2, when three are left:

    >>> censoring_survival(
    ...     np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, True]), np.array([2.0, 2.5])
    ... ).round(3).tolist()
    [1.0, 0.667]
    """
    times, counts = np.unique(time[~closed], return_counts=True)
    # Reason: of who closes and who is censored on one day, the closings come first.
    left = len(time) - np.searchsorted(np.sort(time), times, side="left")
    left = left - np.array([int((closed & (time == one)).sum()) for one in times], np.int64)
    curve = np.concatenate([[1.0], np.cumprod(1.0 - counts / np.maximum(left, 1))])
    return np.asarray(curve[np.searchsorted(times, at, side="left")])


def brier_by_subject(still_open: Floats, time: Floats, closed: npt.NDArray[np.bool_], days: Floats) -> Floats:
    """Return each subject's squared errors averaged over days, weighted for censoring, shape (n,).

    Their mean is the integrated Brier score of Graf et al. (1999): a subject that closed by day t counts
    ``1 / G(time-)`` times, one that is open and seen then ``1 / G(t)`` times, one that was censored before
    not at all; G is the probability of still being observed.

    Parameters
    ----------
    still_open : float64 ndarray, shape (n, k)
        Predicted probability of being open at the end of each day.
    time : float64 ndarray, shape (n,)
    closed : bool ndarray, shape (n,)
    days : float64 ndarray, shape (k,)

    Examples
    --------
    >>> brier_by_subject(
    ...     np.array([[0.5], [0.5]]), np.array([1.0, 9.0]), np.array([True, True]), np.array([5.0])
    ... )
    array([0.25, 0.25])
    """
    at_end = censoring_survival(time, closed, time)
    total = np.zeros(len(time))
    for place, day in enumerate(days):
        gone, seen = closed & (time <= day), time > day
        weight = np.where(gone, 1.0 / at_end, 0.0)
        weight[seen] = 1.0 / censoring_survival(time, closed, np.array([day + 1.0]))[0]
        total += weight * (seen - still_open[:, place]) ** 2
    return np.asarray(total / len(days))
