"""What a training may be told in a file: typed, with unknown keys refused, and logged with the version."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from credit.prior.credibility import PRIOR_STRENGTH
from features.catalog import FEATURES
from features.errors import InputError
from training.few_defaults import SWITCH_AT
from training.masking import MASKS
from training.options import LARGEST_POPULATION_RATE, SMALLEST_POPULATION_RATE, references_of

__all__ = ["LARGEST_SEED", "FewDefaults", "Leaks", "TrainConfig", "Tuning", "Weights"]

Share = Field(ge=0.0, le=1.0)

LARGEST_SEED = 2**31 - 1
"""What the trees' library can hold."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Weights(_Section):
    """How much each training subject counts.

    Parameters
    ----------
    recency_half_life_days : float or None
        A subject this much older than the latest counts half; None: all count the same. At least 30: with
        less nothing but the last weeks would count, and in early folds nothing at all.
    """

    recency_half_life_days: float | None = Field(default=None, ge=30.0)


class Masked(_Section):
    """Weight of the copies of a subject that lack sources which it has; what is left of 1 is its own.

    Parameters
    ----------
    payments, accounts, payments_and_accounts, market_value, prior_year : float
        Share of each kind of copy; 0 makes none.
    """

    payments: float = Share
    accounts: float = Share
    payments_and_accounts: float = Share
    market_value: float = Share
    prior_year: float = Share

    @model_validator(mode="after")
    def _leaves_the_subject(self) -> Masked:
        if self.total > 0.9:
            raise ValueError("the copies' shares must leave at least 0.1 for the subject as it is")
        return self

    @property
    def total(self) -> float:
        """Weight of all copies of a subject that has every source."""
        return sum(self.shares.values())

    @property
    def shares(self) -> dict[str, float]:
        """Share by kind of copy."""
        return {kind: float(getattr(self, kind)) for kind in MASKS}


class Tuning(_Section):
    """The search for better trees on the rolling folds.

    Parameters
    ----------
    trials : int
        Trials of the search; 0: choose from the short list of kinds only.
    minutes : float
        Budget of time; the search ends with the first of both.
    """

    trials: int = Field(default=0, ge=0, le=10_000)
    minutes: float = Field(default=10.0, gt=0.0)


class FewDefaults(_Section):
    """When a default model is a prior, updated by own experience, and when it is learned.

    Parameters
    ----------
    switch_at : int
        Buyers that defaulted, from which number on trees speak alone; below it the prior has its share, and
        with fewer than `training.few_defaults.BLEND_FROM` it speaks alone.
    prior_strength : float
        Expected defaults at which own experience weighs as much as the prior.
    """

    switch_at: int = Field(default=SWITCH_AT, ge=0)
    prior_strength: float = Field(default=PRIOR_STRENGTH, gt=0.0)


class Leaks(_Section):
    """Features that know the outcome.

    Parameters
    ----------
    largest_auc : float
        A feature that separates the outcomes better than this by itself is refused.
    allowed : tuple of str
        Features that may.
    """

    largest_auc: float = Field(default=0.98, gt=0.5, le=1.0)
    allowed: tuple[str, ...] = ()

    @field_validator("allowed")
    @classmethod
    def _are_features(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in FEATURES:
                raise ValueError(f"'{name}' is no feature; see docs/features.md")
        return names


class TrainConfig(_Section):
    """All that decides what a training gives, next to the data, the outcome and the test period.

    Parameters
    ----------
    seed : int
        From 0 to `LARGEST_SEED`.
    population_rate : float or None
        Rate of bad outcomes in the population, where the sample's differs from it.
    without : tuple of str
        Features, columns or ``table.column`` whose features are left out.
    exclude : tuple of str
        Flags of the catalog; subjects that have one of them are left out and counted.
    weights, masked, tuning, few_defaults, leaks :
        See their classes.
    challengers : bool
        Whether other learners are fitted and measured beside the model.
    """

    seed: int = Field(default=7, ge=0, le=LARGEST_SEED, strict=True)
    population_rate: float | None = Field(
        default=None, ge=SMALLEST_POPULATION_RATE, le=LARGEST_POPULATION_RATE
    )
    without: tuple[str, ...] = ()
    exclude: tuple[Literal["natural_person", "public_body", "is_foreign"], ...] = ()
    weights: Weights = Weights()
    masked: Masked = Masked(
        payments=0.1, accounts=0.1, payments_and_accounts=0.05, market_value=0.05, prior_year=0.05
    )
    tuning: Tuning = Tuning()
    few_defaults: FewDefaults = FewDefaults()
    leaks: Leaks = Leaks()
    challengers: bool = False

    @field_validator("without")
    @classmethod
    def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            references_of(name)
        return names

    @classmethod
    def load(cls, path: Path | None, **options: Any) -> TrainConfig:
        """Read a file and lay options of the command line over it; those that are None change nothing.

        Raises
        ------
        InputError
            Where the file cannot be read, or a key or value is not legal: with the place in the file.
        """
        stated = {} if path is None else _read(path)
        for name, value in options.items():
            within = stated.get(name)
            if isinstance(value, dict) and isinstance(within, dict):
                stated[name] = {**within, **value}
            elif value is not None:
                stated[name] = value
        try:
            return cls.model_validate(stated)
        except ValidationError as error:
            raise _told(error) from error

    @property
    def text(self) -> str:
        """The whole configuration as YAML."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)

    @property
    def hash(self) -> str:
        """Hash of the whole configuration."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


_STEP = "`credence train late --print-config` prints every key with its default"


def _read(path: Path) -> dict[str, Any]:
    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError.of("a configuration in YAML", f"none ({type(error).__name__})", _STEP) from error
    if stated is not None and not isinstance(stated, dict):
        raise InputError.of("a configuration in YAML: keys and values", "something else", _STEP)
    return stated or {}


def _told(error: ValidationError) -> InputError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return InputError.of("keys that the configuration has", f"'{place}'", _STEP)
    found = first["msg"].removeprefix("Value error, ")
    return InputError.of(f"a legal value for '{place}' of the configuration", found, _STEP)
