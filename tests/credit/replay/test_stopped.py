"""What is missing of a buyer's debt when a policy holds some invoices."""

from __future__ import annotations

import pandas as pd
import pytest

from credit.definition import DefaultDefinition
from credit.facts import SubjectFacts
from credit.replay.history import History, history_of
from credit.replay.stopped import Stopped
from features.build import Packed, build_packed
from features.catalog import NAMES
from tests.credit.ledgers import allocation, books, invoice, payment

CHANGED = ("exposure", "overdue_amount", "overdue_share", "overdue_over_30_share", "overdue_over_90_share")

INVOICES = [
    invoice("1", "1000.00"),
    invoice("2", "600.00", issued_on="2025-02-10", due_on="2025-03-10"),
    invoice("3", "300.00", issued_on="2025-04-20", due_on="2025-05-20"),
    invoice("4", "50.00", issued_on="2025-06-20", due_on="2025-07-20"),
]
PAID = [
    payment("400.00", "2025-03-15", allocation_id="a"),
    payment("600.00", "2025-05-01", allocation_id="b"),
    payment("600.00", "2025-06-01", invoice_id="2", allocation_id="c"),
    allocation("credit_note", "20.00", "2025-05-05", invoice_id="3", allocation_id="d"),
]


def replayed(invoices=INVOICES, paid=PAID) -> tuple[Packed, History]:
    packed = books(invoices, paid)
    start, stop = pd.Timestamp("2025-01-01"), pd.Timestamp("2026-01-01")
    return packed, history_of(packed, DefaultDefinition.load(), start, stop)


def facts(values, history: History, row: int) -> SubjectFacts:
    told = history.invoices.iloc[row]
    named = dict(zip(NAMES, values[row], strict=True))
    return SubjectFacts(told["buyer_id"], told["as_of"].to_pydatetime(), named, reporting_currency="EUR")


@pytest.mark.parametrize("held", [{0}, {1}, {0, 1}, {0, 2}, {0, 1, 2}, set()])
def test_what_is_left_is_what_a_ledger_without_the_held_invoices_says(held: set[int]):
    # given a course that holds some invoices
    packed, history = replayed()
    stopped = Stopped(packed, history)
    # when each invoice is asked about in turn
    found = []
    for row in range(len(INVOICES)):
        found.append(stopped.without(row, facts(history.values, history, row)))
        if row in held:
            stopped.hold(row)
    # then debt and arrears are those of the books without them
    kept = [each for row, each in enumerate(INVOICES) if row not in held]
    left = {each["invoice_id"] for each in kept}
    other = books(kept, [each for each in PAID if each["invoice_id"] in left])
    asked = history.invoices[["buyer_id", "as_of", "invoice_id", "instalment"]]
    wanted = build_packed(other, asked)
    for row in range(len(INVOICES)):
        told = [found[row].known(name) or 0.0 for name in CHANGED]
        assert told == pytest.approx(wanted[list(CHANGED)].iloc[row].fillna(0.0).tolist()), row
        if found[row].known("overdue_amount") == 0.0:
            assert found[row].known("oldest_open_days_past_due") in (None, 0.0)


def test_another_buyer_begins_with_nothing_held():
    other = [each | {"buyer_id": "C", "invoice_id": f"c{each['invoice_id']}"} for each in INVOICES[:2]]
    packed, history = replayed([*INVOICES, *other])
    stopped = Stopped(packed, history)
    for row in range(len(INVOICES)):
        stopped.without(row, facts(history.values, history, row))
        stopped.hold(row)
    for row in (4, 5):
        told = facts(history.values, history, row)
        assert stopped.without(row, told) is told
