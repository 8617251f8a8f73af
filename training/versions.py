"""A version in the registry and what it says of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from credit.model import RiskModel
from credit.release import TIMING
from credit.spec import ModelSpec
from credit.timing.model import TimingModel
from credit.timing.spec import TimingSpec
from features.errors import InputError

__all__ = ["Version", "manifest_hash"]

_Loaded = TypeVar("_Loaded", RiskModel, TimingModel)


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

    @property
    def is_timing(self) -> bool:
        """Whether it tells pay dates; else it is a risk model."""
        return self.model == TIMING

    @property
    def spec(self) -> ModelSpec | TimingSpec:
        """What the model says of itself; loads it, see `load`."""
        return self.load_timing().spec if self.is_timing else self.load().spec

    def load(self) -> RiskModel:
        """Load the risk model, checking its files and golden predictions.

        Raises
        ------
        InputError
            Where it is a timing model, or the files are not those that were registered.
        """
        if self.is_timing:
            raise InputError.of("a version of a risk model (default, late)", self.name, "name another one")
        return self._checked(RiskModel.load)

    def load_timing(self) -> TimingModel:
        """Load the timing model; as `load`.

        Raises
        ------
        InputError
            Where it is another model, or the files are not those that were registered.
        """
        if not self.is_timing:
            raise InputError.of("a version of the timing model", self.name, "write it like timing@champion")
        return self._checked(TimingModel.load)

    def _checked(self, load: Callable[[Path], _Loaded]) -> _Loaded:
        model = load(self.folder)
        stated = self.tags.get("manifest_hash")
        if stated not in (None, manifest_hash(self.folder)):
            step = "restore the folder from a copy, or train again"
            raise InputError.of(f"the files that {self.name} was registered with", "others", step)
        return model


def manifest_hash(folder: Path) -> str:
    """Return the hash of a model's manifest, which holds the hash of every other file."""
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
