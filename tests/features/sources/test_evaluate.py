from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from features.columns import Column
from features.sources.column_rules import ColumnRule, Condition
from features.sources.evaluate import Evaluated, evaluate
from features.sources.export import Export, meets
from features.sources.rules import SourceRule

ROWS = pd.DataFrame(
    {
        "code": ["RV", "DG", "XX", ""],
        "net": ["10.00", "-2.5", "", "x"],
        "tax": ["1.90", "", "", "1"],
        "year": ["2011", "2012", "12.5", ""],
        "day": ["2026-01-31", "2026-02-27", "", "?"],
        "days": ["30", "", "5", "5"],
        "text": ["Net 30 days", "net 7", " ", "none"],
    },
    dtype="str",
)
EXPORT = Export(ROWS, SourceRule(), "UTC")


def made(kind: str, **rule: Any) -> Evaluated:
    parsed = ColumnRule.model_validate({key.rstrip("_"): value for key, value in rule.items()})
    return evaluate(parsed, Column("c", kind), EXPORT, pd.DataFrame(index=ROWS.index))  # type: ignore[arg-type]


def shown(result: Evaluated) -> list[str]:
    values = result.values
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = values.dt.strftime("%Y-%m-%d")
    return [f"{value}{'!' if bad else ''}" for value, bad in zip(values.fillna("-"), result.bad, strict=True)]


@pytest.mark.parametrize(
    ("kind", "rule", "expected"),
    [
        (
            "text",
            {"map_": {"RV": "invoice", "DG": "credit_memo"}, "from_": "code"},
            ["invoice", "credit_memo", "-!", "-"],
        ),
        (
            "text",
            {"map_": {"RV": "invoice"}, "other": "rest", "from_": "code"},
            ["invoice", "rest", "rest", "-"],
        ),
        ("text", {"from_": "code", "default": "none"}, ["RV", "DG", "XX", "none"]),
        ("text", {"from_": ["code", "text"]}, ["RV", "DG", "XX", "none"]),
        ("text", {"join": ["code", "year"], "with_": "-"}, ["RV-2011", "DG-2012", "XX-12.5", "-"]),
        ("integer", {"from_": "text", "pattern": "(?:N|n)et (\\d+)"}, ["30", "7", "-", "-"]),
        ("text", {"from_": "code", "null_words": ["XX"]}, ["RV", "DG", "-", "-"]),
        ("money", {"from_": "net"}, ["10.00", "-2.5", "-", "-!"]),
        ("money", {"from_": "net", "sign": "absolute"}, ["10.00", "2.5", "-", "-!"]),
        ("money", {"from_": "net", "sign": "reverse"}, ["-10.00", "2.5", "-", "-!"]),
        ("money", {"from_": "net", "unit": "thousand"}, ["10000.00", "-2500.0", "-", "-!"]),
        ("money", {"add": ["net", "tax"]}, ["11.90", "-2.5", "-", "-!"]),
        ("money", {"add": ["net"], "subtract": ["tax"]}, ["8.10", "-2.5", "-", "-!"]),
        ("date", {"from_": "day", "plus_days": 30}, ["2026-03-02", "2026-03-29", "-", "-!"]),
        ("date", {"from_": "day", "plus_months": 1}, ["2026-02-28", "2026-03-27", "-", "-!"]),
        ("date", {"from_": "day", "month_end": True}, ["2026-01-31", "2026-02-28", "-", "-!"]),
        ("date", {"from_": "day", "plus_days_from": "days"}, ["2026-03-02", "-", "-", "-!"]),
        (
            "date",
            {"year_from": "year", "month": 6, "day": 30, "plus_years": 2},
            ["2013-06-30", "2014-06-30", "-!", "-"],
        ),
        ("date", {"year_from": "year", "month": 2}, ["2011-02-28", "2012-02-29", "-!", "-"]),
        ("instant", {"year_from": "year"}, ["2011-12-31", "2012-12-31", "-!", "-"]),
        ("flag", {"value": True}, ["true"] * 4),
    ],
)
def test_rules_make_values_and_mark_what_they_cannot_read(kind, rule, expected):
    assert shown(made(kind, **rule)) == expected


def test_the_same_as_another_column():
    done = pd.DataFrame({"issued_on": pd.to_datetime(["2026-01-01"] * 4)})
    rule = ColumnRule.model_validate({"same_as": "issued_on", "plus_days": 14})
    result = evaluate(rule, Column("due_on", "date"), EXPORT, done)
    assert shown(result) == ["2026-01-15"] * 4


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"from": "code", "filled": True}, [True, True, True, False]),
        ({"from": "code", "equals": "RV"}, [True, False, False, False]),
        ({"from": "code", "in": ["RV", "DG"]}, [True, True, False, False]),
        ({"from": "code", "not_in": ["RV"]}, [False, True, True, True]),
        ({"from": "net", "less_than": 0}, [False, True, False, False]),
        ({"from": "net", "more_than": 0}, [True, False, False, False]),
        ({"from": "days", "equals": 30}, [True, False, False, False]),
    ],
)
def test_conditions_choose_rows(test, expected):
    assert meets([Condition.model_validate(test)], EXPORT).tolist() == expected


def test_every_condition_must_hold():
    both = [{"from": "code", "filled": True}, {"from": "net", "filled": True}]
    assert meets([Condition.model_validate(test) for test in both], EXPORT).tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_keys_do_not_depend_on_the_rows_chosen():
    rows = pd.DataFrame({"a": ["x", "x", "y"]}, dtype="str")
    export = Export(rows, SourceRule(), "UTC")
    whole = export.keys(("a",))
    chosen = export.where(rows.index == 1).keys(("a",))
    assert whole.is_unique
    assert chosen.tolist() == [whole[1]]
