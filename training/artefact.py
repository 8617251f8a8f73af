"""Writes a `RiskModel` folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from credit.folder import manifest_of
from credit.model import BOOSTER, PEERS, REFERENCE, SCORECARD, TREES, RiskModel, read_margin
from credit.peer_means import fit_peer_means
from credit.prior.scorecard import Scorecard
from credit.spec import ModelSpec
from credit.stability import Clusters, months_of, reference_of
from credit.trees import Trees
from features.catalog import NAMES
from training.learned import Learned
from training.mix import mix_of

__all__ = ["write_model"]

_GOLDEN_ROWS = 64

_EXPLAINED_ROWS = 2_000
"""Subjects of whom the contributions are averaged: exact shares cost far more than scores."""


def write_model(
    folder: Path,
    spec: ModelSpec,
    learned: Learned,
    values: npt.NDArray[np.float64],
    subjects: pd.DataFrame,
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
    subjects : DataFrame, shape (n, ...)
        Their ``buyer_id`` and ``as_of``.
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
    explained = _spread(len(values), _EXPLAINED_ROWS)
    shares = served.predict(values[explained]).contributions
    (folder / REFERENCE).write_text(_reference(served, values, log_odds, subjects, shares), encoding="utf-8")
    _save_peers(folder, values[explained], shares, subjects["buyer_id"].to_numpy()[explained])
    rows = _spread(len(values), _GOLDEN_ROWS)
    np.savez(folder / "golden.npz", values=values[rows], log_odds=log_odds[rows])
    (folder / "manifest.json").write_text(json.dumps(manifest_of(folder), indent=2), encoding="utf-8")
    return RiskModel.load(folder)


def _save(learned: Learned, folder: Path) -> None:
    card = learned.margin if isinstance(learned.margin, Scorecard) else learned.card
    if card is not None:
        content = yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
        (folder / SCORECARD).write_text(content, encoding="utf-8")
    if not isinstance(learned.margin, Scorecard):
        learned.margin.save_model(str(folder / BOOSTER))
        Trees.from_booster_text((folder / BOOSTER).read_text(encoding="utf-8")).save(folder / TREES)


def _save_peers(
    folder: Path,
    values: npt.NDArray[np.float64],
    shares: npt.NDArray[np.float64],
    buyer: npt.NDArray[np.str_],
) -> None:
    size, section = (values[:, NAMES.index(name)] for name in ("size_class", "industry_section"))
    means = fit_peer_means(shares, size, section, buyer)
    np.savez(folder / PEERS, keys=means.keys, buyers=means.buyers, contributions=means.contributions)


def _reference(
    model: RiskModel,
    values: npt.NDArray[np.float64],
    log_odds: npt.NDArray[np.float64],
    subjects: pd.DataFrame,
    shares: npt.NDArray[np.float64],
) -> str:
    clusters = Clusters.of(subjects["buyer_id"], months_of(subjects["as_of"]))
    added = dict(zip(model.spec.names, shares.T, strict=True))
    mix = mix_of(values, model.spec.names)
    return reference_of(values, log_odds, added, clusters, mix).model_dump_json(indent=1)


def _spread(rows: int, most: int) -> npt.NDArray[np.int64]:
    """Return at most so many rows, evenly spaced."""
    return np.linspace(0, rows - 1, min(most, rows)).astype(np.int64)


def _quantiles(log_odds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a thousand quantiles of the training population: enough for percentiles, small to ship."""
    known = log_odds[~np.isnan(log_odds)]
    return np.quantile(known, np.linspace(0, 1, 1001))
