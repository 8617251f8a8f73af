"""One price of risk for the whole book, such that its expected loss keeps to the budget."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

__all__ = ["allowed_share", "book_loss", "shadow_price"]

Floats = npt.NDArray[np.float64]

_STEPS = 200
_TOLERANCE = 1e-12


@overload
def allowed_share(loss_rates: float, margin: float, price: float) -> float: ...
@overload
def allowed_share(loss_rates: Floats, margin: float, price: float) -> Floats: ...
def allowed_share(loss_rates: float | Floats, margin: float, price: float) -> float | Floats:
    """Return the share of its need that each buyer may have: ``max(0, 1 - price * loss_rate / margin)``.

    The margin of the last unit of a limit falls to nothing where the need ends, so a unit is worth its
    expected loss only up to this share.

    Examples
    --------
    >>> allowed_share(np.array([0.0, 0.01, 0.3]), margin=0.2, price=2.0).tolist()
    [1.0, 0.9, 0.0]
    """
    kept = 1.0 - price * loss_rates / margin
    return max(0.0, kept) if isinstance(kept, float) else np.maximum(0.0, kept)


def book_loss(needs: Floats, loss_rates: Floats, margin: float, price: float) -> float:
    """Return the expected loss of a book whose limits are its needs cut at a price of risk."""
    return float(np.sum(needs * loss_rates * allowed_share(loss_rates, margin, price)))


def shadow_price(needs: Floats, loss_rates: Floats, margin: float, budget: float) -> float:
    """Return the lowest price of risk at which the book's expected loss is within the budget.

    Parameters
    ----------
    needs : ndarray, shape (n,)
        What each buyer's purchases need, in the reporting currency; rows with a missing need or loss rate are
        left out.
    loss_rates : ndarray, shape (n,)
        Expected loss of one unit of exposure.
    margin : float
        Contribution margin of sales, above 0.
    budget : float
        Expected loss that the whole book may have, 0 or more.

    Returns
    -------
    float
        0 where the budget does not bind; never a price at which the loss is above the budget.

    Examples
    --------
    >>> needs, rates = np.array([100.0, 100.0]), np.array([0.01, 0.10])
    >>> price = shadow_price(needs, rates, margin=0.2, budget=6.0)
    >>> round(book_loss(needs, rates, 0.2, price), 6), shadow_price(needs, rates, 0.2, budget=11.0)
    (6.0, 0.0)
    """
    known = np.isfinite(needs) & np.isfinite(loss_rates) & (needs > 0) & (loss_rates > 0)
    lowest = float(loss_rates[known].min(initial=np.inf))
    # Reason: rows are zeroed, not dropped, because a sum of other length may round to another last digit.
    needs, loss_rates = np.where(known, needs, 0.0), np.where(known, loss_rates, 0.0)
    if book_loss(needs, loss_rates, margin, 0.0) <= budget:
        return 0.0
    low, high = 0.0, margin / lowest
    while book_loss(needs, loss_rates, margin, high) > budget:  # rounding may leave a trace at the exact end
        high *= 1.0 + _TOLERANCE
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if book_loss(needs, loss_rates, margin, middle) <= budget:
            high = middle
        else:
            low = middle
        if high - low <= _TOLERANCE * high:
            break
    return high
