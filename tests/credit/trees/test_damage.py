"""Damaged texts and files are refused; whatever is taken cannot lead a walk out of the arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from credit.trees import Trees
from credit.trees.layout import NODE, TREE
from tests.credit.trees.boosters import random_booster

FILES = ("header", "trees", "nodes", "leaves", "categories")


@pytest.fixture(scope="module")
def text() -> str:
    rng = np.random.default_rng(0)
    values = np.column_stack([rng.normal(size=(400, 2)), rng.integers(0, 20, 400)])
    data = lgb.Dataset(values, values[:, 0] + 3 * np.sin(values[:, 2]), categorical_feature=[2])
    parameters = {
        "verbose": -1, "num_threads": 1, "objective": "regression", "min_data_per_group": 1, "cat_smooth": 1
    }  # fmt: skip
    return str(lgb.train(parameters, data, 4).model_to_string())


@pytest.fixture
def arrays(text: str, tmp_path: Path) -> dict[str, Any]:
    Trees.from_booster_text(text).save(tmp_path / "trees")
    return {name: np.load(tmp_path / "trees" / f"{name}.npy") for name in FILES}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version=v4", "version=v3", "a booster in format v4"),
        ("num_class=1", "num_class=3", "a booster with one output"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=3", "a booster with one output"),
        ("max_feature_idx=2", "max_feature_idx=1", "features of the header"),
        ("max_feature_idx=2\n", "", "the whole text of a booster"),
        ("end of trees", "end of", "the whole text of a booster"),
        ("\nTree=3\n", "\n", "4 trees"),
        ("is_linear=0", "is_linear=1", "constant leaves"),
        ("split_feature=", "split_feature=7 ", "numbers of split_feature"),
        ("leaf_count=", "leaf_cnt=", "'leaf_count' of every tree"),
        ("left_child=", "left_child=0 ", "numbers of left_child"),
        ("leaf_value=", "leaf_value=x", "could not convert"),
        ("num_cat=", "num_cat=9", "numbers of cat_boundaries"),
    ],
)
def test_another_or_a_broken_text_is_refused(text: str, old: str, new: str, message: str):
    assert old in text
    with pytest.raises(ValueError, match=message):
        Trees.from_booster_text(text.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "none", "tree\nversion=v4\n"])
def test_what_is_no_booster_is_refused(text: str):
    with pytest.raises(ValueError, match="the whole text of a booster"):
        Trees.from_booster_text(text)


@pytest.mark.parametrize("field", ["left_child", "right_child"])
@pytest.mark.parametrize("child", [0, 10**6, -(10**6), 1, -1])
def test_children_that_are_no_tree_are_refused(text: str, field: str, child: int):
    line = next(line for line in text.splitlines() if line.startswith(field))
    first, *others = line.partition("=")[2].split()
    child = child if str(child) != first else 2
    with pytest.raises(ValueError, match="every node and leaf below one node"):
        Trees.from_booster_text(text.replace(line, f"{field}={' '.join([str(child), *others])}", 1))


def test_a_node_without_rows_is_refused(text: str):
    line = next(line for line in text.splitlines() if line.startswith("internal_count"))
    with pytest.raises(ValueError, match="training rows in every node"):
        Trees.from_booster_text(text.replace(line, line.replace("=400", "=0"), 1))


def test_a_leaf_without_rows_counts_for_nothing():
    # given a split whose left leaf no training row reached, where LightGBM divides 0 by 0
    trees = Trees.from_booster_text(
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=0\ntree_sizes=1\n\n"
        "Tree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=1\ndecision_type=2\nleft_child=-1\n"
        "right_child=-2\nleaf_value=5 7\nleaf_count=0 9\ninternal_count=9\n\nend of trees\n"
    )
    assert trees.contributions([[0.0], [2.0]]).tolist() == [[-2.0, 7.0], [0.0, 7.0]]


DAMAGE: list[tuple[str, str, Any]] = [
    ("header", "format", 2),
    ("header", "features", 0),
    ("header", "features", 2),
    ("trees", "first", 1),
    ("trees", "nodes", -1),
    ("trees", "nodes", 10**6),
    ("trees", "points", 0),
    ("trees", "points", 10**6),
    ("trees", "expected", np.nan),
    ("nodes", "feature", -1),
    ("nodes", "feature", 3),
    ("nodes", "left", 0),
    ("nodes", "left", -1),
    ("nodes", "left", 10**6),
    ("nodes", "right", 0),
    ("nodes", "right", 2**31 - 1),
    ("nodes", "parent", 5),
    ("nodes", "ancestor", 10**6),
    ("nodes", "ancestor", -(10**6)),
    ("nodes", "is_left", 7),
    ("nodes", "under_left", 7),
    ("nodes", "share", 0.123),
    ("nodes", "reach", 0.123),
    ("nodes", "share_left", -0.1),
    ("nodes", "share_right", np.nan),
    ("nodes", "threshold", np.nan),
]


@pytest.mark.parametrize(("name", "field", "value"), DAMAGE)
@pytest.mark.parametrize("place", [0, -1])
def test_a_damaged_record_is_refused(arrays: dict[str, Any], name: str, field: str, value: Any, place: int):
    arrays[name][field][place] = value
    with pytest.raises(ValueError, match=r"expected .*; found other content"):
        Trees(**arrays)


@pytest.mark.parametrize("start", [-1.0, 1e9, np.inf, -np.inf])
def test_a_set_of_categories_that_is_not_there_is_refused(arrays: dict[str, Any], start: float):
    by_category = np.flatnonzero(arrays["nodes"]["rule"] == 4)
    arrays["nodes"]["threshold"][by_category[0]] = start
    with pytest.raises(ValueError, match="sets of categories where nodes say"):
        Trees(**arrays)


def test_a_set_of_categories_that_does_not_end_is_refused(arrays: dict[str, Any]):
    arrays["categories"][0] = 2**32 - 1
    with pytest.raises(ValueError, match="whole sets of categories"):
        Trees(**arrays)


@pytest.mark.parametrize("name", ["trees", "nodes", "leaves", "categories"])
def test_lacking_and_additional_records_are_refused(arrays: dict[str, Any], name: str):
    for changed in (arrays[name][:-1], np.concatenate([arrays[name], arrays[name][-1:]])):
        if name == "categories" and len(changed) > len(arrays[name]):
            continue
        with pytest.raises(ValueError, match="found other content"):
            Trees(**arrays | {name: changed})


@pytest.mark.parametrize("name", FILES)
def test_arrays_of_another_kind_are_refused(arrays: dict[str, Any], name: str):
    for changed in (arrays[name][None], np.zeros(len(arrays[name]), np.float32)):
        with pytest.raises(ValueError, match=f"an array of {name} of this format"):
            Trees(**arrays | {name: changed})


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"none", None])
def test_a_file_that_is_no_array_is_refused(text: str, tmp_path: Path, name: str, content: bytes | None):
    Trees.from_booster_text(text).save(tmp_path / "trees")
    path = tmp_path / "trees" / f"{name}.npy"
    path.write_bytes(path.read_bytes()[:-8] if content is None else content)
    with pytest.raises(ValueError, match=r"."):
        Trees.load(tmp_path / "trees")


def test_a_file_that_lacks_is_refused(text: str, tmp_path: Path):
    Trees.from_booster_text(text).save(tmp_path / "trees")
    (tmp_path / "trees" / "leaves.npy").unlink()
    with pytest.raises(FileNotFoundError):
        Trees.load(tmp_path / "trees")


def test_flipped_bits_are_refused_or_do_no_harm(arrays: dict[str, Any]):
    # given single bits flipped anywhere in the records
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(9, 3)) * 20
    refused = 0
    for _ in range(400):
        name = ("trees", "nodes", "categories")[int(rng.integers(3))]
        damaged = np.frombuffer(arrays[name].tobytes(), np.uint8).copy()
        damaged[rng.integers(len(damaged))] ^= 1 << rng.integers(8)
        try:
            trees = Trees(**arrays | {name: damaged.view(arrays[name].dtype)})
        except ValueError:
            refused += 1
            continue
        # then what is taken stays inside: it answers
        assert trees.raw(rows).shape == (9,)
        assert trees.contributions(rows).shape == (9, 4)
    assert 100 < refused < 400


def test_the_records_are_a_cache_line_a_node():
    assert NODE.itemsize == 64
    assert not NODE.hasobject
    assert not TREE.hasobject


def test_arrays_are_not_changed_by_who_reads_them(arrays: dict[str, Any]):
    booster, rows = random_booster(3)
    trees = Trees.from_booster_text(booster.model_to_string())
    before = trees.contributions(rows)
    rows.flags.writeable = False
    np.testing.assert_array_equal(trees.contributions(rows), before)
    for array in trees._arrays:
        assert not array.flags.writeable
