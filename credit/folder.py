"""The folder of a model: files without pickle, checked against the manifest when it is read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ValidationError

from features.catalog import CATALOG_HASH
from features.errors import InputError

__all__ = ["arrays_of", "broken", "check_golden", "check_manifest", "manifest_of", "read_spec"]

_GOLDEN_TOLERANCE = 1e-9

_Spec = TypeVar("_Spec", bound=BaseModel)


def manifest_of(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file of a folder but the manifest itself."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def check_manifest(folder: Path) -> None:
    """Refuse a folder whose files are not those that training wrote.

    Raises
    ------
    InputError
        Where a file lacks, was changed or was added.
    """
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


def arrays_of(path: Path) -> dict[str, Any]:
    """Return the arrays of an npz file."""
    with np.load(path) as arrays:
        return dict(arrays)


def broken(error: Exception) -> InputError:
    """Return what is said of files that cannot be read."""
    found = f"others ({type(error).__name__})"
    return InputError.of("the model's files", found, "restore the folder from the registry")


def read_spec(path: Path, kind: type[_Spec]) -> _Spec:
    """Read what a model says of itself; refuse what another version of the catalog wrote.

    Raises
    ------
    InputError
        Where the file has other keys, or the catalog is another one.
    """
    try:
        spec = kind.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise InputError.of(
            "a model.json of this format", f"{error.error_count()} other keys", "train again"
        ) from error
    if getattr(spec, "catalog_hash", None) != CATALOG_HASH:
        raise InputError.of(
            "a model trained with this version's feature catalog",
            "one trained with another catalog",
            "train it again",
        )
    return spec


def check_golden(found: npt.NDArray[np.float64], golden: npt.NDArray[np.float64]) -> None:
    """Refuse a model whose predictions are not those that it was stored with.

    Raises
    ------
    InputError
        Where one differs by more than 1e-9.
    """
    if not np.allclose(found, golden, rtol=0, atol=_GOLDEN_TOLERANCE, equal_nan=True):
        raise InputError.of(
            "the golden predictions of the model", "other ones", "do not use it; train it again"
        )
