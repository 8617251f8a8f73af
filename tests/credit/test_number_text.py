from __future__ import annotations

import pytest
from babel import Locale
from babel.numbers import parse_pattern
from hypothesis import example, given
from hypothesis import strategies as st

from credit.locales import LANGUAGES
from credit.number_text import number_text

PATTERNS = (
    "#,##0",
    "#,##0.#",
    "#,##0.00",
    "#,##0.000",
    "0%",
    "0.0%",
    "0.00%",
    "#,##0.##",
    "000",
    "#E0",
    "'x' 0",
)


NUMBERS = st.floats(-1e20, 1e20) | st.floats(-1e6, 1e6) | st.integers(-5000, 5000)


@pytest.mark.parametrize("pattern", PATTERNS)
@example(0.5)
@example(-0.0)
@example(2.675)
@example(1e15)
@example(123456789.5)
@given(NUMBERS)
def test_numbers_are_written_as_babel_writes_them(pattern, value):
    for lang in LANGUAGES:
        expected = parse_pattern(pattern).apply(value, Locale.parse(lang))
        assert number_text(value, pattern, lang) == expected
