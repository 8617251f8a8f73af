"""Payment features once more: slow, plain, day by day, written from what the catalog and the kinds table say."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from features.codes import decimals_of
from features.columns import ALLOCATION_KINDS, INVOICE_KINDS, TABLES
from features.portfolio import Portfolio

Row = dict[str, Any]
NAN = math.nan
DAY = timedelta(days=1)
KNOTS = (
    (-30, 100),
    (-20, 90),
    (0, 80),
    (15, 70),
    (22, 60),
    (30, 50),
    (60, 40),
    (90, 30),
    (120, 20),
    (121, 10),
    (211, 1),
)


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


def payments(books: Books, buyer: str | None) -> dict[str, Any]:
    """Return the payment features of a buyer, or of all for None."""
    items = [item for item in books.items if buyer is None or item["buyer_id"] == buyer]
    items.sort(key=lambda item: (item["buyer_id"], item["invoice_id"] or "", item["instalment"]))
    if not items:
        return {}
    payable = [item for item in items if INVOICE_KINDS[item["kind"]].is_payable]
    values = _balances(books, items, payable)
    values |= _sales(books, [item for item in payable if item["is_sale"]])
    values |= _by_due_date(books, payable)
    values |= _by_settlement(books, payable)
    return values | _arrears(books, items)


def _balances(books: Books, items: list[Row], payable: list[Row]) -> dict[str, Any]:
    today = books.day
    balances = [(item, item["amount_minor"] - gone(item, today)) for item in payable]
    due = [(item, open_ - on_bills(item, today)) for item, open_ in balances if item["due_on"] < today]
    overdue = [(item, amount) for item, amount in due if amount > 0]
    signed = [
        (item["currency"], INVOICE_KINDS[item["kind"]].sign * (item["amount_minor"] - gone(item, today)))
        for item in items
    ]
    lost = [(item["currency"], _of_kind(item, "write_off")) for item in payable]
    return {
        "exposure": books.money(signed),
        "overdue_amount": books.money([(item["currency"], amount) for item, amount in overdue]),
        "written_off_amount": books.money(lost),
        "count_open": sum(open_ > 0 for _, open_ in balances),
        "oldest_open_days_past_due": (
            max([0, *((today - item["due_on"]).days for item, _ in overdue)]) if payable else NAN
        ),
        "tenure_days": (today - min(item["issued_on"] for item in payable)).days if payable else NAN,
    }


def _of_kind(item: Row, kind: str) -> int:
    return sum(row["amount_minor"] for row in item["bookings"] if row["kind"] == kind)


def _sales(books: Books, sales: list[Row]) -> dict[str, Any]:
    today = books.day
    year = [item for item in sales if (today - item["issued_on"]).days < 365]
    quarter = [item for item in sales if (today - item["issued_on"]).days < 90]
    invoiced = books.money([(item["currency"], item["amount_minor"]) for item in year])
    diluted = [(item["currency"], amount_of(item, today, dilutes=True)) for item in year]
    amounts = [books.money([(item["currency"], item["amount_minor"])]) for item in year]
    months = [Fraction(0)] * 12
    for item, amount in zip(year, amounts, strict=True):
        months[min(11, (today - item["issued_on"]).days * 12 // 365)] += amount
    known = bool(year) and not any(math.isnan(amount) for amount in amounts)
    return {
        "invoiced_amount_365d": invoiced,
        "invoiced_amount_90d": books.money([(item["currency"], item["amount_minor"]) for item in quarter]),
        "share_diluted_amount_365d": _over(books.money(diluted), invoiced),
        "count_invoices_365d": len(year),
        "median_invoice_amount_365d": median(amounts) if known else NAN,
        "median_terms_days_365d": median([(i["due_on"] - i["issued_on"]).days for i in year])
        if year
        else NAN,
        "peak_month_factor_365d": percentile(months, 95) / (sum(months) / 12) if known else NAN,
        "days_since_last_invoice": (today - max(i["issued_on"] for i in sales)).days if sales else NAN,
    }


def _by_due_date(books: Books, payable: list[Row]) -> dict[str, Any]:
    late = [Lateness(item, books.day) for item in payable if item["due_on"] <= books.day]
    late = [each for each in late if each.base > 0]
    by_window = {
        "all": late,
        "365d": [each for each in late if (books.day - each.due).days < 365],
        "90d": [each for each in late if (books.day - each.due).days < 90],
    }
    values: dict[str, Any] = {}
    for window, mine in by_window.items():
        due = _money(books, mine, lambda each: each.base)
        values[f"amount_due_{window}"] = due
        values[f"mean_days_late_{window}"] = _over(_money(books, mine, lambda each: each.amount_days), due)
        values[f"share_late_amount_{window}"] = _over(_money(books, mine, lambda each: each.late(0)), due)
        values[f"share_late_30_amount_{window}"] = _over(_money(books, mine, lambda each: each.late(30)), due)
        values[f"share_early_amount_{window}"] = _over(_money(books, mine, lambda each: each.early), due)
    year = by_window["365d"]
    days = [each.mean_days for each in year]
    last = sorted(enumerate(late), key=lambda pair: (pair[1].due, pair[0]))[-3:]
    return values | {
        "count_due_365d": len(year),
        "share_late_count_365d": Fraction(sum(each.late(0) > 0 for each in year), len(year)) if year else NAN,
        "p90_days_late_365d": percentile(days, 90) if year else NAN,
        "max_days_late_365d": max(days) if year else NAN,
        "mean_days_late_last_3": _mean([each.mean_days for _, each in last]),
        "payment_index_365d": _payment_index(books, year),
    }


def _payment_index(books: Books, late: list[Lateness]) -> Any:
    if len(late) < 3:
        return NAN
    weights = [books.money([(each.item["currency"], each.base)]) for each in late]
    points = [_points(each.mean_days) for each in late]
    return _over(sum(w * p for w, p in zip(weights, points, strict=True)), sum(weights))


def _points(days: Fraction) -> Fraction:
    if days <= KNOTS[0][0]:
        return Fraction(KNOTS[0][1])
    for (x0, y0), (x1, y1) in zip(KNOTS, KNOTS[1:], strict=False):
        if days <= x1:
            return y0 + (days - x0) * Fraction(y1 - y0, x1 - x0)
    return Fraction(KNOTS[-1][1])


def _by_settlement(books: Books, payable: list[Row]) -> dict[str, Any]:
    paid = [
        (item, row)
        for item in payable
        for row in item["bookings"]
        if ALLOCATION_KINDS[row["kind"]].counts_as_paid and row["amount_minor"] > 0
    ]
    values: dict[str, Any] = {}
    for window in (365, 90):
        recent = [(item, row) for item, row in paid if (books.day - row["settled_on"]).days < window]
        amount = books.money([(item["currency"], row["amount_minor"]) for item, row in recent])
        days = [
            (item["currency"], row["amount_minor"] * (row["settled_on"] - item["due_on"]).days)
            for item, row in recent
        ]
        values[f"mean_days_late_settled_{window}d"] = _over(books.money(days), amount)
        values[f"count_settled_{window}d"] = len({(i["invoice_id"], i["instalment"]) for i, _ in recent})
    last = max((row["settled_on"] for _, row in paid), default=None)
    return values | {"days_since_last_settlement": (books.day - last).days if last else NAN}


def _arrears(books: Books, items: list[Row]) -> dict[str, Any]:
    if any(books.rate(item["currency"]) is None for item in items):
        return {}
    today = books.day
    first = min(
        [item["issued_on"] for item in items] + [row["settled_on"] for i in items for row in i["bookings"]]
    )
    run, clean, in_default, peak = 0, 0, False, Fraction(0)
    for n in range((today - first).days + 1):
        day = first + n * DAY
        exposure, overdue = _sums_on(books, items, day)
        is_material = overdue > 500 and overdue > exposure * Fraction(0.01)
        run, clean = (run + 1, 0) if is_material else (0, clean + 1)
        in_default = run >= 90 or (in_default and clean <= 90)
        peak = max(peak, exposure) if (today - day).days < 365 else peak
    return {"high_credit_365d": peak, "days_material_overdue": run, "in_default": float(in_default)}


def _sums_on(books: Books, items: list[Row], day: date) -> tuple[Fraction, Fraction]:
    exposure, overdue = [], []
    for item in items:
        kind = INVOICE_KINDS[item["kind"]]
        asked = item["amount_minor"] if item["issued_on"] <= day else 0
        exposure.append((item["currency"], kind.sign * (asked - gone(item, day))))
        if kind.is_payable and item["due_on"] < day and item["issued_on"] <= day:
            left = item["amount_minor"] - gone(item, day) - on_bills(item, day)
            overdue.append((item["currency"], max(left, 0)))
    return books.money(exposure), books.money(overdue)


def _money(books: Books, late: list[Lateness], amount: Any) -> Any:
    return books.money([(each.item["currency"], amount(each)) for each in late])


def _over(above: Any, below: Any) -> Any:
    return above / below if below > 0 else NAN


def _mean(values: list[Fraction]) -> Any:
    return sum(values) / len(values) if values else NAN


def percentile(values: list[Any], percent: int) -> Any:
    """Return a percentile with linear interpolation between ranks."""
    ordered = sorted(values)
    rank = Fraction(percent * (len(ordered) - 1), 100)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)
