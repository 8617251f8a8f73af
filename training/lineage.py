"""From what a version came: hashes of data, definition, catalog, configuration and code, and libraries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import credit
import features
import training
from credit.spec import ModelSpec
from training.run import Recipe

__all__ = ["LIBRARIES", "code_hash", "differing", "lineage_of"]

LIBRARIES = ("lightgbm", "numpy", "pandas", "scikit-learn", "scipy", "numba")
"""Libraries whose version can move a figure."""

_SOURCES = ("*.py", "*.toml", "*.yaml")


def lineage_of(spec: ModelSpec, recipe: Recipe, portfolio: str) -> dict[str, Any]:
    """Return what decides a version, as an object of JSON.

    Parameters
    ----------
    spec : ModelSpec
    recipe : Recipe
    portfolio : str
        Folder of the portfolio as it was named; empty where nobody named one.
    """
    return {
        "portfolio": portfolio,
        "data": spec.data_hash,
        "definition": spec.definition_hash,
        "catalog": spec.catalog_hash,
        "config": recipe.config.hash,
        "code": code_hash(),
        "seed": recipe.config.seed,
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the parts in which two lineages differ; where a portfolio lies is none.

    Examples
    --------
    >>> differing({"seed": 1, "libraries": {"numpy": "2"}}, {"seed": 1, "libraries": {"numpy": "3"}})
    ['libraries.numpy']
    """
    flat = [_flat(lineage) for lineage in (one, other)]
    names = dict.fromkeys([*flat[0], *flat[1]])
    return [name for name in names if name != "portfolio" and flat[0].get(name) != flat[1].get(name)]


@cache
def code_hash() -> str:
    """Return a hash over the sources of the packages that features and models come from."""
    digest = hashlib.sha256()
    for package in (features, credit, training):
        root = Path(str(package.__file__)).parent
        for path in sorted(found for pattern in _SOURCES for found in root.rglob(pattern)):
            digest.update(path.relative_to(root.parent).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _flat(lineage: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in lineage.items():
        inner = {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, Mapping) else None
        found |= {name: value} if inner is None else inner
    return found
