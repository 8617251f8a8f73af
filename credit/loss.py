"""What a default costs: loss rates, expected loss and the exposure that a loss budget allows."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

__all__ = ["expected_loss", "expected_loss_limit", "loss_rate", "pd_turn"]

Floats = npt.NDArray[np.float64]


def pd_turn(pd: float, days: float) -> float:
    """Return the probability of default during one turn of credit.

    ``1 - (1 - pd) ** (days / 365)``

    Parameters
    ----------
    pd : float
        Probability of default within 365 days.
    days : float
        Terms and delay of the turn.

    Examples
    --------
    >>> round(pd_turn(0.024, 66), 6)
    0.004383
    """
    return float(-np.expm1(np.log1p(-pd) * days / 365.0))


@overload
def loss_rate(pd: float, lgd: float, cure_rate: float = 0.0) -> float: ...
@overload
def loss_rate(pd: Floats, lgd: float, cure_rate: float = 0.0) -> Floats: ...
def loss_rate(pd: float | Floats, lgd: float, cure_rate: float = 0.0) -> float | Floats:
    """Return the expected loss of one unit of exposure: ``pd * (1 - cure_rate) * lgd``.

    Examples
    --------
    >>> round(loss_rate(0.024, lgd=0.8, cure_rate=0.25), 6)
    0.0144
    """
    return pd * (1.0 - cure_rate) * lgd


def expected_loss(exposure: float, pd: float, lgd: float, cure_rate: float = 0.0) -> float:
    """Return the expected loss of an exposure at default, in the exposure's currency."""
    return exposure * loss_rate(pd, lgd, cure_rate)


def expected_loss_limit(budget: float, pd: float, lgd: float, cure_rate: float = 0.0) -> float:
    """Return the exposure whose expected loss equals a buyer's budget; infinite without loss.

    Examples
    --------
    >>> round(expected_loss_limit(4000, pd=0.024, lgd=0.8), 2)
    208333.33
    """
    rate = loss_rate(pd, lgd, cure_rate)
    return budget / rate if rate > 0 else float("inf")
