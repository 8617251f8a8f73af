"""A default model of prior knowledge, where own defaults are too few to learn from."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.encoding import sources_of
from credit.prior.credibility import shift_to_rate
from credit.prior.scorecard import EXTERNAL_PD, POPULATION_RATE, Scorecard
from credit.spec import Calibration, FeatureSpec, Prior
from features.catalog import FEATURES
from training.few_defaults import PriorFit, fit_prior
from training.learned import Learned
from training.options import references_of
from training.run import Recipe

__all__ = ["card_of", "feature_of", "learn_prior", "own_experience", "prior_of"]

Floats = npt.NDArray[np.float64]


def own_experience(recipe: Recipe, subjects: pd.DataFrame, values: pd.DataFrame) -> PriorFit:
    """Return what own defaults say of the prior's level, and whether they are enough to learn from.

    Parameters
    ----------
    recipe : Recipe
    subjects : DataFrame, shape (n, ...)
        Mature subjects of a default outcome; n may be 0.
    values : DataFrame, shape (n, len(NAMES))
    """
    rules = recipe.config.few_defaults
    log_odds = _log_odds(recipe, card_of(recipe), values)
    return fit_prior(subjects, log_odds, strength=rules.prior_strength, switch_at=rules.switch_at)


def learn_prior(recipe: Recipe, fit: PriorFit, values: pd.DataFrame) -> Learned:
    """Return the scorecard at the level that own experience gives it.

    Parameters
    ----------
    recipe : Recipe
    fit : PriorFit
    values : DataFrame, shape (n, len(NAMES))
        Of a population in which a value is told to be high or low; n is at least 1.
    """
    card = card_of(recipe)
    rate = recipe.config.population_rate
    level = fit.level
    return Learned(
        margin=card,
        features=tuple(feature_of(name, values[name]) for name in card.names),
        calibration=Calibration(
            slope=fit.slope,
            intercept=fit.shift,
            prior_shift=fit.slope * _population_shift(card, values, rate),
            sample_rate=0.0 if level is None else level.defaults / level.subjects,
            population_rate=rate,
            fitted_slope=fit.slope,
            events=fit.defaults,
        ),
        patterns=_every_pattern(card.names),
        prior=prior_of(fit, card),
    )


def prior_of(fit: PriorFit, card: Scorecard, share: float = 1.0) -> Prior:
    """Return what a model tells of its prior, whose scorecard has a share of the margin."""
    level = fit.level
    return Prior(
        weight=fit.prior_weight,
        own_defaults=fit.defaults,
        own_years=0 if level is None else level.subjects,
        expected_defaults=0.0 if level is None else level.expected,
        low=None if level is None else level.low,
        high=None if level is None else level.high,
        scorecard=card.hash,
        share=share,
    )


def card_of(recipe: Recipe) -> Scorecard:
    """Return the shipped scorecard without the rates and the curves of features that are left out."""
    card = Scorecard.load()
    left_out = {reference for name in recipe.config.without for reference in references_of(name)}
    gone = [name for name in card.names if _is_left_out(name, left_out)]
    if not gone:
        return card
    content = card.model_dump(mode="json")
    curves = [curve for curve in content["curves"] if curve["feature"] not in gone]
    rates = [name for name in (POPULATION_RATE, EXTERNAL_PD) if name in gone]
    return Scorecard.of(content | {"curves": curves, "without": rates})


def _is_left_out(feature: str, left_out: Iterable[str]) -> bool:
    return bool(set(left_out) & {feature, *FEATURES[feature].reads})


def _log_odds(recipe: Recipe, card: Scorecard, values: pd.DataFrame) -> Floats:
    raw = card.raw(values[list(card.names)].to_numpy(np.float64))
    return raw + _population_shift(card, values, recipe.config.population_rate)


def _population_shift(card: Scorecard, values: pd.DataFrame, rate: float | None) -> float:
    """Return what leads from the scorecard's mean probability to a stated rate of the population."""
    if rate is None or not len(values):
        return 0.0
    return shift_to_rate(card.raw(values[list(card.names)].to_numpy(np.float64)), rate)


def feature_of(name: str, values: pd.Series) -> FeatureSpec:
    """Return a feature as a scorecard reads it: a missing value has log-odds of its own there."""
    known = values.to_numpy(np.float64)
    known = known[~np.isnan(known)]
    reference = float(np.median(known)) if len(known) else None
    return FeatureSpec(name=name, sign=FEATURES[name].sign, fill=None, reference=reference)


def _every_pattern(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return every pattern of present sources: the scorecard says itself what missing means."""
    sources = sources_of(names)
    return tuple("+".join(held) for size in range(len(sources) + 1) for held in combinations(sources, size))
