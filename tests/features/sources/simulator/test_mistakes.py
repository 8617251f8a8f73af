"""Data errors come at their rates, and the checks of a portfolio find them."""

from __future__ import annotations

import pytest

from features.contradictions.findings import examine
from features.sources.simulator import Knobs, simulate_portfolio

RATE = 0.02


def _errors(knobs: Knobs) -> dict[str, int]:
    """Return the rows that each check finds fault with, in a world with these knobs."""
    found = examine(simulate_portfolio(150, 3, 12, knobs=knobs))
    return {item.check.code: item.rows for item in found}


def test_without_errors_there_is_nothing_to_find():
    assert _errors(Knobs()) == {}


def test_a_payment_that_bounced_and_came_again_closes_no_invoice_twice():
    # a bank tells what it took back before the buyer pays again, also where many payments are booked late
    assert _errors(Knobs(bounced=1.0, late_bookings=0.3, part_payments=0.0)) == {}


@pytest.mark.parametrize(
    ("knob", "code", "table"),
    [
        ("error_invoice_twice", "duplicate_invoice", "invoices"),
        ("error_due_year", "due_long_after_issue", "invoices"),
        ("error_paid_early", "settled_before_issue", "allocations"),
        ("error_paid_twice", "closed_above_amount", "allocations"),
        ("error_unit", "unit_jump", "statements"),
        ("error_identity", "broken_identity", "statements"),
    ],
)
def test_errors_are_found_at_about_their_rate(knob: str, code: str, table: str):
    rows = len(simulate_portfolio(150, 3, 12).tables[table])

    found = _errors(Knobs(**{knob: RATE}))

    assert 0.4 * RATE * rows < found[code] < 2.5 * RATE * rows
