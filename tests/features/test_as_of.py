from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from features.as_of import instant_of, last_month_end
from features.instants import end_of_day, to_utc

ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Asia/Beirut"]


@given(st.dates(date(1971, 1, 1), date(2100, 1, 1)), st.sampled_from(ZONES))
def test_a_day_ends_where_frames_say_that_it_does(day, timezone):
    assert instant_of(day, timezone) == end_of_day(pd.DatetimeIndex([pd.Timestamp(day)]), timezone)[0]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.sampled_from(ZONES))
def test_a_local_time_is_the_instant_that_frames_say(local, timezone):
    assert instant_of(local, timezone) == to_utc(pd.DatetimeIndex([pd.Timestamp(local)]), timezone)[0]


CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/Sao_Paulo", "2018-11-04"),
]


def test_each_hour_around_the_change_of_a_clock_is_the_instant_that_frames_say():
    for timezone, start in CHANGES:
        for minutes in np.arange(0, 300, 10):
            local = datetime.fromisoformat(start) + pd.Timedelta(minutes=int(minutes)).to_pytimedelta()
            assert instant_of(local, timezone) == to_utc(pd.DatetimeIndex([local]), timezone)[0]


def test_half_an_hour_that_a_clock_skips_is_the_moment_of_the_change():
    assert instant_of("2026-10-04T02:10:00", "Australia/Lord_Howe") == datetime(2026, 10, 3, 15, 30)


def test_the_month_before_january_ends_in_december():
    assert last_month_end(datetime(2026, 1, 1), "UTC") == datetime(2025, 12, 31, 23, 59, 59)
