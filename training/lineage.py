"""From what a version was made: hashes, seed, library versions, period and folder."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from training.pipelines import AnyRun
from training.run import Recipe

__all__ = ["HASHES", "code_hash", "library_versions", "lineage_of", "lineage_tags"]

HASHES = ("data_hash", "definition_hash", "catalog_hash", "config_hash", "code_hash")
"""What two versions must share to be the same by construction."""

_LIBRARIES = ("lightgbm", "numpy", "scipy", "scikit-learn", "pandas", "mlflow")
_SOURCES = ("features", "credit", "training")
_SUFFIXES = (".py", ".toml", ".yaml")
_TEXTS = ("seed", "fitted_from", "fitted_until", "observed_until", "portfolio")
_COUNTS = ("subjects", "events")


@cache
def code_hash() -> str:
    """Return a hash over the sources from which a model follows: features, credit and training."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for package in _SOURCES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file():
                digest.update(path.relative_to(root).as_posix().encode() + b"\x1f")
                digest.update(path.read_bytes() + b"\x1f")
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that decide what is learned."""
    return {name: importlib.metadata.version(name) for name in _LIBRARIES}


def lineage_tags(run: AnyRun, recipe: Recipe) -> dict[str, str]:
    """Return what a version says of its making, as tags; `lineage_of` reads them."""
    spec = run.model.spec
    return {
        "data_hash": spec.data_hash,
        "definition_hash": spec.definition_hash,
        "catalog_hash": spec.catalog_hash,
        "config_hash": recipe.config.hash,
        "code_hash": code_hash(),
        "seed": str(recipe.config.seed),
        "libraries": json.dumps(library_versions()),
        "subjects": str(spec.subjects),
        "events": str(spec.events),
        "fitted_from": spec.fitted_from,
        "fitted_until": spec.fitted_until,
        "observed_until": str(run.parameters.get("observed_until", "")),
    }


def lineage_of(tags: Mapping[str, str]) -> dict[str, Any]:
    """Return the lineage in a version's tags; null for what was not recorded.

    Returns
    -------
    dict
        The `HASHES`, ``seed``, ``fitted_from``, ``fitted_until``, ``observed_until``, ``portfolio`` (its
        folder as it was named), ``subjects``, ``events`` and ``libraries`` (version by name).
    """
    told: dict[str, Any] = {name: tags.get(name) or None for name in (*HASHES, *_TEXTS)}
    told |= {name: int(tags[name]) if name in tags else None for name in _COUNTS}
    return told | {"libraries": json.loads(tags.get("libraries", "{}"))}
