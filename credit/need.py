"""What a buyer's usual purchases need: sales, terms and the busiest month."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit.policy import Need

__all__ = ["peak_need", "usual_need", "yearly_purchases"]

Floats = npt.NDArray[np.float64]


def yearly_purchases(invoiced_amount_365d: Floats, tenure_days: Floats, rules: Need) -> Floats:
    """Return purchases of a year; those of an account younger than that are taken to a year.

    Parameters
    ----------
    invoiced_amount_365d : ndarray
        Invoiced in the last 365 days, with tax, in the reporting currency; missing or 0 and less gives NaN.
    tenure_days : ndarray
        Days since the first invoice; missing is a year.
    rules : Need

    Examples
    --------
    >>> from credit.policy import Policy
    >>> rules = Policy.default().need
    >>> yearly_purchases(np.array([365.0, 100.0, 0.0]), np.array([np.nan, 182.5, 400.0]), rules).tolist()
    [365.0, 200.0, nan]
    """
    days = np.clip(np.where(np.isfinite(tenure_days), tenure_days, 365.0), rules.shortest_history_days, 365.0)
    return np.where(invoiced_amount_365d > 0.0, invoiced_amount_365d, np.nan) * (365.0 / days)


def usual_need(
    yearly: Floats,
    terms_days: Floats,
    peak_factor: Floats,
    rules: Need,
    *,
    tolerance_days: float | None = None,
) -> Floats:
    """Return ``yearly / 365 * (terms + tolerance) * peak``.

    Parameters
    ----------
    yearly : ndarray
        Purchases of a year, with tax; NaN gives NaN.
    terms_days : ndarray
        Agreed terms, never the days that the buyer takes; missing is the policy's default.
    peak_factor : ndarray
        Busiest month over the average one; missing is the policy's default.
    rules : Need
    tolerance_days : float or None
        The policy's where None.

    Returns
    -------
    ndarray
        In the reporting currency.
    """
    terms = np.where(np.isfinite(terms_days), np.maximum(terms_days, 0.0), float(rules.default_terms_days))
    peak = np.where(np.isfinite(peak_factor), peak_factor, rules.default_peak_factor)
    peak = np.clip(peak, rules.lowest_peak_factor, rules.highest_peak_factor)
    tolerance = float(rules.tolerance_days) if tolerance_days is None else tolerance_days
    return np.asarray(yearly / 365.0 * (terms + tolerance) * peak)


def peak_need(yearly: float, days: float, peak_factor: float) -> float:
    """Return what purchases of a busy month leave owed for so many days: ``yearly / 365 * days * peak``.

    Examples
    --------
    >>> round(peak_need(2.712e6, 66, 1.3), 2)
    637505.75
    """
    return yearly / 365.0 * days * peak_factor
