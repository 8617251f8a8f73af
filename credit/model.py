"""RiskModel: a trained model as a folder without pickle, checked when it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from credit.answer import Answer
from credit.artefact import REFERENCE, Artefact, subject_hashes
from credit.encoding import SeenPatterns, fills_of
from credit.folder import arrays_of, read_spec
from credit.margin import Blended, Boosted, Margin, Reading, explained
from credit.peer_means import PeerMeans
from credit.prior.scorecard import Scorecard
from credit.spec import ModelSpec
from credit.trees import Trees
from credit.unknown import Unknown
from features.catalog import NAMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BOOSTER", "PEERS", "REFERENCE", "SCORECARD", "TREES", "Predictions", "RiskModel", "beside_scorecard",
    "read_margin", "read_trees", "subject_hashes",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

BOOSTER, TREES, SCORECARD = "booster.txt", "trees", "scorecard.yaml"
"""Files of what was learned, and the folder of a booster's arrays."""

_STATUS = np.array(["unseen_pattern", "ok"], object)
"""Of a subject whose pattern was not seen in training, and of one whose was."""

PEERS = "peers.npz"
"""File of the mean contributions of peers; models made before they were kept have none."""


@dataclass(frozen=True)
class Predictions:
    """What a model says of n subjects.

    Parameters
    ----------
    status : str ndarray, shape (n,)
        ``ok`` or ``unseen_pattern``.
    log_odds, probability : float64 ndarray, shape (n,)
        Calibrated; NaN where the model cannot say.
    base_log_odds : float
        What no feature explains.
    contributions : float64 ndarray, shape (n, features)
        Log-odds by feature; ``base_log_odds + contributions.sum(axis=1) == log_odds``.
    """

    status: npt.NDArray[np.object_]
    log_odds: Floats
    probability: Floats
    base_log_odds: float
    contributions: Floats


class RiskModel(Artefact[ModelSpec]):
    """A trained model.

    Parameters
    ----------
    spec : ModelSpec
    margin : Margin
        What was learned: trees, the scorecard of a prior, or both.
    score_reference : float64 ndarray
        Sorted log-odds of the training subjects (a frozen population for percentiles).
    fitted : frozenset of int
        Salted hashes of the subjects that it was fitted on.
    reference_text : str, optional
        JSON of the frozen training subjects; models made before there was one have none.
    peers : PeerMeans, optional
        Mean contributions by size and industry.
    """

    def __init__(
        self,
        spec: ModelSpec,
        margin: Margin,
        score_reference: Floats,
        fitted: npt.NDArray[np.uint64],
        reference_text: str | None = None,
        peers: PeerMeans | None = None,
    ) -> None:
        super().__init__(spec, fitted, reference_text)
        self.score_reference = score_reference
        self.peers = peers
        self._margin = margin
        self._columns = np.array([NAMES.index(feature.name) for feature in spec.features], np.intp)
        self._unknown = Unknown(spec.calibration, spec.names)
        self._names, self._patterns = spec.names, SeenPatterns(spec.names, spec.patterns)
        self._fills = fills_of(spec.features)
        self._weight = 0.0 if spec.prior is None else spec.prior.weight
        self._references = {f.name: f.reference for f in spec.features if f.reference is not None}

    @classmethod
    def _read_spec(cls, path: Path) -> ModelSpec:
        return read_spec(path, ModelSpec)

    @classmethod
    def _read(
        cls, folder: Path, spec: ModelSpec, arrays: dict[str, npt.NDArray[Any]], reference_text: str | None
    ) -> Self:
        peers = _read_peers(folder / PEERS, len(spec.features))
        margin = read_margin(folder, spec)
        return cls(spec, margin, arrays["log_odds"], arrays["fitted"], reference_text, peers)

    def _golden(self, stored: dict[str, npt.NDArray[Any]]) -> tuple[Floats, Floats]:
        return self.predict(stored["values"], contributions=False).log_odds, stored["log_odds"]

    def predict(self, values: Floats | pd.DataFrame, *, contributions: bool = True) -> Predictions:
        """Score subjects.

        Parameters
        ----------
        values : float64 ndarray, shape (n, len(NAMES)), or DataFrame
            Every feature of the catalog, in its order (a frame: by name).
        contributions : bool
            Also explain; otherwise `Predictions.contributions` has no columns.
        """
        if not isinstance(values, np.ndarray):
            values = values[list(NAMES)].to_numpy(np.float64)
        known = values[:, self._columns]
        inputs = np.where(np.isnan(known), self._fills, known)
        calibration, case = self.spec.calibration, self._unknown.cases(values)
        raw, parts, base = self._explain(inputs, case) if contributions else self._told(inputs)
        log_odds = calibration.slope * raw + calibration.intercept + calibration.prior_shift
        log_odds = log_odds + self._unknown.added[case]
        is_seen = self._patterns.hold(values)
        log_odds = np.where(is_seen, log_odds, np.nan)
        return Predictions(_STATUS[is_seen.view(np.int8)], log_odds, 1 / (1 + np.exp(-log_odds)), base, parts)

    def _explain(self, inputs: Floats, case: npt.NDArray[np.int64]) -> tuple[Floats, Floats, float]:
        raw, shares, base = explained(self._margin, inputs)
        return raw, self.spec.calibration.slope * shares + self._unknown.parts[case], self._levelled(base)

    def _told(self, inputs: Floats) -> tuple[Floats, Floats, float]:
        return self._margin.raw(inputs), np.empty((len(inputs), 0)), self._base

    @cached_property
    def _base(self) -> float:
        return self._levelled(self._margin.shares(np.empty((0, len(self._names))))[1])

    def _levelled(self, base: float) -> float:
        calibration = self.spec.calibration
        return calibration.slope * base + calibration.intercept + calibration.prior_shift

    def answers(
        self, values: Floats | pd.DataFrame, version: str = "", *, contributions: bool = True
    ) -> list[Answer]:
        """Return one `Answer` a subject; see `predict`."""
        predictions = self.predict(values, contributions=contributions)
        return [self._answer(predictions, row, version) for row in range(len(predictions.status))]

    def _answer(self, said: Predictions, row: int, version: str) -> Answer:
        spec, status = self.spec, said.status[row]
        if status != "ok":
            return Answer(spec.model, status, spec.outcome, spec.horizon_days, version=version)
        shares, log_odds = said.contributions[row].tolist(), float(said.log_odds[row])
        return Answer(
            spec.model,
            status,
            spec.outcome,
            spec.horizon_days,
            float(said.probability[row]),
            log_odds,
            said.base_log_odds,
            dict(zip(self._names, shares, strict=True)) if shares else {},
            self._references,
            version,
            self._weight,
            self._percentile(log_odds),
            self.peers,
        )

    def _percentile(self, log_odds: float) -> float | None:
        """Return how many percent of the training subjects are at least as risky."""
        among = self.score_reference
        if not len(among):
            return None
        return 100.0 * (len(among) - int(among.searchsorted(log_odds))) / len(among)


