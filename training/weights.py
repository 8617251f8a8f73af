"""How much each training subject counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["recency_weights"]


def recency_weights(as_of: pd.Series, half_life_days: float | None) -> npt.NDArray[np.float64]:
    """Return ``0.5 ** (age / half-life)``, the age counted back from the latest subject, with mean 1.

    Parameters
    ----------
    as_of : Series of datetime64, shape (n,)
    half_life_days : float or None
        None: all count the same.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2026-01-01", "2026-01-11"]))
    >>> recency_weights(days, 10.0).round(3)
    array([0.667, 1.333])
    """
    if half_life_days is None or not len(as_of):
        return np.ones(len(as_of))
    age = ((as_of.max() - as_of) / pd.Timedelta(days=1)).to_numpy(np.float64)
    weight = 0.5 ** (age / half_life_days)
    return np.asarray(weight / weight.mean())
