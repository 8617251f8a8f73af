"""Whether reasons can be believed: additivity, deletion and stability."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from credit.encoding import encode
from credit.margin import Margin
from credit.model import beside_scorecard, read_trees
from features.catalog import FEATURES
from training.learner import Examples, Shape, fit_trees
from training.masking import masked_copies
from training.report.explained import Explained
from training.report.reason_sets import changed_share, group_sums, jaccard, reason_sets
from training.report.study import Study, drawn
from training.weights import recency_weights

__all__ = ["additivity", "deletion", "moved_less", "noise", "seeds"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SEEDS = 5
"""Models that are learned again."""

MOST_LEARNED = 20_000
"""Training rows, copies too, that each of them learns from at most: all bad ones, and good ones that are
drawn and weigh for those that are not."""

MOST_COMPARED = 500
"""Subjects whose reasons are compared between them."""

_NOISE = 0.01
_TO_A_DECISION = 1e-9


def additivity(explained: Explained) -> dict[str, Any]:
    """Return whether base and contributions add up to the log-odds."""
    gap = explained.base_log_odds + explained.contributions.sum(axis=1) - explained.log_odds
    return _aim(
        "additivity",
        "largest difference between base and contributions together and the log-odds",
        explained, float(np.abs(gap).max()), 1e-6, "below",
    )  # fmt: skip


def deletion(explained: Explained) -> list[dict[str, Any]]:
    """Return in what share of the subjects their first reason moves the risk more than another one.

    The group of the first adverse reason (and the most adverse feature) is moved to the references of
    training, and so is a group (a feature) drawn at random from the others.
    """
    groups, of_feature = explained.groups
    by_group = group_sums(explained.points, of_feature, len(groups))
    told = reason_sets(by_group, explained.study.policy.reasons)
    rows = np.flatnonzero(told.any(axis=1))
    features = np.arange(len(explained.names))
    return [
        _deleted(explained, "deletion", "feature", rows, explained.points, features),
        _deleted(explained, "deletion_groups", "group of features", rows, by_group, of_feature),
    ]


def moved_less(explained: Explained, rows: Ints, first: Ints, other: Ints, part: Ints) -> Floats:
    """Return by subject how much more log-odds the first part takes away than the other one.

    Parameters
    ----------
    explained : Explained
    rows : int64 ndarray, shape (m,)
        Which subjects.
    first, other : int64 ndarray, shape (m,)
        Parts that are moved to their references.
    part : int64 ndarray, shape (features,)
        Of each feature.
    """
    inputs = explained.inputs[rows]
    margin, slope = explained.study.margin, explained.study.model.spec.calibration.slope
    fall = [
        slope * (margin.raw(inputs) - margin.raw(_at_reference(explained, inputs, moved, part)))
        for moved in (first, other)
    ]
    gap: Floats = fall[0] - fall[1]
    return gap


def noise(explained: Explained) -> dict[str, Any]:
    """Return what share of the reasons changes when every number is 1 % higher or lower, as drawn."""
    study, raw = explained.study, explained.raw
    drawn_signs = np.random.default_rng(0).choice([-_NOISE, _NOISE], size=raw.shape)
    numbers = np.array([FEATURES[name].unit not in ("flag", "index") for name in explained.names])
    noisy = np.where(numbers, raw * (1 + drawn_signs), raw)
    sets = [
        _sets_of(explained, study.margin.shares(encode(values, study.model.spec.features))[0])
        for values in (raw, noisy)
    ]  # fmt: skip
    return _aim(
        "top_4_noise",
        "share of the reasons that change under +-1 % noise of the inputs",
        explained, changed_share(*sets), 0.05, "below", "no subject has a reason",
    )  # fmt: skip


def seeds(explained: Explained) -> dict[str, Any]:
    """Return how alike the reasons of models are that learned the same with other seeds."""
    study = explained.study
    text = f"mean Jaccard similarity of the reasons between {SEEDS} models that learned with other seeds"
    if study.model.spec.learner == "scorecard":
        why = "a scorecard of fixed signs learns nothing by chance"
        return _aim("top_4_seeds", text, explained, None, 0.8, "above", why)
    inputs = explained.inputs[drawn(np.arange(len(explained.values)), MOST_COMPARED)]
    sets = [_sets_of(explained, shares) for shares in _learned_again(study, inputs)]
    found = float(np.mean([jaccard(a, b) for a, b in combinations(sets, 2)]))
    return {**_aim("top_4_seeds", text, explained, found, 0.8, "above"), "n": len(inputs)}


def _learned_again(study: Study, inputs: Floats) -> list[Floats]:
    """Return by seed the shares of the raw margin that trees of the recorded shape lead to."""
    lesson, shape = _lesson(study), Shape(json.loads(study.version.tags["shape"])["members"])
    shares = []
    for number in range(1, SEEDS + 1):
        study.say(f"learning again with another seed, {number} of {SEEDS}")
        seed = study.recipe.config.seed + number
        trees = fit_trees(lesson.inputs, lesson.outcome, lesson.features, shape, seed, lesson.weight)
        margin = beside_scorecard(
            _Relearned(trees), len(lesson.features), study.version.folder, study.model.spec
        )
        shares.append(margin.shares(inputs)[0])
    return shares


class _Relearned(Margin):
    """Trees that were learned again."""

    def __init__(self, booster: lgb.Booster) -> None:
        self._booster = booster

    def raw(self, inputs: Floats) -> Floats:
        return np.asarray(self._booster.predict(inputs, raw_score=True), np.float64)

    def shares(self, inputs: Floats) -> tuple[Floats, float]:
        parts = np.asarray(self._booster.predict(inputs, pred_contrib=True), np.float64)
        return parts[:, :-1], float(parts[0, -1]) if len(parts) else 0.0


def _lesson(study: Study) -> Examples:
    """Return what the version's trees learned from, or a part of it that weighs as much."""
    config, count = study.recipe.config, read_trees(study.version.folder).features
    features = study.model.spec.features[:count]
    values = study.inputs(study.values.to_numpy(np.float64)[study.fitted])[:, :count]
    own = study.subjects[study.fitted]
    copies = masked_copies(values, [feature.name for feature in features], config.masked.shares, config.seed)
    weight = recency_weights(own["as_of"], config.weights.recency_half_life_days)[copies.row] * copies.weight
    outcome = own["outcome"].to_numpy(np.float64)[copies.row]
    bad, good = np.flatnonzero(outcome == 1), np.flatnonzero(outcome == 0)
    kept = drawn(good, max(MOST_LEARNED - len(bad), 1))
    weight[kept] *= weight[good].sum() / weight[kept].sum()
    rows = np.sort(np.concatenate([bad, kept]))
    return Examples(encode(copies.values[rows], features), outcome[rows], features, weight[rows])


