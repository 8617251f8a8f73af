"""Accounts rolled forward: the identity, control figures, periods."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.columns import INVOICE_KINDS
from features.errors import InputError
from features.openings import balance_on, totals
from features.portfolio import Portfolio, Seller, from_frames
from features.reconciliation.roll_forward import NO_CONTROL, ROLL_COLUMNS, roll_forward
from features.sources.simulator import simulate_portfolio


def invoice(number: int, buyer: str, day: int, amount: int, kind: str = "invoice") -> dict[str, Any]:
    on = f"2024-01-{day:02d}"
    return {
        "invoice_id": str(number), "buyer_id": buyer, "issued_on": on, "due_on": on, "amount": str(amount),
        "currency": "EUR" if number % 3 else "JPY", "kind": kind,
    }  # fmt: skip


def portfolio_of(invoices: list[dict[str, Any]], closings: list[dict[str, Any]], **tables: Any) -> Portfolio:
    frames = {"invoices": pd.DataFrame(invoices)}
    if closings:
        frames["allocations"] = pd.DataFrame(closings)
    frames |= {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return from_frames(frames, Seller("me"), observed_from="2024-01-01", observed_until="2024-01-31")


def balance(buyer: str, day: int, amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"buyer_id": buyer, "on_date": f"2024-01-{day:02d}", "currency": currency, "amount": amount}


days = st.integers(1, 28)
items = st.lists(
    st.tuples(st.sampled_from(["甲", "b"]), days, st.integers(1, 50), st.sampled_from(sorted(INVOICE_KINDS))),
    min_size=1, max_size=8,
)  # fmt: skip
closing = st.lists(
    st.tuples(
        st.integers(0, 8), days, st.integers(-9, 30), st.sampled_from(["payment", "recovery", "write_off"])
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(items, closing, days, days)
def test_every_account_agrees_with_a_sum_over_its_bookings(items, closing, one, two):
    start, end = min(one, two), max(one, two) + 1
    invoices = [invoice(number, *row) for number, row in enumerate(items)]
    closings = [
        {
            "allocation_id": str(number),
            "invoice_id": str(item) if item < len(items) else None,
            "buyer_id": "b" if item >= len(items) else None,
            "currency": "EUR" if item >= len(items) else None,
            "settled_on": f"2024-01-{day:02d}",
            "amount": str(amount or 1),
            "kind": kind,
        }
        for number, (item, day, amount, kind) in enumerate(closing)
    ]
    slow: dict[tuple[str, str], list[Fraction]] = {}
    for row in invoices:
        sums = slow.setdefault((row["buyer_id"], row["currency"]), [Fraction(0)] * 3)
        signed = INVOICE_KINDS[row["kind"]].sign * Fraction(row["amount"])
        add(sums, int(row["issued_on"][-2:]), start, end, 1, signed)
    for row in (row for row in closings if row["kind"] != "recovery"):
        item = None if row["invoice_id"] is None else invoices[int(row["invoice_id"])]
        account = ("b", "EUR") if item is None else (item["buyer_id"], item["currency"])
        sign = 1 if item is None else INVOICE_KINDS[item["kind"]].sign
        sums = slow.setdefault(account, [Fraction(0)] * 3)
        add(sums, int(row["settled_on"][-2:]), start, end, 2, sign * Fraction(row["amount"]))
    rolled = roll_forward(
        portfolio_of(invoices, closings), pd.Timestamp(2024, 1, start), pd.Timestamp(2024, 1, end)
    )
    assert len(rolled.accounts) == len(slow)
    for row in rolled.as_text().to_dict("records"):
        opening, invoiced, closed = slow[row["buyer_id"], row["currency"]]
        assert [Fraction(row[name]) for name in ("opening", "invoiced", "closed", "closing")] == [
            opening, invoiced, closed, opening + invoiced - closed,
        ]  # fmt: skip


def add(sums: list[Fraction], day: int, start: int, end: int, measure: int, amount: Fraction) -> None:
    if day < start:
        sums[0] += amount if measure == 1 else -amount
    elif day < end:
        sums[measure] += amount


def test_without_control_figures_nothing_is_proved():
    rolled = roll_forward(portfolio_of([invoice(1, "甲", 5, 10)], []))
    assert (rolled.status, rolled.compared, rolled.failed) == (NO_CONTROL, 0, 0)
    assert rolled.as_text()["status"].tolist() == [NO_CONTROL]
    assert rolled.as_text()["stated_closing"].tolist() == [""]


def test_differences_are_told_to_the_cent_with_their_sign():
    stated = [
        balance("甲", 4, "0.01"),
        balance("甲", 10, "10.00"),
        balance("甲", 20, "9.95"),
        balance("c", 20, "1"),
    ]
    portfolio = portfolio_of([invoice(1, "甲", 5, 10)], [], balances=stated)
    rolled = roll_forward(portfolio, pd.Timestamp(2024, 1, 5), pd.Timestamp(2024, 1, 21))
    assert (rolled.status, rolled.compared, rolled.failed) == ("differs", 4, 3)
    rows = rolled.as_text().set_index("buyer_id")
    assert list(rolled.as_text().columns) == list(ROLL_COLUMNS)
    assert rows.loc["甲", ["stated_opening", "difference_opening"]].tolist() == ["0.01", "-0.01"]
    assert rows.loc["甲", ["stated_closing", "difference_closing"]].tolist() == ["9.95", "0.05"]
    assert rows.loc["甲", ["control_figures", "figures_that_differ", "largest_difference"]].tolist() == [
        3,
        2,
        "0.05",
    ]
    assert rows.loc["c", ["closing", "largest_difference", "status"]].tolist() == ["0.00", "-1.00", "differs"]


def test_agreeing_figures_reconcile():
    portfolio = portfolio_of([invoice(1, "甲", 5, 10)], [], balances=[balance("甲", 20, "10")])
    assert roll_forward(portfolio).status == "reconciled"


def test_a_period_without_a_day_is_refused():
    with pytest.raises(InputError, match="a period with a day"):
        roll_forward(
            portfolio_of([invoice(1, "甲", 5, 10)], []), pd.Timestamp(2024, 2, 1), pd.Timestamp(2024, 2, 1)
        )


def test_only_statements_have_no_account():
    statement = {"buyer_id": ["a"], "period_end": ["2024-12-31"], "currency": ["EUR"], "revenue": [1.0]}
    rolled = roll_forward(from_frames({"statements": pd.DataFrame(statement)}, Seller("me")))
    assert (len(rolled.accounts), len(rolled.as_text()), len(rolled.by_currency())) == (0, 0, 0)
    assert rolled.status == NO_CONTROL


def test_a_simulated_ledger_agrees_with_the_balances_and_totals_computed_elsewhere():
    portfolio = simulate_portfolio(40, 2, 3)
    rolled = roll_forward(portfolio)
    last = pd.Timestamp(rolled.end - np.timedelta64(1, "D"))
    expected = balance_on(portfolio, rolled.accounts[["buyer_id", "currency"]].assign(on_date=last))
    assert rolled.accounts["closing"].tolist() == expected.tolist()
    sums = rolled.accounts.groupby("currency")["closing"].sum().to_dict()
    opens = {
        currency: amount for (measure, currency), amount in totals(portfolio).items() if measure == "open"
    }
    assert sums == opens
