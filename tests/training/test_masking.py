from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.spec import SOURCE_FLAGS
from features.build import Packed, build_packed, pack_portfolio
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
        # the one count over both years of accounts changes with the year before
        features -= {"loss_years_last_2"} if kind == "prior_year" else set()
        assert {FEATURES[name].source for name in features} <= {*sources, "request"}


@pytest.mark.parametrize("kind", MASKS)
def test_a_copy_says_of_each_source_that_it_lacks_that_it_is_not_there(kind):
    names = ["size_class", *FLAGS]
    assert mask(np.ones((1, 5)), names, kind)[0].tolist() == [
        1.0, *(0.0 if flag in {SOURCE_FLAGS[source] for source in MASKS[kind]} else 1.0 for flag in FLAGS)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("both_years", "income", "latest"),
    [
        (0, 0.1, 0),
        (1, -0.1, 1),
        (1, 0.1, 0),
        (2, -0.1, 1),
        (1, np.nan, 1),
        (2, np.nan, 1),
        (np.nan, -1.0, np.nan),
    ],
)
def test_without_the_year_before_only_the_latest_year_can_be_a_loss(both_years, income, latest):
    names = ["has_accounts", "has_prior_year", "net_income_to_assets", "loss_years_last_2"]
    row = np.array([[1.0, 1.0, income, both_years]])
    np.testing.assert_array_equal(mask(row, names, "prior_year")[0], [1.0, 0.0, income, latest])
    assert np.isnan(mask(row, names, "accounts")[0, 2:]).all()


def test_one_loss_of_two_years_is_the_latest_where_nothing_tells():
    names = ["has_accounts", "has_prior_year", "loss_years_last_2"]
    rows = np.array([[1.0, 1.0, count] for count in (0.0, 1.0, 2.0, np.nan)])
    np.testing.assert_array_equal(mask(rows, names, "prior_year")[:, 2], [0.0, 1.0, 1.0, np.nan])


def test_a_copy_without_the_year_before_has_the_losses_that_one_year_of_accounts_tells(small: Packed):
    # given buyers as the books know them, and the same books with their latest accounts alone
    asked = late_subjects(small).drop_duplicates("buyer_id", keep="last")
    asked = asked.assign(as_of=small.portfolio.observed_until).reset_index(drop=True)
    both = build_packed(small, asked)
    has = (both["has_prior_year"] == 1.0).to_numpy()
    copies = pd.DataFrame(mask(both.to_numpy(), NAMES, "prior_year"), columns=list(NAMES))
    statements = small.portfolio.tables["statements"]
    ends = statements.groupby("buyer_id")["period_end"].transform("max")
    latest = statements[statements["period_end"] == ends].reset_index(drop=True)
    tables = {**small.portfolio.tables, "statements": latest}
    only = replace(small.portfolio, tables=tables)
    alone = build_packed(pack_portfolio(only), asked)
    same = has & (alone["accounts_year"] == both["accounts_year"]).to_numpy()
    assert same.sum() > 20
    np.testing.assert_array_equal(copies["loss_years_last_2"][same], alone["loss_years_last_2"][same])
    assert (copies["loss_years_last_2"][same] != both["loss_years_last_2"][same]).any()


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
