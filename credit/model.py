"""RiskModel: a trained model as a folder without pickle, checked when it is loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from credit.answer import Answer
from credit.encoding import encode, patterns_of
from credit.spec import ModelSpec
from features.catalog import CATALOG_HASH, NAMES
from features.errors import InputError

__all__ = ["Predictions", "RiskModel", "subject_hashes"]

Floats = npt.NDArray[np.float64]

_GOLDEN_TOLERANCE = 1e-9


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


class RiskModel:
    """A trained model.

    Parameters
    ----------
    spec : ModelSpec
    booster : lightgbm.Booster
    score_reference : float64 ndarray
        Sorted log-odds of the training subjects (a frozen population for percentiles).
    fitted : frozenset of int
        Salted hashes of the subjects that it was fitted on.
    """

    def __init__(
        self, spec: ModelSpec, booster: object, score_reference: Floats, fitted: npt.NDArray[np.uint64]
    ) -> None:
        self.spec = spec
        self.score_reference = score_reference
        self.fitted = fitted
        self._booster = booster
        self._columns = [NAMES.index(feature.name) for feature in spec.features]

    @classmethod
    def load(cls, folder: str | Path) -> RiskModel:
        """Load a model, checking every file's hash and the golden predictions.

        Raises
        ------
        InputError
            Where a file lacks or was changed, the catalog is another one, or golden predictions differ.
        """
        # Reason: LightGBM takes a second to import; whoever never loads a model does not pay for it.
        import lightgbm

        folder = Path(folder)
        _check_manifest(folder)
        spec = _read_spec(folder / "model.json")
        try:
            booster = lightgbm.Booster(model_file=str(folder / "booster.txt"))
            reference, golden = _arrays(folder / "reference.npz"), _arrays(folder / "golden.npz")
            model = cls(spec, booster, reference["log_odds"], reference["fitted"])
            values, log_odds = golden["values"], golden["log_odds"]
        except (lightgbm.basic.LightGBMError, OSError, ValueError, KeyError, BadZipFile) as error:
            found = f"others ({type(error).__name__})"
            raise InputError.of("the model's files", found, "restore the folder from the registry") from error
        _check_golden(model, values, log_odds)
        return model

    def predict(self, values: Floats | pd.DataFrame, *, contributions: bool = True) -> Predictions:
        """Score subjects.

        Parameters
        ----------
        values : float64 ndarray, shape (n, len(NAMES)), or DataFrame
            Every feature of the catalog, in its order (a frame: by name).
        contributions : bool
            Also explain; otherwise `Predictions.contributions` has no columns.
        """
        if isinstance(values, pd.DataFrame):
            values = values[list(NAMES)].to_numpy(np.float64)
        inputs = encode(values[:, self._columns], self.spec.features)
        calibration = self.spec.calibration
        raw = self._booster.predict(inputs, raw_score=True, num_threads=1 if len(inputs) < 64 else 0)  # type: ignore[attr-defined]
        log_odds = calibration.slope * raw + calibration.intercept + calibration.prior_shift
        parts, base = self._explain(inputs, contributions)
        status = np.where(np.isin(patterns_of(values, self.spec), self.spec.patterns), "ok", "unseen_pattern")
        known = status == "ok"
        log_odds = np.where(known, log_odds, np.nan)
        return Predictions(status.astype(object), log_odds, 1 / (1 + np.exp(-log_odds)), base, parts)

    def _explain(self, inputs: Floats, wanted: bool) -> tuple[Floats, float]:
        calibration = self.spec.calibration
        rows = inputs if wanted else inputs[:1]
        threads = 1 if len(rows) < 64 else 0
        shares = np.asarray(self._booster.predict(rows, pred_contrib=True, num_threads=threads))  # type: ignore[attr-defined]
        base = calibration.slope * float(shares[0, -1]) + calibration.intercept + calibration.prior_shift
        return calibration.slope * shares[:, :-1] if wanted else np.empty((len(inputs), 0)), base

    def answers(self, values: Floats | pd.DataFrame, version: str = "") -> list[Answer]:
        """Return one `Answer` a subject; see `predict`."""
        predictions = self.predict(values)
        references = {f.name: f.reference for f in self.spec.features if f.reference is not None}
        return [self._answer(predictions, row, references, version) for row in range(len(predictions.status))]

    def _answer(self, said: Predictions, row: int, references: Mapping[str, float], version: str) -> Answer:
        known = {
            "model": self.spec.model,
            "status": str(said.status[row]),
            "definition": self.spec.outcome,
            "horizon_days": self.spec.horizon_days,
            "version": version,
        }
        if said.status[row] != "ok":
            return Answer(**known)  # type: ignore[arg-type]
        parts = dict(zip(self.spec.names, said.contributions[row].tolist(), strict=True))
        return Answer(
            **known,  # type: ignore[arg-type]
            probability=float(said.probability[row]),
            log_odds=float(said.log_odds[row]),
            base_log_odds=said.base_log_odds,
            contributions=parts,
            references=references,
        )

    def was_fitted_on(self, subjects: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which subjects the model was fitted on."""
        return np.isin(subject_hashes(subjects, self.spec.salt), self.fitted)


