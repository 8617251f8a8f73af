"""What every trained model is: a folder without pickle, checked when it is loaded."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from credit.folder import arrays_of, broken, check_golden, check_manifest
from credit.spec import ModelSpec
from credit.stability import Reference
from credit.timing.spec import TimingSpec
from features.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["REFERENCE", "Artefact", "subject_hashes"]

REFERENCE = "reference.json"
"""File of the frozen training subjects that drift is measured against."""

_Spec = TypeVar("_Spec", bound=ModelSpec | TimingSpec)

Floats = npt.NDArray[np.float64]
_Arrays = dict[str, npt.NDArray[Any]]


class Artefact(ABC, Generic[_Spec]):
    """A trained model, whatever it tells.

    Parameters
    ----------
    spec : ModelSpec or TimingSpec
    fitted : uint64 ndarray
        Salted hashes of the subjects that it was fitted on.
    reference_text : str, optional
        JSON of the frozen training subjects; models made before there was one have none.
    """

    def __init__(self, spec: _Spec, fitted: npt.NDArray[np.uint64], reference_text: str | None) -> None:
        self.spec = spec
        self.fitted = fitted
        self._reference_text = reference_text

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Load a model, checking every file's hash and the golden predictions.

        Raises
        ------
        InputError
            Where a file lacks or was changed, the catalog is another one, or golden predictions differ.
        """
        folder = Path(folder)
        check_manifest(folder)
        spec = cls._read_spec(folder / "model.json")
        try:
            frozen = folder / REFERENCE
            text = frozen.read_text(encoding="utf-8") if frozen.is_file() else None
            model = cls._read(folder, spec, arrays_of(folder / "reference.npz"), text)
            found, golden = model._golden(arrays_of(folder / "golden.npz"))
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise broken(error) from error
        check_golden(found, golden)
        return model

    @cached_property
    def reference(self) -> Reference:
        """The frozen training subjects, read when they are first asked for: serving needs none of it.

        Raises
        ------
        InputError
            Where the model was made without, or the file is none.
        """
        if self._reference_text is None:
            step = "train again: a model made before cannot say how far subjects have moved"
            raise InputError.of(f"a model with frozen bins ({REFERENCE})", "one without", step)
        try:
            return Reference.model_validate_json(self._reference_text)
        except ValidationError as error:
            raise broken(error) from error

    def was_fitted_on(self, subjects: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which subjects the model was fitted on."""
        return np.isin(subject_hashes(subjects, self.spec.salt), self.fitted)

    @classmethod
    @abstractmethod
    def _read_spec(cls, path: Path) -> _Spec:
        """Read what the model says of itself."""

    @classmethod
    @abstractmethod
    def _read(cls, folder: Path, spec: _Spec, arrays: _Arrays, reference_text: str | None) -> Self:
        """Make the model of the files of a folder and the arrays of its reference.npz."""

    @abstractmethod
    def _golden(self, stored: _Arrays) -> tuple[Floats, Floats]:
        """Return what the model says of the golden subjects, and what it said when it was made."""


def subject_hashes(subjects: pd.DataFrame, salt: str) -> npt.NDArray[np.uint64]:
    """Return a salted hash of each subject: buyer, as_of and invoice.

    Examples
    --------
    >>> import pandas as pd
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
