from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from credit.release import Release
from credit.spec import FeatureSpec
from features.build import Packed, build_packed
from features.catalog import NAMES
from training.learner import KINDS, PARAMETERS, fit_trees, fold_predictions
from training.splits import Fold
from training.subjects import Outcome, sample_of

GRID = np.linspace(0, 1, 41)


def spec(name: str, sign: int) -> FeatureSpec:
    return FeatureSpec(name=name, sign=sign, fill=0.0 if sign else None, reference=0.0)  # type: ignore[arg-type]


FEATURES = (spec("current_ratio", -1), spec("liabilities_to_assets", 1), spec("log_revenue", 0))


def made(n: int = 3000, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Inputs of which the first lowers and the second raises the odds; the first breaks its sign once."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n, 3))
    log_odds = -1 - inputs[:, 0] + inputs[:, 1] + 3 * (inputs[:, 0] > 1.5)
    return inputs, (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)


@pytest.mark.parametrize("kind", KINDS)
def test_two_runs_give_the_same_trees(kind):
    inputs, outcome = made()
    one, other = (fit_trees(inputs, outcome, FEATURES, kind, 40, 7).model_to_string() for _ in range(2))
    assert one == other
    assert fit_trees(inputs, outcome, FEATURES, kind, 40, 8).model_to_string() != one


@pytest.mark.parametrize("kind", KINDS)
def test_margins_follow_the_signs_where_the_data_does_not(kind):
    inputs, outcome = made()
    booster = fit_trees(inputs, outcome, FEATURES, kind, 60, 7)
    points = np.quantile(inputs, GRID, axis=0)
    for feature in FEATURES:
        position = FEATURES.index(feature)
        for row in inputs[:25]:
            walk = np.tile(row, (len(GRID), 1))
            walk[:, position] = points[:, position]
            steps = np.diff(booster.predict(walk, raw_score=True))
            if feature.sign:
                assert (feature.sign * steps >= 0).all()


def test_only_the_safe_method_of_monotone_constraints_is_used():
    assert PARAMETERS["monotone_constraints_method"] == "basic"
    assert PARAMETERS["deterministic"] is True


def test_folds_choose_kind_and_number_by_the_pooled_loss():
    inputs, outcome = made()
    folds = [Fold(np.arange(1500), np.arange(1500, 2200)), Fold(np.arange(2200), np.arange(2200, 3000))]
    fit = fold_predictions(inputs, outcome, FEATURES, folds, 7)
    assert fit.kind in KINDS
    assert fit.rows.tolist() == list(range(1500, 3000))
    # then the margins are those of trees that never saw the rows that they predict
    first = fit_trees(inputs[:1500], outcome[:1500], FEATURES, fit.kind, fit.trees, 7)
    np.testing.assert_allclose(fit.raw[:700], first.predict(inputs[1500:2200], raw_score=True), atol=1e-9)


@pytest.fixture(scope="module")
def values(demo_packed: Packed) -> pd.DataFrame:
    subjects = sample_of(demo_packed, Outcome("late")).subjects
    return build_packed(demo_packed, subjects.sample(40, random_state=3))


@pytest.mark.parametrize("name", ["default", "late"])
def test_a_trained_model_is_monotone_and_missing_is_never_better_than_the_worst_quartile(
    demo_release: Release, values, name
):
    model = demo_release.models[name]
    signed = [feature for feature in model.spec.features if feature.sign]
    assert len(signed) > 20
    seen = {feature.name: values[feature.name].dropna() for feature in signed}
    for feature in signed:
        column = NAMES.index(feature.name)
        known = seen[feature.name]
        if feature.name.startswith("has_") or not len(known):
            continue
        # when a subject's value walks over the grid, and is taken away
        grid = np.append(np.quantile(known, GRID), [feature.fill, np.nan])
        walk = np.repeat(values.to_numpy(), len(grid), axis=0)
        walk[:, column] = np.tile(grid, len(values))
        log_odds = model.predict(walk, contributions=False).log_odds.reshape(len(values), -1)
        log_odds = log_odds[~np.isnan(log_odds).any(axis=1)]
        # then
        steps = np.diff(log_odds[:, : len(GRID)], axis=1)
        assert (feature.sign * steps >= -1e-12).all(), feature.name
        worst_quartile, missing = log_odds[:, -2], log_odds[:, -1]
        assert (missing >= worst_quartile - 1e-12).all(), feature.name


@pytest.mark.parametrize("name", ["default", "late"])
def test_a_buyer_of_whom_less_is_known_is_never_better(demo_release: Release, values, name):
    # given each flag of a source with a sign, all else equal
    model = demo_release.models[name]
    flags = [f for f in model.spec.features if f.name.startswith("has_") and f.sign]
    rows, compared = values.to_numpy(), 0
    for flag in flags:
        column = NAMES.index(flag.name)
        known, unknown = rows.copy(), rows.copy()
        known[:, column], unknown[:, column] = 1.0, 0.0
        there = model.predict(known, contributions=False).log_odds
        gone = model.predict(unknown, contributions=False).log_odds
        both = ~np.isnan(there) & ~np.isnan(gone)
        assert (gone[both] >= there[both] - 1e-12).all()
        compared += int(both.sum())
    assert compared
