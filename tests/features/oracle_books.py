"""What a seller's books say at a moment, slowly and in plain Python, from what the kinds table says."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from features.codes import decimals_of
from features.columns import ALLOCATION_KINDS, TABLES
from features.portfolio import Portfolio

Row = dict[str, Any]
NAN = math.nan
DAY = timedelta(days=1)


class Books:
    """What a seller's books say at a moment, without one invoice."""

    def __init__(self, portfolio: Portfolio, as_of: datetime, own: tuple[str, int] | None = None) -> None:
        self.portfolio, self.as_of, self.own = portfolio, as_of, own
        self.zone = ZoneInfo(portfolio.seller.timezone)
        self.day = self.local_day(as_of)
        self.seen = {name: self._versions(name) for name in portfolio.tables}
        self.known = {name: self._latest(name) for name in portfolio.tables}
        self.items = [row for row in self._items() if row["issued_on"] <= self.day]

    def local_day(self, instant: datetime) -> date:
        return instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(self.zone).date()

    def rows(self, table: str) -> list[Row]:
        return self.known.get(table, [])

    def _versions(self, table: str) -> list[Row]:
        rows = self.portfolio.tables[table].to_dict("records")
        seen = [
            {name: _plain(value) for name, value in row.items()}
            for row in rows
            if row[TABLES[table].knowledge] <= self.as_of
        ]
        return sorted(seen, key=lambda row: row[TABLES[table].knowledge])

    def _latest(self, table: str) -> list[Row]:
        """Keep the latest version of each fact that was not taken back."""
        by_key = {tuple(row[name] for name in TABLES[table].key): row for row in self.seen[table]}
        return [row for row in by_key.values() if not row["withdrawn"]]

    def _items(self) -> list[Row]:
        """Return invoices with what happened to them, and loose money as prepayments."""
        items = [
            {
                **row,
                "due_on": self.first_due(row, ()),
                "is_sale": self.is_sale(row),
                "bookings": self.bookings(row),
            }
            for row in self.rows("invoices")
            if (row["invoice_id"], row["instalment"]) != self.own
        ]
        for row in self.rows("allocations"):
            if row["invoice_id"] is None and ALLOCATION_KINDS[row["kind"]].closes:
                loose = {
                    "kind": "prepayment",
                    "issued_on": row["settled_on"],
                    "is_sale": False,
                    "bookings": [],
                }
                items.append({**row, **loose, "due_on": row["settled_on"]})
        return items

    def origins(self, invoice: Row) -> list[Row]:
        """Return the items that this one is a residual of."""
        links = [
            (row["invoice_id"], row["instalment"])
            for row in self.rows("allocations")
            if row["kind"] == "transfer"
            and row["successor_id"] == invoice["invoice_id"]
            and row["amount_minor"] > 0
            and row["settled_on"] <= self.day
        ]
        return [row for row in self.rows("invoices") if (row["invoice_id"], row["instalment"]) in links]

    def first_due(self, invoice: Row, path: tuple[str, ...]) -> date:
        if invoice["invoice_id"] in path:
            return invoice["due_on"]
        path = (*path, invoice["invoice_id"])
        return min([invoice["due_on"], *(self.first_due(row, path) for row in self.origins(invoice))])

    def is_sale(self, invoice: Row) -> bool:
        return invoice["kind"] in ("invoice", "debit_note") and not self.origins(invoice)

    def bookings(self, invoice: Row) -> list[Row]:
        key = (invoice["invoice_id"], invoice["instalment"])
        booked = [row for row in self.rows("allocations") if (row["invoice_id"], row["instalment"]) == key]
        ever = [
            row
            for row in self.seen.get("allocations", [])
            if (row["invoice_id"], row["instalment"]) == key and not row["withdrawn"]
        ]
        if invoice["kind"] == "bill" and not ever:
            paid = {"kind": "payment", "amount_minor": invoice["amount_minor"], "successor_id": None}
            booked = [{**paid, "settled_on": self.first_due(invoice, ())}]
        return [row for row in booked if row["settled_on"] <= self.day]

    def rate(self, currency: str) -> Fraction | None:
        """Return the reporting currency for one minor unit."""
        scale = Fraction(1, 10 ** decimals_of(currency))
        if currency == self.portfolio.seller.reporting_currency:
            return scale
        rates = [row for row in self.rows("fx") if row["currency"] == currency and row["on_date"] <= self.day]
        if not rates:
            return None
        return Fraction(max(rates, key=lambda row: row["on_date"])["rate"]) * scale

    def money(self, parts: list[tuple[str, int]]) -> Fraction | float:
        """Convert the sum of each currency; unknown where a sum that is not zero has no rate."""
        total = Fraction(0)
        for currency in sorted({currency for currency, _ in parts}):
            amount = sum(minor for code, minor in parts if code == currency)
            rate = self.rate(currency)
            if amount and rate is None:
                return NAN
            total += amount * (rate or 0)
        return total


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    return value.to_pydatetime().date() if hasattr(value, "to_pydatetime") else value


def amount_of(item: Row, until: date, **wanted: bool) -> int:
    """Return the sum of an item's bookings to a day whose kind has one of the properties."""
    kinds = [name for name, kind in ALLOCATION_KINDS.items() if any(getattr(kind, each) for each in wanted)]
    return sum(
        row["amount_minor"] for row in item["bookings"] if row["kind"] in kinds and row["settled_on"] <= until
    )


def gone(item: Row, until: date) -> int:
    """Return what has left an item's balance: closed, or moved to a bill of the ledger."""
    moved = [row for row in item["bookings"] if row["kind"] == "bill" and row["successor_id"] is not None]
    bills = sum(row["amount_minor"] for row in moved if row["settled_on"] <= until)
    return amount_of(item, until, closes=True) + bills


def on_bills(item: Row, until: date) -> int:
    held = [row for row in item["bookings"] if row["kind"] == "bill" and row["successor_id"] is None]
    return sum(row["amount_minor"] for row in held if row["settled_on"] <= until)


class Lateness:
    """How late an item is, told day by day from its balance."""

    def __init__(self, item: Row, today: date) -> None:
        self.item, self.today, self.due = item, today, item["due_on"]
        self.base = item["amount_minor"] - amount_of(item, today, dilutes=True, follows_successor=True)

    def unpaid(self, day: date) -> int:
        paid = amount_of(self.item, min(day, self.today), counts_as_paid=True)
        return self.base - min(max(paid, 0), self.base)

    def late(self, days: int) -> int:
        return self.unpaid(self.due + days * DAY) if self.today > self.due + days * DAY else 0

    @property
    def early(self) -> int:
        return self.base - self.unpaid(self.due - DAY)

    @property
    def amount_days(self) -> int:
        """Sum the balance of each day from due on; what was paid before counts against it."""
        after = sum(self.unpaid(self.due + n * DAY) for n in range((self.today - self.due).days))
        lead = max([0, *((self.due - row["settled_on"]).days for row in self.item["bookings"])])
        return after - sum(self.base - self.unpaid(self.due - n * DAY) for n in range(1, lead + 1))

    @property
    def mean_days(self) -> Fraction:
        return Fraction(self.amount_days, self.base)
