from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.bagging import mean_of

PARAMETERS = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_child_samples": 5}


def made(seed: int, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n, 4))
    inputs[rng.random(inputs.shape) < 0.2] = np.nan
    return inputs, (rng.random(n) < 0.3).astype(float)


def booster(seed: int, trees: int = 5, **changed) -> lgb.Booster:
    inputs, outcome = made(seed)
    return lgb.train(PARAMETERS | changed | {"seed": seed}, lgb.Dataset(inputs, outcome), trees)


@settings(max_examples=20, deadline=None)
@given(
    members=st.lists(
        st.tuples(st.integers(0, 99), st.integers(1, 6), st.booleans(), st.integers(2, 12)),
        min_size=1,
        max_size=4,
    ),
    seed=st.integers(0, 99),
)
def test_merged_is_the_mean_in_margin_and_in_every_share(members, seed):
    boosters = [
        booster(one, trees, extra_trees=extra, num_leaves=leaves) for one, trees, extra, leaves in members
    ]
    merged, (inputs, _) = mean_of(boosters), made(seed, 50)
    for asked in ({"raw_score": True}, {"pred_contrib": True}):
        parts = [each.predict(inputs, **asked) for each in boosters]
        np.testing.assert_allclose(
            merged.predict(inputs, **asked), np.mean(parts, axis=0), rtol=0, atol=1e-12
        )
    shares = merged.predict(inputs, pred_contrib=True)
    np.testing.assert_allclose(shares.sum(axis=1), merged.predict(inputs, raw_score=True), atol=1e-12)


def test_merged_is_written_and_read_without_a_difference(tmp_path):
    merged = mean_of([booster(1), booster(2)])
    merged.save_model(tmp_path / "booster.txt")
    read = lgb.Booster(model_file=tmp_path / "booster.txt")
    assert read.num_trees() == 10
    assert read.model_to_string() == merged.model_to_string()
    inputs, _ = made(3)
    np.testing.assert_array_equal(read.predict(inputs), merged.predict(inputs))


def test_importances_are_those_of_all_trees():
    boosters = [booster(1), booster(2)]
    expected = sum(each.feature_importance("split") for each in boosters)
    np.testing.assert_array_equal(mean_of(boosters).feature_importance("split"), expected)


def test_a_tree_that_never_split_is_a_number_that_is_shared_too():
    # given a booster that cannot split at all
    stump = booster(1, 1, min_child_samples=200)
    grown = booster(2)
    inputs, _ = made(3)
    expected = (stump.predict(inputs, raw_score=True) + grown.predict(inputs, raw_score=True)) / 2
    np.testing.assert_allclose(mean_of([stump, grown]).predict(inputs, raw_score=True), expected, atol=1e-12)


def test_boosters_of_other_features_have_no_mean():
    inputs, outcome = made(1)
    other = lgb.train(PARAMETERS, lgb.Dataset(inputs[:, :3], outcome), 2)
    with pytest.raises(ValueError, match="the same features"):
        mean_of([booster(1), other])
