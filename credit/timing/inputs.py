"""What the hazard of an interval is learned from: the subject's features and where the interval lies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from credit.encoding import encode
from credit.spec import FeatureSpec
from credit.timing.grid import Grid, Rows

__all__ = [
    "CALENDAR",
    "RELATIVE",
    "fixed_inputs",
    "input_names",
    "interval_inputs",
    "moving_inputs",
    "relative_places",
    "terms_row",
]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

CALENDAR = (
    "day_from_due",
    "days_since_as_of",
    "days_since_issue",
    "width",
    "weekday",
    "day_of_month",
    "days_to_month_end",
)
"""Where an interval lies. Weekday and days of the month are missing for intervals of several days."""

RELATIVE = (
    "mean_days_late_90d",
    "mean_days_late_365d",
    "mean_days_late_last_3",
    "mean_days_late_last_10",
    "mean_days_late_settled_90d",
    "p90_days_late_365d",
    "book_mean_days_late_settled_90d",
)
"""Features in days from due that enter as the distance of the interval from them too: a buyer pays around its
usual day, whichever that is."""

_MONDAY = 3
"""Weekday of 1970-01-01, where Monday is 0."""


def input_names(features: Sequence[FeatureSpec]) -> tuple[str, ...]:
    """Return the names of the columns of `interval_inputs`."""
    names = [feature.name for feature in features]
    relative = [f"day_less_{name}" for name in RELATIVE if name in names]
    return (*names, *relative, *CALENDAR)


def interval_inputs(
    values: npt.NDArray[np.float64],
    features: Sequence[FeatureSpec],
    days: tuple[Ints, Ints, npt.NDArray[np.float64]],
    grid: Grid,
    rows: Rows,
) -> Floats:
    """Return the inputs of subject x interval rows.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(features))
        Values of the features, missing ones NaN.
    features : sequence of FeatureSpec
    days : tuple of ndarray, shape (n,) each
        Days since 1970 of as_of and of the due date, and the terms in days (NaN where they are unknown).
    grid : Grid
    rows : Rows

    Returns
    -------
    float32 ndarray, shape (r, len(input_names(features)))
    """
    fixed = fixed_inputs(values, features)
    moving = moving_inputs(fixed, features, days, grid, rows)
    inputs = np.empty((len(rows), len(features) + len(moving)), np.float32)
    inputs[:, : len(features)] = fixed[rows.subject]
    inputs[:, len(features) :] = moving.T
    return inputs


def fixed_inputs(values: npt.NDArray[np.float64], features: Sequence[FeatureSpec]) -> Floats:
    """Return the inputs that all rows of a subject share, float32 of shape (n, len(features))."""
    return encode(values, features).astype(np.float32)


def moving_inputs(
    fixed: Floats,
    features: Sequence[FeatureSpec],
    days: tuple[Ints, Ints, npt.NDArray[np.float64]],
    grid: Grid,
    rows: Rows,
) -> Floats:
    """Return the inputs that tell the rows of a subject apart.

    Parameters
    ----------
    fixed : float32 ndarray, shape (n, len(features))
        As `fixed_inputs` gives them.
    features, days, grid, rows :
        As in `interval_inputs`.

    Returns
    -------
    float32 ndarray, shape (len(input_names(features)) - len(features), r)
    """
    as_of, due, terms = days
    relative = relative_places(features)
    moving = np.empty((len(relative) + len(CALENDAR), len(rows)), np.float32)
    end = grid.last[rows.interval]
    moving[: len(relative)] = end.astype(np.float32) - fixed[:, relative].T[:, rows.subject]
    date = due[rows.subject] + end
    month, of_month = _month_days(date)
    is_single = grid.is_single[rows.interval]
    calendar = (
        end,
        date - as_of[rows.subject],
        terms[rows.subject] + end,
        rows.width,
        np.where(is_single, (date + _MONDAY) % 7, np.nan),
        np.where(is_single, of_month, np.nan),
        np.where(is_single, month - of_month, np.nan),
    )
    for place, column in enumerate(calendar, len(relative)):
        moving[place] = column
    return moving


def relative_places(features: Sequence[FeatureSpec]) -> npt.NDArray[np.intp]:
    """Return the places of those of `RELATIVE` that are among the features."""
    names = [feature.name for feature in features]
    return np.array([names.index(name) for name in RELATIVE if name in names], np.intp)


def terms_row(relative: int) -> int:
    """Return which of the moving inputs tells the terms, after so many relative ones."""
    return relative + CALENDAR.index("days_since_issue")


def _month_days(date: Ints) -> tuple[Ints, Ints]:
    """Return the length of the month and the day of the month of days since 1970.

    Examples
    --------
    >>> length, day = _month_days(np.array([0, 58]))
    >>> length.tolist(), day.tolist()
    ([31, 28], [1, 28])
    """
    days = date.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    starts = months.astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[D]") - starts).astype(np.int64)
    return length, (days - starts).astype(np.int64) + 1
