"""What the buyers of the store share, as an assessment asks for it; needs no pandas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection, func, select

from credit.book import Book
from credit.common import Common
from credit.dossier import Dossier
from features.as_of import second_of
from features.engine.context import NO_CONTEXT, Context
from features.seller import Seller
from serving.store.changes import has_ledger, nothing_stored
from serving.store.contexts import read_context
from serving.store.schema import contexts, dossiers, ledger
from serving.store.shared import Shared, read_known_until, read_shared

__all__ = ["Head", "every_stored_dossier", "read_common", "read_head"]

_AT_ONCE = 500


@dataclass(frozen=True, eq=False)
class Head:
    """Where the books stand after a change of facts.

    Parameters
    ----------
    facts_seq : int
    seller : Seller
    observed_from, observed_until, known_until : datetime
        Naive UTC; see `credit.common.Common`.
    shared : Shared
    context : Context
    month_ends : int
        Rows of `context`.
    has_ledger : bool
    """

    facts_seq: int
    seller: Seller
    observed_from: datetime
    observed_until: datetime
    known_until: datetime
    shared: Shared
    context: Context = NO_CONTEXT
    month_ends: int = 0
    has_ledger: bool = False

    def has_month_end(self, end: datetime | None) -> bool:
        """Whether the figures of a month end (naive UTC) are among those of `context`, or there are none."""
        if end is None or not self.has_ledger:
            return True
        second = second_of(end)
        place = int(np.searchsorted(self.context.month_end, second))
        return place < len(self.context.month_end) and int(self.context.month_end[place]) == second

    def common(self, book: Callable[[datetime], Book | None]) -> Common:
        """Return what assessments share; `book` gives the figures of a month end."""
        return Common(
            seller=self.seller,
            observed_from=self.observed_from,
            observed_until=self.observed_until,
            has_ledger=self.has_ledger,
            rates=self.shared.rates,
            members=self.shared.members,
            contexts=lambda: self.context,
            book=book,
            facts_seq=self.facts_seq,
            known_until=self.known_until,
        )


def read_head(connection: Connection, before: Head | None = None) -> Head | None:
    """Return where the books stand; None where nothing was loaded yet.

    Parameters
    ----------
    connection : Connection
        Of `Store.reading`.
    before : Head or None
        As it was read last: what has not changed is taken from it.
    """
    row = connection.execute(select(ledger)).mappings().one_or_none()
    if row is None:
        return None
    shared = read_shared(connection, None if before is None else before.shared)
    count = int(connection.scalar(select(func.count()).select_from(contexts)) or 0)
    is_same = before is not None and before.month_ends == count
    return Head(
        row["facts_seq"],
        Seller(**row["seller"]),
        _naive(row["observed_from"]),
        _naive(row["observed_until"]),
        _naive(max(row["observed_until"], read_known_until(connection) or row["observed_until"])),
        shared,
        before.context if before is not None and is_same else read_context(connection),
        count,
        (before is not None and before.has_ledger) or has_ledger(connection),
    )


def read_common(connection: Connection) -> Common:
    """Return what all buyers share as of the last change, without any book.

    Parameters
    ----------
    connection : Connection
        Of `Store.reading`.

    Raises
    ------
    InputError
        Where nothing was loaded yet.
    """
    head = read_head(connection)
    if head is None:
        raise nothing_stored()
    return head.common(lambda _moment: None)


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
    return instant.astimezone(UTC).replace(tzinfo=None, microsecond=0)
