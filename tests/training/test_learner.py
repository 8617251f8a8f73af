from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from credit.release import Release
from credit.spec import FeatureSpec
from features.build import Packed, build_packed
from features.catalog import NAMES
from training.learner import PARAMETERS, PLAIN, Examples, fit_trees, fold_predictions, thinned
from training.shape import KINDS, Shape
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


FOLDS = [Fold(np.arange(1500), np.arange(1500, 2200)), Fold(np.arange(2200), np.arange(2200, 3000))]


def shape(kind: str, trees: int, bag: int = 1) -> Shape:
    return Shape((replace(KINDS[kind], trees=trees, bag=bag),))


MIXED = Shape((replace(KINDS["best_splits"], trees=30), replace(KINDS["random_splits"], trees=50, bag=2)))


def test_two_runs_give_the_same_trees_and_another_seed_others():
    inputs, outcome = made()
    one, other = (fit_trees(inputs, outcome, FEATURES, MIXED, 7).model_to_string() for _ in range(2))
    assert one == other
    assert fit_trees(inputs, outcome, FEATURES, MIXED, 8).model_to_string() != one


def test_a_shape_from_its_record_gives_the_same_trees():
    inputs, outcome = made()
    recorded = json.loads(json.dumps(asdict(MIXED)))
    assert Shape(**recorded) == MIXED
    one, other = (fit_trees(inputs, outcome, FEATURES, each, 7) for each in (MIXED, Shape(**recorded)))
    assert one.model_to_string() == other.model_to_string()


@pytest.mark.parametrize("chosen", [shape("best_splits", 60), shape("random_splits", 60), MIXED])
def test_margins_follow_the_signs_where_the_data_does_not(chosen):
    inputs, outcome = made()
    booster = fit_trees(inputs, outcome, FEATURES, chosen, 7)
    points = np.quantile(inputs, GRID, axis=0)
    for feature in FEATURES:
        position = FEATURES.index(feature)
        for row in inputs[:25]:
            walk = np.tile(row, (len(GRID), 1))
            walk[:, position] = points[:, position]
            steps = np.diff(booster.predict(walk, raw_score=True))
            if feature.sign:
                assert (feature.sign * steps >= -1e-12).all()


def test_only_the_safe_method_of_monotone_constraints_is_used():
    assert PARAMETERS["monotone_constraints_method"] == "basic"
    assert PARAMETERS["deterministic"] is True


def test_folds_choose_both_kinds_and_their_numbers_by_the_pooled_loss():
    inputs, outcome = made()
    fit = fold_predictions(inputs, outcome, FEATURES, FOLDS, 7)
    assert fit.rows.tolist() == list(range(1500, 3000))
    assert [member.kind for member in fit.shape.members] == list(KINDS)
    assert fit.shape.trees <= sum(member.trees for member in KINDS.values())
    # then the margins are those of trees that never saw the rows that they predict
    first = fit_trees(inputs[:1500], outcome[:1500], FEATURES, fit.shape, 7)
    np.testing.assert_allclose(fit.raw[:700], first.predict(inputs[1500:2200], raw_score=True), atol=1e-9)
    # and no other number of trees nearby does better
    for member in (0, 1):
        for trees in (-20, 20):
            members = list(fit.shape.members)
            changed = members[member].trees + trees
            if not 0 < changed <= KINDS[members[member].kind].trees:
                continue
            members[member] = replace(members[member], trees=changed)
            other = fold_predictions(inputs, outcome, FEATURES, FOLDS, 7, None, Shape(tuple(members)))
            assert other.loss >= fit.loss - 1e-12


