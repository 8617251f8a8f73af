"""The latest legal due date of an invoice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.offer_rules import Statutory
from credit.policy import Policy
from credit.statutory import latest_due_on

FRANCE = Policy.default().terms.statutory["FR"]


@pytest.mark.parametrize(
    ("invoiced_on", "latest"),
    [
        # the end of July and 45 days; 60 days net would be 30 August
        (date(2026, 7, 1), date(2026, 9, 14)),
        # 45 days, and from there to the end of the month; 60 days net would be 29 September
        (date(2026, 7, 31), date(2026, 9, 30)),
        # 60 days net: 45 days are 28 February, the end of January and 45 days 17 March
        (date(2027, 1, 14), date(2027, 3, 17)),
        (date(2027, 1, 31), date(2027, 4, 1)),
    ],
)
def test_the_latest_day_is_the_latest_of_all_ways_to_count(invoiced_on, latest):
    assert latest_due_on(FRANCE, invoiced_on) == latest


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_the_end_of_the_month_never_shortens_and_is_bounded(day):
    net = latest_due_on(Statutory(days=60, public_days=30), day)
    latest = latest_due_on(FRANCE, day)
    assert net == day + timedelta(days=60)
    assert net <= latest <= day + timedelta(days=45 + 30)
