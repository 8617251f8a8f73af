"""Scores and contributions are LightGBM's, whatever the model and the row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from credit.trees import Trees, kernels
from credit.trees.warm import warm
from tests.credit.trees.boosters import ODD_CODES, ODD_VALUES, as_read, random_booster
from training.bagging import mean_of

QUIET: dict[str, Any] = {"verbose": -1, "num_threads": 1, "objective": "regression", "min_child_samples": 1}


def trees_of(booster: lgb.Booster) -> Trees:
    return Trees.from_booster_text(booster.model_to_string(num_iteration=-1))


def assert_same(booster: lgb.Booster, rows: np.ndarray) -> np.ndarray:
    """Compare with LightGBM, add up, and compare blocks with single rows; return the contributions."""
    trees, raw = trees_of(booster), booster.predict(rows, raw_score=True, num_threads=1)
    said, theirs = trees.contributions(rows), booster.predict(rows, pred_contrib=True, num_threads=1)
    size = np.abs(theirs).sum(axis=1, keepdims=True) + 1
    np.testing.assert_array_equal(trees.raw(rows), raw)
    assert (np.abs(said - theirs) <= 1e-9 * size).all()
    assert (np.abs(said.sum(axis=1) - raw) <= 1e-12 * size[:, 0]).all()
    single = np.concatenate([trees.contributions(row[None]) for row in rows])
    np.testing.assert_array_equal(single, said)
    for few in (rows[:3], rows):
        both = trees.explained(few)
        np.testing.assert_array_equal(both[0], raw[: len(few)])
        np.testing.assert_array_equal(both[1], said[: len(few)])
    np.testing.assert_array_equal([trees.raw(row[None])[0] for row in rows], raw)
    return said


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_random_boosters(first: int):
    for seed in range(first, first + 20):
        assert_same(*random_booster(seed))


@given(
    rows=arrays(
        np.float64,
        (9, 3),
        elements=st.one_of(
            st.sampled_from(ODD_VALUES),
            st.floats(allow_nan=True),
            st.sampled_from(ODD_CODES),
            st.floats(-9, 99),
        ),
    ),
    which=st.integers(0, 2),
)
@settings(max_examples=200)
def test_any_row(rows: np.ndarray, which: int):
    assert_same(DELICATE[which], rows)


def delicate(**data: Any) -> lgb.Booster:
    """Return a booster of a column with thresholds about zero, one of counts and one of codes."""
    rng = np.random.default_rng(5)
    values = np.column_stack([
        rng.choice([-2e-35, -1.0, 0.0, 2e-35, 1.0, np.nan], 600),
        rng.integers(-2, 3, 600),
        rng.integers(0, 70, 600),
    ])  # fmt: skip
    outcome = (
        np.nan_to_num(values[:, 0]) + values[:, 1] ** 2 + np.sin(values[:, 2]) + rng.normal(size=600) / 9
    )
    dataset = lgb.Dataset(
        values, outcome, categorical_feature=[2], params={"verbose": -1, "min_data_in_bin": 1} | data
    )
    parameters = QUIET | data | {"min_data_per_group": 1, "num_leaves": 20, "min_data_in_bin": 1}
    return as_read(lgb.train(parameters, dataset, 30))


DELICATE = [delicate(), delicate(zero_as_missing=True), delicate(use_missing=False)]


def test_the_delicate_boosters_ask_for_all_kinds_of_missing():
    kinds = [set(booster.trees_to_dataframe()["missing_type"].dropna()) for booster in DELICATE]
    assert kinds[0] >= {"NaN", "None"}
    assert "Zero" in kinds[1]
    assert all("==" in set(booster.trees_to_dataframe()["decision_type"]) for booster in DELICATE)


@pytest.fixture(scope="module")
def deep() -> tuple[lgb.Booster, np.ndarray]:
    """500 trees with paths of many features, and of one feature many times."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(1_500, 30))
    values[rng.random(values.shape) < 0.1] = np.nan
    known = np.nan_to_num(values)
    outcome = known.sum(axis=1) + 3 * np.sin(7 * known[:, 0]) + known[:, 1] * known[:, 2]
    parameters = QUIET | {"num_leaves": 31, "max_depth": 12, "learning_rate": 0.1, "feature_fraction": 0.5}
    booster = as_read(lgb.train(parameters, lgb.Dataset(values, outcome), 500))
    return booster, values


def test_five_hundred_deep_trees(deep: tuple[lgb.Booster, np.ndarray]):
    booster, values = deep
    assert len(trees_of(booster)) == 500
    assert_same(booster, values[:40])


def test_a_path_of_more_features_than_a_register_has_numbers():
    # given a chain: every split takes one row off by another feature
    rng = np.random.default_rng(0)
    values = np.eye(40)[rng.integers(0, 40, 4_000)]
    outcome = 2.0 ** np.arange(40)[values.argmax(axis=1)] / 2.0**30
    booster = as_read(
        lgb.train(QUIET | {"num_leaves": 40, "boost_from_average": False}, lgb.Dataset(values, outcome), 2)
    )
    # then it takes a quadrature of many points, and is exact
    depths = booster.trees_to_dataframe()["node_depth"]
    assert depths.max() > 20
    assert_same(booster, rng.normal(size=(20, 40)))


