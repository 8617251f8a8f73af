"""Every check tells its contradiction and lets the nearest sound facts pass."""

from __future__ import annotations

import pandas as pd
import pytest

from features.columns import TABLES
from features.contradictions.entry import ACTIONS
from features.contradictions.findings import examine
from features.contradictions.table import CHECKS
from features.portfolio import Portfolio
from tests.features.contradictions.cases import (
    CASES,
    UNTIL,
    Case,
    Tables,
    entry,
    invoice,
    portfolio_of,
    statement,
)


def told(portfolio: Portfolio) -> dict[tuple[str, str], int]:
    return {(found.check.code, found.check.table): found.rows for found in examine(portfolio)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.table}")
def test_a_contradiction_is_told_and_a_near_miss_is_not(case: Case):
    found = {(one.check.code, one.check.table): one for one in examine(portfolio_of(case.wrong))}
    one = found.get((case.code, case.table))
    assert one is not None, found.keys()
    assert one.rows == case.rows
    if case.amounts:
        assert one.amounts == dict(case.amounts)
    assert (case.code, case.table) not in told(portfolio_of(case.near_miss))


def test_every_check_has_a_case():
    assert {(check.code, check.table) for check in CHECKS} == {(case.code, case.table) for case in CASES}


def test_the_table_of_checks_is_sound():
    names = [(check.code, check.table) for check in CHECKS]
    assert len(set(names)) == len(names)
    for check in CHECKS:
        assert check.column in [column.name for column in TABLES[check.table].columns]
        assert check.action in ACTIONS
        assert (check.severity == "notice") == (check.action == "keep"), check.code
        assert all((check.expected, check.found, check.next_step, check.unrepaired))


@pytest.mark.parametrize(
    "tables",
    [
        {"invoices": [invoice()], "allocations": [entry(settled_on="2026-02-10", recorded_at="2026-02-10")]},
        {"statements": [statement(2023), statement(2024), statement()]},
    ],
)
def test_sound_books_are_told_clean(tables: Tables):
    assert told(portfolio_of(tables)) == {}


def test_what_a_later_version_corrects_is_no_contradiction():
    wrong = invoice(due_on="2062-02-04")
    right = invoice(recorded_at="2026-01-06T00:00:00Z")
    gone = invoice(due_on="2062-02-04", recorded_at="2026-01-06T00:00:00Z", withdrawn="true")
    assert told(portfolio_of({"invoices": [wrong]})) == {("due_long_after_issue", "invoices"): 1}
    assert told(portfolio_of({"invoices": [wrong, right]})) == {}
    assert told(portfolio_of({"invoices": [wrong, gone]})) == {}


def test_one_mistyped_year_does_not_move_the_end_of_the_books():
    rows = [invoice(str(number), amount=str(number)) for number in range(1, 41)]
    mistyped = invoice("x", issued_on="2199-01-05", due_on="2199-02-04", recorded_at=None)
    portfolio = portfolio_of({"invoices": [*rows, mistyped]}, observed_until=None)
    assert portfolio.observed_until == pd.Timestamp("2199-01-05 23:59:59")
    assert told(portfolio) == {("dated_far_ahead", "invoices"): 1}


def test_books_with_a_break_end_where_they_end():
    old = [invoice(str(number), amount=str(number)) for number in range(1, 41)]
    years_later = {"issued_on": "2030-01-05", "due_on": "2030-02-04", "recorded_at": "2030-01-05T12:00:00Z"}
    new = [invoice(f"n{number}", amount=str(number), **years_later) for number in range(1, 4)]
    assert told(portfolio_of({"invoices": [*old, *new]}, observed_until=None)) == {}


def test_a_currency_that_never_had_a_rate_is_told():
    portfolio = portfolio_of({"invoices": [invoice(currency="USD"), invoice("2")]})
    assert told(portfolio) == {("no_rate_known", "invoices"): 1}


def test_what_lacks_a_column_is_not_judged_by_it():
    bare = {"buyer_id": "B", "period_end": "2025-12-31", "currency": "EUR", "total_assets": 5.0}
    assert told(portfolio_of({"statements": [bare]})) == {}
    loose = {"buyer_id": "B", "currency": "EUR", "settled_on": UNTIL, "amount": "9", "kind": "payment"}
    assert told(portfolio_of({"invoices": [invoice()], "allocations": [loose]})) == {}
