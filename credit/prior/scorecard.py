"""A small additive scorecard with fixed signs: a population's default rate, moved by what is known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.special import logit

from credit.prior.curve import Curve
from credit.rules_file import content_hash, read_rules, rules_of

__all__ = ["EXTERNAL_PD", "POPULATION_RATE", "Base", "Scorecard"]

Floats = npt.NDArray[np.float64]
Rate = Annotated[float, Field(gt=0.0, lt=1.0)]

POPULATION_RATE = "population_default_rate"
"""Feature with the yearly default rate of the buyer's country, sector and size."""

EXTERNAL_PD = "external_pd"
"""Feature with an outside PD, which replaces the population's rate where it is known."""


class Base(BaseModel):
    """The rate from which the scorecard starts.

    Parameters
    ----------
    reference_rate : float
        Its log-odds are the base that no feature explains.
    missing_rate : float
        Where neither the population's rate nor an outside PD is known; not below `reference_rate`.
    lowest, highest : float
        Rates are taken between these two.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    reference_rate: Rate
    missing_rate: Rate
    lowest: Rate
    highest: Rate

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lowest < self.reference_rate <= self.missing_rate < self.highest:
            raise ValueError("lowest < reference_rate <= missing_rate < highest is needed")
        return self


class Scorecard(BaseModel):
    """A scorecard: log-odds = base + what the rate says + what each curve says.

    Each curve counts times `spread`, because features that go together say the same thing twice.
    ``base = logit(reference rate) - sum of ln E exp(spread x curve)``, the mean over each curve's population.
    Curves are 0 at the median company; the last term sets the level, so that over a neutral population, in
    which features are independent, the mean odds are those of the population's rate, not of the median
    company. Features that go together raise the mean somewhat above it; own experience corrects the level
    (`credit.prior.credibility`).

    Parameters
    ----------
    id : str
    version : int
    spread : float
        Above 0 and at most 1.
    base : Base
    curves : tuple of Curve
    without : tuple of {"population_default_rate", "external_pd"}
        Rates that are not read: nobody knows them.

    Examples
    --------
    >>> card = Scorecard.load()
    >>> nothing_known = np.full((1, len(card.names)), np.nan)
    >>> contributions, base = card.shares(nothing_known)
    >>> bool(card.raw(nothing_known)[0] == base + contributions.sum())
    True
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1)]
    version: Annotated[int, Field(ge=1)]
    spread: Annotated[float, Field(gt=0.0, le=1.0)]
    base: Base
    curves: Annotated[tuple[Curve, ...], Field(min_length=1)]
    without: tuple[Literal["population_default_rate", "external_pd"], ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.names)) < len(self.names):
            raise ValueError("one feature has two curves, or a rate has one")
        return self

    @classmethod
    def load(cls, path: str | Path | None = None) -> Scorecard:
        """Read a scorecard from a YAML file; the shipped one where no path is given.

        Raises
        ------
        InputError
            The file is missing or no YAML, lacks a key, has an unknown one, or a curve is not sound; every
            problem is named.
        """
        file = resources.files("credit").joinpath("prior/scorecard.yaml") if path is None else Path(path)
        return read_rules(cls, file, "scorecard", "credit/prior/scorecard.yaml")

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Scorecard:
        """Return a scorecard from its content, as in the file or in a model's ``model.json``.

        Raises
        ------
        InputError
            As `load`.
        """
        return rules_of(cls, content, "scorecard")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the features in the order of the inputs: the rates, then the curves."""
        return (*self._rates, *(curve.feature for curve in self.curves))

    @property
    def _rates(self) -> tuple[str, ...]:
        return tuple(name for name in (POPULATION_RATE, EXTERNAL_PD) if name not in self.without)

    @cached_property
    def hash(self) -> str:
        """Sha256 of the content, whatever the layout of the file."""
        return content_hash(self)

    @cached_property
    def base_log_odds(self) -> float:
        """What no feature explains."""
        return self._start + self._levels[0]

    @cached_property
    def _start(self) -> float:
        """Log-odds of the rate from which the scorecard starts: where none is read, that of unknown ones."""
        rates = self.base
        return float(logit(rates.missing_rate if POPULATION_RATE in self.without else rates.reference_rate))

    @cached_property
    def _levels(self) -> tuple[float, float]:
        """Return the levels that keep the population's mean odds, without and with an outside PD."""
        alone = sum(curve.log_mean_odds(self.spread) for curve in self.curves)
        beside = sum(curve.log_mean_odds(self.spread * curve.with_external_pd) for curve in self.curves)
        return -alone, -beside

    def raw(self, inputs: Floats) -> Floats:
        """Return the log-odds of default within the horizon.

        Parameters
        ----------
        inputs : float64 ndarray, shape (n, len(names))
            Values as the catalog gives them; NaN is missing.

        Returns
        -------
        float64 ndarray, shape (n,)
        """
        contributions, base = self.shares(inputs)
        log_odds: Floats = base + contributions.sum(axis=1)
        return log_odds

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        """Return what each feature adds to the log-odds, and the base.

        Parameters
        ----------
        inputs : float64 ndarray, shape (n, len(names))

        Returns
        -------
        contributions : float64 ndarray, shape (n, len(names))
            An outside PD speaks in place of the population's rate: then that one's share is 0.
        base : float
        """
        inputs = np.asarray(inputs, np.float64)
        columns = dict(zip(self.names, inputs.T, strict=True))
        outside = columns.get(EXTERNAL_PD, np.full(len(inputs), np.nan))
        is_rated = ~np.isnan(outside)
        parts = {
            EXTERNAL_PD: np.where(is_rated, self._moved(outside) + self._levels[1] - self._levels[0], 0.0)
        }
        if POPULATION_RATE in columns:
            parts[POPULATION_RATE] = np.where(is_rated, 0.0, self._moved(columns[POPULATION_RATE]))
        for curve in self.curves:
            weight = np.where(is_rated, self.spread * curve.with_external_pd, self.spread)
            parts[curve.feature] = weight * curve.log_odds(columns[curve.feature])
        return np.stack([parts[name] for name in self.names], axis=1), self.base_log_odds

    def _moved(self, rates: Floats) -> Floats:
        """Return the log-odds that lead from the rate at which the scorecard starts to each rate."""
        known = np.where(np.isnan(rates), self.base.missing_rate, rates)
        log_odds: Floats = logit(np.clip(known, self.base.lowest, self.base.highest)) - self._start
        return log_odds
