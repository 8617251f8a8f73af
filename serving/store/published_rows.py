"""Limits and grades in force: an append-only table of which the latest row of a buyer counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa

from credit.publish import Published, Review
from serving.store.schema import published
from serving.store.types import TICK

__all__ = [
    "LimitRow",
    "Source",
    "amount_text",
    "changed_limits",
    "in_force",
    "last_seq",
    "published_of",
    "put_in_force",
]


@dataclass(frozen=True)
class LimitRow:
    """What came into force for a buyer."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "buyer_id",
        "amount",
        "currency",
        "grade",
        "valid_until",
        "is_in_force",
        "reviewed_on",
        "limit_code",
        "grade_code",
        "assessment_id",
        "changed_at",
    )

    seq: int
    buyer_id: str
    amount: Decimal | None
    currency: str
    grade: str | None
    valid_until: date | None
    reviewed_on: date
    limit_code: str
    grade_code: str
    assessment_id: str | None
    created_at: datetime

    def as_json(self, today: date) -> dict[str, Any]:
        """Return the row as the seller's system reads it on a day; the amount is decimal text."""
        told = {name: getattr(self, name, None) for name in self.COLUMNS}
        until = self.valid_until
        return {
            **told,
            "amount": amount_text(self.amount),
            "valid_until": None if until is None else until.isoformat(),
            "is_in_force": self.amount is not None and (until is None or today <= until),
            "reviewed_on": self.reviewed_on.isoformat(),
            "changed_at": f"{self.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        }


_PUBLISHED = ("grade", "computed_grade", "amount", "currency", "reviewed_on", "valid_until")
_FIELDS = tuple(name for name in LimitRow.__dataclass_fields__ if name != "COLUMNS")
_COLUMNS = tuple(published.c[name] for name in _FIELDS)


def changed_limits(
    connection: sa.Connection,
    since: datetime | None,
    today: date,
    *,
    after: int = 0,
    limit: int | None = 1000,
) -> list[LimitRow]:
    """Return what was said of each buyer last, oldest review first.

    Parameters
    ----------
    connection : Connection
    since : datetime or None
        Only what came into force at or after this instant (with its zone), or expired on that day or later.
    today : date
        Where the seller is: what ended before it has expired.
    after : int
        The number of the last row of the page before.
    limit : int or None
        How many at most; None gives all.
    """
    latest = sa.select(sa.func.max(published.c.seq)).group_by(published.c.buyer_id)
    query = sa.select(*_COLUMNS).where(published.c.seq.in_(latest), published.c.seq > after)
    if since is not None:
        until = published.c.valid_until
        # Reason: the last valid day may end hours after midnight in UTC, where the seller is.
        expired = (until >= since.date() - timedelta(days=1)) & (until < today)
        query = query.where((published.c.created_at >= since) | expired)
    rows = connection.execute(query.order_by(published.c.seq).limit(limit))
    return [LimitRow(*row) for row in rows]


def in_force(connection: sa.Connection) -> dict[str, Published]:
    """Return by buyer what is in force."""
    latest = sa.select(sa.func.max(published.c.seq)).group_by(published.c.buyer_id)
    rows = connection.execute(sa.select(published).where(published.c.seq.in_(latest))).mappings()
    return {row["buyer_id"]: published_of(*(row[name] for name in _PUBLISHED)) for row in rows}


def last_seq(connection: sa.Connection) -> int:
    """Return the number of the last row that came into force; 0 where none did."""
    return int(connection.scalar(sa.select(sa.func.max(published.c.seq))) or 0)


@dataclass(frozen=True)
class Source:
    """Who puts something in force, and when (with its zone)."""

    by: str
    at: datetime


def put_in_force(
    connection: sa.Connection, reviews: Iterable[tuple[str, Review, str | None]], source: Source
) -> None:
    """Add what reviews put in force.

    Parameters
    ----------
    connection : Connection
    reviews : iterable of (str, Review, str or None)
        Buyer, what comes into force, and the id of the assessment that it follows from.
    source : Source
    """
    stamps = {"created_at": source.at, "by": source.by}
    rows = [{**_values(*each), **stamps} for each in reviews]
    if rows:
        connection.execute(sa.insert(published), rows)


def amount_text(amount: Decimal | float | None) -> str | None:
    """Return an amount as exact decimal text, as the store keeps it.

    Examples
    --------
    >>> amount_text(50000.0), amount_text(0.1), amount_text(None)
    ('50000', '0.1', None)
    """
    return None if amount is None else f"{_exact(amount).normalize():f}"


def _values(buyer_id: str, review: Review, assessment_id: str | None) -> dict[str, Any]:
    told = review.published
    return {
        "buyer_id": buyer_id,
        "grade": told.grade,
        "computed_grade": told.computed_grade,
        "amount": None if told.amount is None else _exact(told.amount),
        "currency": told.currency,
        "reviewed_on": told.reviewed_on,
        "valid_until": told.valid_until,
        "grade_code": review.grade_code,
        "limit_code": review.limit_code,
        "assessment_id": assessment_id,
    }


def _exact(amount: Decimal | float) -> Decimal:
    return Decimal(str(amount)).quantize(TICK)


def published_of(
    grade: str | None,
    computed_grade: str | None,
    amount: Decimal | str | None,
    currency: str,
    reviewed_on: date | str,
    valid_until: date | str | None,
) -> Published:
    """Return a row of `published` as `credit.publish` takes it, from either database's values.

    Examples
    --------
    >>> published_of("7", "7", "50000.0000", "EUR", "2026-07-01", None).amount
    50000.0
    """
    return Published(
        grade,
        computed_grade,
        None if amount is None else float(amount),
        currency,
        _day(reviewed_on),
        None if valid_until is None else _day(valid_until),
    )


def _day(value: date | str) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value)
