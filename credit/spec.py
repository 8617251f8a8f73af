"""What a trained model says of itself: the content of ``model.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from credit.states import InformationState

__all__ = ["OPTIONAL", "SOURCE_FLAGS", "Calibration", "FeatureSpec", "ModelSpec", "OptionalSource", "Prior"]

SOURCE_FLAGS: dict[str, str] = {
    "payments": "has_payments",
    "accounts": "has_accounts",
    "prior_year": "has_prior_year",
    "market_value": "has_market_value",
}
"""Feature that tells of each source whether it is there; a pattern is the set of sources that are."""

OptionalSource = Literal["prior_year", "market_value"]

OPTIONAL: tuple[OptionalSource, ...] = ("prior_year", "market_value")
"""Sources that a buyer with accounts may lack all the same."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FeatureSpec(_Frozen):
    """A feature as the model was trained with it.

    Parameters
    ----------
    name : str
    sign : int
        Monotone sign towards risk; 0 for none.
    fill : float or None
        What a missing value enters as: the worst quartile of the training values, of a feature without a sign
        that an optional source tells their median; None where the model handles missing values itself
        (other features without a sign).
    reference : float or None
        Median of the training values; None where none was known.
    """

    name: str
    sign: Literal[1, -1, 0]
    fill: float | None
    reference: float | None


class Calibration(_Frozen):
    """log-odds = slope x raw + intercept + prior_shift + states[state] + sum of lacking[source that lacks].

    Parameters
    ----------
    slope, intercept : float
        Platt's, fitted on predictions for times that the fold's model had not seen; the slope is above 0, and
        drawn towards 1 where bad outcomes are few.
    prior_shift : float
        Log-odds that lead from the sample's rate to the population's; 0 where none was stated.
    sample_rate : float
        Share of bad outcomes in the calibration sample.
    population_rate : float or None
    states : mapping of information state to float
        Log-odds that a state adds to the fullest one's; never below 0, and never less for a state that knows
        less. A state that is absent adds nothing.
    lacking : mapping of source to float
        Log-odds that the lack of a source of `OPTIONAL` adds where accounts are known; never below 0. A
        source that is absent adds nothing.
    fitted_slope : float
        The slope before it was drawn towards 1.
    events : int
        Bad outcomes in the calibration sample.
    """

    slope: float
    intercept: float
    prior_shift: float
    sample_rate: float
    population_rate: float | None
    states: Mapping[InformationState, float] = {}
    lacking: Mapping[OptionalSource, float] = {}
    fitted_slope: float = 1.0
    events: int = 0


class Prior(_Frozen):
    """How much of a probability is prior knowledge, where own defaults are few.

    Parameters
    ----------
    weight : float
        1 where nothing is own experience, 0 where all is.
    own_defaults, own_years : int
        Defaults seen among independent buyer-years.
    expected_defaults : float
        What the prior alone would have expected among them.
    low, high : float or None
        90 % interval of the portfolio's default rate after the update; None without own experience.
    scorecard : str
        Hash of the fixed-sign scorecard.
    share : float
        Share of the scorecard in the margin, above 0 and at most 1; the rest is that of trees.
    """

    weight: float
    own_defaults: int
    own_years: int
    expected_defaults: float
    low: float | None
    high: float | None
    scorecard: str
    share: float = 1.0


class ModelSpec(_Frozen):
    """Everything a user of the model must know.

    Parameters
    ----------
    model : {"default", "late"}
    outcome : str
        Outcome in the registry: ``late_30``, ``default_obligor_90``.
    definition_hash : str
        Hash of the outcome's definition.
    horizon_days : int
        k of a late model; days of a default model's window.
    seller_id : str
    features : tuple of FeatureSpec
        In the order of the trees' inputs.
    catalog_hash : str
    calibration : Calibration
    patterns : tuple of str
        Patterns of sources that training saw: ``payments+accounts``; empty text is "no source".
    fitted_from, fitted_until : str
        First and last as_of of the training subjects (ISO).
    final : bool
        Refitted on every mature subject; its metrics are those of its tested twin.
    subjects, events : int
        Training subjects and bad outcomes among them.
    data_hash : str
        Hash over the sources of the portfolio.
    learner : {"trees", "blend", "scorecard"}
        What gives the raw margin: ``booster.txt``, the fixed-sign scorecard of the prior, or both.
    trees : int
        0 for a scorecard.
    prior : Prior or None
        Where the model is a prior updated by own experience.
    salt : str
        Salt of the subject hashes.
    """

    format: Literal[1] = 1
    model: Literal["default", "late"]
    outcome: str
    definition_hash: str
    horizon_days: int
    seller_id: str
    features: tuple[FeatureSpec, ...]
    catalog_hash: str
    calibration: Calibration
    patterns: tuple[str, ...]
    fitted_from: str
    fitted_until: str
    final: bool
    subjects: int
    events: int
    data_hash: str
    learner: Literal["trees", "blend", "scorecard"] = "trees"
    trees: int
    prior: Prior | None = None
    salt: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features in the order of the trees' inputs."""
        return tuple(feature.name for feature in self.features)