def told_again(n: int, seed: int, strength: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Twelve rows of each buyer, whose features hardly move and whose one outcome is told twelve times."""
    rng = np.random.default_rng(seed)
    own, buyer = rng.normal(size=(n // 12, 3)), np.repeat(np.arange(n // 12), 12)
    log_odds = -2 - strength * own[:, 0] + strength * own[:, 1]
    bad = (rng.random(n // 12) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return own[buyer] + 0.01 * rng.normal(size=(n, 3)), bad[buyer], buyer


@pytest.mark.parametrize("seed", range(4))
def test_a_few_outcomes_told_again_and_again_do_not_choose_the_number_of_trees(seed):
    inputs, outcome, buyer = told_again(2400, seed, 0.6)
    folds = [Fold(np.arange(1200), np.arange(1200, 2400)), Fold(np.arange(1200, 2400), np.arange(1200))]
    fit = fold_predictions(inputs, outcome, FEATURES, folds, 7, buyer=buyer)
    assert [member.trees for member in fit.shape.members] == [PLAIN, PLAIN]
    # as each row for itself would have done
    by_row = fold_predictions(inputs, outcome, FEATURES, folds, 7)
    assert [member.trees for member in by_row.shape.members] != [PLAIN, PLAIN]


def test_many_outcomes_told_again_and_again_choose_the_number_of_trees_all_the_same():
    inputs, outcome, buyer = told_again(36_000, 1, 3.0)
    half = len(outcome) // 2
    folds = [Fold(np.arange(half), np.arange(half, 2 * half))]
    fit = fold_predictions(inputs, outcome, FEATURES, folds, 7, buyer=buyer)
    assert fit.shape.members[0].trees > PLAIN
    assert fit.shape == fold_predictions(inputs, outcome, FEATURES, folds, 7).shape


def test_month_ends_of_a_buyer_do_not_make_trees_larger():
    inputs, outcome = np.zeros((120_000, 1)), np.zeros(120_000)
    months = Examples(inputs, outcome, FEATURES[:1], buyer=np.arange(120_000) // 24)
    assert months.kinds == tuple(KINDS.values())


def test_a_given_shape_is_not_chosen_anew():
    inputs, outcome = made()
    fit = fold_predictions(inputs, outcome, FEATURES, FOLDS, 7, None, MIXED)
    assert fit.shape == MIXED
    first = fit_trees(inputs[:1500], outcome[:1500], FEATURES, MIXED, 7)
    np.testing.assert_allclose(fit.raw[:700], first.predict(inputs[1500:2200], raw_score=True), atol=1e-9)


def test_a_given_shape_is_measured_with_all_of_its_trees():
    # given folds on which more trees only make the loss worse, so that a choice would stop early
    inputs, outcome = made()[0], np.random.default_rng(3).integers(0, 2, 3000).astype(float)
    recorded = shape("best_splits", 240)
    fit = fold_predictions(inputs, outcome, FEATURES, FOLDS, 7, None, recorded)
    first = fit_trees(inputs[:1500], outcome[:1500], FEATURES, recorded, 7)
    np.testing.assert_allclose(fit.raw[:700], first.predict(inputs[1500:2200], raw_score=True), atol=1e-9)


def test_folds_count_every_tree_also_where_some_rounds_find_nothing_to_split():
    # given so few rows that rounds end without a tree
    inputs, outcome = made(90)
    folds = [Fold(np.arange(60), np.arange(60, 90))]
    fit = fold_predictions(inputs, outcome, FEATURES, folds, 7)
    again = fold_predictions(inputs, outcome, FEATURES, folds, 7, None, fit.shape)
    np.testing.assert_allclose(fit.raw, again.raw, atol=1e-9)


def test_the_outcome_of_a_row_without_weight_does_not_matter():
    inputs, outcome = made()
    weight = np.where(np.arange(3000) < 2000, 1.0, 0.0)
    turned = np.where(weight == 0.0, 1 - outcome, outcome)
    one, other = (fit_trees(inputs, known, FEATURES, MIXED, 7, weight) for known in (outcome, turned))
    assert one.model_to_string() == other.model_to_string()
    assert fit_trees(inputs, turned, FEATURES, MIXED, 7).model_to_string() != one.model_to_string()
    # then neither in the choice
    losses = [fold_predictions(inputs, known, FEATURES, FOLDS, 7, weight).loss for known in (outcome, turned)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-12)


def test_copies_of_a_subject_do_not_make_trees_larger():
    inputs, outcome = np.zeros((120_000, 1)), np.zeros(120_000)
    assert Examples(inputs, outcome, FEATURES[:1]).kinds[0].num_leaves > KINDS["best_splits"].num_leaves
    copies = Examples(inputs, outcome, FEATURES[:1], np.full(120_000, 0.25))
    assert copies.kinds == tuple(KINDS.values())


def test_of_very_many_rows_folds_take_a_part():
    folds = thinned([Fold(np.arange(200_000), np.arange(200_000, 300_000))] * 4, 7)
    assert {(len(fold.fit), len(fold.predict)) for fold in folds} == {(60_000, 25_000)}
    assert all((np.diff(fold.fit) > 0).all() and fold.predict.min() >= 200_000 for fold in folds)
    few = [Fold(np.arange(5), np.arange(5, 9))]
    assert thinned(few, 7)[0].predict.tolist() == [5, 6, 7, 8]


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
