from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.timing.grid import Grid

GRID = Grid((-12, -5, -4, -3, -2, -1, 0, 1, 2, 9, 39))


def test_single_days_are_told_from_coarser_intervals():
    assert GRID.is_single.tolist() == [False, False, *[True] * 7, False, False]


@given(st.lists(st.tuples(st.integers(-60, 60), st.integers(-60, 80)), min_size=1, max_size=5))
def test_rows_are_the_intervals_with_a_day_at_risk(spans):
    entry, until = (np.array(part, np.int64) for part in zip(*spans, strict=True))
    rows = GRID.rows(entry, until)
    # when every day is looked at by itself
    expected: dict[tuple[int, int], int] = {}
    for subject, (first, last) in enumerate(spans):
        for day in range(first + 1, min(last, GRID.ends[-1]) + 1):
            key = subject, next(place for place, end in enumerate(GRID.ends) if day <= end)
            expected[key] = expected.get(key, 0) + 1
    # then
    found = zip(rows.subject.tolist(), rows.interval.tolist(), strict=True)
    assert dict(zip(found, rows.width.tolist(), strict=True)) == expected


@pytest.mark.parametrize(("day", "interval"), [(-500, 0), (-12, 0), (-11, 1), (0, 6), (3, 9), (40, 11)])
def test_a_day_lies_in_one_interval(day, interval):
    assert GRID.interval_of(np.array([day])).tolist() == [interval]