def test_one_feature_many_times_on_a_path():
    rng = np.random.default_rng(1)
    values = np.column_stack([rng.uniform(0, 9, 900), rng.normal(size=900)])
    booster = as_read(
        lgb.train(QUIET | {"num_leaves": 60}, lgb.Dataset(values, np.sin(values[:, 0] * 3)), 20)
    )
    assert_same(booster, values[:60])


def test_a_feature_that_no_tree_asks_for_adds_nothing():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(200, 4))
    data = lgb.Dataset(values, values[:, 1])
    booster = as_read(lgb.train(QUIET | {"interaction_constraints": [[0, 1]]}, data, 10))
    unused = booster.feature_importance() == 0
    assert unused.sum() >= 2
    assert (assert_same(booster, values)[:, :-1][:, unused] == 0).all()


def test_trees_of_a_single_leaf_and_none_at_all():
    values = np.zeros((50, 2))
    stub = lgb.train(QUIET | {"objective": "binary"}, lgb.Dataset(values, np.arange(50) % 2), 3)
    assert_same(as_read(stub), values[:3])
    empty = as_read(lgb.Booster(QUIET, lgb.Dataset(values, np.arange(50.0)).construct()))
    trees = trees_of(empty)
    assert (len(trees), trees.expected) == (0, 0.0)
    assert trees.raw(values).tolist() == [0.0] * 50
    assert not trees.contributions(values).any()


def test_the_mean_of_boosters_as_artefacts_hold_it():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(500, 5))
    data = [lgb.Dataset(values, values[:, 0] + rng.normal(size=500)) for _ in range(3)]
    mean = mean_of([lgb.train(QUIET | {"extra_trees": True}, one, 7) for one in data])
    assert_same(as_read(mean), values[:50])


def test_a_refitted_booster_whose_counts_are_those_of_other_rows():
    rng = np.random.default_rng(6)
    values = rng.normal(size=(400, 3))
    booster = lgb.train(QUIET, lgb.Dataset(values, values[:, 0]), 10)
    assert_same(as_read(booster.refit(values[:100] + 1, values[:100, 1])), values[:50])


def test_numbers_in_any_order_and_any_count_of_threads(deep: tuple[lgb.Booster, np.ndarray]):
    booster, values = deep
    trees, rows = trees_of(booster), values[:700]
    whole, raw = trees.contributions(rows, threads=1), trees.raw(rows, threads=1)
    order = np.random.default_rng(0).permutation(700)
    np.testing.assert_array_equal(trees.contributions(rows[order], threads=3), whole[order])
    np.testing.assert_array_equal(trees.raw(np.asfortranarray(rows[order]), threads=3), raw[order])
    np.testing.assert_array_equal(trees.contributions(rows[::7]), whole[::7])
    assert trees.contributions(rows[:0]).shape == (0, 31)
    assert trees.raw(rows[:0]).shape == (0,)


def test_what_was_saved_is_mapped_and_says_the_same(deep: tuple[lgb.Booster, np.ndarray], tmp_path: Path):
    booster, values = deep
    trees = trees_of(booster)
    trees.save(tmp_path / "trees")
    mapped = Trees.load(tmp_path / "trees")
    np.testing.assert_array_equal(mapped.contributions(values[:30]), trees.contributions(values[:30]))
    np.testing.assert_array_equal(mapped.raw(values), trees.raw(values))
    assert mapped.expected == trees.expected
    mapped.save(tmp_path / "again")
    for path in (tmp_path / "trees").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("shape", [(3,), (3, 2), (3, 4), (1, 3, 3)])
def test_other_columns_are_refused(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match="expected rows of 3 features; found an array of shape"):
        trees_of(DELICATE[0]).raw(np.zeros(shape))
    with pytest.raises(ValueError, match="expected rows of 3 features"):
        trees_of(DELICATE[0]).contributions(np.zeros(shape))


def test_after_warm_nothing_is_compiled(tmp_path: Path):
    # given what `warm` compiles
    warm()
    before = {
        name: list(getattr(kernels, name).signatures) for name in ("score", "explain_row", "explain_block")
    }
    # when trees from a text and from files score writable, read-only, one and many rows
    trees = trees_of(DELICATE[0])
    trees.save(tmp_path / "trees")
    rows = np.random.default_rng(0).normal(size=(300, 3))
    rows.flags.writeable = False
    for each in (trees, Trees.load(tmp_path / "trees")):
        for some in (rows, rows[:1], rows.copy(), rows[:1].tolist()):
            each.raw(some)
            each.contributions(some)
    # then there is one machine code of each
    assert {name: list(getattr(kernels, name).signatures) for name in before} == before
    assert {len(signatures) for signatures in before.values()} == {1}
