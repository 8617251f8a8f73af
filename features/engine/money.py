"""Sums of minor units by currency as money of the reporting currency."""

from __future__ import annotations

import numpy as np

from features.engine.kernel import inlined

__all__ = ["count_of", "in_reporting_currency", "over"]


@inlined
def in_reporting_currency(sums, window, part, rates):  # type: ignore[no-untyped-def]
    """Return the sum of a part over currencies; NaN where one that is not 0 has no rate.

    Parameters
    ----------
    sums : int64 ndarray, shape (currencies, windows, parts)
        Minor units.
    window, part : int
    rates : float64 ndarray, shape (currencies,)
        Reporting currency for a minor unit.

    Examples
    --------
    >>> in_reporting_currency(np.array([[[250]], [[0]]]), 0, 0, np.array([0.01, np.nan]))
    2.5
    """
    total = 0.0
    for currency in range(len(rates)):
        minor = sums[currency, window, part]
        # Reason: without a branch, because whether there is anything in a short window is hard to guess.
        total += minor * rates[currency] if minor != 0 else 0.0
    return total


@inlined
def count_of(sums, window, part):  # type: ignore[no-untyped-def]
    """Return the sum of a part over currencies as it is."""
    total = 0
    for currency in range(sums.shape[0]):
        total += sums[currency, window, part]
    return total


@inlined
def over(part, whole):  # type: ignore[no-untyped-def]
    """Return a quotient; NaN where the lower part is not above 0.

    Examples
    --------
    >>> over(1.0, 4.0), over(1.0, 0.0)
    (0.25, nan)
    """
    return part / (whole if whole > 0 else np.nan)
