"""What training a timing model gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from credit.timing.model import TimingModel
from training.contract import Choice

__all__ = ["TimingRun"]


@dataclass(frozen=True)
class TimingRun:
    """A trained timing model with what is known of it; names mean what they mean in `training.run.Run`.

    Parameters
    ----------
    model : TimingModel
    folder : Path
    choice : Choice
    excluded : mapping of str to int
    test : DataFrame or None
        Mature test subjects with ``day`` (on which each closed, from due; infinite where it was open then),
        ``cause``, ``median``, ``low``, ``high`` and ``nominal``; None for a refit.
    metrics : mapping
        Of the test period, in the shape of ``--json``.
    parameters : mapping
    shape : mapping
        The trees as they were chosen, as an object of JSON.
    evaluation : mapping
        More of the test period: the waterfall, and the same figures by how long invoices were open.
    extra : mapping of str to object
    """

    model: TimingModel
    folder: Path
    choice: Choice
    excluded: Mapping[str, int]
    test: pd.DataFrame | None
    metrics: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    shape: Mapping[str, Any] = field(default_factory=dict)
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
