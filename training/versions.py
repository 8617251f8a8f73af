"""A version in the registry and what it says of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credit.model import RiskModel
from features.errors import InputError

__all__ = ["Version", "manifest_hash"]


@dataclass(frozen=True)
class Version:
    """A version in the registry.

    Parameters
    ----------
    model : str
    number : int
    aliases : tuple of str
    tags : mapping of str to str
        ``seller_id``, ``outcome``, ``kind`` (tested or final), ``learner``, ``recipe``, ``shape``,
        ``metrics``, ``manifest_hash``, ``tested_twin``, and the lineage (`training.lineage`).
    folder : Path
        The RiskModel folder; of a model that lies elsewhere, where `Registry.version` fetches it to.
    run_id : str
        MLflow's run that made it.
    registered_at : str
        Instant in UTC; empty where it was not told.
    """

    model: str
    number: int
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    folder: Path
    run_id: str = ""
    registered_at: str = ""

    @property
    def name(self) -> str:
        """``late@3``."""
        return f"{self.model}@{self.number}"

    @property
    def metrics(self) -> dict[str, Any]:
        """Metrics of the test period; a refit has those of its tested twin."""
        return dict(json.loads(self.tags["metrics"]))

    @property
    def auc(self) -> float | None:
        """AUC of the test period; None where it cannot be said, as of a prior tested on few defaults."""
        told = self.few_defaults or self.metrics
        return told.get("metrics", {}).get("auc", {}).get("value")

    @property
    def judged_by(self) -> str:
        """Name of the version whose test speaks for this one: its tested twin's, else its own."""
        return self.tags.get("tested_twin") or self.name

    @property
    def few_defaults(self) -> dict[str, Any] | None:
        """What can be said of a prior's test (`training.few_defaults.figures_of`); None for learned trees."""
        stored = self.tags.get("few_defaults")
        return None if stored is None else dict(json.loads(stored))

    def load(self) -> RiskModel:
        """Load the model, checking its files and golden predictions.

        Raises
        ------
        InputError
            Where the files are not those that were registered.
        """
        model = RiskModel.load(self.folder)
        stated = self.tags.get("manifest_hash")
        if stated not in (None, manifest_hash(self.folder)):
            step = "restore the folder from a copy, or train again"
            raise InputError.of(f"the files that {self.name} was registered with", "others", step)
        return model


def manifest_hash(folder: Path) -> str:
    """Return the hash of a model's manifest, which holds the hash of every other file."""
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
