"""For each check the facts that it must tell, and the nearest facts that it must not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from features.portfolio import Portfolio, Seller, from_frames

Row = dict[str, Any]
Tables = dict[str, list[Row]]

UNTIL = "2026-06-30"


@dataclass(frozen=True)
class Case:
    """Tables with one contradiction, and tables that just miss it."""

    code: str
    table: str
    wrong: Tables
    near_miss: Tables
    rows: int = 1
    amounts: tuple[tuple[str, str], ...] = ()


def portfolio_of(tables: Tables, observed_until: str | None = UNTIL) -> Portfolio:
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    seller = Seller("me", reporting_currency="EUR")
    return from_frames(frames, seller, observed_from="2024-01-01", observed_until=observed_until)


def invoice(number: str = "1", **changes: Any) -> Row:
    row = {
        "invoice_id": number,
        "buyer_id": "上海贸易有限公司",
        "issued_on": "2026-01-05",
        "due_on": "2026-02-04",
        "amount": "100",
        "currency": "EUR",
        "kind": "invoice",
        "recorded_at": "2026-01-05T12:00:00Z",
        "withdrawn": "false",
    }
    return row | changes


def entry(number: str = "p", **changes: Any) -> Row:
    row = {
        "allocation_id": number,
        "invoice_id": "1",
        "buyer_id": None,
        "currency": None,
        "settled_on": "2026-02-01",
        "amount": "100",
        "kind": "payment",
        "successor_id": None,
        "recorded_at": "2026-02-01T12:00:00Z",
        "withdrawn": "false",
    }
    return row | changes


def statement(year: int = 2025, **changes: Any) -> Row:
    row = {
        "buyer_id": "B",
        "period_end": f"{year}-12-31",
        "months": 12,
        "consolidated": "false",
        "currency": "EUR",
        "received_at": f"{year + 1}-04-30T12:00:00Z",
        "total_assets": 1000.0,
        "total_liabilities": 600.0,
        "equity": 400.0,
        "current_assets": 500.0,
        "current_liabilities": 300.0,
        "revenue": 2000.0,
    }
    return row | changes


def dispute(**changes: Any) -> Row:
    row = {"invoice_id": "1", "raised_on": "2026-02-10", "recorded_at": "2026-02-10T12:00:00Z"}
    return row | changes


def event(**changes: Any) -> Row:
    row = {
        "buyer_id": "B",
        "kind": "judgment",
        "occurred_on": "2026-03-01",
        "recorded_at": "2026-03-01T12:00:00Z",
    }
    return row | changes


def order(**changes: Any) -> Row:
    row = {
        "order_id": "o",
        "buyer_id": "B",
        "amount": "10",
        "currency": "EUR",
        "ordered_on": "2026-03-01",
        "deliver_on": "2026-03-01",
        "recorded_at": "2026-03-01T12:00:00Z",
    }
    return row | changes


def limit(**changes: Any) -> Row:
    row = {
        "buyer_id": "B",
        "kind": "own",
        "amount": "10",
        "currency": "EUR",
        "valid_from": "2026-01-01",
        "valid_to": "2026-03-31",
        "recorded_at": "2026-01-01T12:00:00Z",
    }
    return row | changes


def security(**changes: Any) -> Row:
    row = {
        "buyer_id": "B",
        "kind": "guarantee",
        "amount": "10",
        "currency": "EUR",
        "share": 1.0,
        "valid_from": "2026-01-01",
        "recorded_at": "2026-01-01T12:00:00Z",
    }
    return row | changes


def attribute(**changes: Any) -> Row:
    row = {"buyer_id": "B", "name": "rating", "value": "7", "recorded_at": "2026-01-01T12:00:00Z"}
    return row | changes


def balance(**changes: Any) -> Row:
    row = {"buyer_id": "B", "on_date": "2025-12-31", "currency": "EUR", "amount": "0"}
    return row | changes | {"recorded_at": changes.get("recorded_at", "2026-01-01T12:00:00Z")}


def rate(**changes: Any) -> Row:
    row = {"currency": "USD", "on_date": "2024-01-01", "rate": 0.9, "recorded_at": "2024-01-01T00:00:00Z"}
    return row | changes


def buyer(**changes: Any) -> Row:
    return {"buyer_id": "B", "name": "北京测试公司", "recorded_at": "2024-01-01T12:00:00Z"} | changes


def about_invoice(**changes: Any) -> Tables:
    return {"invoices": [invoice(**changes)]}


def about_entries(*entries: Row, **changes: Any) -> Tables:
    return {"invoices": [invoice(**changes)], "allocations": list(entries)}


LEDGER = (
    Case(
        "settled_before_issue", "allocations",
        about_entries(entry(settled_on="2026-01-04", amount="60")),
        about_entries(entry(settled_on="2026-01-05", amount="60")),
        amounts=(("EUR", "60.00"),),
    ),
    Case(
        "settled_before_issue", "allocations",
        about_entries(entry(settled_on="2026-01-04", kind="discount", recorded_at="2026-01-06T00:00:00Z")),
        about_entries(
            entry(settled_on="2026-01-02", invoice_id=None, buyer_id="上海贸易有限公司", currency="EUR",
                  recorded_at="2026-01-02T12:00:00Z"),
            entry(settled_on="2026-01-02", recorded_at="2026-01-05T13:00:00Z"),
        ),
    ),
    Case(
        "closed_above_amount", "allocations",
        about_entries(entry(amount="70"), entry("q", amount="30.01", settled_on="2026-02-02")),
        about_entries(entry(amount="70"), entry("q", amount="50"), entry("r", amount="-20")),
        amounts=(("EUR", "0.01"),),
    ),
    Case(
        "closed_above_amount", "allocations",
        about_entries(
            entry(amount="40"), entry("q", amount="90"), entry("r", kind="credit_note"), currency="USD"
        ),
        about_entries(
            entry(), entry("q", kind="recovery"), entry("r", amount="-100"), entry("s", kind="bill")
        ),
        rows=2, amounts=(("USD", "130.00"),),
    ),
    Case(
        "closed_above_amount", "allocations",
        {"invoices": [invoice(), invoice("b", kind="bill")],
         "allocations": [entry(amount="1"), entry("q", kind="bill", successor_id="b")]},
        {"invoices": [invoice(), invoice("b", kind="bill")],
         "allocations": [entry(kind="bill", successor_id="b"), entry("q", invoice_id="b")]},
        amounts=(("EUR", "1.00"),),
    ),
    Case(
        "written_off_and_paid", "allocations",
        about_entries(entry(kind="write_off"), entry("q", settled_on="2026-03-01")),
        about_entries(entry(kind="write_off", amount="0.01"), entry("q", amount="99.99")),
        amounts=(("EUR", "100.00"),),
    ),
    Case(
        "credit_used_above_amount", "allocations",
        about_entries(entry(amount="100.01", kind="set_off"), kind="credit_memo", due_on="2026-01-05"),
        about_entries(entry(kind="set_off"), kind="credit_memo", due_on="2026-01-05"),
        amounts=(("EUR", "0.01"),),
    ),
    Case(
        "due_long_after_issue", "invoices",
        about_invoice(due_on="2031-01-06"), about_invoice(due_on="2031-01-05"), amounts=(("EUR", "100.00"),),
    ),
    Case(
        "settles_cancelled_invoice", "allocations",
        {"invoices": [invoice(), invoice(recorded_at="2026-03-01T00:00:00Z", withdrawn="true")],
         "allocations": [entry()]},
        {"invoices": [invoice(), invoice(recorded_at="2026-03-01T00:00:00Z", withdrawn="true")],
         "allocations": [entry(), entry(recorded_at="2026-03-01T00:00:00Z", withdrawn="true")]},
        amounts=(("EUR", "100.00"),),
    ),
    Case(
        "disputed_before_issue", "disputes",
        about_invoice() | {"disputes": [dispute(raised_on="2026-01-04")]},
        about_invoice() | {"disputes": [dispute(raised_on="2026-01-05")]},
    ),
    Case(
        "duplicate_invoice", "invoices",
        {"invoices": [invoice(), invoice("2")]},
        {"invoices": [invoice(), invoice("2", amount="100.01"), invoice("3", issued_on="2026-01-04"),
                      invoice(instalment=2), invoice("4", currency="USD"), invoice("5", buyer_id="C")]},
        amounts=(("EUR", "100.00"),),
    ),
)  # fmt: skip

ACCOUNTS = (
    Case(
        "broken_identity", "statements",
        {"statements": [statement(equity=394.9)]}, {"statements": [statement(equity=395.0)]},
    ),
    Case(
        "current_above_total_assets", "statements",
        {"statements": [statement(current_assets=1005.1)]},
        {"statements": [statement(current_assets=1005.0)]},
    ),
    Case(
        "current_above_total_liabilities", "statements",
        {"statements": [statement(current_liabilities=605.1)]},
        {"statements": [statement(current_liabilities=605.0)]},
    ),
    Case(
        "unit_jump", "statements",
        {"statements": [statement(2024), statement(total_assets=9.2e5, total_liabilities=9.2e5, equity=0.0)]},
        {"statements": [statement(2024), statement(total_assets=8.9e5, total_liabilities=8.9e5, equity=0.0)]},
    ),
    Case(
        "unit_jump", "statements",
        {"statements": [statement(2023, received_at="2024-05-01"), statement(2024, revenue=2), statement()]},
        {"statements": [statement(2023, revenue=2, received_at="2024-05-01"), statement()]},
    ),
    Case(
        "unit_jump", "statements",
        {"statements": [statement(2024), statement(revenue=2e7)]},
        {"statements": [statement(2024), statement(revenue=2e7, currency="JPY"),
                        statement(revenue=2e7, consolidated="true")]},
    ),
    Case(
        "two_statements_for_one_period", "statements",
        {"statements": [statement(), statement(months=6, revenue=1000.0, currency="USD")]},
        {"statements": [statement(), statement(months=6, revenue=1000.0),
                        statement(months=6, revenue=1000.0, currency="USD", consolidated="true")]},
    ),
    Case(
        "two_statements_for_one_period", "statements",
        {"statements": [statement(), statement(months=6, revenue=2000.0)]},
        {"statements": [statement(), statement(months=6, revenue=1999.0, total_assets=1004.0, equity=404.0)]},
    ),
    Case(
        "two_statements_for_one_period", "statements",
        {"statements": [statement(), statement(months=3, revenue=1.0, total_assets=1100.0, equity=500.0)]},
        {"statements": [statement(), statement(2024, months=3, revenue=1, total_assets=1100, equity=500)]},
    ),
    Case(
        "negative_total_assets", "statements",
        {"statements": [statement(total_assets=-1.0, total_liabilities=-1.0, equity=0.0)]},
        {"statements": [statement(equity=-1.0, total_liabilities=1001.0)]},
    ),
    Case(
        "negative_revenue", "statements",
        {"statements": [statement(revenue=-0.01)]}, {"statements": [statement(revenue=0.0)]},
    ),
    Case(
        "odd_months", "statements",
        {"statements": [statement(months=19)]}, {"statements": [statement(months=18)]},
    ),
)  # fmt: skip

RECORDS = (
    Case(
        "overlapping_limits", "limits",
        {"limits": [limit(valid_to=None), limit(valid_from="2026-04-01", valid_to="2026-05-01")]},
        {"limits": [limit(), limit(valid_from="2026-04-01", valid_to=None), limit(kind="insured")]},
        amounts=(("EUR", "10.00"),),
    ),
    Case(
        "overlapping_limits", "limits",
        {"limits": [limit(), limit(valid_from="2026-02-01", valid_to="2026-02-02"),
                    limit(valid_from="2026-03-31")]},
        {"limits": [limit(), limit(buyer_id="C")]},
        rows=2,
    ),
    Case(
        "delivered_before_ordered", "orders",
        {"orders": [order(deliver_on="2026-02-28")]}, {"orders": [order()]}, amounts=(("EUR", "10.00"),),
    ),
    Case(
        "share_above_one", "securities",
        {"securities": [security(share=80)]}, {"securities": [security()]}, amounts=(("EUR", "10.00"),),
    ),
)  # fmt: skip


def _ends(table: str, make: Any, column: str, **rest: Any) -> tuple[Case, ...]:
    """Cases of the dates of a table that holds rows of `make`."""
    others = {"invoices": [invoice()]} if table in ("allocations", "disputes") else {}

    def tables(**changes: Any) -> Tables:
        return others | {table: [make(**(rest | changes))]}

    known = "received_at" if table == "statements" else "recorded_at"
    kept = {} if table != "invoices" else {"due_on": "2028-01-01"}
    return (
        Case(
            "dated_far_ahead", table,
            tables(**kept, **{column: "2027-07-02"}), tables(**kept, **{column: "2027-07-01"}),
        ),
        Case(
            "dated_before_1990", table,
            tables(**{column: "1989-12-31"}), tables(**{column: "1990-01-01"}),
        ),
        Case(
            "known_before_it_happened", table,
            tables(**{column: "2026-03-10", known: "2026-03-08T23:59:59Z"} | kept),
            tables(**{column: "2026-03-10", known: "2026-03-09T00:00:00Z"} | kept),
        ),
    )  # fmt: skip


DATED = (
    *_ends("invoices", invoice, "issued_on"),
    *_ends("allocations", entry, "settled_on"),
    *_ends("disputes", dispute, "raised_on"),
    *_ends("statements", statement, "period_end"),
    *_ends("events", event, "occurred_on"),
    *_ends("orders", order, "ordered_on", deliver_on=None),
)

_MAKERS: dict[str, Any] = {
    "buyers": buyer, "invoices": invoice, "allocations": entry, "disputes": dispute, "statements": statement,
    "events": event, "limits": limit, "securities": security, "orders": order, "attributes": attribute,
    "balances": balance, "fx": rate,
}  # fmt: skip


def _known(table: str) -> tuple[Case, Case]:
    others = {"invoices": [invoice()]} if table in ("allocations", "disputes") else {}
    column = "received_at" if table == "statements" else "recorded_at"

    def tables(instant: str) -> Tables:
        return others | {table: [_MAKERS[table](**{column: instant})]}

    end, year_later = tables("2026-06-30T23:59:59Z"), tables("2027-07-01T23:59:59Z")
    return (
        Case("known_after_the_end", table, tables("2026-07-01T00:00:00Z"), end),
        Case("known_far_ahead", table, tables("2027-07-02T00:00:00Z"), year_later),
    )


def _with_buyer(table: str) -> Case:
    others = {"invoices": [invoice(buyer_id="B")]} if table == "allocations" else {}
    loose = {"invoice_id": None, "currency": "EUR"} if table == "allocations" else {}
    wrong, right = (_MAKERS[table](**loose, buyer_id=name) for name in ("C", "B"))
    return Case(
        "buyer_unknown", table, others | {table: [wrong], "buyers": [buyer()]},
        others | {table: [right], "buyers": [buyer()]},
    )  # fmt: skip


def _with_currency(table: str) -> Case:
    row = _MAKERS[table](currency="USD")
    first = "2026-01-01" if table in ("limits", "securities") else "2026-01-05"
    first = {"statements": "2026-04-30", "orders": "2026-03-01"}.get(table, first)
    late = {"on_date": first, "recorded_at": f"{first}T12:00:01Z"}
    in_time = {"on_date": first, "recorded_at": f"{first}T12:00:00Z"}
    return Case(
        "no_rate_known", table, {table: [row], "fx": [rate(**late)]}, {table: [row], "fx": [rate(**in_time)]}
    )  # fmt: skip


RECORDED = tuple(case for table in _MAKERS for case in _known(table))
BUYERS = tuple(
    _with_buyer(table) for table in _MAKERS if table not in ("buyers", "disputes", "fx")
)  # fmt: skip
RATES = tuple(
    _with_currency(table) for table in ("invoices", "statements", "limits", "securities", "orders")
)  # fmt: skip

VALID_CODE, SOLE_TRADER = "91110000802100433B", "921100008021004338"


def registered(*numbers: str | None, natural_person: str = "false") -> Tables:
    rows = [
        buyer(
            buyer_id=str(at),
            registration_scheme="USCC",
            registration_id=number,
            natural_person=natural_person,
        )
        for at, number in enumerate(numbers)
    ]
    return {"buyers": rows}


IDENTITIES = (
    Case(
        "impossible_registration_id", "buyers",
        registered("91110000802100433C", "91110000802100434B", VALID_CODE, None),
        registered(VALID_CODE, None), rows=2,
    ),
    Case(
        "shared_registration_id", "buyers",
        registered(VALID_CODE, "91110000 802100433b", "9144030071526726XG"),
        registered(VALID_CODE, "9144030071526726XG", None, None), rows=2,
    ),
    Case(
        "unmarked_natural_person", "buyers",
        registered(SOLE_TRADER, VALID_CODE), registered(SOLE_TRADER, natural_person="true"),
    ),
)  # fmt: skip

CASES = (*LEDGER, *ACCOUNTS, *RECORDS, *IDENTITIES, *DATED, *RECORDED, *BUYERS, *RATES)
