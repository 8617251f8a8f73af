"""What the clerk does; only its process imports this."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import select

from credit.dossier import Dossier
from credit.month_books import book_of
from credit.release import Release
from features.context import book_context
from features.files import read
from serving.live.ledger import LiveLedger
from serving.live.month_books import keep_book
from serving.store.connect import Store, open_store
from serving.store.contexts import write_context
from serving.store.facts import ledger_row, stored_portfolio
from serving.store.ledger import Posted, post_ledger
from serving.store.loading import load_portfolio
from serving.store.packing import pack_in_order
from serving.store.schema import dossiers

__all__ = ["WORK", "begin"]

_OPEN: list[Store] = []


def begin(url: str) -> None:
    """Open the store of this process."""
    _OPEN.append(open_store(url, pool_size=1))


def _warm() -> int:
    """Return the last change of facts; what it imports, the next call finds imported."""
    with _OPEN[0].reading() as connection:
        return int(ledger_row(connection)["facts_seq"])


def _post(items: Any, atomic: bool, now: datetime) -> Posted:
    return post_ledger(_OPEN[0], items, atomic=atomic, now=now)


def _make_context(until: datetime) -> int:
    """Make the figures of month ends up to an instant that are not kept yet, and return how many."""
    store = _OPEN[0]
    with store.reading() as connection:
        portfolio = stored_portfolio(connection)
    block = pack_in_order(portfolio).block
    stop = pd.Timestamp(until).tz_convert("UTC").tz_localize(None) + pd.Timedelta(seconds=1)
    context = book_context(block, portfolio.observed_from, stop, portfolio.seller.timezone)
    with store.writing() as connection:
        return write_context(connection, context)


def _make_month(release_folder: str, month_end: datetime) -> None:
    """Make what lacks of a month end (naive UTC): its figures, and its book by a release."""
    store = _OPEN[0]
    _make_context(month_end.replace(tzinfo=UTC))
    release = Release.load(Path(release_folder))
    common = LiveLedger(store).head().common(lambda _: None)
    book = book_of(_every_dossier(store), common, release, month_end)
    if book is not None:
        with store.writing() as connection:
            keep_book(connection, month_end, release.release_id, book)


def _every_dossier(store: Store) -> Iterator[Dossier]:
    with store.reading() as connection:
        rows = connection.execution_options(yield_per=500).execute(select(dossiers.c.body))
        for row in rows:
            yield Dossier.from_bytes(bytes(row.body))


def _load(folder: str, now: datetime) -> int:
    """Load a portfolio with its history; return the last change of facts."""
    return load_portfolio(_OPEN[0], read(folder), history=True, now=now).facts_seq


WORK: dict[str, Callable[..., Any]] = {
    "warm": _warm,
    "load": _load,
    "post_ledger": _post,
    "make_context": _make_context,
    "make_month": _make_month,
}
"""Pieces of work by name."""
