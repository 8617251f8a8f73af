"""Statistics in plain fractions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.features.oracle_books import NAN

WINDOWS = {"30d": 30, "90d": 90, "180d": 180, "365d": 365, "all": math.inf}


def over(above: Any, below: Any) -> Any:
    """Return a quotient; missing where the lower part is not above 0."""
    return Fraction(above) / below if below > 0 and not math.isnan(above) else NAN


def mean(values: Sequence[Any]) -> Any:
    return Fraction(sum(values)) / len(values) if values else NAN


def spread(values: Sequence[Any]) -> float:
    """Return the population's standard deviation; missing without values."""
    return math.sqrt(mean([(value - mean(values)) ** 2 for value in values])) if values else NAN


def percentile(values: Sequence[Any], percent: int) -> Any:
    """Return a percentile with linear interpolation between ranks; missing without values."""
    if not values:
        return NAN
    ordered = sorted(values)
    rank = Fraction(percent * (len(ordered) - 1), 100)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def slope(points: Sequence[tuple[Any, Any]]) -> Any:
    """Return the slope of the least-squares line through points."""
    x_mean, y_mean = mean([x for x, _ in points]), mean([y for _, y in points])
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)
