from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from credit.psi import correlation, critical_value, effective_size, psi, seen_size
from features.errors import InputError

COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


def test_the_golden_number():
    # golden: psi, of ten bins of which the shares of today add up to 1
    assert psi([10] * 10, [8, 9, 10, 11, 12, 9, 8, 10, 9, 14]) == pytest.approx(
        0.030144979921074053, rel=1e-14
    )


def test_the_golden_critical_value():
    # golden: psi_crit95, of ten bins and 10,000 against 500 subjects
    assert critical_value(10, 10_000, 500) == pytest.approx(0.03552985296970294, rel=1e-12)


def test_it_is_the_sum_over_bins():
    then, now = [50, 30, 20], [10, 30, 60]
    terms = [(o - e) * math.log(o / e) for e, o in ((0.5, 0.1), (0.3, 0.3), (0.2, 0.6))]
    assert psi(then, now) == pytest.approx(sum(terms), rel=1e-14)


def test_an_empty_bin_counts_as_half_a_subject_and_leaves_the_others_as_they_are():
    # given a bin that only today fills, and one that nobody fills
    assert psi([100, 0, 0], [75, 25, 0]) == pytest.approx(
        (0.75 - 1.0) * math.log(0.75) + (0.25 - 0.005) * math.log(0.25 / 0.005), rel=1e-14
    )


def test_half_the_population_gone_is_not_little():
    # given {a: 90, c: 10} then and {a: 50, b: 50} now, where the bins of one side only must count
    assert psi([90, 0, 10], [50, 50, 0]) > 2


@given(COUNTS, st.data())
def test_it_is_finite_not_negative_and_the_same_both_ways(then, data):
    now = data.draw(st.lists(st.integers(0, 10**9), min_size=len(then), max_size=len(then)))
    assume(sum(then) > 0 and sum(now) > 0)
    value = psi(then, now)
    assert math.isfinite(value)
    assert value >= 0
    assert psi(now, then) == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(COUNTS, st.integers(1, 1000))
def test_equal_shares_are_no_distance(then, times):
    assume(sum(then) > 0)
    assert psi(then, [times * count for count in then]) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("counts", [[0, 0], [], [-1, 2], [math.nan, 1], [math.inf, 1]])
def test_what_is_no_sample_is_refused(counts):
    with pytest.raises(InputError, match="counts of at least one subject"):
        psi([1] * len(counts), counts)
    with pytest.raises(InputError, match="counts of at least one subject"):
        psi(counts, [1] * len(counts))


def test_with_one_bin_nothing_can_move():
    assert critical_value(1, 100, 100) == 0.0
    assert psi([100], [7]) == 0.0


@given(st.integers(2, 12), st.floats(1, 1e9), st.floats(1, 1e9))
def test_the_critical_value_falls_with_either_size_and_rises_with_the_bins(bins, n, m):
    value = critical_value(bins, n, m)
    assert critical_value(bins, n * 2, m) < value
    assert critical_value(bins, n, m * 2) < value
    assert critical_value(bins + 1, n, m) > value
    assert critical_value(bins, m, n) == pytest.approx(value)


def test_independent_samples_exceed_the_critical_value_about_once_in_twenty():
    rng = np.random.default_rng(1)
    shares = np.full(10, 0.1)
    beyond = [
        psi(rng.multinomial(5000, shares), rng.multinomial(800, shares)) > critical_value(10, 5000, 800)
        for _ in range(1000)
    ]
    assert 0.03 < np.mean(beyond) < 0.075


def clustered(rng, clusters: int, size: int, alike: float) -> tuple[np.ndarray, np.ndarray]:
    """Return bins of subjects and their clusters; a share of the subjects has the bin of its cluster."""
    cluster = np.repeat(np.arange(clusters), size)
    own, shared = rng.integers(0, 5, len(cluster)), rng.integers(0, 5, clusters)[cluster]
    return np.where(rng.random(len(cluster)) < np.sqrt(alike), shared, own), cluster


@pytest.mark.parametrize("alike", [0.0, 0.3, 1.0])
def test_the_correlation_of_clusters_is_found(alike):
    place, cluster = clustered(np.random.default_rng(2), 2000, 10, alike)
    assert correlation(place, cluster) == pytest.approx(alike, abs=0.02)


def test_buyers_that_come_twelve_times_are_no_twelve_buyers():
    # given samples of 150 and 60 buyers, each at twelve month ends and nearly the same each time
    rng = np.random.default_rng(4)
    beyond = {"clustered": 0, "independent": 0}
    for _ in range(300):
        (then, of_then), (now, of_now) = (clustered(rng, count, 12, 0.8) for count in (150, 60))
        value = psi(np.bincount(then, minlength=5), np.bincount(now, minlength=5))
        alike = correlation(then, of_then)
        sizes = [effective_size(len(of), (seen_size(of), alike)) for of in (of_then, of_now)]
        beyond["clustered"] += value > critical_value(5, *sizes)
        beyond["independent"] += value > critical_value(5, len(then), len(now))
    # then the critical value of independent subjects cries wolf, the clustered one about once in twenty
    assert beyond["independent"] > 200
    assert beyond["clustered"] < 30


def test_a_figure_of_the_whole_book_is_one_observation_a_month():
    # given a value that all 100 subjects of a month share, over 24 months
    month = np.repeat(np.arange(24), 100)
    place = (month % 4).astype(np.int64)
    assert correlation(place, month) == pytest.approx(1.0, abs=0.01)
    assert effective_size(2400, (seen_size(month), 1.0)) == pytest.approx(24.0)


def test_nothing_is_alike_where_there_is_one_bin_one_cluster_or_no_pair():
    assert correlation(np.zeros(10, np.int64), np.repeat(np.arange(5), 2)) == 0.0
    assert correlation(np.arange(10) % 2, np.zeros(10, np.int64)) == 0.0
    assert correlation(np.arange(10) % 2, np.arange(10)) == 0.0


@given(st.integers(1, 10**6), st.floats(1, 1e6), st.floats(0, 1))
def test_clusters_never_tell_more_than_independent_subjects(n, size, alike):
    assert 1.0 <= effective_size(n, (size, alike)) <= n
