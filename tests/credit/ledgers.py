"""Small ledgers made by hand, for the tests of outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from features.build import Packed, pack_portfolio
from features.portfolio import Seller, from_frames

Row = Mapping[str, Any]


def invoice(invoice_id: str = "1", amount: str = "1000.00", **more: Any) -> dict[str, Any]:
    """An invoice of 2 January 2025 that is due on 1 February; due + 30 days is 3 March."""
    return {
        "invoice_id": invoice_id, "buyer_id": "B", "issued_on": "2025-01-02", "due_on": "2025-02-01",
        "amount": amount, "currency": "EUR", **more,
    }  # fmt: skip


def allocation(kind: str, amount: str, settled_on: str, **more: Any) -> dict[str, Any]:
    return {"invoice_id": "1", "kind": kind, "amount": amount, "settled_on": settled_on, **more}


def payment(amount: str, settled_on: str, **more: Any) -> dict[str, Any]:
    return allocation("payment", amount, settled_on, **more)


def books(
    invoices: Sequence[Row],
    allocations: Sequence[Row] = (),
    *,
    start: str = "2020-01-01",
    until: str = "2026-12-31",
    timezone: str = "UTC",
    **tables: Sequence[Row],
) -> Packed:
    """Pack a ledger whose books are complete from `start` until the end of the day `until`."""
    rows = {"invoices": invoices, "allocations": allocations, **tables}
    frames = {name: pd.DataFrame(list(table)) for name, table in rows.items() if table}
    seller = Seller("test", reporting_currency="EUR", timezone=timezone)
    return pack_portfolio(from_frames(frames, seller, observed_from=start, observed_until=until))


def subject(as_of: str = "2025-01-02T23:59:59", **more: Any) -> pd.DataFrame:
    """Invoice 1 as a subject of the late model, as it was known at first."""
    row = {
        "buyer_id": "B", "invoice_id": "1", "instalment": 1, "as_of": pd.Timestamp(as_of),
        "due_on": pd.Timestamp("2025-02-01"), "amount_minor": 100_000, "currency": "EUR", **more,
    }  # fmt: skip
    return pd.DataFrame([row]).astype({"as_of": "datetime64[s]", "due_on": "datetime64[s]"})
