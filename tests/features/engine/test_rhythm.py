"""Calendar arithmetic of the payment days."""

from __future__ import annotations

import numpy as np

from features.engine.civil import is_month_end


def test_month_ends_of_three_centuries_are_those_of_the_calendar():
    days = np.arange("1900-01-01", "2201-01-01", dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    since = (days - months.astype("datetime64[D]")).astype(int)
    left = ((months + 1).astype("datetime64[D]") - days).astype(int)
    expected = (since < 2) | (left <= 3)
    found = [bool(is_month_end(day)) for day in days.astype(int)]
    np.testing.assert_array_equal(found, expected)
