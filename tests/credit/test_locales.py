from __future__ import annotations

import math
from datetime import date

import pytest

from credit.locales import check_language, day_text, fill, value_text
from features.errors import InputError


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (0.00314, "share", "0.31%", "0.31%"),
        (0.0314, "share", "3.1%", "3.1%"),
        (0.314, "share", "31%", "31%"),
        (0.0, "share", "0%", "0%"),
        (1.0, "days", "1 day", "1天"),
        (9.25, "days", "9.2 days", "9.2天"),
        (1234.6, "days", "1,235 days", "1,235天"),
        (12.0, "months", "12 months", "12个月"),
        (1.0, "months", "1 month", "1个月"),
        (2.54, "years", "2.5 years", "2.5年"),
        (1234567.0, "money", "EUR 1,234,567", "EUR 1,234,567"),
        (-12.5, "money", "EUR -12.50", "EUR -12.50"),
        (math.log(1e6), "log_money", "EUR 1,000,000", "EUR 1,000,000"),
        (math.log(0.88), "log_ratio", "-12%", "-12%"),
        (1.523, "ratio", "1.52", "1.52"),
        (12345.0, "count", "12,345", "12,345"),
        (2025.0, "year", "2025", "2025"),
        (1.0, "flag", "yes", "是"),
        (-0.2, "count", "0", "0"),
        (-0.00001, "share", "0.00%", "0.00%"),
        (-0.0, "share", "0%", "0%"),
        (-0.004, "money", "EUR 0.00", "EUR 0.00"),
        (-0.004, "ratio", "0.00", "0.00"),
        (-0.25, "share", "-25%", "-25%"),
        (-10.0, "days", "-10 days", "-10天"),
        (math.nan, "money", "unknown", "未知"),
        (None, "share", "unknown", "未知"),
    ],
)
def test_a_value_is_told_with_its_unit(value, unit, en, zh):
    assert value_text(value, unit, "en", "EUR") == en
    assert value_text(value, unit, "zh", "EUR") == zh


def test_money_has_its_currencys_decimals_and_no_unknown_currency():
    assert value_text(12.5, "money", "en", "KWD") == "KWD 12.500"
    assert value_text(12.5, "money", "en") == "12.50"


def test_dates_are_written_out():
    assert day_text(date(2026, 7, 1), "en") == "1 July 2026"
    assert day_text(date(2026, 7, 1), "zh") == "2026年7月1日"


def test_an_absent_fact_is_unknown():
    assert fill("{a:money} of {b}", {}, "en") == "unknown of unknown"


def test_another_language_is_refused():
    with pytest.raises(InputError, match="en or zh"):
        check_language("de")
