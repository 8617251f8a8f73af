"""Own cures: defaults that paid up after all."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.cures import Cures, cures_of
from credit.definition import DefaultDefinition
from credit.loss_rules import OwnCures
from tests.credit.ledgers import allocation, books, invoice, payment

DEFINITION = DefaultDefinition.load()
RULES = OwnCures()
ONE = invoice()
"""Due on 1 February 2025: in default from 2 May on, where it stays unpaid."""


def cures(packed, on="2026-12-31"):
    second = int(pd.Timestamp(f"{on}T23:59:59").timestamp())
    return cures_of(packed.block, second, second // 86_400, DEFINITION, RULES)


def told(packed, on="2026-12-31"):
    found = cures(packed, on)
    return None if found is None else (found.cases, found.cured)


@pytest.mark.parametrize(
    ("paid", "wanted"),
    [
        ([payment("1000.00", "2025-02-10")], None),
        ([payment("1000.00", "2025-06-10")], (1, 1)),
        ([payment("1000.00", "2026-11-10")], (1, 0)),
        ([], (1, 0)),
        ([allocation("write_off", "1000.00", "2025-06-10")], (1, 0)),
        ([allocation("write_off", "1000.00", "2025-03-01")], (1, 0)),
        (
            [payment("400.00", "2025-06-10", allocation_id="a"),
             allocation("write_off", "600.00", "2025-07-10", allocation_id="b")],
            (1, 0),
        ),
    ],
)  # fmt: skip
def test_a_default_is_cured_that_ends_in_time_without_a_loss(paid, wanted):
    assert told(books([ONE], paid)) == wanted


def test_an_insolvency_within_the_window_is_no_cure():
    event = {"event_id": "e", "buyer_id": "B", "kind": "insolvency", "occurred_on": "2025-09-01"}
    assert told(books([ONE], [payment("1000.00", "2025-06-10")], events=[event])) == (1, 0)


def test_a_young_default_does_not_count_and_nothing_later_is_known():
    paid = books([ONE], [payment("1000.00", "2025-06-10")])
    first = pd.Timestamp("2025-02-01") + pd.Timedelta(days=DEFINITION.days_past_due)
    after = (first + pd.Timedelta(days=RULES.days_to_cure + 1)).date().isoformat()
    assert cures(paid, (first + pd.Timedelta(days=RULES.days_to_cure - 2)).date().isoformat()) is None
    assert told(paid, after) == (1, 1)


def test_a_buyer_is_one_case_by_its_first_default():
    # given a buyer that cures twice, and another that never does
    again = invoice("2", issued_on="2025-09-01", due_on="2025-10-01")
    other = invoice("3", buyer_id="C")
    paid = [
        payment("1000.00", "2025-06-10", allocation_id="a"),
        payment("1000.00", "2026-03-10", invoice_id="2", allocation_id="b"),
    ]
    assert told(books([ONE, again, other], paid)) == (2, 1)


@given(st.integers(1, 500), st.floats(0.0, 0.9), st.floats(0.0, 1.0), st.data())
def test_the_weighed_rate_lies_between_own_and_assumed_or_at_the_cap(cases, assumed, weight, data):
    found = Cures("d", cases, data.draw(st.integers(0, cases)))
    rules = OwnCures(assumption_worth_cases=100.0 * weight)

    rate = found.credible(assumed, rules)

    low, high = sorted((found.share, assumed))
    assert rate == rules.highest_rate or low - 1e-12 <= rate <= high + 1e-12
    assert rate <= rules.highest_rate
    ends = found.interval(0.1, 0.9)
    assert 0.0 <= ends[0] <= found.share <= ends[1] <= 1.0
