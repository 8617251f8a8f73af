"""Score points and grades: two ways to say the same probability of default."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

from pydantic import ConfigDict

__all__ = ["IN_DEFAULT_GRADE", "Grade", "MasterScale", "Scale", "log_odds_of", "percentile"]

IN_DEFAULT_GRADE = "D"
"""Grade of a buyer who is in default now; no prediction gives it."""


@dataclass(frozen=True)
class Scale:
    """Score points as a linear function of log-odds; more points are safer.

    ``points = offset - factor * log_odds_of_default`` with ``factor = pdo / ln 2`` and
    ``offset = base - factor * ln(odds)``.

    Parameters
    ----------
    base : float
        Points at which the odds of no default are `odds` to one.
    odds : float
        Good to bad at `base`.
    pdo : float
        Points that double the odds.

    Examples
    --------
    >>> scale = Scale(base=600, odds=50, pdo=20)
    >>> [round(scale.points_of_pd(pd), 1) for pd in (0.001, 0.01, 0.1)]
    [686.4, 619.7, 550.5]
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    base: float = 600.0
    odds: float = 50.0
    pdo: float = 20.0

    def __post_init__(self) -> None:
        if self.odds <= 0 or self.pdo <= 0:
            raise ValueError("a scale needs odds and pdo above 0")

    @property
    def factor(self) -> float:
        """Points for one unit of log-odds."""
        return self.pdo / math.log(2.0)

    @property
    def offset(self) -> float:
        """Points at even odds."""
        return self.base - self.factor * math.log(self.odds)

    def points(self, log_odds: float) -> float:
        """Return the points of calibrated log-odds of default."""
        return self.offset - self.factor * log_odds

    def contribution_points(self, contribution: float) -> float:
        """Return the points that a part of the log-odds adds (negative where it raises the risk)."""
        return -self.factor * contribution

    def points_of_pd(self, pd: float) -> float:
        """Return the points of a probability of default, ``0 < pd < 1``."""
        return self.points(log_odds_of(pd))

    def pd_of_points(self, points: float) -> float:
        """Return the probability of default that a number of points stands for."""
        return 1.0 / (1.0 + math.exp((points - self.offset) / self.factor))


@dataclass(frozen=True)
class Grade:
    """One grade of a master scale.

    Parameters
    ----------
    name : str
    midpoint_percent : float
        Probability of default in the middle of the grade, in percent.
    validity_months : int
        Months for which a limit given at this grade holds.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    name: str
    midpoint_percent: float
    validity_months: int

    def __post_init__(self) -> None:
        if not self.name or self.name == IN_DEFAULT_GRADE:
            raise ValueError(f"a grade needs a name; {IN_DEFAULT_GRADE} is that of buyers in default")
        if not 0.0 < self.midpoint_percent < 100.0 or self.validity_months < 1:
            raise ValueError("a grade needs 0 < midpoint_percent < 100 and validity_months of 1 or more")


@dataclass(frozen=True)
class MasterScale:
    """Grades from the safest to the riskiest; the border of two is the geometric mean of their midpoints.

    Parameters
    ----------
    grades : sequence of Grade
        In order of rising midpoints.

    Examples
    --------
    >>> scale = MasterScale((Grade("A", 1.0, 12), Grade("B", 4.0, 6)))
    >>> scale.borders, scale.of(0.0199).name, scale.of(0.02).name
    ((0.02,), 'A', 'B')
    """

    grades: Sequence[Grade]

    def __post_init__(self) -> None:
        midpoints = [grade.midpoint_percent for grade in self.grades]
        if not midpoints or any(low >= high for low, high in pairwise(midpoints)):
            raise ValueError("grades need midpoints that rise from one to the next")

    @cached_property
    def borders(self) -> tuple[float, ...]:
        """Probabilities at which the next grade begins."""
        midpoints = [grade.midpoint_percent / 100.0 for grade in self.grades]
        return tuple(math.sqrt(low * high) for low, high in pairwise(midpoints))

    def of(self, pd: float) -> Grade:
        """Return the grade of a probability of default; a border belongs to the riskier grade."""
        return self.grades[sum(pd >= border for border in self.borders)]


def log_odds_of(pd: float) -> float:
    """Return ``ln(pd / (1 - pd))``.

    Raises
    ------
    ValueError
        Outside ``0 < pd < 1``.
    """
    if not 0.0 < pd < 1.0:
        raise ValueError("a probability needs 0 < pd < 1 to have log-odds")
    return math.log(pd) - math.log1p(-pd)


def percentile(pd: float, reference_pds: Sequence[float]) -> float | None:
    """Return how many percent of a reference group are at least as risky; more is safer.

    Parameters
    ----------
    pd : float
    reference_pds : sequence of float
        Probabilities of the reference group, ascending.

    Returns
    -------
    float or None
        0 to 100; None without a reference group.

    Examples
    --------
    >>> percentile(0.02, [0.01, 0.02, 0.05, 0.10]), percentile(0.02, [])
    (75.0, None)
    """
    if not reference_pds:
        return None
    safer = bisect_left(reference_pds, pd)
    return 100.0 * (len(reference_pds) - safer) / len(reference_pds)
