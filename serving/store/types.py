"""Column types that both databases keep alike: exact amounts and instants in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import DateTime, Dialect, Numeric, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from features.errors import InputError

__all__ = [
    "AMOUNT_DECIMALS",
    "TICK",
    "Amount",
    "Instant",
    "amount_text",
    "instant_text",
    "is_storable",
    "second_text",
]

AMOUNT_DECIMALS = 4
"""Decimals of stored amounts: as many as any currency of ISO 4217 has."""

_DIGITS = 22
TICK = Decimal(1).scaleb(-AMOUNT_DECIMALS)
"""The least amount."""

_INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


def amount_text(amount: Decimal | int | str) -> str:
    """Return an amount as the store keeps it: plain text with four decimals.

    Raises
    ------
    InputError
        Where it is no finite number, has more decimals or more digits than are kept, or is a binary float.

    Examples
    --------
    >>> amount_text("12.5"), amount_text(-3)
    ('12.5000', '-3.0000')
    """
    step = "give amounts as decimals"
    if isinstance(amount, float):
        raise InputError.of("an exact amount", "a binary floating point number", step)
    try:
        exact = Decimal(amount)
        kept = exact.quantize(TICK)
    except (InvalidOperation, ValueError) as error:
        raise InputError.of("an amount", "something else, or one that is too large", step) from error
    if kept != exact or len(kept.as_tuple().digits) > _DIGITS:
        raise InputError.of("an amount of at most 22 digits, 4 of them decimals", "more", step)
    return f"{kept:f}"


def instant_text(instant: datetime) -> str:
    """Return an instant as SQLite keeps it: text of one length, so that order is time.

    Raises
    ------
    InputError
        Where it names no time zone.

    Examples
    --------
    >>> instant_text(datetime(2026, 1, 31, 12, tzinfo=UTC))
    '2026-01-31T12:00:00.000000Z'
    """
    if instant.tzinfo is None:
        raise InputError.of("an instant with a time zone", "one without", "add tzinfo=UTC")
    return instant.astimezone(UTC).strftime(_INSTANT)


def second_text(instant: datetime | None) -> str | None:
    """Return an instant as answers and events tell it: ISO 8601 in UTC, to the second; None for none.

    Examples
    --------
    >>> second_text(datetime(2026, 1, 31, 12, 0, 0, 5000, tzinfo=UTC))
    '2026-01-31T12:00:00Z'
    """
    return None if instant is None else f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Amount(TypeDecorator[Decimal]):
    """An exact amount: NUMERIC(22, 4) on PostgreSQL, text with four decimals on SQLite."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what a database keeps."""
        kind = Text() if dialect.name == "sqlite" else Numeric(_DIGITS, AMOUNT_DECIMALS)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return what a driver is given."""
        if value is None:
            return None
        text = amount_text(value)
        return text if dialect.name == "sqlite" else Decimal(text)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return what a reader gets."""
        return None if value is None else Decimal(value)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC: TIMESTAMPTZ on PostgreSQL, ISO 8601 text of one length on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what a database keeps."""
        kind = Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return what a driver is given."""
        if value is None:
            return None
        text = instant_text(value)
        return text if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return what a reader gets, with the zone UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.strptime(value, _INSTANT).replace(tzinfo=UTC)
        return value.astimezone(UTC)


def is_storable(text: str) -> bool:
    """Whether a database can keep a text, or look for it."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
