"""Learns a version again from what was recorded, and compares what came of it."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from credit.model import BOOSTER, SCORECARD, RiskModel
from credit.timing.model import TimingModel
from features.build import Packed
from features.errors import InputError
from training.lineage import code_hash, library_versions, lineage_of
from training.pipeline import data_hash
from training.pipelines import PIPELINES, AnyRun
from training.run import Recipe
from training.versions import Version

__all__ = ["reproduce"]

_TOLERANCE = 1e-9
"""Of log-odds: the one of the golden predictions."""


def reproduce(
    version: Version, packed: Packed, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Replay the recorded hyper-parameters and seeds and tell whether the same model came of them.

    Parameters
    ----------
    version : Version
    packed : Packed
        The portfolio that it was trained on.
    say : callable
        Told what is going on.

    Returns
    -------
    dict
        ``version``, ``same``, ``learned``, ``calibration`` and ``predictions`` (each "same" or "differ"),
        ``largest_difference_log_odds`` (null where one model cannot say what the other says; of a timing
        model the difference is one of probabilities of payment by a day), ``code``
        ("same" or "differ") and ``libraries`` (those of another version: ``{"then", "now"}`` by name).

    Notes
    -----
    What was learned is compared character by character; calibration and predictions to 1e-9, as when a model
    is loaded: a replay does not search, so it adds the folds' margins in another order.

    Raises
    ------
    InputError
        Where the data are others than those that it was trained on.
    """
    spec = version.spec
    found = data_hash(packed)
    if found != spec.data_hash:
        raise InputError.of(
            f"the data of {version.name}, {spec.data_hash}",
            found,
            "name the portfolio that it was trained on, as it was then",
        )
    with tempfile.TemporaryDirectory() as folder:
        run = _replayed(version, packed, Path(folder) / "model", say)
        parts = _parts(version, run)
    return {
        "version": version.name,
        "same": all(parts[name] == "same" for name in ("learned", "calibration", "predictions")),
        **parts,
        **_circumstances(version),
    }


def _replayed(version: Version, packed: Packed, folder: Path, say: Callable[[str], None]) -> AnyRun:
    recipe, shape = Recipe.from_json(json.loads(version.tags["recipe"])), json.loads(version.tags["shape"])
    pipeline = PIPELINES[version.model]
    if version.tags["kind"] == "final":
        return pipeline.final(packed, recipe, shape, folder, say)
    # Reason: challengers change nothing of the model, and take longer than it.
    lean = replace(recipe, config=recipe.config.model_copy(update={"challengers": False}))
    return pipeline.tested(packed, lean, folder, say, shape, None)


def _parts(version: Version, run: AnyRun) -> dict[str, Any]:
    spec = version.spec
    difference = _difference(version, run)
    return {
        "learned": _said(_learned(run.folder) == _learned(version.folder)),
        "calibration": _said(_is_close(run.model.spec.calibration, spec.calibration)),
        "predictions": _said(difference is not None and difference <= _TOLERANCE),
        "largest_difference_log_odds": difference,
    }


def _learned(folder: Path) -> dict[str, bytes]:
    """Return the files of what was learned: trees, a scorecard, or both."""
    files = (folder / BOOSTER, folder / SCORECARD)
    return {file.name: file.read_bytes() for file in files if file.is_file()}


def _is_close(a: BaseModel, b: BaseModel) -> bool:
    """Whether two calibrations are the same but for the order in which a computer adds."""
    first, second = _numbers(a.model_dump()), _numbers(b.model_dump())
    close = {
        name: math.isclose(value, second.get(name, math.nan), rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
        for name, value in first.items()
    }
    return first.keys() == second.keys() and all(close.values())


def _numbers(told: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers by name; those of a table have its name before their own."""
    numbers: dict[str, float] = {}
    for name, value in told.items():
        if isinstance(value, Mapping):
            numbers |= {f"{name}.{key}": number for key, number in _numbers(value).items()}
        else:
            numbers[name] = 0.0 if value is None else float(value)
    return numbers


def _difference(version: Version, run: AnyRun) -> float | None:
    """Return the largest difference on the golden subjects: of log-odds, or of probabilities of payment."""
    with np.load(version.folder / "golden.npz") as golden:
        asked = dict(golden)
    stored: RiskModel | TimingModel = version.load_timing() if version.is_timing else version.load()
    first, second = (_SAID[version.is_timing](model, asked) for model in (stored, run.model))
    if first.shape != second.shape or (np.isnan(first) != np.isnan(second)).any():
        return None
    known = ~np.isnan(first)
    return float(np.abs(first[known] - second[known]).max()) if known.any() else 0.0


_SAID: Mapping[bool, Callable[[Any, Mapping[str, Any]], Any]] = {
    False: lambda model, asked: model.predict(asked["values"], contributions=False).log_odds,
    True: lambda model, asked: model.predict_days(asked["values"], asked["as_of_day"], asked["due_day"]).paid,
}
"""What a risk model and a timing model say of golden subjects."""


def _circumstances(version: Version) -> dict[str, Any]:
    lineage, present = lineage_of(version.tags), library_versions()
    then = {name: lineage["libraries"].get(name) for name in present}
    changed = {
        name: {"then": then[name], "now": present[name]} for name in present if then[name] != present[name]
    }
    return {"code": _said(lineage["code_hash"] == code_hash()), "libraries": changed}


def _said(same: bool) -> str:
    return "same" if same else "differ"