def _sets_of(explained: Explained, shares: Floats) -> npt.NDArray[np.bool_]:
    groups, of_feature = explained.groups
    study = explained.study
    points = -study.factor * study.model.spec.calibration.slope * shares
    return reason_sets(group_sums(points, of_feature, len(groups)), study.policy.reasons)


def _deleted(
    explained: Explained, test: str, what: str, rows: Ints, points: Floats, part: Ints
) -> dict[str, Any]:
    text = (
        f"share of the subjects with a reason whose most adverse {what}, moved to its reference, lowers the "
        f"risk more than another {what} drawn at random"
    )
    if not len(rows) or points.shape[1] < 2:
        return _aim(test, text, explained, None, 0.9, "above", "no subject has a reason")
    first = points[rows].argmin(axis=1)
    # Reason: one of the others, each with the same chance.
    step = np.random.default_rng(0).integers(1, points.shape[1], len(rows))
    other = (first + step) % points.shape[1]
    gap = moved_less(explained, rows, first, other, part)
    found = float((gap > _TO_A_DECISION).mean())
    return {**_aim(test, text, explained, found, 0.9, "above"), "n": len(rows)}


def _at_reference(explained: Explained, inputs: Floats, moved: Ints, part: Ints) -> Floats:
    told = [feature.reference for feature in explained.study.model.spec.features]
    references = np.array([np.nan if value is None else value for value in told])
    chosen = (part[None, :] == moved[:, None]) & ~np.isnan(references)
    return np.where(chosen, references, inputs)


def _aim(  # noqa: PLR0913  (the fields of an aim)
    test: str, text: str, explained: Explained, found: float | None, aim: float, better: str, why: str = ""
) -> dict[str, Any]:
    passed = None if found is None else found <= aim if better == "below" else found >= aim
    return {
        "test": test, "text": text, "n": len(explained.values), "found": found, "aim": aim, "better": better,
        "passed": passed, "why_not": why if found is None else None,
    }  # fmt: skip
