"""Values as people read them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.report.document.shown import disagreement, shown_in
from training.report.document.told import Told, amount, count, estimate, number, said, share, spelled, tiny

numbers = st.floats(-1e12, 1e12, allow_subnormal=False)
SHOWS = [number, share, tiny, amount, lambda told: number(told, 1, signed=True), lambda told: share(told, 0)]


@pytest.mark.parametrize("show", SHOWS)
@given(value=st.one_of(st.none(), numbers))
def test_a_number_is_shown_as_its_rounding_and_null_as_cannot_say(show: Any, value: float | None) -> None:
    pack = {"a": [value]}
    shown = shown_in(show(Told(pack)["a"][0]))
    assert [each.path for each in shown] == ["/a/0"]
    assert disagreement(shown[0], pack) is None


@given(value=st.integers(0, 10**12))
def test_a_count_is_exact(value: int) -> None:
    assert shown_in(count(Told(value, "/n")))[0].text.replace(",", "") == str(value)


@given(text=st.text())
def test_a_text_is_shown_as_it_is(text: str) -> None:
    shown = shown_in(said(Told(text, "/t")))
    # Reason: a parser of HTML reads a carriage return as a line feed and drops NUL.
    if not set(text) & set("\r\0"):
        assert shown[0].text == text
    assert shown_in(spelled(Told("a_b", "/t")))[0].text == "a b"


def test_a_name_that_is_long_can_be_broken_without_changing() -> None:
    markup = said(Told("mean_days_late_settled_90d", "/n"))
    assert markup.count("<wbr>") == 4
    assert shown_in(markup)[0].text == "mean_days_late_settled_90d"


def test_an_interval_stands_behind_its_value() -> None:
    pack = {"value": 0.8125, "low": 0.7, "high": None}
    assert estimate(Told(pack)) == number(Told(0.8125, "/value"))
    pack["high"] = 0.9
    shown = shown_in(estimate(Told(pack), 2))
    assert [(each.path, each.text) for each in shown] == [
        ("/value", "0.81"),
        ("/low", "0.70"),
        ("/high", "0.90"),
    ]


def test_a_key_with_a_slash_keeps_its_path() -> None:
    told = Told({"a/b~c": {"0": [5]}})["a/b~c"]["0"][0]
    assert (told.value, told.path) == (5, "/a~1b~0c/0/0")
