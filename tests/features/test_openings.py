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
