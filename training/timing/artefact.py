"""Writes a `TimingModel` folder."""

from __future__ import annotations

import json
from pathlib import Path

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.artefact import REFERENCE
from credit.folder import manifest_of
from credit.model import BOOSTER, TREES, read_trees
from credit.timing.model import TimingModel
from credit.timing.spec import TimingSpec
from credit.trees import Trees
from training.timing.reference import frozen

__all__ = ["write_timing"]

_GOLDEN_ROWS = 16


def write_timing(
    folder: Path,
    spec: TimingSpec,
    booster: lgb.Booster,
    subjects: pd.DataFrame,
    values: pd.DataFrame,
    fitted: npt.NDArray[np.uint64],
) -> TimingModel:
    """Write a model and load it again, so that only what can be served is kept.

    Parameters
    ----------
    folder : Path
        Made; must not exist.
    spec : TimingSpec
    booster : lightgbm.Booster
    subjects : DataFrame, shape (n, ...)
        Training subjects of `training.timing.subjects.timing_subjects`.
    values : DataFrame, shape (n, len(NAMES))
    fitted : uint64 ndarray, shape (n,)
        Salted hashes of the training subjects.
    """
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(spec.model_dump_json(indent=2), encoding="utf-8")
    booster.save_model(str(folder / BOOSTER))
    Trees.from_booster_text((folder / BOOSTER).read_text(encoding="utf-8")).save(folder / TREES)
    np.savez(folder / "reference.npz", fitted=np.sort(fitted))
    # Reason: the file is what will be served, so its predictions are the golden ones.
    served = TimingModel(spec, read_trees(folder), fitted)
    text = frozen(served, subjects, values).model_dump_json(indent=1)
    (folder / REFERENCE).write_text(text, encoding="utf-8")
    rows = np.linspace(0, len(values) - 1, min(_GOLDEN_ROWS, len(values))).astype(int)
    golden = values.iloc[rows].to_numpy(np.float64)
    as_of_day, due_day = (subjects[name].to_numpy(np.int64)[rows] for name in ("as_of_day", "due_day"))
    paid = served.predict_days(golden, as_of_day, due_day).paid
    np.savez(folder / "golden.npz", values=golden, as_of_day=as_of_day, due_day=due_day, paid=paid)
    (folder / "manifest.json").write_text(json.dumps(manifest_of(folder), indent=2), encoding="utf-8")
    return TimingModel.load(folder)
