from __future__ import annotations

import pandas as pd
import pytest

from features.columns import Column
from features.convert import convert

FAR = ["9999-12-31", "0001-01-01"]


@pytest.mark.parametrize("kind", ["date", "instant"])
@pytest.mark.parametrize("unit", ["s", "us"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin", "America/New_York"])
def test_typed_days_out_of_range_are_bad(kind, unit, zone):
    # given
    days = pd.Series([pd.Timestamp(day).as_unit(unit) for day in FAR], dtype=f"datetime64[{unit}]")
    raw = days if zone is None else days.dt.tz_localize("UTC").dt.tz_convert(zone)
    # when
    values, bad = convert(raw, Column("day", kind), "Europe/Berlin")
    # then
    assert bad.tolist() == [True, True]
    assert values.isna().all()


@pytest.mark.parametrize("kind", ["date", "instant"])
@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_first_and_the_last_day_are_good_and_the_next_ones_bad(kind, timezone):
    raw = pd.Series(["1899-12-31", "1900-01-01", "2200-12-31", "2201-01-01", *FAR])
    _, bad = convert(raw, Column("day", kind), timezone)
    assert bad.tolist() == [True, False, False, True, True, True]


def test_the_end_of_the_last_day_is_good_as_an_instant_in_utc():
    raw = pd.Series(["2201-01-01T07:59:59Z", "9999-12-31T23:59:59Z"])
    _, bad = convert(raw, Column("day", "instant"), "America/Los_Angeles")
    assert bad.tolist() == [False, True]
