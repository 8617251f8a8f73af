from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from credit.timing.dates import PayDates

DAYS = np.array([-5, -1, 0, 1, 2, 12, 42], np.int64)


def pay_dates(paid, credited=None, entry=-20.0, status="ok"):
    paid = np.atleast_2d(np.asarray(paid, np.float64))
    credited = np.zeros_like(paid) if credited is None else np.atleast_2d(np.asarray(credited, np.float64))
    n = len(paid)
    return PayDates(
        np.full(n, status, object),
        DAYS,
        paid,
        credited,
        np.zeros_like(paid),
        np.broadcast_to(entry, n).astype(float),
    )


KNOWN = [0.0, 0.1, 0.3, 0.6, 0.7, 0.9, 1.0]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (-30, 0.0),
        (-5, 0.0),
        (-3, 0.05),
        (-1, 0.1),
        (0, 0.3),
        (7, 0.8),
        (12, 0.9),
        (27, 0.95),
        (42, 1.0),
        (99, 1.0),
    ],
)
def test_probability_is_spread_evenly_over_the_days_of_an_interval(day, expected):
    assert pay_dates(KNOWN).paid_by(day)[0] == pytest.approx(expected)


def test_probability_is_spread_over_the_days_after_as_of_only():
    # given an invoice that is open at the end of day 7, in the middle of the interval from 3 to 12
    told = pay_dates([0, 0, 0, 0, 0, 0.5, 1.0], entry=7.0)
    assert told.paid_by(7)[0] == 0.0
    assert told.paid_by(8)[0] == pytest.approx(0.1)
    assert told.quantile(0.1)[0] == 8


@pytest.mark.parametrize(
    ("probability", "day"), [(0.05, -3), (0.1, -1), (0.11, 0), (0.5, 1), (0.6, 1), (0.75, 5), (0.9, 12)]
)
def test_a_quantile_is_the_first_day_that_reaches_it(probability, day):
    told = pay_dates(KNOWN)
    assert told.quantile(probability)[0] == day
    assert told.paid_by(day)[0] >= probability - 1e-9
    assert told.paid_by(day - 1)[0] < probability


def test_a_quantile_beyond_the_horizon_is_not_told():
    told = pay_dates([0, 0.1, 0.2, 0.3, 0.3, 0.3, 0.4])
    assert np.isnan(told.median[0])
    low, high, probability = told.interval(0.8)
    assert (low[0], np.isnan(high[0])) == (0, True)
    assert probability[0] == pytest.approx(0.9)


def test_an_interval_says_how_much_it_holds():
    # given that a tenth is paid by -1 and nine tenths by 12
    low, high, probability = pay_dates(KNOWN).interval(0.8)
    assert (low[0], high[0]) == (0, 12)
    assert probability[0] == pytest.approx(0.8)


def test_an_interval_of_one_day_on_which_nearly_all_pay():
    low, high, probability = pay_dates([0, 0.02, 0.97, 0.98, 0.99, 1.0, 1.0]).interval(0.8)
    assert (low[0], high[0]) == (0, 0)
    assert probability[0] == pytest.approx(0.95)


def test_pay_dates_are_those_of_what_is_not_credited():
    told = pay_dates([0, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5], [0, 0, 0, 0.1, 0.2, 0.4, 0.5])
    # of the half that is not credited, 0.3 / 0.5 are paid by 1
    assert told.median[0] == 1
    assert told.paid_by(1)[0] == pytest.approx(0.3)
    assert told.quantile(0.9)[0] == 12
    assert told.unpaid_at(2)[0] == pytest.approx(0.4)
    assert told.late_at(2)[0] == pytest.approx(0.4 / 0.8)


@pytest.mark.parametrize("status", ["unseen_pattern", "beyond_horizon"])
def test_nothing_is_said_where_the_model_cannot(status):
    told = pay_dates(np.full(7, np.nan), np.full(7, np.nan), status=status)
    numbers = [told.paid_by(3), told.unpaid_at(3), told.median, *told.interval()]
    assert all(np.isnan(one).all() for one in numbers)


CURVES = arrays(np.float64, 7, elements=st.floats(0.0, 1.0))


@given(CURVES, st.floats(-20.0, 41.0).map(round), st.floats(0.5, 0.95))
def test_intervals_hold_what_they_say_and_start_after_as_of(steps, entry, level):
    # given a rising curve that starts after as_of
    steps = np.where(entry >= DAYS, 0.0, steps)
    paid = np.cumsum(steps / max(steps.sum(), 1.0))
    told = pay_dates(paid, entry=float(entry))
    low, high, probability = told.interval(level)
    end = np.where(np.isnan(high), 42.0, high)
    held = np.where(np.isnan(high), 1.0, told.paid_by(end)) - told.paid_by(low - 1)
    assert probability == pytest.approx(held, abs=1e-9)
    assert (low > entry).all()
    assert (end >= low).all() or low[0] == 43
    days = np.arange(entry, 60)
    assert (np.diff([told.paid_by(day)[0] for day in days]) >= -1e-9).all()
