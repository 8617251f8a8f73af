"""One feature of the scorecard: a monotone piecewise-linear function from its value to log-odds."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from features.catalog import FEATURES

__all__ = ["Curve"]

Floats = npt.NDArray[np.float64]
Pairs = Annotated[tuple[tuple[float, float], ...], Field(min_length=1)]

_ROUNDING = 1e-9


class Curve(BaseModel):
    """What one feature adds to the log-odds of default.

    Parameters
    ----------
    feature : str
        Name in the catalog, whose sign is that of the curve.
    source : str
        Where the shape comes from.
    knots : tuple of (value, log-odds)
        By rising value; linear in between, flat outside; 0 at the population's median.
    missing : float
        Log-odds of a missing value, at least those of the population's worst quartile.
    population : tuple of (value, share)
        A neutral population by rising value; the shares add to 1.
    with_external_pd : float
        Weight between 0 and 1 of the feature where an outside PD is known.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    feature: str
    source: Annotated[str, Field(min_length=1)]
    knots: Pairs
    missing: float
    population: Pairs
    with_external_pd: Annotated[float, Field(ge=0.0, le=1.0)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for fails, rule in self._rules():
            if fails:
                raise ValueError(f"curve of '{self.feature}': {rule}")
        return self

    def _rules(self) -> list[tuple[bool, str]]:
        if self.sign == 0:
            return [(True, "a feature of the catalog with a sign is needed")]
        steps = [high - low for (_, low), (_, high) in pairwise(self.knots)]
        shares = [share for _, share in self.population]
        values = [[value for value, _ in pairs] for pairs in (self.knots, self.population)]
        is_rising = all(low < high for side in values for low, high in pairwise(side))
        if not is_rising or min(shares) <= 0 or abs(sum(shares) - 1.0) > _ROUNDING:
            return [(True, "values need to rise, and shares to be above 0 and add to 1")]
        return [
            (
                any(self.sign * step < 0 for step in steps),
                "log-odds need the direction of the catalog's sign",
            ),
            (abs(self.at(self.quantile(0.5))) > _ROUNDING, "log-odds need to be 0 at the median"),
            (
                self.missing < self.at(self.quantile(0.75)) - _ROUNDING,
                "missing is better than the worst quartile",
            ),
        ]

    @property
    def sign(self) -> int:
        """Direction towards risk in the catalog; 0 where it knows no such feature."""
        return FEATURES[self.feature].sign if self.feature in FEATURES else 0

    def quantile(self, share: float) -> float:
        """Return the population's value that at least `share` of it does not exceed in risk."""
        ordered = self.population if self.sign > 0 else self.population[::-1]
        reached = np.cumsum([part for _, part in ordered])
        return ordered[int(np.searchsorted(reached, share - _ROUNDING))][0]

    def at(self, value: float) -> float:
        """Return the log-odds of one value."""
        return float(self.log_odds(np.array([value]))[0])

    def log_odds(self, values: Floats) -> Floats:
        """Return log-odds, shape as `values`; NaN is missing."""
        places, heights = zip(*self.knots, strict=True)
        return np.where(np.isnan(values), self.missing, np.interp(values, places, heights))

    def log_mean_odds(self, weight: float) -> float:
        """Return ``ln E exp(weight x log-odds)`` over the population: by how much it raises the mean odds."""
        odds = [share * math.exp(weight * self.at(value)) for value, share in self.population]
        return math.log(sum(odds))
