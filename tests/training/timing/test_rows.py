from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from credit.timing.grid import Grid
from training.timing.rows import hazard_rows, thinned

GRID = Grid((-12, -5, -2, -1, 0, 1, 2, 9, 39))
SUBJECT = st.tuples(st.integers(-30, 30), st.integers(1, 80), st.booleans(), st.integers(1, 80))


def frame(subjects: list[tuple[int, int, bool, int]]) -> pd.DataFrame:
    """Subjects that enter on a day from due, close so many days later, and are seen so many days."""
    rows = [
        {"due_day": 1000, "as_of_day": 1000 + entry, "seen_day": 1000.0 + entry + seen,
         "closed_day": 1000.0 + entry + wait if closes else np.inf}
        for entry, wait, closes, seen in subjects
    ]  # fmt: skip
    return pd.DataFrame(rows)


@given(st.lists(SUBJECT, min_size=1, max_size=6), st.integers(980, 1100))
def test_rows_tell_what_happened_day_by_day(subjects, until_day):
    told = frame(subjects)
    found = hazard_rows(told, GRID, until_day)
    closings = {
        (s, k) for s, k, c in zip(found.rows.subject, found.rows.interval, found.closed, strict=True) if c
    }
    for number, row in told.iterrows():
        seen = min(row["seen_day"], until_day)
        closes = row["closed_day"] <= seen
        mine = found.rows.interval[found.rows.subject == number]
        last = row["closed_day"] if closes else seen
        days = range(int(row["as_of_day"]) + 1, int(last) + 1)
        expected = {int(GRID.interval_of(np.array([day - 1000]))[0]) for day in days} - {len(GRID.ends)}
        assert set(mine.tolist()) == expected
        at = int(GRID.interval_of(np.array([int(last) - 1000]))[0])
        assert ((number, at) in closings) == (closes and at < len(GRID.ends))
    assert len(closings) == found.closed.sum()


def test_a_censored_subject_is_at_risk_until_then_and_a_closed_one_on_the_whole_interval():
    # given two subjects in the interval of days 3 to 9: one closes on day 5, one is censored on day 5
    told = frame([(2, 3, True, 60), (2, 3, False, 3)])
    found = hazard_rows(told, GRID)
    assert found.rows.width.tolist() == [7, 3]
    assert found.closed.tolist() == [True, False]


def test_thinned_rows_stand_for_all():
    told = frame([(-20, 25 + number % 9, True, 60) for number in range(400)])
    found = hazard_rows(told, GRID)
    kept = thinned(found, most=1_000, per_closing=1.0, seed=1)
    assert kept.closed.sum() > 0.9 * min(found.closed.sum(), 1_000 / 3)
    assert len(kept.closed) <= 1_000
    one = thinned(found, most=10_000, per_closing=2.0, seed=1)
    assert one.closed.sum() == found.closed.sum()
    assert abs(one.stands_for.sum() / len(found.closed) - 1) < 0.1
    whole = thinned(found, most=10_000, per_closing=100.0, seed=1)
    assert whole.kept_share == 1.0
    assert len(whole.closed) == len(found.closed)


def test_thinning_is_the_same_for_the_same_seed():
    found = hazard_rows(frame([(-20, 30, True, 60)] * 50), GRID)
    one, two = (thinned(found, 200, 1.0, seed=5) for _ in range(2))
    assert one.rows.interval.tolist() == two.rows.interval.tolist()
