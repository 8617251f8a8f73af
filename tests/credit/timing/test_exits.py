from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.booked import booking_lag_days, complete_until
from credit.outcomes import late_outcomes
from credit.timing.exits import CAUSES, exits_of
from features.build import Packed
from features.columns import ALLOCATION_KINDS
from tests.credit.ledgers import allocation, books, invoice, payment, subject

OPEN = ("open", None)
UNTIL = pd.Timestamp("2026-12-31")


def told(packed: Packed, until: pd.Timestamp = UNTIL) -> tuple[str, str | None]:
    """By what invoice 1 closed, and on which day."""
    row = exits_of(packed.portfolio, subject(), until).iloc[0]
    if row["cause"] == 0:
        assert pd.isna(row["closed_on"])
        return OPEN
    return CAUSES[row["cause"] - 1], str(row["closed_on"].date())


LEDGERS: dict[str, tuple[list[dict[str, Any]], tuple[str, str | None]]] = {
    "nothing was paid": ([], OPEN),
    "paid": ([payment("1000", "2025-03-04")], ("paid", "2025-03-04")),
    "half was paid": ([payment("500", "2025-02-01")], OPEN),
    "all but 1 %": ([payment("500", "2025-02-01"), payment("490", "2025-03-04")], ("paid", "2025-03-04")),
    "all but a cent more": ([payment("500", "2025-02-01"), payment("489.99", "2025-03-04")], OPEN),
    "discount taken": (
        [payment("970", "2025-01-10"), allocation("discount", "30", "2025-01-20")], ("paid", "2025-01-20")),
    "credited in part, the rest paid": (
        [allocation("credit_note", "400", "2025-01-10"), payment("600", "2025-02-01")],
        ("paid", "2025-02-01")),
    "paid in part, the rest credited": (
        [payment("600", "2025-01-10"), allocation("return", "400", "2025-02-01")], ("paid", "2025-02-01")),
    "credited wholly": ([allocation("rebate", "1000", "2025-02-01")], ("credited", "2025-02-01")),
    "written off": ([allocation("write_off", "1000", "2025-08-01")], ("written_off", "2025-08-01")),
    "the rest written off": (
        [payment("900", "2025-02-01"), allocation("write_off", "100", "2025-08-01")],
        ("written_off", "2025-08-01")),
    "written off and recovered": (
        [allocation("write_off", "1000", "2025-08-01"), allocation("recovery", "500", "2025-09-01")],
        ("written_off", "2025-08-01")),
    "paid, then a cent written off": (
        [payment("999", "2025-02-01"), allocation("write_off", "1", "2025-08-01")], ("paid", "2025-02-01")),
    "bounced": ([payment("1000", "2025-02-01"), payment("-1000", "2025-02-03")], OPEN),
    "bounced and paid again": (
        [payment("1000", "2025-02-01"), payment("-1000", "2025-02-03"), payment("1000", "2025-03-03")],
        ("paid", "2025-03-03")),
    "bounced on the same day": (
        [payment("1000", "2025-02-01"), payment("-1000", "2025-02-01"), payment("1000", "2025-02-01")],
        ("paid", "2025-02-01")),
}  # fmt: skip


@pytest.mark.parametrize("name", LEDGERS)
def test_an_invoice_closes_on_the_day_from_which_on_no_more_than_the_tolerance_is_open(name):
    allocations, expected = LEDGERS[name]
    assert told(books([invoice()], allocations)) == expected


def test_a_bill_that_nothing_is_booked_on_closes_the_invoice_when_it_matures():
    bill = invoice("2", kind="bill", issued_on="2025-02-10", due_on="2025-05-10")
    went_on = allocation("bill", "1000", "2025-02-10", successor_id="2")
    assert told(books([invoice(), bill], [went_on])) == ("paid", "2025-05-10")
    # when the bill matures after the end of the books
    early = books([invoice(), bill], [went_on], until="2025-03-31")
    assert told(early, pd.Timestamp("2025-03-31")) == OPEN


@pytest.mark.parametrize(("kind", "cause"), [("payment", "paid"), ("write_off", "written_off"),
                                             ("credit_note", "credited")])  # fmt: skip
def test_a_residual_item_closes_the_invoice_as_it_closes_itself(kind, cause):
    rest = invoice("2", due_on="2025-02-01")
    rows = [
        allocation("transfer", "1000", "2025-02-10", successor_id="2"),
        allocation(kind, "1000", "2025-06-01", invoice_id="2"),
    ]
    assert told(books([invoice(), rest], rows)) == (cause, "2025-06-01")


def test_what_was_sold_is_out_of_sight_from_that_day_on():
    packed = books([invoice()], [allocation("transfer", "1000", "2025-02-10"), payment("5", "2025-02-20")])
    row = exits_of(packed.portfolio, subject(), UNTIL).iloc[0]
    assert (row["cause"], row["moved_on"]) == (0, pd.Timestamp("2025-02-10"))


