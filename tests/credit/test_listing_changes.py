"""What got worse since an earlier list."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from credit.listing_changes import with_changes
from features.errors import InputError

GRADES = ("1", "2", "3")


def listed(*rows: dict[str, Any], as_of: str = "2026-06-30T21:59:59Z") -> pd.DataFrame:
    plain = {"currency": "EUR", "grade": "2", "suggested_limit": 1000.0, "overdue_amount": 0.0,
             "probability_of_default": 0.02, "as_of": as_of}  # fmt: skip
    return pd.DataFrame([{"buyer_id": "B", **plain, **row} for row in rows])


def earlier(*rows: dict[str, Any]) -> pd.DataFrame:
    return listed(*rows, as_of="2026-05-31T21:59:59Z")


@pytest.mark.parametrize(
    ("before", "now", "worse"),
    [
        ({}, {}, ""),
        ({}, {"grade": "3"}, "grade"),
        ({}, {"grade": "D"}, "grade"),
        ({"grade": "D"}, {"grade": "3"}, ""),
        ({"grade": "3"}, {"grade": "2"}, ""),
        ({}, {"grade": None}, ""),
        ({"grade": None}, {"grade": "3"}, ""),
        ({}, {"suggested_limit": 999.0}, "limit"),
        ({}, {"suggested_limit": 1001.0}, ""),
        ({}, {"suggested_limit": None}, "limit"),
        ({"suggested_limit": 0.0}, {"suggested_limit": None}, ""),
        ({"suggested_limit": None}, {"suggested_limit": None}, ""),
        ({"suggested_limit": None}, {"suggested_limit": 0.0}, ""),
        ({}, {"overdue_amount": 0.01}, "overdue"),
        ({}, {"probability_of_default": 0.04}, "pd"),
        ({}, {"probability_of_default": 0.0399}, ""),
        ({"probability_of_default": None}, {}, ""),
        ({}, {"grade": "3", "suggested_limit": 0.0, "overdue_amount": 5.0, "probability_of_default": 0.5},
         "grade limit overdue pd"),
    ],
)  # fmt: skip
def test_what_got_worse_is_named(before: dict, now: dict, worse: str):
    found = with_changes(listed(now), earlier(before), GRADES)
    assert found["got_worse"].tolist() == [worse]


def test_changes_are_differences_and_rows_keep_their_order():
    # given lists in other orders, with a buyer that is new and one that is gone
    now = listed(
        {"buyer_id": "C"},
        {"buyer_id": "A", "suggested_limit": 400.0, "overdue_amount": 7.0},
        {"buyer_id": "N"},
    )
    then = earlier({"buyer_id": "A"}, {"buyer_id": "C", "grade": "1"}, {"buyer_id": "gone"})
    found = with_changes(now, then, GRADES).set_index("buyer_id")
    assert found.index.tolist() == ["C", "A", "N"]
    assert found.loc["A", ["suggested_limit_change", "overdue_amount_change"]].tolist() == [-600.0, 7.0]
    assert found["got_worse"].tolist() == ["grade", "limit overdue", ""]
    assert found["grade_before"].isna().tolist() == [False, False, True]
    assert pd.isna(found.loc["N", "suggested_limit_change"])


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (earlier({}).drop(columns="grade"), "a table without grade"),
        (earlier({}, {}), "buyers with several"),
        (earlier({"currency": "USD"}), "one in another"),
        (listed({}, as_of="2026-07-31T21:59:59Z"), "a later moment"),
    ],
)
def test_another_table_is_refused(other: pd.DataFrame, found: str):
    with pytest.raises(InputError, match=found):
        with_changes(listed({}), other, GRADES)


def test_an_empty_earlier_list_makes_everybody_new():
    assert with_changes(listed({}), earlier({}).iloc[:0], GRADES)["got_worse"].tolist() == [""]
