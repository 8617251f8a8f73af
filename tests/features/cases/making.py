"""Means for small ledgers of buyer A with figures worked out by hand, at noon of 1 April 2026 (UTC)."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any, NamedTuple

Row = dict[str, Any]
TODAY = date(2026, 4, 1)
NAN = math.nan
ITEM = {"buyer_id": "A", "amount": "1000", "currency": "EUR", "issued_on": "2024-12-01"}


class Case(NamedTuple):
    tables: dict[str, list[Row]]
    expected: dict[str, float]
    as_of: str = "2026-04-01 12:00:00"
    buyer_id: str = "A"
    own: str | None = None


def windows(statistic: str, *values: float) -> dict[str, float]:
    """Return the values over 30, 90, 180 and 365 days and over all time."""
    return {
        f"{statistic}_{code}": v
        for code, v in zip(("30d", "90d", "180d", "365d", "all"), values, strict=True)
    }


def item(name: str, issued_on: str, due_on: str, amount: float, **rest: Any) -> Row:
    return ITEM | {"invoice_id": name, "issued_on": issued_on, "due_on": due_on, "amount": str(amount)} | rest


def paid(name: str, settled_on: str, amount: float, kind: str = "payment", **rest: Any) -> Row:
    return {"invoice_id": name, "settled_on": settled_on, "amount": str(amount), "kind": kind, **rest}


def dispute(name: str, raised_on: str, **rest: Any) -> Row:
    row = {
        "dispute_id": name,
        "invoice_id": name,
        "raised_on": raised_on,
        "resolved_on": None,
        "amount": None,
    }
    return row | rest


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()
