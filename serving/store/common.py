"""What the buyers of the store share, as an assessment asks for it; needs no pandas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from credit.book import Book
from credit.common import Common
from credit.dossier import Dossier
from features.errors import InputError
from features.seller import Seller
from serving.store.contexts import read_context
from serving.store.schema import FACTS, dossiers, ledger
from serving.store.shared import read_shared

__all__ = ["every_stored_dossier", "read_common"]

_AT_ONCE = 500


def _no_book(_moment: datetime) -> Book | None:
    return None


def read_common(connection: Connection, *, book: Callable[[datetime], Book | None] = _no_book) -> Common:
    """Return what all buyers share, as of the last change.

    Parameters
    ----------
    connection : Connection
        Of `Store.reading`.
    book : callable
        As in `credit.common.Common`; the default knows no book.

    Raises
    ------
    InputError
        Where nothing was loaded yet.
    """
    row = connection.execute(select(ledger)).mappings().one_or_none()
    if row is None:
        raise InputError.of("a store with a portfolio", "an empty one", "load it: credence load DIR")
    shared, context = read_shared(connection), read_context(connection)
    return Common(
        seller=Seller(**row["seller"]),
        observed_from=_naive(row["observed_from"]),
        observed_until=_naive(row["observed_until"]),
        has_ledger=connection.scalar(select(FACTS["invoices"].c.invoice_id).limit(1)) is not None,
        rates=shared.rates,
        members=shared.members,
        contexts=lambda: context,
        book=book,
    )


def every_stored_dossier(connection: Connection) -> Iterator[Dossier]:
    """Yield the dossier of every buyer in the order of their ids, some hundred at a time."""
    last: str | None = None
    while True:
        query = select(dossiers.c.buyer_id, dossiers.c.body).order_by(dossiers.c.buyer_id).limit(_AT_ONCE)
        rows = connection.execute(query if last is None else query.where(dossiers.c.buyer_id > last)).all()
        if not rows:
            return
        yield from (Dossier.from_bytes(bytes(row.body)) for row in rows)
        last = rows[-1].buyer_id


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
