"""Small random ledgers with everything that a ledger can hold."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from features.codes import decimals_of
from features.columns import LINE_ITEMS
from features.portfolio import Portfolio, Seller, from_frames
from tests.features.ledgers_payments import PaymentCases

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2025, 6, 30)
BUYERS = ("A", "B", "C", "买家丁")
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Auckland")
RATINGS: dict[str, tuple[str, ...]] = {
    "external_pd": ("0.02", "0.5", "1e-3"),
    "external_grade_letters": ("BBB", "b+", "CC"),
    "external_grade_house": ("good", "POOR"),
    "rank of its turnover": ("0.3", "BBB"),
}
"""Attributes by name with values; the last one is no rating."""

Row = dict[str, Any]


class RandomLedger(PaymentCases):
    """Raw rows of every table, drawn from a seed; `frames` are what `from_frames` takes."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - a draw for tests, no secret
        self.ticks = 0
        self.rows: dict[str, list[Row]] = {}
        self.timezone = self.draw.choice(ZONES)
        for number in range(self.draw.randint(6, 22)):
            self._invoice(f"i{number:02d}")
        for number in range(self.draw.randint(0, 3)):
            self._transfer(f"t{number}")
            self._bill(f"b{number}")
        for number in range(self.draw.randint(0, 4)):
            self._loose_money(f"m{number}")
        self._rates()
        self._records()
        self._payment_cases(FIRST_DAY, LAST_DAY)
        for buyer in BUYERS:
            self._statements(buyer)
            self._profile(buyer)
            # Reason: draws of its own leave what other tests know of a seed as it was.
            self._ratings(buyer, random.Random(f"{seed} {buyer}"))  # noqa: S311 - a draw for tests, no secret

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        return {name: pd.DataFrame(rows) for name, rows in self.rows.items()}

    @property
    def seller(self) -> Seller:
        maps = {"house": {"GOOD": 0.004, "POOR": 0.09}}
        return Seller("me", country="DE", reporting_currency="EUR", timezone=self.timezone, grade_maps=maps)

    def portfolio(self) -> Portfolio:
        return from_frames(self.frames, self.seller, observed_from="2024-02-01", observed_until="2025-06-30")

    def subjects(self, count: int) -> pd.DataFrame:
        """Draw subjects: moments of buyers, some with an invoice of their own and a request."""
        rows = [self._subject() for _ in range(count)]
        frame = pd.DataFrame(rows)
        return frame.assign(
            as_of=frame["as_of"].astype("datetime64[s]"), due_on=frame["due_on"].astype("datetime64[s]")
        )

    def _subject(self) -> Row:
        own = self.draw.choice(self.rows["invoices"]) if self.draw.random() < 0.5 else None
        day = self._day(FIRST_DAY + timedelta(days=60), LAST_DAY)
        request = self.draw.random() < 0.7
        return {
            "buyer_id": own["buyer_id"] if own else self.draw.choice([*BUYERS, "nobody"]),
            "as_of": datetime(day.year, day.month, day.day, self.draw.randint(0, 23), 59, 59),
            "invoice_id": own["invoice_id"] if own else None,
            "instalment": own["instalment"] if own else 1,
            "amount": self.draw.uniform(10, 5000) if request else None,
            "currency": self.draw.choice(["EUR", "USD", "JPY", "GBP"]) if request else None,
            "terms_days": self.draw.choice([14, 30, None]) if request else None,
            "due_on": day + timedelta(days=20) if self.draw.random() < 0.3 else None,
        }

    def _add(self, table: str, event: date, row: Row) -> Row:
        """Add a fact as first known; it may be recorded late, or before its date."""
        first = {**row, "recorded_at": self._instant(event, self._lag()), "withdrawn": "false"}
        self.rows.setdefault(table, []).append(first)
        return first

    def _amend(self, table: str, first: Row, **changes: Any) -> None:
        """Add a later version of a fact, or take it back."""
        later = datetime.fromisoformat(first["recorded_at"][:-1]).date()
        version = {**first, **changes, "recorded_at": self._instant(later, self.draw.randint(1, 90))}
        self.rows[table].append(version)

    def _maybe_amend(self, table: str, first: Row, **changes: Any) -> None:
        if self.draw.random() < 0.15:
            self._amend(table, first, **changes)
        if self.draw.random() < 0.06:
            self._amend(table, first, withdrawn="true")

    def _lag(self) -> int:
        return self.draw.choice([0, 0, 0, 1, 5, 40, -7])

    def _instant(self, day: date, lag: int) -> str:
        self.ticks += 1
        moment = datetime(day.year, day.month, day.day, 9) + timedelta(days=lag, seconds=self.ticks)
        return moment.isoformat() + "Z"

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.draw.randint(0, (last - first).days))

    def _amount(self, currency: str, largest: float = 4000.0) -> str:
        return f"{self.draw.uniform(5, largest):.{decimals_of(currency)}f}"

    def _part(self, invoice: Row, share: float) -> str:
        decimals = decimals_of(invoice["currency"])
        return f"{max(float(invoice['amount']) * share, 1.0):.{decimals}f}"

    def _invoice(self, invoice_id: str) -> None:
        buyer, currency = self.draw.choice(BUYERS), self.draw.choice(["EUR", "EUR", "USD", "JPY", "KWD"])
        issued = self._day(FIRST_DAY, LAST_DAY)
        kind = self.draw.choice(["invoice"] * 8 + ["debit_note", "credit_memo", "prepayment"])
        for instalment in range(1, self.draw.choice([1, 1, 1, 2]) + 1):
            first = self._add(
                "invoices",
                issued,
                {
                    "invoice_id": invoice_id,
                    "instalment": instalment,
                    "buyer_id": buyer,
                    "issued_on": issued.isoformat(),
                    "due_on": (issued + timedelta(days=self.draw.choice([0, 14, 30, 60]))).isoformat(),
                    "amount": self._amount(currency),
                    "currency": currency,
                    "kind": kind,
                },
            )
            later = (date.fromisoformat(first["due_on"]) + timedelta(days=10)).isoformat()
            self._maybe_amend("invoices", first, due_on=later, amount=self._amount(currency))
            self._settle(first)

    def _settle(self, invoice: Row) -> None:
        due = date.fromisoformat(invoice["due_on"])
        for number in range(self.draw.choice([0, 1, 1, 2, 3])):
            settled = due + timedelta(days=self.draw.randint(-20, 80))
            kind = self.draw.choice(
                ["payment"] * 9
                + [
                    "discount",
                    "set_off",
                    "credit_note",
                    "return",
                    "write_off",
                    "recovery",
                    "bill",
                    "transfer",
                ]
            )
            amount = self._part(invoice, self.draw.choice([1.0, 0.5, 0.3, 1.4]))
            name = f"{invoice['invoice_id']}/{invoice['instalment']}/{number}"
            first = self._allocate(name, invoice, settled, kind, amount)
            self._maybe_amend("allocations", first, amount=self._part(invoice, 0.25))
            if kind == "payment" and self.draw.random() < 0.25:
                back = settled + timedelta(days=self.draw.randint(0, 30))
                self._allocate(f"{name}-", invoice, back, kind, f"-{amount}")

    def _allocate(self, name: str, invoice: Row, day: date, kind: str, amount: str, **rest: Any) -> Row:
        row = {
            "allocation_id": name,
            "invoice_id": invoice["invoice_id"],
            "instalment": invoice["instalment"],
            "buyer_id": None,
            "currency": None,
            "settled_on": day.isoformat(),
            "amount": amount,
            "kind": kind,
            "successor_id": None,
            **rest,
        }
        return self._add("allocations", day, row)

    def _transfer(self, name: str) -> None:
        self._go_on(name, "transfer", "invoice", self.draw.choice([0, 30, 90]))

    def _bill(self, name: str) -> None:
        self._go_on(name, "bill", "bill", 90)

    def _go_on(self, name: str, kind: str, item_kind: str, days: int) -> None:
        """Let a new item take over from a payable one."""
        old = self.draw.choice([row for row in self.rows["invoices"] if row["kind"] in ("invoice", "bill")])
        day = date.fromisoformat(old["due_on"]) + timedelta(days=self.draw.randint(-5, 20))
        changed = {"issued_on": day.isoformat(), "due_on": (day + timedelta(days=days)).isoformat()}
        new = {**old, **changed, "invoice_id": name, "instalment": 1, "kind": item_kind}
        new["amount"] = self._part(old, 0.6)
        first = self._add("invoices", day, new)
        link = self._allocate(f"{name}>", old, day, kind, new["amount"], successor_id=name)
        self._maybe_amend("allocations", link, amount=self._part(old, 0.2))
        if self.draw.random() < 0.6:
            self._settle(first)

    def _loose_money(self, name: str) -> None:
        currency = self.draw.choice(["EUR", "USD", "CNY"])
        day = self._day(FIRST_DAY, LAST_DAY)
        target = self.draw.choice(self.rows["invoices"])
        loose = {"invoice_id": None, "instalment": 1, "currency": currency}
        first = self._allocate(
            name,
            target,
            day,
            self.draw.choice(["payment", "payment", "recovery"]),
            self._amount(currency, 500),
            **loose | {"buyer_id": self.draw.choice(BUYERS)},
        )
        if target["currency"] == currency and self.draw.random() < 0.7:
            matched = {"invoice_id": target["invoice_id"], "instalment": target["instalment"]}
            self._amend("allocations", first, **matched, buyer_id=target["buyer_id"])

    def _rates(self) -> None:
        for currency in ("USD", "JPY", "KWD"):
            for month in range(0, 18, 2):
                day = FIRST_DAY - timedelta(days=40) + timedelta(days=30 * month)
                row = {"currency": currency, "on_date": day.isoformat(), "rate": self.draw.uniform(0.5, 1.5)}
                self._maybe_amend("fx", self._add("fx", day, row), rate=self.draw.uniform(0.5, 1.5))

    def _records(self) -> None:
        for number in range(self.draw.randint(0, 8)):
            day = self._day(FIRST_DAY, LAST_DAY)
            kind = self.draw.choice(["insolvency", "judgment", "lien"])
            row = {"event_id": f"e{number}", "buyer_id": self.draw.choice(BUYERS), "kind": kind}
            self._maybe_amend("events", self._add("events", day, {**row, "occurred_on": day.isoformat()}))
        for number in range(self.draw.randint(0, 8)):
            day = self._day(FIRST_DAY, LAST_DAY)
            row = {
                "limit_id": f"l{number}",
                "buyer_id": self.draw.choice(BUYERS),
                "kind": self.draw.choice(["own", "insured", "bank"]),
                "amount": self._amount("USD"),
                "currency": self.draw.choice(["EUR", "USD", "GBP"]),
                "valid_from": day.isoformat(),
                "valid_to": self.draw.choice([None, (day + timedelta(days=100)).isoformat()]),
            }
            self._maybe_amend("limits", self._add("limits", day, row), valid_to=day.isoformat())

    def _statements(self, buyer: str) -> None:
        for year in range(2021, 2025):
            if self.draw.random() < 0.25:
                continue
            end = date(year, 12, 31) + timedelta(days=self.draw.choice([0, 0, -20, 5]))
            for consolidated in {False, self.draw.random() < 0.4}:
                row = {
                    "buyer_id": buyer,
                    "period_end": end.isoformat(),
                    "months": self.draw.choice([12, 12, 12, 6]),
                    "consolidated": str(consolidated).lower(),
                    "currency": self.draw.choice(["EUR", "EUR", "USD", "GBP"]),
                    "audited": self.draw.choice(["true", "false", None]),
                    "withdrawn": "false",
                    **self._figures(),
                }
                first = {**row, "received_at": self._instant(end, self.draw.randint(60, 300))}
                self.rows.setdefault("statements", []).append(first)
                if self.draw.random() < 0.2:
                    again = {"received_at": self._instant(end, 400), "revenue": self._figure()}
                    self.rows["statements"].append({**first, **again})

    def _figures(self) -> dict[str, float | None]:
        """Draw line items, some of them such that the balance sheet balances or no interest is paid."""
        figures = {item: self._figure() for item in LINE_ITEMS}
        if self.draw.random() < 0.2:
            figures["interest_expense"] = 0.0
        if self.draw.random() < 0.3:
            figures |= {"total_assets": 5e5, "total_liabilities": 3e5, "equity": 2e5}
        return figures

    def _profile(self, buyer: str) -> None:
        if self.draw.random() < 0.15:
            return
        founded = self._day(date(1950, 1, 1), date(2026, 1, 1))
        row = {
            "buyer_id": buyer,
            "country": self.draw.choice(["DE", "CN", None]),
            "industry": self.draw.choice(["C28", "4711", "96", "unheard of", None]),
            "industry_scheme": self.draw.choice(["ISIC", "NACE", "SIC", "GB/T 4754", None]),
            "size_class": self.draw.choice(["micro", "Small", "medium", "large", "huge", None]),
            "founded_on": self.draw.choice([founded.isoformat(), None]),
            "natural_person": self.draw.choice(["true", "false"]),
            "public_body": self.draw.choice(["true", "false"]),
            "group_id": self.draw.choice(["g1", "g1", "g2", None]),
        }
        first = self._add("buyers", self._day(FIRST_DAY, LAST_DAY - timedelta(days=200)), row)
        self._maybe_amend("buyers", first, size_class="large", group_id=self.draw.choice(["g1", None]))

    def _ratings(self, buyer: str, draw: random.Random) -> None:
        for name in draw.sample([*RATINGS], draw.choice([0, 1, 2, 4])):
            day = FIRST_DAY + timedelta(days=draw.randint(0, 400))
            for _ in range(draw.choice([1, 1, 2, 3])):
                row = {
                    "buyer_id": buyer,
                    "name": name,
                    "value": draw.choice(RATINGS[name]),
                    "expires_on": draw.choice([None, (day + timedelta(days=90)).isoformat()]),
                    # Reason: several names become known in one second at times.
                    "recorded_at": f"{day.isoformat()}T{draw.choice([9, 9, 23])}:00:00Z",
                    "withdrawn": draw.choice(["false", "false", "false", "true"]),
                }
                self.rows.setdefault("attributes", []).append(row)
                day += timedelta(days=draw.randint(1, 150))

    def _figure(self) -> float | None:
        return None if self.draw.random() < 0.08 else round(self.draw.uniform(-2e5, 1e6), 2)
