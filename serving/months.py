"""What is made once of each month end: the figures across buyers, and the book under a release."""

from __future__ import annotations

from datetime import datetime, timedelta

from credit.common import Common
from credit.month_books import book_of, context_of
from credit.release import Release
from features.as_of import last_month_end, second_of
from serving.store.books import read_book, write_book
from serving.store.common import every_stored_dossier, read_common
from serving.store.connect import Store
from serving.store.contexts import write_context

__all__ = ["make_book", "make_context", "make_month"]

_SECOND = timedelta(seconds=1)


def make_context(store: Store, until: datetime) -> int:
    """Make the figures across buyers of the month ends up to an instant that are not kept yet.

    Parameters
    ----------
    store : Store
    until : datetime
        Naive UTC, as `features.as_of.last_month_end` gives it.

    Returns
    -------
    int
        How many were made.
    """
    with store.reading() as connection:
        common = read_common(connection)
        ends = _lacking(common, until)
        if not ends or not common.has_ledger:
            return 0
        context = context_of(every_stored_dossier(connection), common, ends)
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
    make_context(store, month_end)
    return make_book(store, release, month_end)


def _lacking(common: Common, until: datetime) -> list[datetime]:
    """Return the month ends since the books begin of which no figures are kept, ascending."""
    kept, timezone = set(common.context.month_end.tolist()), common.seller.timezone
    found = []
    end = last_month_end(until + _SECOND, timezone)
    while end >= common.observed_from:
        if second_of(end) not in kept:
            found.append(end)
        end = last_month_end(end, timezone)
    return found[::-1]
