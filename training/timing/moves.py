"""By how many days each feature moves the pay date that a timing model says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit.timing.dates import PayDates
from credit.timing.model import TimingModel
from features.catalog import NAMES

__all__ = ["median_days", "shifts_of"]

Floats = npt.NDArray[np.float64]
Days = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def median_days(said: PayDates, horizon_days: int) -> Floats:
    """Return median pay dates in days from due, at most the horizon; NaN where nothing is said."""
    median = np.where(np.isnan(said.median), float(horizon_days), said.median)
    # Reason: another pattern of sources, of which the model cannot speak, moves nothing that can be told.
    return np.where(said.status == "ok", median, np.nan)


def shifts_of(model: TimingModel, values: Floats, days: Days, seed: int = 0) -> dict[str, Floats]:
    """Return by feature how many days the median moves when a subject has the value of another one.

    Parameters
    ----------
    model : TimingModel
    values : float64 ndarray, shape (n, len(NAMES))
        Every feature of the catalog.
    days : tuple of int64 ndarray, shape (n,)
        Of as_of and due, since 1970.
    seed : int
        Of the draw of the other subjects.
    """
    horizon = model.spec.horizon_days
    own = median_days(model.predict_days(values, *days), horizon)
    other = np.random.default_rng(seed).permutation(len(values))
    moved = {}
    for name in model.spec.names:
        changed = values.copy()
        changed[:, NAMES.index(name)] = values[other, NAMES.index(name)]
        moved[name] = np.abs(median_days(model.predict_days(changed, *days), horizon) - own)
    return moved
