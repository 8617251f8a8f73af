"""What the clerk does; only its process imports this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from credit.release import Release
from features.files import read
from serving.months import make_month
from serving.store.changes import ledger_row
from serving.store.connect import Store, open_store
from serving.store.ledger import post_ledger
from serving.store.loading import load_portfolio
from serving.store.outcomes import Posted, Supposed
from serving.store.supposing import suppose

__all__ = ["WORK", "begin"]

_OPEN: list[Store] = []


def begin(url: str) -> None:
    """Open the store of this process."""
    _OPEN.append(open_store(url, pool_size=1))


def _warm() -> int:
    """Return the last change of facts; what it imports, the next call finds imported."""
    with _OPEN[0].reading() as connection:
        return int(ledger_row(connection)["facts_seq"])


def _post(items: Any, atomic: bool, now: datetime, books_until: str | None = None) -> Posted:
    return post_ledger(_OPEN[0], items, atomic=atomic, books_until=books_until, now=now)


def _suppose(items: Any, buyer_id: str, now: datetime) -> Supposed:
    return suppose(_OPEN[0], items, buyer_id, now)


def _make_month(release_folder: str, month_end: datetime) -> bool:
    return make_month(_OPEN[0], Release.load(Path(release_folder)), month_end)


def _load(folder: str, now: datetime) -> int:
    """Load a portfolio with its history; return the last change of facts."""
    return load_portfolio(_OPEN[0], read(folder), history=True, now=now).facts_seq


WORK: dict[str, Callable[..., Any]] = {
    "warm": _warm,
    "post_ledger": _post,
    "suppose": _suppose,
    "make_month": _make_month,
    "load": _load,
}
"""Pieces of work by name."""
