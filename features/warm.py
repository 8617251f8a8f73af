"""Compiles the engine ahead of its first use, on a ledger of two buyers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from features.build import Asked, Packed, build_packed, one_subject
from features.engine.compute import compute
from features.files import write
from features.packing import pack_folder
from features.portfolio import Portfolio, Seller, from_frames

__all__ = ["warm"]

_TABLES: dict[str, dict[str, list[object]]] = {
    "invoices": {
        "invoice_id": ["1", "2", "3"],
        "instalment": ["1", "1", "2"],
        "buyer_id": ["A", "A", "B"],
        "issued_on": ["2026-01-05", "2026-02-05", "2026-01-20"],
        "due_on": ["2026-02-04", "2026-03-07", "2026-02-19"],
        "amount": ["1000.00", "250.00", "80.00"],
        "currency": ["EUR", "EUR", "USD"],
    },
    "allocations": {
        "invoice_id": ["1", "3"],
        "instalment": ["1", "2"],
        "settled_on": ["2026-02-20", "2026-02-10"],
        "amount": ["1000.00", "30.00"],
        "kind": ["payment", "payment"],
    },
    "disputes": {"invoice_id": ["2"], "raised_on": ["2026-02-15"], "amount": ["50.00"]},
    "statements": {
        "buyer_id": ["A", "A"],
        "period_end": ["2023-12-31", "2024-12-31"],
        "currency": ["EUR", "EUR"],
        "total_assets": ["900", "1000"],
        "revenue": ["1500", "1600"],
    },
    "events": {"buyer_id": ["B"], "kind": ["judgment"], "occurred_on": ["2026-01-31"]},
    "limits": {
        "buyer_id": ["A"],
        "kind": ["own"],
        "amount": ["5000"],
        "currency": ["EUR"],
        "valid_from": ["2025-01-01"],
        "recorded_at": ["2025-01-01"],
    },
    "fx": {"currency": ["USD"], "on_date": ["2026-01-02"], "rate": ["0.9"]},
}

_AS_OF = pd.Timestamp("2026-03-31 12:00:00")


def warm() -> None:
    """Run every compiled function once, through the calls of batch and of online, from files on.

    The machine code goes to Numba's cache on disk, where later processes find it. It takes seconds where the
    cache is empty, and a fraction of one where it is filled.
    """
    with TemporaryDirectory() as folder:
        write(_portfolio(), folder)
        packs = Path(folder) / "packs"
        # Reason: arrays from a pack that was kept are of another type than those just made.
        for packed in (pack_folder(folder, packs), pack_folder(folder, packs)):
            _use(packed)


def _use(packed: Packed) -> None:
    subjects = pd.DataFrame({"buyer_id": ["A", "B"], "as_of": [_AS_OF, _AS_OF], "invoice_id": ["1", None]})
    build_packed(packed, subjects.astype({"as_of": "datetime64[s]"}), assumes_usual=True)
    _online(packed)


def _online(packed: Packed) -> None:
    asked = Asked(100.0, "USD", 30.0, date(2026, 4, 30))
    compute(packed.block, one_subject(packed, "A", _AS_OF, asked), packed.context, assumes_usual=True)


def _portfolio() -> Portfolio:
    raw = {name: pd.DataFrame(columns) for name, columns in _TABLES.items()}
    return from_frames(raw, Seller("warm", reporting_currency="EUR"), observed_until="2026-03-31")
