"""Rounding that keeps sums and never lifts a limit."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["add_up", "floor_to_step"]

_FINEST_SHARE = 0.01


def add_up(parts: Sequence[float], total: int | None = None) -> list[int]:
    """Round numbers to integers that add up (largest remainder).

    Parameters
    ----------
    parts : sequence of float
    total : int or None
        What they are to add up to: within ``len(parts)`` of their sum; the rounded sum where None.

    Returns
    -------
    list of int
        Each within one of its part; ties go to the earlier part.

    Examples
    --------
    >>> add_up([10.4, 20.4, 30.4]), add_up([-1.5, 0.2, 3.3])
    ([11, 20, 30], [-1, 0, 3])
    """
    wanted = round(math.fsum(parts)) if total is None else total
    floors = [math.floor(part) for part in parts]
    missing = wanted - sum(floors)
    if not 0 <= missing <= len(parts):
        raise ValueError("the total is too far from the sum of the parts to be reached by rounding")
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    lifted = set(order[:missing])
    return [floor + (i in lifted) for i, floor in enumerate(floors)]


def floor_to_step(amount: float, largest_step: float) -> float:
    """Floor a limit to a step that is at most `largest_step` and a power of ten of at most 1 % of the limit.

    Below 100 units the step is one unit. Never above the amount, and a larger amount never gives less.

    Parameters
    ----------
    amount : float
        In currency units; a negative one gives 0.
    largest_step : float
        One or more, a divisor of the hundredfold of the next power of ten (1000, 2500 or 5000, not 3000).

    Examples
    --------
    >>> floor_to_step(208333.33, 1000), floor_to_step(87654.0, 1000), floor_to_step(642.7, 1000)
    (208000.0, 87600.0, 642.0)
    """
    if amount <= 0.0:
        return 0.0
    finest = 10.0 ** math.floor(math.log10(amount * _FINEST_SHARE)) if amount > 100.0 else 1.0
    return amount - math.fmod(amount, min(largest_step, finest))
