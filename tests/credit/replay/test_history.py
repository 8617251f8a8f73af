"""Invoices of a period with what came of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from credit.definition import DefaultDefinition
from credit.replay.history import History, defaults_of, history_of
from tests.credit.ledgers import allocation, books, invoice, payment

DEFINITION = DefaultDefinition.load()
START, STOP = pd.Timestamp("2025-01-01"), pd.Timestamp("2026-01-01")


def history(*args: object, **more: object) -> History:
    return history_of(books(*args, **more), DEFINITION, START, STOP)  # type: ignore[arg-type]


def test_a_paid_invoice_has_nothing_open():
    found = history([invoice()], [payment("1000.00", "2025-02-10")])
    assert found.amount.tolist() == [1000.0]
    assert found.unpaid.tolist() == [0.0]
    assert found.is_mature.tolist() == [True]


def test_an_invoice_that_is_never_paid_is_lost_with_what_was_open_at_default():
    # given 300 paid before the buyer is 90 days past due, and 200 long after
    paid = [
        payment("300.00", "2025-02-10", allocation_id="a"),
        payment("200.00", "2025-11-10", allocation_id="b"),
    ]
    found = history([invoice()], paid)
    assert found.unpaid.tolist() == [700.0]
    assert found.is_mature.tolist() == [True]


def test_a_later_invoice_counts_with_what_is_open_on_the_day_of_the_default():
    # given a first invoice that makes the buyer default on 2 May, and a second one not due by then
    second = invoice("2", "500.00", issued_on="2025-04-20", due_on="2025-05-20")
    found = history([invoice(), second])
    assert found.unpaid.tolist() == [1000.0, 500.0]


def test_a_sale_to_a_buyer_in_default_is_asked_90_days_after_it_was_due():
    # given an invoice issued while the first one is in default, paid within 90 days of its due date
    second = invoice("2", "500.00", issued_on="2025-06-20", due_on="2025-07-20")
    paid = [payment("500.00", "2025-08-20", invoice_id="2")]
    assert history([invoice(), second], paid).unpaid.tolist() == [1000.0, 0.0]
    # and the same one paid never
    assert history([invoice(), second]).unpaid.tolist() == [1000.0, 500.0]


def test_a_write_off_pays_nothing_and_a_credit_note_owes_nothing():
    written = [allocation("write_off", "1000.00", "2025-03-01")]
    credited = [allocation("credit_note", "1000.00", "2025-03-01")]
    assert history([invoice()], written).unpaid.tolist() == [1000.0]
    assert history([invoice()], credited).unpaid.tolist() == [0.0]


def test_what_is_open_at_the_end_of_the_books_is_not_known_yet():
    found = history([invoice()], until="2025-03-31")
    assert (found.unpaid.tolist(), found.is_mature.tolist()) == ([0.0], [False])


@pytest.mark.parametrize(("issued", "count"), [("2024-12-31", 0), ("2025-01-01", 1), ("2025-12-31", 1)])
def test_the_period_is_half_open(issued: str, count: int):
    assert len(history([invoice(issued_on=issued, due_on="2026-02-01")]).amount) == count


def test_an_amount_without_a_rate_is_missing_and_loses_nothing():
    found = history([invoice(currency="USD")])
    assert np.isnan(found.amount).all()
    assert found.unpaid.tolist() == [0.0]


def test_defaults_know_what_was_owed_and_when_nobody_saw_it_coming():
    # given 1000 due on 1 February, of which 300 are paid: 90 days past due on 2 May
    packed = books([invoice()], [payment("300.00", "2025-02-10")])
    found = defaults_of(packed, DEFINITION, START, STOP)
    assert found.buyer_ids.tolist() == ["B"]
    assert found.exposure.tolist() == [700.0]
    assert (found.began - found.warned).days.tolist() == [90]
    assert defaults_of(packed, DEFINITION, START, START).buyer_ids.tolist() == []


def test_a_buyer_in_default_already_does_not_default_again():
    # given two invoices of one buyer written off one after the other
    written = [
        allocation("write_off", "1000.00", "2025-03-01"),
        allocation("write_off", "500.00", "2025-04-01", invoice_id="2"),
    ]
    packed = books([invoice(), invoice("2", "500.00", issued_on="2025-01-10")], written)
    found = defaults_of(packed, DEFINITION, START, STOP)
    assert found.began.strftime("%Y-%m-%d").tolist() == ["2025-03-01"]
