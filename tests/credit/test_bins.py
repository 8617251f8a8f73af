from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from credit.bins import Bins, bins_of

ANY = st.one_of(st.floats(allow_subnormal=False), st.sampled_from([0.0, 1.0, np.nan, np.inf, -np.inf]))
SAMPLES = arrays(np.float64, st.integers(0, 60), elements=ANY)


def told(bins: Bins) -> list[tuple[float, float, int]]:
    return [(one.low, one.high, one.count) for one in bins.known]


def test_untied_values_are_cut_at_the_deciles():
    # given 1,000 different values in any order
    values = np.random.default_rng(3).permutation(1000).astype(np.float64)
    # when
    bins = bins_of(values)
    # then the edges are those of the sorted values cut in ten
    parts = np.array_split(np.sort(values), 10)
    assert told(bins) == [(part[0], part[-1], 100) for part in parts]
    assert bins.missing == bins.unseen == 0


def test_a_frequent_value_has_a_bin_of_its_own_and_the_rest_keeps_its_deciles():
    # given 0 in 60 % of the rows, negative values in 10 % and positive ones in 30 %
    values = np.concatenate([np.zeros(600), -np.arange(1.0, 101.0), np.arange(1.0, 301.0)])
    bins = bins_of(values)
    assert told(bins) == [
        (-100.0, -1.0, 100), (0.0, 0.0, 600), (1.0, 100.0, 100), (101.0, 200.0, 100), (201.0, 300.0, 100),
    ]  # fmt: skip
    # and what lies between the bins is not the frequent value
    assert bins.place(np.array([-0.5, -0.0, 0.0, 1e-300, 0.5])).tolist() == [0, 1, 1, 2, 2]


def test_many_small_runs_between_frequent_values_are_joined_to_ten():
    # given nine frequent values with a rare one between each two
    values = np.concatenate([np.repeat(np.arange(0.0, 18.0, 2.0), 110), np.arange(1.0, 18.0, 2.0)])
    bins = bins_of(values)
    assert len(bins.known) == 10
    assert sum(count for _, _, count in told(bins)) == len(values)


def test_missing_and_unseen_are_bins_of_their_own():
    bins = bins_of(np.array([1.0, 2.0, np.nan, np.inf]), most=2)
    assert bins.counts.tolist() == [1, 1, 1, 1]
    now = np.array([1.0, 1.5, 2.0, 2.1, 0.9, -np.inf, np.nan, np.nan])
    assert bins.count(now).tolist() == [2, 1, 2, 3]


def test_a_code_that_training_never_saw_is_unseen_also_within_the_range():
    weekdays = np.array([1.0, 2.0, 3.0, 5.0] * 5)
    bins = bins_of(weekdays, is_code=True)
    assert told(bins) == [(1.0, 1.0, 5), (2.0, 2.0, 5), (3.0, 3.0, 5), (5.0, 5.0, 5)]
    assert bins.count(np.array([4.0, 5.0, 6.0, np.nan])).tolist() == [0, 0, 0, 1, 1, 2]
    # while of a measure what lies between is seen
    assert bins_of(weekdays).count(np.array([4.0]))[-1] == 0


def test_many_codes_share_bins_and_are_still_known_one_by_one():
    days = np.delete(np.repeat(np.arange(1.0, 32.0), 10), np.arange(140, 150))
    bins = bins_of(days, is_code=True)
    assert len(bins.known) == 10
    assert 15.0 not in (bins.codes or ())
    assert bins.place(np.array([15.0]))[0] == 11


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_where_nothing_was_known_everything_known_is_unseen(values):
    bins = bins_of(np.array(values, np.float64))
    assert bins.known == ()
    assert bins.count(np.array([0.0, np.nan])).tolist() == [1, 1]


@given(SAMPLES, SAMPLES, st.booleans())
def test_every_value_has_one_bin_and_training_is_placed_as_it_was_counted(values, other, is_code):
    bins = bins_of(values, is_code=is_code)
    assert len(bins.known) <= 10
    assert bins.counts.sum() == len(values)
    assert bins.count(values).tolist() == bins.counts.tolist()
    assert bins.count(other).sum() == len(other)
    assert all(before.high < after.low for before, after in zip(bins.known, bins.known[1:], strict=False))


@given(SAMPLES)
def test_it_is_the_same_after_it_was_written(values):
    bins = bins_of(values)
    assert Bins.model_validate_json(bins.model_dump_json()) == bins


@given(SAMPLES)
def test_a_bin_holds_no_more_than_two_shares_but_for_a_frequent_value(values):
    bins = bins_of(values)
    known = sum(one.count for one in bins.known)
    crowded = [one for one in bins.known if one.low != one.high and one.count > max(2 * known / 10, 2)]
    assert crowded == []