def test_a_payment_settled_before_the_end_and_booked_after_it_is_not_known():
    paid = payment("1000", "2025-02-01", recorded_at="2025-04-05T10:00:00Z")
    open_then = books([invoice()], [paid], until="2025-03-31")
    assert told(open_then, pd.Timestamp("2025-03-31")) == OPEN
    assert told(books([invoice()], [paid])) == ("paid", "2025-02-01")


def test_the_end_of_what_is_surely_booked_is_as_many_days_earlier_as_booking_takes():
    rows = [
        payment(
            "1", "2025-02-01", allocation_id=str(number), recorded_at=f"2025-02-0{3 + number % 3}T09:00:00Z"
        )
        for number in range(50)
    ]
    given_ = books([invoice()], rows, until="2025-12-31")
    assert booking_lag_days(given_.portfolio) == 4
    assert complete_until(given_.portfolio) == pd.Timestamp("2025-12-27T23:59:59")
    assumed = books([invoice()], [payment("1", "2025-02-01")])
    assert booking_lag_days(assumed.portfolio) == 0


def test_an_invoice_that_was_taken_back_or_is_worth_less_than_the_tolerance_owes_nothing():
    gone = [
        invoice(recorded_at="2025-01-02T10:00:00Z", withdrawn=False),
        invoice(recorded_at="2025-01-20T10:00:00Z", withdrawn=True),
    ]
    assert exits_of(books(gone).portfolio, subject(), UNTIL)["nothing_owed"].tolist() == [True]
    small = subject(amount_minor=90)
    assert exits_of(books([invoice(amount="0.90")]).portfolio, small, UNTIL)["nothing_owed"].tolist() == [
        True
    ]
    assert exits_of(books([invoice()]).portfolio, subject(), UNTIL)["nothing_owed"].tolist() == [False]


KINDS = ["payment", "discount", "bank_fee", "credit_note", "return", "write_off", "transfer", "recovery"]
BOOKING = st.tuples(st.sampled_from(KINDS), st.integers(-40, 110), st.integers(1, 60))


def plain(bookings: list[tuple[str, int, int]]) -> tuple[int, int | None, int | None]:
    """Read a ledger day by day: cause, day of closing, day of the sale; days are counted from 1 January."""
    closed: int | None = None
    cause = 0
    for day in range(1, 62):
        sums = {"paid": 0, "credited": 0, "lost": 0}
        for kind, percent, booked in bookings:
            meaning = ALLOCATION_KINDS[kind]
            if booked > day:
                continue
            if meaning.counts_as_paid:
                sums["paid"] += percent
            elif meaning.dilutes:
                sums["credited"] += percent
            elif kind == "write_off":
                sums["lost"] += percent
        if 100 - sum(sums.values()) > 1:
            closed, cause = None, 0
        elif closed is None:
            closed = day
            credited, unpaid = 100 - sums["credited"] <= 1, 100 - sums["credited"] - sums["paid"] > 1
            cause = 2 if credited else 3 if unpaid else 1
    sold = [booked for kind, _, booked in bookings if kind == "transfer"]
    return cause, closed, min(sold, default=None)


@given(st.lists(st.lists(BOOKING.filter(lambda one: one[1] != 0), max_size=6), min_size=1, max_size=4))
def test_a_messy_ledger_is_read_as_day_by_day(ledgers):
    # given several invoices of 100.00 and their bookings, a part of them taken back
    start = date(2025, 1, 1)
    rows, items = [], []
    for number, bookings in enumerate(ledgers):
        items.append(subject(invoice_id=str(number), amount_minor=10_000))
        rows += [
            {"invoice_id": str(number), "kind": kind, "amount": f"{percent}.00",
             "settled_on": str(start + timedelta(days=day - 1)), "allocation_id": f"{number}-{place}"}
            for place, (kind, percent, day) in enumerate(bookings)
        ]  # fmt: skip
    invoices = [
        invoice(str(number), amount="100.00", issued_on="2024-12-01") for number in range(len(ledgers))
    ]
    packed = books(invoices, rows)
    # when
    found = exits_of(packed.portfolio, pd.concat(items, ignore_index=True), UNTIL)
    # then
    for bookings, (_, row) in zip(ledgers, found.iterrows(), strict=True):
        cause, closed, sold = plain(bookings)
        assert row["cause"] == cause
        for day, at in ((closed, row["closed_on"]), (sold, row["moved_on"])):
            assert pd.isna(at) if day is None else at.date() == start + timedelta(days=day - 1)


@pytest.mark.parametrize("name", LEDGERS)
def test_exits_agree_with_the_late_outcome(name):
    # given ledgers in which nothing bounces after due + 30
    packed = books([invoice()], LEDGERS[name][0])
    late = late_outcomes(packed, subject(), 30).iloc[0]
    cause, day = told(packed)
    unpaid = not (cause == "paid" and day <= "2025-03-03")
    # then
    if late["exclusion"] == "diluted":
        assert cause == "credited"
    else:
        assert not np.isnan(late["outcome"])
        assert bool(late["outcome"]) == unpaid
