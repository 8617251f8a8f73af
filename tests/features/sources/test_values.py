from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.sources.rules import SourceRule
from features.sources.values import days_of, instants_of, plain_numbers


def numbers(texts: list[str], **source: str) -> list[str]:
    return (
        plain_numbers(pd.Series(texts, dtype="str"), SourceRule.model_validate(source)).fillna("?").tolist()
    )


@pytest.mark.parametrize(
    ("text", "marks", "expected"),
    [
        ("1234.50", {}, "1234.50"),
        ("-7", {}, "-7"),
        ("+7", {}, "7"),
        (".5", {}, ".5"),
        ("1,234.50", {}, "?"),
        ("1,234.50", {"thousands": ","}, "1234.50"),
        ("12,34,567.8", {"thousands": ","}, "1234567.8"),
        ("1,23", {"thousands": ","}, "?"),
        ("1.234,50", {"decimal": ",", "thousands": "."}, "1234.50"),
        ("1.5", {"decimal": ",", "thousands": "."}, "?"),
        ("1 234,5", {"decimal": ",", "thousands": " "}, "1234.5"),
        ("1\u00a0234", {"thousands": " "}, "1234"),
        ("1'234.5", {"thousands": "'"}, "1234.5"),
        ("250,00-", {"decimal": ","}, "-250.00"),
        ("(3.5)", {}, "-3.5"),
        ("--3", {}, "?"),
        ("1e3", {}, "1000"),
        ("1.5E-2", {}, "0.015"),
        ("EUR 3", {}, "?"),
        ("nan", {}, "?"),
        ("inf", {}, "?"),
    ],
)
def test_numbers_are_read_with_their_marks(text, marks, expected):
    assert numbers([text], **marks) == [expected]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_number_is_the_same_in_every_notation(amount):
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert (
        numbers([english], thousands=",")
        == numbers([german], decimal=",", thousands=".")
        == [f"{amount:.2f}"]
    )


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2068, 12, 31)))
def test_a_day_is_the_same_in_every_format(day):
    for pattern in ("%d.%m.%Y", "%m/%d/%Y", "%d-%b-%y", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d"):
        found = days_of(pd.Series([day.strftime(pattern)], dtype="str"), [pattern], "UTC")
        assert found[0].date() == day


def test_formats_are_tried_in_order_and_iso_last():
    texts = pd.Series(["03/04/2026", "2026-04-03", "2026-04-03T23:30:00Z", "2026", "20260403"], dtype="str")
    found = days_of(texts, ["%d/%m/%Y"], "Europe/Berlin")
    assert found.dt.strftime("%m-%d").fillna("?").tolist() == ["04-03", "04-03", "04-04", "?", "?"]


def test_a_day_alone_is_known_at_its_end():
    texts = pd.Series(["2026-07-01", "2026-07-01 09:00", "2026-07-01T09:00:00+02:00", "x"], dtype="str")
    found = instants_of(texts, [], "Europe/Berlin").dt.strftime("%d %H:%M:%S").fillna("?")
    assert found.tolist() == ["01 21:59:59", "01 07:00:00", "01 07:00:00", "?"]
