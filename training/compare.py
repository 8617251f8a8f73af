"""Two versions side by side: how they were made, what they read, how good they are."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from features.build import Packed
from features.errors import InputError
from training.lineage import lineage_of
from training.metrics import metrics_of
from training.paired import paired_difference
from training.pairing import pair_on
from training.registry import Registry
from training.tested import Pair, pair_of
from training.timing.kept import absolute_errors, error_difference
from training.timing.measure import cluster_mean
from training.versions import Version

__all__ = ["compare"]

_PAIRED = ("auc", "average_precision", "brier")


def compare(registry: Registry, a: Version, b: Version, packed: Packed | None = None) -> dict[str, Any]:
    """Compare two versions of one outcome.

    Parameters
    ----------
    registry : Registry
    a, b : Version
    packed : Packed, optional
        Portfolio whose mature subjects that neither was fitted on are scored by both; without it the test
        subjects that both versions kept are paired.

    Returns
    -------
    dict
        ``a``, ``b`` (names), ``outcome``, ``lineage`` and ``config`` (what differs: ``{"a", "b"}`` by name),
        ``features`` (``only_a``, ``only_b``, ``both``), ``metrics`` (``{"a", "b"}`` by metric, each of its
        own test) and ``paired``: null, or ``source``, ``subjects``, ``buyers``, ``bad_buyers`` (null of pay
        dates), ``looks`` (null for kept subjects), ``metrics`` and ``difference`` (a less b, with a 95 %
        interval from draws of buyers).

    Raises
    ------
    InputError
        Two outcomes, definitions or sellers; a portfolio without subjects for both.
    """
    _check_comparable(a, b)
    pair, looks = _pair(registry, a, b, packed)
    names = [{feature.name for feature in version.spec.features} for version in (a, b)]
    return {
        "a": a.name,
        "b": b.name,
        "outcome": a.tags["outcome"],
        "lineage": _differing(_flat(lineage_of(a.tags)), _flat(lineage_of(b.tags))),
        "config": _differing(_config(a), _config(b)),
        "features": {
            "only_a": sorted(names[0] - names[1]),
            "only_b": sorted(names[1] - names[0]),
            "both": len(names[0] & names[1]),
        },
        "metrics": {
            name: {"a": value, "b": b.metrics["metrics"].get(name)}
            for name, value in a.metrics["metrics"].items()
        },
        "paired": None if pair is None else _paired(pair, looks, is_timing=a.is_timing),
    }


def _check_comparable(a: Version, b: Version) -> None:
    for name, what in (("seller_id", "seller"), ("outcome", "outcome"), ("definition_hash", "definition")):
        first, second = a.tags.get(name), b.tags.get(name)
        if first != second:
            found = f"'{str(first)[:24]}' and '{str(second)[:24]}'"
            step = "compare versions that were trained for the same"
            raise InputError.of(f"two versions of one {what}", found, step)


def _pair(
    registry: Registry, a: Version, b: Version, packed: Packed | None
) -> tuple[Pair | None, int | None]:
    if packed is not None:
        return pair_on(registry, a, b, packed, by="compare")
    kept = registry.test_subjects(a), registry.test_subjects(b)
    if kept[0] is None or kept[1] is None:
        return None, None
    return pair_of(kept[0], kept[1]), None


def _paired(pair: Pair, looks: int | None, *, is_timing: bool) -> dict[str, Any]:
    return {
        "source": pair.source,
        "subjects": len(pair.outcome),
        "buyers": len(np.unique(pair.buyer)),
        "bad_buyers": None if is_timing else pair.bad_buyers,
        "looks": looks,
        **(_dates(pair) if is_timing else _risks(pair)),
    }


def _risks(pair: Pair) -> dict[str, Any]:
    told = [metrics_of(pair.outcome, said, pair.buyer) for said in (pair.a, pair.b)]
    return {
        "metrics": {name: {"a": told[0][name], "b": told[1][name]} for name in _PAIRED},
        "difference": {
            name: paired_difference(pair.outcome, pair.a, pair.b, pair.buyer, name).to_json()
            for name in _PAIRED
        },
    }


def _dates(pair: Pair) -> dict[str, Any]:
    first, second = (cluster_mean(errors, pair.buyer) for errors in absolute_errors(pair))
    name = "mean_absolute_error_days"
    return {
        "metrics": {name: {"a": first, "b": second}},
        "difference": {name: error_difference(pair).to_json()},
    }


def _config(version: Version) -> dict[str, Any]:
    stored = json.loads(version.tags["recipe"])
    shape = {f"shape.{name}": value for name, value in json.loads(version.tags["shape"]).items()}
    return {"test_from": stored["test_from"], **_flat(stored["config"]), **shape}


def _flat(nested: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return an object of objects as one, its names joined by dots.

    Examples
    --------
    >>> _flat({"a": 1, "b": {"c": [2]}})
    {'a': 1, 'b.c': [2]}
    """
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


def _differing(a: dict[str, Any], b: dict[str, Any]) -> dict[str, dict[str, Any]]:
    names = [*a, *(name for name in b if name not in a)]
    return {name: {"a": a.get(name), "b": b.get(name)} for name in names if a.get(name) != b.get(name)}
