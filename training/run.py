"""What a training is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from credit.model import RiskModel
from training.contract import Choice
from training.subjects import Outcome

__all__ = ["Recipe", "Run"]


@dataclass(frozen=True)
class Recipe:
    """All that decides what a training gives, next to the data.

    Parameters
    ----------
    outcome : Outcome
    test_from : Timestamp, optional
    population_rate : float, optional
    without : tuple of str
    seed : int
    """

    outcome: Outcome
    test_from: pd.Timestamp | None = None
    population_rate: float | None = None
    without: tuple[str, ...] = ()
    seed: int = 7


@dataclass(frozen=True)
class Run:
    """A trained model with what is known of it.

    Parameters
    ----------
    model : RiskModel
    folder : Path
    choice : Choice
    excluded : mapping of str to int
        Subjects left out, by reason.
    test : DataFrame or None
        Test subjects with ``outcome`` and ``probability``; None for a refit.
    metrics : mapping
        Of the test period, in the shape of ``--json``.
    parameters : mapping
        What the registry logs.
    """

    model: RiskModel
    folder: Path
    choice: Choice
    excluded: Mapping[str, int]
    test: pd.DataFrame | None
    metrics: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
