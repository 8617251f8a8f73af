"""Independent obligor-years: of subjects whose outcome windows overlap, those that do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Cohort", "cohorts_of", "independent_rows"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_SLACK = pd.Timedelta(days=1)
"""Month ends a year apart may differ by a leap day's or a clock change's hours."""


@dataclass(frozen=True)
class Cohort:
    """A year's obligors.

    Parameters
    ----------
    start : Timestamp
        They are scored in the twelve months from here on, most of them at once.
    subjects, defaults : int
        Obligor-years, and those that ended in default.
    expected : float
        Sum of the probabilities that were foreseen for them.
    """

    start: pd.Timestamp
    subjects: int
    defaults: int
    expected: float


def independent_rows(subjects: pd.DataFrame) -> Rows:
    """Return rows of subjects such that no buyer's outcome windows overlap.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        Mature subjects: ``buyer_id``, ``as_of`` and ``window_end``, in any order.

    Returns
    -------
    int64 ndarray, shape (m,)
        Ascending. Whole years are counted back from the latest as_of; from the first of these moments on each
        buyer counts at its first subject, and again once that window has ended. A default is in one window
        at most, where month ends would show it twelve times; which rows are chosen does not depend on what
        became of them.

    Examples
    --------
    >>> ends = pd.date_range("2023-01-31", "2025-01-31", freq="ME")
    >>> months = pd.DataFrame({"buyer_id": "B", "as_of": ends, "window_end": ends + pd.DateOffset(years=1)})
    >>> months.loc[independent_rows(months), "as_of"].dt.strftime("%Y-%m").tolist()
    ['2023-01', '2024-01', '2025-01']
    """
    if not len(subjects):
        return np.zeros(0, np.int64)
    first = _starts(subjects["as_of"])[0] - _SLACK
    order = np.lexsort((subjects["as_of"].to_numpy(), subjects["buyer_id"].to_numpy().astype(str)))
    kept: list[int] = []
    buyer, free_from = None, first
    rows = subjects.iloc[order][["buyer_id", "as_of", "window_end"]].itertuples(index=False, name=None)
    for row, (name, as_of, window_end) in zip(order.tolist(), rows, strict=True):
        if name != buyer:
            buyer, free_from = name, first
        if as_of >= free_from:
            kept.append(row)
            free_from = window_end - _SLACK
    return np.sort(np.array(kept, np.int64))


def cohorts_of(subjects: pd.DataFrame, probability: Floats) -> tuple[Cohort, ...]:
    """Return the yearly cohorts of independent subjects.

    Parameters
    ----------
    subjects : DataFrame, shape (m, ...)
        ``as_of`` and ``outcome`` (0 or 1), chosen by `independent_rows`.
    probability : float64 ndarray, shape (m,)

    Returns
    -------
    tuple of Cohort
        In order of time; years without subjects are left out.
    """
    if not len(subjects):
        return ()
    starts = _starts(subjects["as_of"])
    year = np.searchsorted(starts - _SLACK, subjects["as_of"], side="right") - 1
    outcome = subjects["outcome"].to_numpy(np.float64)
    return tuple(
        Cohort(starts[number], int(mine.sum()), int(outcome[mine].sum()), float(probability[mine].sum()))
        for number in range(len(starts))
        if (mine := year == number).any()
    )


def _starts(as_of: pd.Series[pd.Timestamp]) -> pd.DatetimeIndex:
    """Return the latest moment and those whole years before it that lie in the period, ascending."""
    first, last = as_of.min(), as_of.max()
    moments = [last]
    while (earlier := last - pd.DateOffset(years=len(moments))) >= first - _SLACK:
        moments.append(earlier)
    return pd.DatetimeIndex(moments[::-1])