def _read_peers(file: Path, features: int) -> PeerMeans | None:
    return PeerMeans.of_arrays(arrays_of(file), features) if file.is_file() else None


def read_margin(folder: Path, spec: ModelSpec) -> Margin:
    """Read what was learned from the folder of a model.

    Raises
    ------
    OSError, ValueError
        Where a file lacks, is damaged or is another model's.
    """
    if spec.learner == "scorecard":
        return Scorecard.load(folder / SCORECARD)
    trees = read_trees(folder)
    if spec.learner == "trees" or spec.prior is None:
        if trees.features != len(spec.features):
            raise ValueError(f"expected trees of {len(spec.features)} features; found {trees.features}")
        return Boosted(trees)
    return beside_scorecard(Boosted(trees), trees.features, folder, spec)


def beside_scorecard(trees: Margin, features: int, folder: Path, spec: ModelSpec) -> Margin:
    """Lay the scorecard of a model beside its trees, by the prior's share; of trees alone give them.

    Parameters
    ----------
    trees : Margin
        Of the model's first features; those that the scorecard reads alone follow.
    features : int
        How many the trees read.
    folder : Path
    spec : ModelSpec

    Raises
    ------
    OSError, ValueError
        As `read_margin`.
    """
    if spec.prior is None or spec.learner != "blend":
        return trees
    card = Scorecard.load(folder / SCORECARD)
    return Blended(
        Reading(trees, spec.names[:features], spec.names),
        Reading(card, card.names, spec.names),
        spec.prior.share,
    )


def read_trees(folder: Path) -> Trees:
    """Read the trees from the folder of a model: their arrays, or the text of a booster in earlier versions.

    Raises
    ------
    OSError, ValueError
        As `read_margin`.
    """
    if (folder / TREES).is_dir():
        return Trees.load(folder / TREES)
    return Trees.from_booster_text((folder / BOOSTER).read_text(encoding="utf-8"))
