"""Writes a `RiskModel` folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from credit.folder import manifest_of
from credit.model import BOOSTER, SCORECARD, RiskModel, read_margin
from credit.prior.scorecard import Scorecard
from credit.spec import ModelSpec
from training.learned import Learned

__all__ = ["write_model"]

_GOLDEN_ROWS = 64


def write_model(
    folder: Path,
    spec: ModelSpec,
    learned: Learned,
    values: npt.NDArray[np.float64],
    fitted: npt.NDArray[np.uint64],
) -> RiskModel:
    """Write a model and load it again, so that only what can be served is kept.

    Parameters
    ----------
    folder : Path
        Made; must not exist.
    spec : ModelSpec
    learned : Learned
    values : float64 ndarray, shape (n, len(NAMES))
        Every catalog feature of the training subjects.
    fitted : uint64 ndarray, shape (n,)
        Salted hashes of the training subjects.
    """
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(spec.model_dump_json(indent=2), encoding="utf-8")
    _save(learned, folder)
    # Reason: the file is what will be served, so its predictions are the golden ones.
    served = RiskModel(spec, read_margin(folder, spec), np.empty(0), fitted)
    log_odds = served.predict(values, contributions=False).log_odds
    np.savez(folder / "reference.npz", log_odds=_quantiles(log_odds), fitted=np.sort(fitted))
    rows = np.linspace(0, len(values) - 1, min(_GOLDEN_ROWS, len(values))).astype(int)
    np.savez(folder / "golden.npz", values=values[rows], log_odds=log_odds[rows])
    (folder / "manifest.json").write_text(json.dumps(manifest_of(folder), indent=2), encoding="utf-8")
    return RiskModel.load(folder)


def _save(learned: Learned, folder: Path) -> None:
    if isinstance(learned.margin, Scorecard):
        content = yaml.safe_dump(learned.margin.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
        (folder / SCORECARD).write_text(content, encoding="utf-8")
    else:
        learned.margin.save_model(str(folder / BOOSTER))


def _quantiles(log_odds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a thousand quantiles of the training population: enough for percentiles, small to ship."""
    known = log_odds[~np.isnan(log_odds)]
    return np.quantile(known, np.linspace(0, 1, 1001))
