"""Two versions side by side: where they come from, what they read, how good they were, and a paired test."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.model import RiskModel
from features.build import Packed, build_packed
from features.errors import InputError
from training.evaluate import check_seller
from training.lineage import differing
from training.paired import paired_difference
from training.registry import Version
from training.run import Recipe
from training.subjects import sample_of

__all__ = ["PAIRED", "compare", "unseen_by_both"]

PAIRED = ("auc", "average_precision", "brier", "log_loss")
"""Metrics of the paired test; of the last two less is better."""


def compare(one: Version, other: Version, packed: Packed | None = None) -> dict[str, Any]:
    """Return how two versions of one outcome differ.

    Parameters
    ----------
    one, other : Version
    packed : Packed, optional
        With it both score the subjects that neither was fitted on and that lie behind both trainings.

    Returns
    -------
    dict
        ``versions``, ``outcome``, ``lineage`` (parts that differ), ``config`` (by key both values, where they
        differ), ``features`` (those that only one reads), ``metrics`` (both tests; their periods may differ)
        and ``paired``: null without a portfolio, else ``subjects``, ``bad``, ``from`` and ``differences``:
        what the first has more than the other, with its 95 % interval by buyer.

    Raises
    ------
    InputError
        Where the versions are of different outcomes, definitions or sellers, or no subject is new to both.
    """
    models = (one.load(), other.load())
    _check_same(one, other, models)
    return {
        "versions": [one.name, other.name],
        "outcome": models[0].spec.outcome,
        "lineage": differing(*(json.loads(each.tags.get("lineage", "{}")) for each in (one, other))),
        "config": _config(one, other),
        "features": {
            f"only_{one.name}": _only(models[0], models[1]),
            f"only_{other.name}": _only(models[1], models[0]),
        },
        "metrics": {each.name: each.metrics["metrics"] for each in (one, other)},
        "periods": {each.name: [each.metrics["from"], each.metrics["to"]] for each in (one, other)},
        "paired": None if packed is None else _paired(one, models, packed),
    }


def unseen_by_both(one: Version, models: tuple[RiskModel, RiskModel], packed: Packed) -> pd.DataFrame:
    """Return the mature subjects behind both trainings that neither model was fitted on.

    Parameters
    ----------
    one : Version
        Gives the outcome.
    models : pair of RiskModel
    packed : Packed
    """
    outcome = Recipe.from_json(json.loads(one.tags["recipe"])).outcome
    subjects = sample_of(packed, outcome).subjects
    after = max(pd.Timestamp(model.spec.fitted_until) for model in models)
    seen = np.any([model.was_fitted_on(subjects) for model in models], axis=0)
    return subjects[(subjects["as_of"] > after).to_numpy() & ~seen].reset_index(drop=True)


def _check_same(one: Version, other: Version, models: tuple[RiskModel, RiskModel]) -> None:
    for what, step in (
        ("seller_id", "compare versions of one seller"),
        ("outcome", "compare versions of one outcome"),
        ("definition_hash", "compare versions that were trained with one definition"),
    ):
        first, second = (getattr(model.spec, what) for model in models)
        if first != second:
            told = what.replace("_", " ")
            expected = f"two versions of the same {told}; {one.name} has '{first[:24]}'"
            raise InputError.of(expected, f"'{second[:24]}' of {other.name}", step)


def _scored(model: RiskModel, packed: Packed, subjects: pd.DataFrame) -> npt.NDArray[np.float64]:
    if not len(subjects):
        return np.empty(0)
    return model.predict(build_packed(packed, subjects), contributions=False).probability


def _only(one: RiskModel, other: RiskModel) -> list[str]:
    return sorted(set(one.spec.names) - set(other.spec.names))


def _config(one: Version, other: Version) -> dict[str, list[Any]]:
    both = [json.loads(each.tags["recipe"])["config"] for each in (one, other)]
    return {name: [both[0][name], both[1][name]] for name in both[0] if both[0][name] != both[1].get(name)}


def _paired(one: Version, models: tuple[RiskModel, RiskModel], packed: Packed) -> dict[str, Any]:
    check_seller(models[0], packed)
    subjects = unseen_by_both(one, models, packed)
    scored = [_scored(model, packed, subjects) for model in models]
    known = ~np.isnan(scored[0]) & ~np.isnan(scored[1])
    if not known.any():
        step = "load later books, or compare without a portfolio"
        raise InputError.of("mature subjects behind both trainings that both can score", "none", step)
    outcome = subjects["outcome"].to_numpy(np.float64)[known]
    buyer = subjects["buyer_id"].to_numpy()[known]
    return {
        "subjects": int(known.sum()),
        "bad": int(outcome.sum()),
        "from": str(subjects["as_of"].min().date()),
        "differences": {
            metric: paired_difference(outcome, scored[0][known], scored[1][known], buyer, metric).to_json()
            for metric in PAIRED
        },
    }
