"""Learns a version again from what was recorded of it, and tells whether the same came out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from credit.model import BOOSTER, SCORECARD, RiskModel
from features.build import Packed
from features.errors import InputError
from training.lineage import differing, lineage_of
from training.pipeline import data_hash, fit_final, fit_tested
from training.registry import Version
from training.run import Recipe, Run

__all__ = ["Reproduction", "replay", "reproduce"]

Say = Callable[[str], None]

_GOLDEN = "golden.npz"


@dataclass(frozen=True)
class Reproduction:
    """What came of learning a version again.

    Parameters
    ----------
    version : str
    differences : tuple of str
        ``trees`` (or ``scorecard``), ``calibration``, ``features``, ``predictions``; empty where nothing is.
    largest_gap : float
        Of the log-odds of the golden subjects.
    changed : tuple of str
        Parts of the lineage that have changed since: ``code``, ``libraries.lightgbm``.
    """

    version: str
    differences: tuple[str, ...]
    largest_gap: float
    changed: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the same trees and the same predictions came out."""
        return not self.differences


def reproduce(version: Version, packed: Packed, say: Say = lambda _: None) -> Reproduction:
    """Learn a version again, with the recorded configuration, seed and hyper-parameters, and compare.

    Parameters
    ----------
    version : Version
    packed : Packed
        The portfolio that it was trained on.
    say : callable
        Told what is going on.

    Raises
    ------
    InputError
        Where the portfolio is another one, or has changed since.
    """
    recorded = version.load()
    found = data_hash(packed)
    if found != recorded.spec.data_hash:
        step = "name the folder of the portfolio as it was when the version was trained"
        expected = f"the data that {version.name} was trained on (hash {recorded.spec.data_hash[:12]})"
        raise InputError.of(expected, f"other data (hash {found[:12]})", step)
    recipe = Recipe.from_json(json.loads(version.tags["recipe"]))
    with tempfile.TemporaryDirectory() as temporary:
        run = replay(version, packed, Path(temporary) / "model", say)
        return _compared(version, recorded, run, recipe)


def replay(version: Version, packed: Packed, folder: Path, say: Say) -> Run:
    """Run the training of a version again, with the hyper-parameters that it had chosen."""
    recipe = Recipe.from_json(json.loads(version.tags["recipe"]))
    shape = json.loads(version.tags["shape"])
    if version.tags["kind"] == "final":
        return fit_final(packed, recipe, shape, folder, say)
    return fit_tested(packed, recipe, folder, say, shape)


def _compared(version: Version, recorded: RiskModel, run: Run, recipe: Recipe) -> Reproduction:
    old, new = recorded.spec, run.model.spec
    text = BOOSTER if old.learner == "trees" else SCORECARD
    gap = _largest_gap(version.folder, run.model)
    told = {
        "trees" if text == BOOSTER else "scorecard": _read(version.folder / text) != _read(run.folder / text),
        "calibration": old.calibration != new.calibration,
        "features": old.features != new.features,
        "predictions": gap > 0.0,
    }
    then: dict[str, Any] = json.loads(version.tags.get("lineage", "{}"))
    changed = differing(then, lineage_of(new, recipe, "")) if then else []
    different = tuple(name for name, differs in told.items() if differs)
    return Reproduction(version.name, different, gap, tuple(changed))


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _largest_gap(folder: Path, model: RiskModel) -> float:
    """Return the largest difference of log-odds of the golden subjects; infinite where one cannot be said."""
    with np.load(folder / _GOLDEN) as golden:
        values, expected = golden["values"], golden["log_odds"]
    found = model.predict(values, contributions=False).log_odds
    gaps = np.where(np.isnan(found) & np.isnan(expected), 0.0, np.abs(found - expected))
    return float(np.where(np.isnan(gaps), np.inf, gaps).max(initial=0.0))
