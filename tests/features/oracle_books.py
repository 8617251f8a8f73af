"""What a seller's books say at a moment, slowly and in plain Python, from what the kinds table says."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
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
        self._rates: dict[tuple[str, date], Fraction | None] = {}

    def local_day(self, instant: datetime) -> date:
        return instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the last instant of a day, no later than the moment of the books."""
        midnight = datetime.combine(day + DAY, time(), self.zone)
        end = midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) - timedelta(seconds=1)
        return min(end, self.as_of)

    def rows(self, table: str) -> list[Row]:
        return self.known.get(table, [])

    def _versions(self, table: str) -> list[Row]:
        rows = self.portfolio.tables[table].to_dict("records")
        seen = [
            {name: _plain(name, value) for name, value in row.items()}
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
                "disputes": self.disputes(row),
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
                    "disputes": [],
                }
                items.append({**row, **loose, "due_on": row["settled_on"]})
        return items

    def origins(self, invoice: Row) -> list[Row]:
        """Return the items that this one is a residual of."""
        links = [
            (row["invoice_id"], row["instalment"])
            for row in self.rows("allocations")
            if row["kind"] == "transfer"
            and row.get("successor_id") == invoice["invoice_id"]
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

    def disputes(self, invoice: Row) -> list[Row]:
        key = (invoice["invoice_id"], invoice["instalment"])
        mine = [row for row in self.rows("disputes") if (row["invoice_id"], row["instalment"]) == key]
        return [row for row in mine if row["raised_on"] <= self.day]

    def rate(self, currency: str, day: date | None = None) -> Fraction | None:
        """Return the reporting currency for one minor unit, as known by the end of a day (or now)."""
        key = (currency, day or self.day)
        if key not in self._rates:
            self._rates[key] = self._rate(*key)
        return self._rates[key]

    def _rate(self, currency: str, day: date) -> Fraction | None:
        scale = Fraction(1, 10 ** decimals_of(currency))
        if currency == self.portfolio.seller.reporting_currency:
            return scale
        end = self.end_of(day)
        by_date = {
            row["on_date"]: row
            for row in self.seen.get("fx", [])
            if row["currency"] == currency and row["on_date"] <= day and row["recorded_at"] <= end
        }
        rates = [row for row in by_date.values() if not row["withdrawn"]]
        if not rates:
            return None
        return Fraction(max(rates, key=lambda row: row["on_date"])["rate"]) * scale

    def money(self, parts: list[tuple[str, int]], day: date | None = None) -> Fraction | float:
        """Convert the sum of each currency; unknown where a sum that is not zero has no rate."""
        total = Fraction(0)
        for currency in sorted({currency for currency, _ in parts}):
            amount = sum(minor for code, minor in parts if code == currency)
            rate = self.rate(currency, day)
            if amount and rate is None:
                return NAN
            total += amount * (rate or 0)
        return total


def _plain(name: str, value: Any) -> Any:
    if value is None or value != value:
        return None
    if not hasattr(value, "to_pydatetime"):
        return value
    return value.to_pydatetime() if name == "recorded_at" else value.to_pydatetime().date()
