"""What happened to one item of the books, told day by day."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from functools import cached_property

from features.columns import ALLOCATION_KINDS, INVOICE_KINDS
from tests.features.oracle_books import DAY, Row


def amount_of(item: Row, until: date, **wanted: bool) -> int:
    """Return the sum of an item's bookings to a day whose kind has one of the properties."""
    rows = [row for row in item["bookings"] if row["settled_on"] <= until]
    kinds = [(row, ALLOCATION_KINDS[row["kind"]]) for row in rows]
    return sum(row["amount_minor"] for row, kind in kinds if any(getattr(kind, each) for each in wanted))


def gone(item: Row, until: date) -> int:
    """Return what has left an item's balance: closed, or moved to a bill of the ledger."""
    moved = [row for row in item["bookings"] if row["kind"] == "bill" and row.get("successor_id") is not None]
    bills = sum(row["amount_minor"] for row in moved if row["settled_on"] <= until)
    return amount_of(item, until, closes=True) + bills


def on_bills(item: Row, until: date) -> int:
    held = [row for row in item["bookings"] if row["kind"] == "bill" and row.get("successor_id") is None]
    return sum(row["amount_minor"] for row in held if row["settled_on"] <= until)


def payable_of(items: list[Row]) -> list[Row]:
    return [item for item in items if INVOICE_KINDS[item["kind"]].is_payable]


def balance(item: Row, until: date) -> int:
    return item["amount_minor"] - gone(item, until)


def disputed(item: Row, day: date) -> int:
    """Return what of an item's balance is disputed on a day."""
    is_open = [
        row
        for row in item["disputes"]
        if row["raised_on"] <= day and (row.get("resolved_on") is None or day < row["resolved_on"])
    ]
    return min(sum(disputed_amount(item, row) for row in is_open), max(balance(item, day), 0))


def disputed_amount(item: Row, dispute: Row) -> int:
    amount = dispute.get("amount_minor")
    return item["amount_minor"] if amount is None else int(amount)


def overdue(item: Row, day: date) -> int:
    """Return what of a payable item is overdue on a day: neither held by a bill nor disputed."""
    if item["due_on"] >= day or item["issued_on"] > day:
        return 0
    return max(balance(item, day) - on_bills(item, day) - disputed(item, day), 0)


def paid_rows(item: Row) -> list[Row]:
    """Return what counts as paid on an item, and what takes it back, in order."""
    rows = [row for row in item["bookings"] if ALLOCATION_KINDS[row["kind"]].counts_as_paid]
    return sorted(rows, key=lambda row: (row["settled_on"], row.get("allocation_id") or ""))


class Lateness:
    """How late an item is, told day by day from its balance."""

    def __init__(self, item: Row, today: date) -> None:
        self.item, self.today, self.due = item, today, item["due_on"]
        self.age = (today - self.due).days
        self.base = item["amount_minor"] - amount_of(item, today, dilutes=True, follows_successor=True)

    def unpaid(self, day: date) -> int:
        paid = amount_of(self.item, min(day, self.today), counts_as_paid=True)
        return self.base - min(max(paid, 0), self.base)

    def late(self, days: int) -> int:
        return self.unpaid(self.due + days * DAY) if self.today > self.due + days * DAY else 0

    @property
    def early(self) -> int:
        return self.base - self.unpaid(self.due - DAY)

    @cached_property
    def amount_days(self) -> int:
        """Sum the balance of each day from due on; what was paid before counts against it."""
        after = sum(self.unpaid(self.due + n * DAY) for n in range(self.age))
        lead = max([0, *((self.due - row["settled_on"]).days for row in self.item["bookings"])])
        return after - sum(self.base - self.unpaid(self.due - n * DAY) for n in range(1, lead + 1))

    @property
    def whole_days(self) -> int:
        """Days late to the nearest day, half a day up, between half a year early and 28 months late."""
        return min(max(math.floor(Fraction(self.amount_days, self.base) + Fraction(1, 2)), -183), 840)

    @property
    def is_partly_paid(self) -> bool:
        unpaid = self.unpaid(self.today)
        return 0 < unpaid < self.base or len(self.paid_on()) > 1

    def paid_on(self) -> set[date]:
        """Return the days on which some of what was still open was paid."""
        days, running = set(), 0
        for row in paid_rows(self.item):
            before = min(max(running, 0), self.base)
            running += row["amount_minor"]
            if min(max(running, 0), self.base) > before:
                days.add(row["settled_on"])
        return days
