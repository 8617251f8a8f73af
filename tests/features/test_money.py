"""Money is exact."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.money import decimals_array, minor_from, text_from_minor

DECIMALS = st.sampled_from([0, 2, 3, 4])
MINOR = st.integers(-(10**14), 10**14)


def minor(value, decimals: int, **options) -> tuple[int, bool, bool]:
    values, unreadable, too_fine = minor_from(pd.Series([value]), np.array([decimals]), **options)
    return int(values[0]), bool(unreadable[0]), bool(too_fine[0])


@given(MINOR, DECIMALS)
def test_text_and_minor_units_are_the_same_amount(amount, decimals):
    text = text_from_minor(np.array([amount]), np.array([decimals]))[0]
    assert Decimal(text) == Decimal(amount).scaleb(-decimals)
    assert minor(text, decimals) == (amount, False, False)
    assert minor(Decimal(text), decimals) == (amount, False, False)


@given(st.integers(-(10**11), 10**11), DECIMALS)
def test_floats_that_binary_rounding_explains_are_exact(amount, decimals):
    assert minor(amount / 10**decimals, decimals) == (amount, False, False)


@given(st.decimals(-(10**9), 10**9, places=4), DECIMALS)
def test_rounding_is_half_away_from_zero(amount, decimals):
    expected = amount.scaleb(decimals).to_integral_value("ROUND_HALF_UP")
    assert minor(f"{amount:f}", decimals, rounds=True) == (int(expected), False, False)


@pytest.mark.parametrize(
    "text", ["abc", "1,5", "1e5", "--1", "1.2.3", "NaN", "inf", "", ".", "9" * 16, "\uff11"]
)
def test_what_is_no_decimal_number_is_unreadable(text):
    assert minor(text, 2) == (0, True, False)


@pytest.mark.parametrize(
    ("value", "decimals"), [("0.001", 2), ("1.5", 0), ("0.00001", 4), (1.005, 2), (0.5, 0)]
)
def test_more_decimals_than_the_currency_has_are_too_fine(value, decimals):
    assert minor(value, decimals) == (0, False, True)


@pytest.mark.parametrize(
    ("value", "expected"), [("1.500", 150), ("+1.5", 150), (" 1.5 ", 150), ("-.5", -50), (3, 300)]
)
def test_ways_to_write_an_amount(value, expected):
    assert minor(value, 2) == (expected, False, False)


def test_a_missing_amount_is_neither_bad_nor_an_amount():
    assert minor(None, 2) == (0, False, False)
    assert minor(float("nan"), 2) == (0, False, False)


def test_decimals_follow_iso_4217_and_are_two_where_nothing_is_known():
    codes = pd.Series(["EUR", "JPY", "KWD", "CLF", "XXX", None], dtype="str")
    assert decimals_array(codes).tolist() == [2, 0, 3, 4, 2, 2]
