"""The tables of payment runs agree with a walk through the calendar, day by day."""

from __future__ import annotations

import calendar as civil
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from features.sources.simulator.calendar import RUNS, Calendar, make_calendar
from features.sources.simulator.window import make_window

DAY = timedelta(days=1)
EPOCH = date(1970, 1, 1)
DAYS = [date(2024, 1, 1) + number * DAY for number in range(0, 900, 7)]


@pytest.fixture(scope="module")
def made() -> Calendar:
    return make_calendar(make_window(date(2026, 6, 30), 2), 2)


def _workday_on_or_before(day: date) -> date:
    return day - DAY * max(0, day.weekday() - 4)


def _runs_of_month(day: date) -> dict[str, date]:
    end = day.replace(day=civil.monthrange(day.year, day.month)[1])
    return {"middle": _workday_on_or_before(day.replace(day=15)), "end": _workday_on_or_before(end)}


def _is_run(run: int, day: date) -> bool:
    of_month = _runs_of_month(day)
    if run < 5:
        return day.weekday() == run
    return day in ([*of_month.values()] if run == 5 else [of_month["end"]])


def _from(day: date, step: int) -> Iterator[date]:
    while True:
        yield day
        day += step * DAY


@pytest.mark.parametrize("run", range(RUNS))
def test_next_and_last_run(made: Calendar, run: int):
    for day in DAYS:
        number = np.array([(day - EPOCH).days])
        after = next(other for other in _from(day, 1) if _is_run(run, other))
        before = next(other for other in _from(day, -1) if _is_run(run, other))

        assert made.next_run(np.array([run]), number)[0] == (after - EPOCH).days
        assert made.last_run(np.array([run]), number)[0] == (before - EPOCH).days


def test_a_clearing_comes_after_the_day_and_within_two_months_of_it(made: Calendar):
    for phase in (0, 1):
        for day in DAYS:
            found = EPOCH + DAY * int(
                made.next_clearing(np.array([phase]), np.array([(day - EPOCH).days]))[0]
            )

            assert day < found <= day + 63 * DAY
            assert found == _runs_of_month(found)["end"]
