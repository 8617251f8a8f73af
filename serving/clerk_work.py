"""What the clerk does; only its process imports this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from credit.month_books import book_of
from credit.release import Release
from features.context import book_context
from features.files import read
from serving.store.books import read_book, write_book
from serving.store.changes import ledger_row
from serving.store.common import every_stored_dossier, read_common
from serving.store.connect import Store, open_store
from serving.store.contexts import write_context
from serving.store.facts import stored_portfolio
from serving.store.ledger import Posted, post_ledger
from serving.store.loading import load_portfolio
from serving.store.packing import pack_in_order
from serving.store.supposing import Supposed, suppose

__all__ = ["WORK", "begin", "make_book", "make_month"]

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


def _make_context(until: datetime) -> int:
    return _make_contexts(_OPEN[0], until)


def _make_contexts(store: Store, until: datetime) -> int:
    """Make the figures of month ends up to an instant that are not kept yet, and return how many."""
    with store.reading() as connection:
        portfolio = stored_portfolio(connection)
    block = pack_in_order(portfolio).block
    stop = pd.Timestamp(until).tz_convert("UTC").tz_localize(None) + pd.Timedelta(seconds=1)
    context = book_context(block, portfolio.observed_from, stop, portfolio.seller.timezone)
    with store.writing() as connection:
        return write_context(connection, context)


def make_book(store: Store, release: Release, month_end: datetime) -> bool:
    """Make and keep the book of a month end under a release; whether it was made now.

    Parameters
    ----------
    store : Store
    release : Release
    month_end : datetime
        Naive UTC, as `features.as_of.last_month_end` gives it.
    """
    with store.reading() as connection:
        if read_book(connection, month_end, release.release_id) is not None:
            return False
        book = book_of(every_stored_dossier(connection), read_common(connection), release, month_end)
    if book is None:
        return False
    with store.writing() as connection:
        return write_book(connection, month_end, release.release_id, book)


def make_month(store: Store, release: Release, month_end: datetime) -> bool:
    """Make what lacks of a month end (naive UTC): its figures, then its book; whether a book was made now."""
    _make_contexts(store, month_end.replace(tzinfo=UTC))
    return make_book(store, release, month_end)


def _make_month(release_folder: str, month_end: datetime) -> bool:
    return make_month(_OPEN[0], Release.load(Path(release_folder)), month_end)


def _load(folder: str, now: datetime) -> int:
    """Load a portfolio with its history; return the last change of facts."""
    return load_portfolio(_OPEN[0], read(folder), history=True, now=now).facts_seq


WORK: dict[str, Callable[..., Any]] = {
    "warm": _warm,
    "post_ledger": _post,
    "suppose": _suppose,
    "make_context": _make_context,
    "make_month": _make_month,
    "load": _load,
}
"""Pieces of work by name."""
