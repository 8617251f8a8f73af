"""Days and instants, where clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import InputError
from features.instants import day_of, end_of_day, month_ends, parse_as_of, start_of_day, to_utc, within_range

ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "Asia/Shanghai",
        "America/Sao_Paulo",
        "America/Havana",
        "Pacific/Auckland",
        "Asia/Beirut",
    ]
)
DAYS = st.dates(date(1990, 1, 1), date(2035, 12, 31))


def end(day: str | date, timezone: str) -> pd.Timestamp:
    return end_of_day(pd.DatetimeIndex([pd.Timestamp(day)]), timezone)[0]


@given(DAYS, ZONES)
def test_a_days_end_is_the_last_second_before_the_next_day_starts(day, zone):
    last = end(day, zone).to_pydatetime().replace(tzinfo=UTC)
    following = last + timedelta(seconds=1)
    assert last.astimezone(ZoneInfo(zone)).date() <= day
    assert following.astimezone(ZoneInfo(zone)).date() > day


@given(DAYS, ZONES)
def test_days_follow_each_other_without_gap(day, zone):
    assert start_of_day(day + timedelta(days=1), zone) - end(day, zone) == pd.Timedelta(seconds=1)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)), ZONES)
def test_an_instant_lies_in_its_local_day(instant, zone):
    instants = pd.DatetimeIndex([pd.Timestamp(instant).floor("s")])
    local = day_of(instants, zone)[0].date()
    assert local == instants[0].tz_localize("UTC").tz_convert(zone).date()
    assert start_of_day(local, zone) <= instants[0] <= end(local, zone)


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        # Clocks go forward at midnight: 15 October 2017 has no 00:00 in Sao Paulo.
        ("2017-10-14", "America/Sao_Paulo", "2017-10-15T02:59:59"),
        ("2017-10-15", "America/Sao_Paulo", "2017-10-16T01:59:59"),
        # Clocks go back at midnight: 18 February 2018 had 23:00 twice before.
        ("2018-02-17", "America/Sao_Paulo", "2018-02-18T02:59:59"),
        # Clocks go back from 01:00 to 00:00: 00:30 of 5 November 2017 happens twice in Havana.
        ("2017-11-04", "America/Havana", "2017-11-05T03:59:59"),
        ("2026-03-29", "Europe/Berlin", "2026-03-29T21:59:59"),
        ("9999-12-31", "UTC", "9999-12-31T23:59:59"),
    ],
)
def test_the_end_of_days_with_a_change_of_clocks(day, zone, expected):
    assert end(day, zone).isoformat() == expected


def test_local_times_that_happen_twice_are_the_first_and_missing_ones_stay_missing():
    local = pd.DatetimeIndex(["2026-10-25 02:30:00", None])
    assert to_utc(local, "Europe/Berlin").isna().tolist() == [False, True]
    assert to_utc(local, "Europe/Berlin")[0].isoformat() == "2026-10-25T00:30:00"
    assert end_of_day(pd.DatetimeIndex([None]), "Europe/Berlin").isna().all()


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2015-07-01", "2015-07-01T21:59:59"),
        (" 2015-07-01 ", "2015-07-01T21:59:59"),
        (date(2015, 7, 1), "2015-07-01T21:59:59"),
        ("2015-07-01T00:00", "2015-06-30T22:00:00"),
        ("2015-07-01T12:00:00Z", "2015-07-01T12:00:00"),
        ("2015-07-01 12:00:00+05:00", "2015-07-01T07:00:00"),
        (datetime(2015, 7, 1), "2015-06-30T22:00:00"),
        (pd.Timestamp("2015-07-01T12:00:00.9Z"), "2015-07-01T12:00:00"),
    ],
)
def test_a_date_means_the_end_of_that_day_and_an_instant_itself(as_of, expected):
    assert parse_as_of(as_of, "Europe/Berlin").isoformat() == expected


@pytest.mark.parametrize("text", ["today", "now", "", "2015", "01.07.2015", "2015-02-30", "2015-07-01T25:00"])
def test_other_words_are_refused(text):
    with pytest.raises(InputError, match="a date like 2026-01-31 or an instant"):
        parse_as_of(text, "UTC")
    with pytest.raises(InputError, match="a date like 2026-01-31 or an instant"):
        start_of_day(text, "UTC")


@given(DAYS, st.integers(0, 400), ZONES)
def test_month_ends_are_the_ends_of_last_days_in_the_period(start, length, zone):
    first, stop = pd.Timestamp(start), pd.Timestamp(start) + pd.Timedelta(days=length)
    days = [start + timedelta(days=n) for n in range(-2, length + 3)]
    expected = [end(day, zone) for day in days if (day + timedelta(days=1)).day == 1]
    assert list(month_ends(first, stop, zone)) == [each for each in expected if first <= each < stop]


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31", "9999-12-31T23:59:59Z"]
)
def test_a_day_out_of_range_is_refused(text):
    with pytest.raises(InputError, match="from 1900 to 2200"):
        parse_as_of(text, "Europe/Berlin")


@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_first_and_the_last_day_are_legal_in_every_zone(timezone):
    ends = end_of_day(pd.DatetimeIndex(["1900-01-01", "2200-12-31"]), timezone)
    assert within_range(ends, is_utc=True).all()
