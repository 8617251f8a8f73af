"""Sliding windows hold just the facts that are in force and inside, however the sweep came there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.engine.histograms import bin_at, percentile
from features.engine.ledger import NEVER
from features.engine.moments import Moments
from features.engine.sorting import order_by, order_by_day
from features.engine.streams import new_stream, put_in_order
from features.engine.windows import SPANS, WATCHED, add_up, advance, begin, new_sweep, within

DAY_SECONDS = 86_400
BINS = 40

facts = st.tuples(
    st.integers(0, 900),  # day from which it is known
    st.one_of(st.none(), st.integers(1, 500)),  # days until a newer version
    st.integers(-60, 60),  # anchor, relative to that day
    st.integers(0, 1),  # currency
    st.integers(-1000, 1000),  # amount
    st.integers(0, BINS - 1),
    st.booleans(),  # watched
)


class Oracle:
    """Facts as rows, asked one by one."""

    def __init__(self, rows):
        self.rows = rows

    def begins(self, row):
        return row[0] * DAY_SECONDS

    def ends(self, row):
        return NEVER if row[1] is None else (row[0] + row[1]) * DAY_SECONDS

    def in_force(self, day):
        now = day * DAY_SECONDS
        return [row for row in self.rows if self.begins(row) <= now < self.ends(row)]

    def inside(self, day, span):
        return [row for row in self.in_force(day) if not row[6] and day - span < row[0] + row[2] <= day]


def stream_of(oracle, days, has_bins=True):
    count, shape = len(oracle.rows), (len(SPANS), BINS) if has_bins else (0, 0)
    stream, sweep = new_stream(count, 1), new_sweep(count, 2, len(SPANS), 1, shape)
    for k, row in enumerate(oracle.rows):
        stream.begins[k], stream.ends[k], stream.anchor[k] = (
            oracle.begins(row),
            oracle.ends(row),
            row[0] + row[2],
        )
        stream.currency[k], stream.parts[k, 0], stream.bins[k], stream.watched[k] = row[3:]
    day = np.array(sorted(days))
    nobody = np.full(len(day), -1)
    moments = Moments(nobody, day * DAY_SECONDS, day, nobody)
    put_in_order(stream, count, moments, (0, len(day)), not has_bins)
    begin(stream, sweep, SPANS, shape[1], (day[0] * DAY_SECONDS, day[0]))
    return stream, sweep


@given(st.lists(facts, max_size=30), st.lists(st.integers(0, 1500), min_size=1, max_size=12), st.booleans())
def test_sums_are_those_of_the_facts_in_force_and_inside(rows, days, has_bins):
    oracle = Oracle(rows)
    stream, sweep = stream_of(oracle, days, has_bins)
    for day in sorted(days):
        advance(stream, sweep, SPANS, day * DAY_SECONDS, day)
        add_up(stream, sweep)
        for window, span in enumerate(SPANS):
            inside = oracle.inside(day, span)
            for currency in (0, 1):
                expected = sum(row[4] for row in inside if row[3] == currency)
                assert sweep.sums[currency, window, 0] == expected
            if has_bins:
                assert sweep.counts[window].sum() == len(inside)
        watched = sorted(k for k, row in enumerate(rows) if row[6] and row in oracle.in_force(day))
        assert sorted(sweep.watch[: sweep.at[WATCHED]]) == watched


@given(st.lists(facts, min_size=1, max_size=30), st.integers(0, 1000), st.integers(1, 99))
def test_percentiles_are_those_of_numpy(rows, day, percent):
    oracle = Oracle(rows)
    _, sweep = stream_of(oracle, [day])
    bins = sorted(row[5] for row in oracle.inside(day, SPANS[-1]))
    if not bins:
        assert np.isnan(percentile(sweep, len(SPANS) - 1, percent, 0))
        return
    assert percentile(sweep, len(SPANS) - 1, percent, len(bins)) == pytest.approx(
        np.percentile(bins, percent)
    )
    assert bin_at(sweep, len(SPANS) - 1, len(bins) - 1) == bins[-1]


@given(st.lists(facts, min_size=1, max_size=20), st.integers(0, 1000), st.booleans(), st.data())
def test_rows_that_are_taken_out_and_put_back_leave_no_trace(rows, day, has_bins, data):
    stream, sweep = stream_of(Oracle(rows), [day], has_bins)
    first = data.draw(st.integers(0, len(rows)))
    before, counts = sweep.rings.copy(), sweep.counts.copy()
    within(stream, sweep, SPANS, (first, len(rows)), -1)
    add_up(stream, sweep)
    others = Oracle(rows[:first])
    for window, span in enumerate(SPANS):
        assert sweep.sums[:, window, 0].sum() == sum(row[4] for row in others.inside(day, span))
    within(stream, sweep, SPANS, (first, len(rows)), 1)
    np.testing.assert_array_equal(sweep.rings, before)
    np.testing.assert_array_equal(sweep.counts, counts)


@given(st.lists(st.integers(-50, 50), max_size=200))
def test_orders_are_stable(values):
    keys = np.array(values, np.int64)
    order, spare = np.empty(len(keys), np.int32), np.empty(len(keys), np.int32)
    order_by(keys, len(keys), order, spare)
    np.testing.assert_array_equal(order, np.argsort(keys, kind="stable"))


@given(st.lists(st.integers(-50, 50), max_size=200), st.integers(0, 300))
def test_days_are_ordered_the_same_by_counting_and_by_comparing(values, room):
    days = np.array(values, np.int32)
    order, spare = np.empty(len(days), np.int32), np.empty(len(days) + room, np.int32)
    order_by_day(days, len(days), order, spare)
    np.testing.assert_array_equal(order, np.argsort(days, kind="stable"))
