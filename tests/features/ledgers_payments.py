"""What random ledgers hold of a busy buyer, of disputes, of peers in one industry and of days far off."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]

FAR = date(2200, 12, 31)
"""The last legal day."""

INDUSTRIES = (("ISIC", "C28"), ("NACE", "C28"), ("SIC", "C28"), ("ISIC", "4711"), ("NACE", "96"))
"""Schemes and codes: three of manufacturing, one of trade, one of services."""


class PaymentCases:
    """Adds to a random ledger what most small draws would miss; `RandomLedger` gives the means."""

    draw: random.Random
    rows: dict[str, list[Row]]

    def _payment_cases(self, first: date, last: date) -> None:
        """Add what most draws of a small ledger would miss."""
        draw = self.draw
        if draw.random() < 0.7:
            self._busy_buyer(first, last)
        if draw.random() < 0.7:
            self._peers(first, last)
        for number in range(draw.randint(0, 10)):
            self._dispute(f"d{number}")
        if draw.random() < 0.5:
            self._far_off(first)

    def _busy_buyer(self, first: date, last: date) -> None:
        """Let buyer B buy every few weeks, change its terms once and pay on its own days."""
        draw, number = self.draw, 0
        changed = first + timedelta(days=draw.randint(150, 450))
        day = first + timedelta(days=draw.randint(0, 200))
        while day < last:
            terms = draw.choice([30, 45]) if day < changed else draw.choice([0, 60])
            invoice = self._sell(f"u{number:02d}", "B", (day, day + timedelta(days=terms)))
            self._pay(invoice, draw.choice(["once", "once", "parts", "discount", "bounced", "open", "late"]))
            day += timedelta(days=draw.randint(8, 40))
            number += 1
        self._own_limits("B", first)

    def _sell(self, invoice_id: str, buyer: str, days: tuple[date, date]) -> Row:
        issued, due = days
        row = {
            "invoice_id": invoice_id, "instalment": 1, "buyer_id": buyer, "issued_on": issued.isoformat(),
            "due_on": due.isoformat(), "amount": self._amount("EUR"), "currency": "EUR", "kind": "invoice",
        }  # fmt: skip
        return self._add("invoices", issued, row)

    def _pay(self, invoice: Row, how: str) -> None:
        draw, name = self.draw, invoice["invoice_id"]
        due = date.fromisoformat(invoice["due_on"])
        day = due + timedelta(days=draw.randint(40, 150) if how == "late" else draw.randint(-6, 12))
        day += timedelta(days=(4 - day.weekday()) % 7)
        shares = {"parts": [0.4, 0.3, 0.3], "discount": [0.98], "open": []}.get(how, [1.0])
        for part, share in enumerate(shares):
            paid_on = day + timedelta(days=14 * part)
            self._allocate(f"{name}:{part}", invoice, paid_on, "payment", self._part(invoice, share))
        if how == "discount":
            self._allocate(f"{name}:d", invoice, day, "discount", self._part(invoice, 0.02))
        if how == "bounced":
            back = day + timedelta(days=draw.randint(1, 9))
            self._allocate(f"{name}:b", invoice, back, "payment", f"-{self._part(invoice, 1.0)}")
            again = back + timedelta(days=draw.randint(1, 60))
            self._allocate(
                f"{name}:c", invoice, again, "payment", self._part(invoice, draw.choice([0.5, 1.0]))
            )

    def _own_limits(self, buyer: str, first: date) -> None:
        """Give a buyer limits of ours one after the other, some of them at once, with days between."""
        for number in range(self.draw.randint(0, 4)):
            begins = first + timedelta(days=self.draw.randint(-100, 500))
            row = {
                "limit_id": f"o{number}",
                "buyer_id": buyer,
                "kind": "own",
                "amount": self.draw.choice(["0", "2500", self._amount("EUR", 20000.0)]),
                "currency": self.draw.choice(["EUR", "EUR", "USD"]),
                "valid_from": begins.isoformat(),
                "valid_to": self.draw.choice(
                    [None, (begins + timedelta(days=200)).isoformat(), FAR.isoformat()]
                ),
            }
            self._add("limits", begins, row)

    def _peers(self, first: date, last: date) -> None:
        """Add buyers of few industries, one of whom may become known as another later, in one busy season."""
        draw = self.draw
        season = first + timedelta(days=draw.randint(0, (last - first).days - 110))
        for number in range(draw.randint(7, 9)):
            buyer = f"P{number}"
            scheme, code = draw.choice([*INDUSTRIES[:3] * 3, *INDUSTRIES[3:]])
            row = {"buyer_id": buyer, "industry": code, "industry_scheme": scheme}
            known = self._add("buyers", first, row)
            if draw.random() < 0.2:
                scheme, code = draw.choice(INDUSTRIES)
                self._amend("buyers", known, industry=code, industry_scheme=scheme)
            for order in range(draw.randint(1, 3)):
                day = season + timedelta(days=draw.randint(0, 60))
                invoice = self._sell(f"{buyer}/{order}", buyer, (day, day + timedelta(days=30)))
                self._pay(invoice, draw.choice(["once", "late", "open"]))

    def _dispute(self, name: str) -> None:
        """Dispute an item in whole or in part; how it ends becomes known later, or is planned ahead."""
        draw = self.draw
        invoice = draw.choice(self.rows["invoices"])
        raised = date.fromisoformat(invoice["due_on"]) + timedelta(days=draw.randint(-40, 60))
        row = {
            "dispute_id": name, "invoice_id": invoice["invoice_id"], "instalment": invoice["instalment"],
            "raised_on": raised.isoformat(), "resolved_on": None,
            "amount": draw.choice([None, self._part(invoice, 0.3), self._part(invoice, 1.5)]),
        }  # fmt: skip
        first = self._add("disputes", raised, row)
        if draw.random() < 0.7:
            resolved = raised + timedelta(days=draw.choice([0, 5, 30, 90, 300]))
            self._amend("disputes", first, resolved_on=resolved.isoformat())
        if draw.random() < 0.1:
            self._amend("disputes", first, withdrawn="true")

    def _far_off(self, first: date) -> None:
        """Add facts of the last legal day: one in force already, others known long before they happen."""
        buyer = self.draw.choice(["A", "B"])
        invoice = self._sell("far", buyer, (first + timedelta(days=90), FAR))
        self._allocate("far/early", invoice, first + timedelta(days=200), "payment", self._part(invoice, 0.5))
        known_on = first + timedelta(days=100)
        self._add("invoices", known_on, {**invoice, "invoice_id": "far2", "issued_on": FAR.isoformat()})
        self._add("fx", known_on, {"currency": "USD", "on_date": FAR.isoformat(), "rate": 99.0})
        row = {"dispute_id": "far", "invoice_id": "far", "instalment": 1, "raised_on": known_on.isoformat()}
        self._add("disputes", known_on, {**row, "amount": None, "resolved_on": FAR.isoformat()})
