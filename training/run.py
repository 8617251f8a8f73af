"""What a training is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd

from credit.definition import DefaultDefinition
from credit.model import RiskModel
from credit.timing.model import TimingModel
from training.config import TrainConfig
from training.contract import Choice
from training.subjects import Outcome

__all__ = ["Recipe", "Run", "Trained"]


@dataclass(frozen=True)
class Recipe:
    """All that decides what a training gives, next to the data.

    Parameters
    ----------
    outcome : Outcome
    test_from : Timestamp, optional
    config : TrainConfig
    """

    outcome: Outcome
    test_from: pd.Timestamp | None = None
    config: TrainConfig = field(default_factory=TrainConfig)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as an object of JSON, from which `from_json` makes it again."""
        definition = self.outcome.definition
        return {
            "model": self.outcome.model,
            "horizon_days": self.outcome.horizon_days,
            "definition": None if definition is None else definition.model_dump(mode="json"),
            "test_from": None if self.test_from is None else self.test_from.isoformat(),
            "config": self.config.model_dump(mode="json"),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Recipe:
        """Return the recipe that `to_json` told."""
        definition = stored["definition"]
        outcome = Outcome(
            stored["model"],
            int(stored["horizon_days"]),
            None if definition is None else DefaultDefinition.model_validate(definition),
        )
        test_from = None if stored["test_from"] is None else pd.Timestamp(stored["test_from"])
        return cls(outcome, test_from, TrainConfig.model_validate(stored["config"]))


_Model = TypeVar("_Model", RiskModel, TimingModel, covariant=True)


@dataclass(frozen=True)
class Trained(Generic[_Model]):
    """A trained model with what is known of it.

    Parameters
    ----------
    model : RiskModel or TimingModel
    folder : Path
    choice : Choice
    excluded : mapping of str to int
        Subjects left out, by reason.
    test : DataFrame or None
        Test subjects with what was said of them and what came; None for a refit.
    metrics : mapping
        Of the test period, in the shape of ``--json``.
    parameters : mapping
        What the registry logs.
    shape : mapping
        The hyper-parameters as they were chosen, as an object of JSON; empty for a prior.
    evaluation : mapping
        More of the test period, such as its waterfall.
    extra : mapping of str to object
        Figures, tables and objects that the registry keeps with the run, by file name.
    """

    model: _Model
    folder: Path
    choice: Choice
    excluded: Mapping[str, int]
    test: pd.DataFrame | None
    metrics: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    shape: Mapping[str, Any] = field(default_factory=dict)
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


class Run(Trained[RiskModel]):
    """A trained risk model.

    Its `test` has ``outcome`` and ``probability``; its `evaluation` segments, views, cohorts, definition
    sensitivity and challengers.
    """
