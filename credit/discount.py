"""Discounts for early payment: what they cost, and how much is worth giving to whom."""

from __future__ import annotations

import math

__all__ = ["discount_cost", "discount_cost_compounded", "largest_discount"]

_DAYS_A_YEAR = 365.0


def discount_cost(
    discount: float, discount_day: float, pay_day: float, *, year: float = _DAYS_A_YEAR
) -> float:
    """Return the yearly cost of a discount: ``d / (1 - d) x 365 / (pay day - discount day)``.

    Parameters
    ----------
    discount : float
        Share of the invoice, 0 <= d < 1.
    discount_day : float
        Days after the invoice until which it may be taken.
    pay_day : float
        Days after the invoice at which the buyer would pay otherwise: the expected day, not the due date,
        since a discount is cheapest with a buyer who pays late.
    year : float
        Days of a year.

    Returns
    -------
    float
        Share a year; infinite where the buyer would pay by the discount day anyhow.

    Examples
    --------
    >>> round(discount_cost(0.02, 10, 30), 4), round(discount_cost(0.02, 10, 66), 3)
    (0.3724, 0.133)
    """
    saved = pay_day - discount_day
    if saved <= 0.0:
        return math.inf if discount > 0.0 else 0.0
    return discount / (1.0 - discount) * year / saved


def discount_cost_compounded(discount: float, discount_day: float, pay_day: float) -> float:
    """Return the yearly cost of a discount, compounded: ``(1 / (1 - d)) ** (365 / days) - 1``.

    Examples
    --------
    >>> round(discount_cost_compounded(0.02, 10, 30), 4)
    0.4459
    """
    saved = pay_day - discount_day
    if saved <= 0.0:
        return math.inf if discount > 0.0 else 0.0
    return math.expm1(-math.log1p(-discount) * _DAYS_A_YEAR / saved)


def largest_discount(
    funding_rate: float,
    discount_day: float,
    pay_day: float,
    *,
    loss_in_window: float = 0.0,
    collection_share: float = 0.0,
) -> float:
    """Return the largest discount that pays for itself, as a share of the invoice.

    ``1 - 1 / (1 + r x (pay day - discount day) / 365) + PD_window x LGD + collection cost``

    Parameters
    ----------
    funding_rate : float
        What a year's money costs, as a share.
    discount_day, pay_day : float
        As for `discount_cost`.
    loss_in_window : float
        Expected loss between the two days, as a share.
    collection_share : float
        What collecting costs otherwise, as a share.

    Returns
    -------
    float
        0 where the buyer would pay by the discount day anyhow.

    Examples
    --------
    >>> round(largest_discount(0.07, 10, 66, loss_in_window=0.004383 * 0.8, collection_share=0.002), 4)
    0.0161
    """
    saved = pay_day - discount_day
    if saved <= 0.0:
        return 0.0
    return 1.0 - 1.0 / (1.0 + funding_rate * saved / _DAYS_A_YEAR) + loss_in_window + collection_share
