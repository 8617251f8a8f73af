from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from training.periods import date_text, day_after, day_start

INSTANTS = st.datetimes(pd.Timestamp("2001-01-01"), pd.Timestamp("2035-01-01")).map(
    lambda moment: pd.Timestamp(moment).floor("s")
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo"])


@given(instant=INSTANTS, timezone=ZONES)
def test_an_instant_lies_between_the_start_of_its_day_and_of_the_next(instant, timezone):
    start, stop = day_start(instant, timezone), day_after(instant, timezone)
    assert start <= instant < stop
    assert timedelta(hours=22) < stop - start < timedelta(hours=26)
    assert date_text(start, timezone) == date_text(instant, timezone)
    assert date.fromisoformat(date_text(stop, timezone)) - date.fromisoformat(
        date_text(start, timezone)
    ) == timedelta(1)


def test_a_day_is_the_sellers_and_not_that_of_utc():
    evening = pd.Timestamp("2015-12-31T23:30:00")
    assert date_text(evening, "Europe/Berlin") == "2016-01-01"
    assert day_start(evening, "Europe/Berlin") == pd.Timestamp("2015-12-31T23:00:00")
    assert day_after(evening, "UTC") == pd.Timestamp("2016-01-01T00:00:00")