def subject_hashes(subjects: pd.DataFrame, salt: str) -> npt.NDArray[np.uint64]:
    """Return a salted hash of each subject: buyer, as_of and invoice.

    Examples
    --------
    >>> row = pd.DataFrame({"buyer_id": ["B"], "as_of": pd.to_datetime(["2026-01-01"])})
    >>> bool(subject_hashes(row, "a")[0] == subject_hashes(row, "b")[0])
    False
    """
    text = subjects["buyer_id"].astype(str) + "\x1f" + subjects["as_of"].astype("datetime64[s]").astype(str)
    if "invoice_id" in subjects:
        text = (
            text + "\x1f" + subjects["invoice_id"].astype(str) + "\x1f" + subjects["instalment"].astype(str)
        )
    digests = (hashlib.blake2b(f"{salt}{row}".encode(), digest_size=8).digest() for row in text)
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def manifest_of(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file of a folder but the manifest itself."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def _check_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    if not path.is_file():
        raise InputError.of(
            "a RiskModel folder with manifest.json", "none", "train a model, or name its folder"
        )
    stated, found = _stated(path), manifest_of(folder)
    wrong = {
        "missing": stated.keys() - found.keys(),
        "other content in": {name for name in stated.keys() & found.keys() if stated[name] != found[name]},
        "unexpected": found.keys() - stated.keys(),
    }
    told = [f"{what} {sorted(names)}" for what, names in wrong.items() if names]
    if told:
        step = "restore the folder from the registry; it was changed after training"
        raise InputError.of("the files that training wrote", "; ".join(told), step)


def _stated(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        step = "restore the folder from the registry; it was changed after training"
        raise InputError.of(
            "the files that training wrote", "other content in ['manifest.json']", step
        ) from error


def _arrays(path: Path) -> dict[str, Any]:
    with np.load(path) as arrays:
        return dict(arrays)


def _read_spec(path: Path) -> ModelSpec:
    try:
        spec = ModelSpec.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise InputError.of(
            "a model.json of this format", f"{error.error_count()} other keys", "train again"
        ) from error
    if spec.catalog_hash != CATALOG_HASH:
        raise InputError.of(
            "a model trained with this version's feature catalog",
            "one trained with another catalog",
            "train it again",
        )
    return spec


def _check_golden(model: RiskModel, values: Floats, log_odds: Floats) -> None:
    found = model.predict(values, contributions=False).log_odds
    if not np.allclose(found, log_odds, rtol=0, atol=_GOLDEN_TOLERANCE, equal_nan=True):
        raise InputError.of(
            "the golden predictions of the model", "other ones", "do not use it; train it again"
        )
