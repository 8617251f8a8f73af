"""What a buyer's usual purchases need: sales, terms and the busiest month."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from credit.policy import Need

__all__ = ["peak_need", "peak_of", "terms_of", "usual_need", "yearly_purchases", "yearly_purchases_of"]

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


def usual_need(yearly: Floats, terms_days: Floats, peak_factor: Floats, rules: Need) -> Floats:
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

    Returns
    -------
    ndarray
        In the reporting currency.
    """
    terms = np.where(np.isfinite(terms_days), np.maximum(terms_days, 0.0), float(rules.default_terms_days))
    peak = np.where(np.isfinite(peak_factor), peak_factor, rules.default_peak_factor)
    peak = np.clip(peak, rules.lowest_peak_factor, rules.highest_peak_factor)
    return np.asarray(yearly / 365.0 * (terms + rules.tolerance_days) * peak)


def peak_of(peak_factor: float, rules: Need) -> float:
    """Return a busiest month over the average one within the policy's bounds; missing is its default."""
    known = peak_factor if math.isfinite(peak_factor) else rules.default_peak_factor
    return min(max(known, rules.lowest_peak_factor), rules.highest_peak_factor)


def terms_of(terms_days: float, rules: Need) -> float:
    """Return agreed terms; missing ones are the policy's default."""
    return max(terms_days, 0.0) if math.isfinite(terms_days) else float(rules.default_terms_days)


def peak_need(yearly: float, days: float, peak_factor: float) -> float:
    """Return what purchases of a busy month leave owed for so many days: ``yearly / 365 * days * peak``.

    Examples
    --------
    >>> round(peak_need(2.712e6, 66, 1.3), 2)
    637505.75
    """
    return yearly / 365.0 * days * peak_factor


def yearly_purchases_of(invoiced_amount_365d: float, tenure_days: float, rules: Need) -> float:
    """Return `yearly_purchases` of one buyer.

    Examples
    --------
    >>> from credit.policy import Policy
    >>> yearly_purchases_of(100.0, 182.5, Policy.default().need)
    200.0
    """
    if not invoiced_amount_365d > 0.0:
        return math.nan
    days = tenure_days if math.isfinite(tenure_days) else 365.0
    return invoiced_amount_365d * (365.0 / min(max(days, float(rules.shortest_history_days)), 365.0))
