from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.spec import SOURCE_FLAGS
from features.build import Packed, build_packed
from features.catalog import FEATURES, NAMES, inputs_of
from training.masking import MASKS, mask, masked_copies, masks_of
from training.subjects import late_subjects

SHARES = dict.fromkeys(MASKS, 0.1)
FLAGS = ["has_payments", "has_accounts", "has_prior_year", "has_market_value"]


@pytest.fixture(scope="module")
def firsts(small: Packed) -> tuple[pd.DataFrame, pd.DataFrame]:
    """First invoices of buyers, and later ones."""
    values = build_packed(small, late_subjects(small))
    is_first = values["tenure_days"].isna()
    return values[is_first], values[~is_first]


def test_a_copy_without_payments_looks_like_a_buyers_first_invoice(firsts):
    first, later = firsts
    assert len(first) > 10
    names = list(inputs_of("late"))
    copies = pd.DataFrame(mask(later[names].to_numpy(), names, "payments"), columns=names)
    of_the_book = {name for name in names if FEATURES[name].source == "book"}
    for name in set(names) - of_the_book:
        never = first[name].isna().all()
        assert copies[name].isna().all() == never, name
        if not never and name in FLAGS:
            assert set(copies[name]) == set(first[name])


def test_a_copy_takes_only_what_its_source_gives():
    values = np.ones((1, len(NAMES)))
    for kind, sources in MASKS.items():
        taken = np.flatnonzero(mask(values, NAMES, kind)[0] != 1.0)
        features = {NAMES[column] for column in taken} - {SOURCE_FLAGS[source] for source in sources}
        assert {FEATURES[name].source for name in features} <= {*sources, "request"}


@pytest.mark.parametrize("kind", MASKS)
def test_a_copy_says_of_each_source_that_it_lacks_that_it_is_not_there(kind):
    names = ["size_class", *FLAGS]
    assert mask(np.ones((1, 5)), names, kind)[0].tolist() == [
        1.0, *(0.0 if flag in {SOURCE_FLAGS[source] for source in MASKS[kind]} else 1.0 for flag in FLAGS)
    ]  # fmt: skip


@given(
    flags=st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=30),
    many=st.booleans(),
    seed=st.integers(0, 9),
)
def test_the_weights_of_a_subjects_rows_add_up_to_one(flags, many, seed):
    values = np.array(flags, dtype=float)
    if many:
        values = np.tile(values, (40_000 // len(values) + 1, 1))
    copies = masked_copies(values, FLAGS, SHARES, seed)
    total = np.bincount(copies.row, weights=copies.weight, minlength=len(values))
    np.testing.assert_allclose(total, 1.0)
    np.testing.assert_array_equal(copies.values[: len(values)], values)
    assert (copies.weight > 0).all()
    own = copies.weight[: len(values)]
    expected = 1 - 0.1 * sum(rows for rows in masks_of(values, FLAGS).values())
    np.testing.assert_allclose(own, expected)
    if many:
        assert len(copies.row) <= 2 * len(values)


def test_of_many_subjects_each_kind_of_copy_is_drawn_as_often_as_its_share_says():
    values = np.ones((60_000, 2))
    copies = masked_copies(values, FLAGS[:2], {**SHARES, "payments": 0.3}, 5)
    lost = pd.DataFrame(copies.values[len(values) :], columns=FLAGS[:2])
    only_payments = ((lost["has_payments"] == 0) & (lost["has_accounts"] == 1)).mean()
    assert only_payments == pytest.approx(0.3 / 0.5, abs=0.01)


def test_without_sources_there_are_no_copies():
    values = np.array([[0.0, 0.0], [0.0, 0.0]])
    copies = masked_copies(values, FLAGS[:2], SHARES, 1)
    assert len(copies.row) == 2
    assert masks_of(values, FLAGS[:2]) == {}


def test_the_order_of_the_seed_is_the_only_chance():
    values = np.ones((40_000, 2))
    one, two, other = (masked_copies(values, FLAGS[:2], SHARES, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.values, two.values)
    assert not np.array_equal(one.weight, other.weight) or not np.array_equal(one.values, other.values)
