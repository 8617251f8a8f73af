"""The logarithm that is missing rather than infinite."""

from __future__ import annotations

import math

import numpy as np

from features.engine.kernel import kernel

__all__ = ["log"]


@kernel
def log(value):  # type: ignore[no-untyped-def]
    """Return the natural logarithm; NaN where the value is not above 0.

    Examples
    --------
    >>> log(1.0), log(0.0)
    (0.0, nan)
    """
    return math.log(value) if value > 0.0 else np.nan
