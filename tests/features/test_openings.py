from __future__ import annotations

import pandas as pd

from features.openings import balance_on, open_items, totals
from features.portfolio import Portfolio, Seller, from_frames


def portfolio() -> Portfolio:
    invoices = pd.DataFrame(
        [
            ("1", "A", "2026-01-05", "100", "invoice", "2026-01-05", "false"),
            # The invoice was amended, then another one was taken back.
            ("1", "A", "2026-01-05", "90", "invoice", "2026-01-10", "false"),
            ("2", "A", "2026-01-06", "50", "invoice", "2026-01-06", "false"),
            ("2", "A", "2026-01-06", "50", "invoice", "2026-01-07", "true"),
            ("3", "B", "2026-01-07", "30", "credit_memo", "2026-01-07", "false"),
        ],
        columns=["invoice_id", "buyer_id", "issued_on", "amount", "kind", "recorded_at", "withdrawn"],
    ).assign(currency="EUR", due_on=lambda rows: rows["issued_on"])
    allocations = pd.DataFrame(
        [
            ("1", None, None, "2026-02-01", "40", "payment"),
            ("1", None, None, "2026-02-02", "7", "bill"),
            ("3", None, None, "2026-02-02", "10", "payment"),
            (None, "A", "EUR", "2026-02-03", "5", "payment"),
        ],
        columns=["invoice_id", "buyer_id", "currency", "settled_on", "amount", "kind"],
    )
    return from_frames({"invoices": invoices, "allocations": allocations}, Seller("me"))


def test_open_items_take_the_latest_version_and_what_closes():
    items = open_items(portfolio()).set_index("invoice_id")["open_minor"]
    assert items.to_dict() == {"1": 5000, "3": 2000}


def test_balances_follow_event_dates_and_count_unmatched_money():
    days = pd.to_datetime(["2026-01-31", "2026-02-28", "2026-02-28", "2026-01-01"])
    accounts = pd.DataFrame({"buyer_id": ["A", "A", "B", "C"], "currency": "EUR", "on_date": days})
    assert balance_on(portfolio(), accounts).tolist() == [9000, 4500, -2000, 0]


def test_totals_agree_with_balances():
    assert totals(portfolio()) == {("invoiced", "EUR"): 6000, ("closed", "EUR"): 3500, ("open", "EUR"): 2500}


def test_a_bill_in_the_ledger_owes_the_amount_instead_of_its_invoice():
    # given an invoice of 100 that a bill in the ledger takes over
    base = {
        "buyer_id": "A",
        "issued_on": "2026-01-05",
        "due_on": "2026-02-05",
        "currency": "EUR",
        "amount": "100",
    }
    invoices = [
        base | {"invoice_id": "1"},
        base | {"invoice_id": "w1", "kind": "bill", "due_on": "2026-05-05"},
    ]
    bill = {
        "invoice_id": "1",
        "settled_on": "2026-02-05",
        "amount": "100",
        "kind": "bill",
        "successor_id": "w1",
    }
    frames = {"invoices": pd.DataFrame(invoices), "allocations": pd.DataFrame([bill])}
    items = open_items(from_frames(frames, Seller("me"))).set_index("invoice_id")["open_minor"]
    # then it is owed once
    assert items.to_dict() == {"1": 0, "w1": 10000}
