"""Orders that were checked, as the store keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, get_args

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from credit.orders import Order
from credit.reservations import Reservation
from serving.store.schema import order_checks
from serving.store.types import second_text

__all__ = [
    "CLOSED",
    "STATES",
    "CheckedOrder",
    "OrderState",
    "find",
    "held_by",
    "held_of",
    "listed",
    "request_hash",
    "reservations",
    "save",
    "take_turn",
]

OrderState = Literal["released", "held", "referred", "cancelled", "invoiced"]

CLOSED: tuple[OrderState, ...] = ("cancelled", "invoiced")
"""States that end an order: it keeps no part of a limit and is not checked again."""

STATES: tuple[str, ...] = get_args(OrderState)

_BUYER_LOCKS, _ORDER_LOCKS = 0x43524F52, 0x43524F53
"""First keys of the advisory locks of buyers and of orders, so that they are no other application's."""


@dataclass(frozen=True)
class CheckedOrder:
    """An order with what was said of it last.

    Parameters
    ----------
    order_id, buyer_id : str
    state : str
        One of `OrderState`.
    amount : Decimal
        In units of `currency`.
    currency : str
    reserved : Decimal
        What it keeps of the limit, in the reporting currency; 0 where it is not released.
    expires_at : datetime or None
        Until when it keeps that (UTC).
    decision : bytes
        The answer, as JSON.
    request_hash : str
        Of the buyer and the order, as `request_hash` gives it.
    facts_seq : int
        Position of the facts that it was checked with.
    created_at, updated_at : datetime
    """

    order_id: str
    buyer_id: str
    state: OrderState
    amount: Decimal
    currency: str
    reserved: Decimal
    expires_at: datetime | None
    decision: bytes
    request_hash: str
    facts_seq: int
    created_at: datetime
    updated_at: datetime

    @cached_property
    def answer(self) -> dict[str, Any]:
        """The answer, read."""
        return dict(orjson.loads(self.decision))

    @cached_property
    def order(self) -> Order:
        """The order as it was asked about."""
        told = self.answer["order"]
        deliver_on = told["deliver_on"]
        return Order(
            told["amount"],
            told["currency"],
            None if deliver_on is None else date.fromisoformat(deliver_on),
            self.order_id,
            told["terms_days"],
        )

    @property
    def is_decided_by_person(self) -> bool:
        """Whether a person released or held it last."""
        return self.decided_by == "person"

    @property
    def decided_by(self) -> str | None:
        """Step that decided; ``person`` where somebody did, None for a release."""
        decided = self.answer.get("decided")
        if decided is not None and decided["state"] in ("released", "held"):
            return "person"
        return None if self.answer["decided_by"] is None else str(self.answer["decided_by"])

    def as_json(self, now: datetime) -> dict[str, Any]:
        """Return the order as a list of orders shows it at an instant; amounts are decimal text."""
        amount, reserved = self.amount.normalize(), self.reserved.normalize()
        return {
            "order_id": self.order_id,
            "buyer_id": self.buyer_id,
            "state": self.state,
            "amount": f"{amount:f}",
            "currency": self.currency,
            "reserved_amount": f"{reserved:f}" if self.is_reserved(now) else "0",
            "decided_by": self.decided_by,
            "created_at": second_text(self.created_at),
            "updated_at": second_text(self.updated_at),
            "expires_at": second_text(self.expires_at),
        }

    def is_reserved(self, now: datetime) -> bool:
        """Whether the order keeps a part of the limit at an instant."""
        return self.state == "released" and (self.expires_at is None or now < self.expires_at)


_FIELDS = tuple(CheckedOrder.__dataclass_fields__)
_COLUMNS = tuple(order_checks.c[name] for name in _FIELDS)


def request_hash(buyer_id: str, order: Order) -> str:
    """Return what tells whether an order is asked about again or another one has its id."""
    return hashlib.sha256(orjson.dumps([buyer_id, order.as_json()], option=orjson.OPT_SORT_KEYS)).hexdigest()


def take_turn(connection: Connection, order_id: str, buyer_id: str) -> None:
    """Let no other transaction check or decide an order, nor another one of its buyer, until this one ends.

    Of the order itself because its id may be asked about for two buyers at once. SQLite has one writer at a
    time: a transaction that began as a writing one holds that lock already.
    """
    if connection.dialect.name == "postgresql":
        for family, name in ((_ORDER_LOCKS, order_id), (_BUYER_LOCKS, buyer_id)):
            connection.execute(_LOCK, {"family": family, "name": name})


_LOCK = sa.text("SELECT pg_advisory_xact_lock(:family, hashtext(:name))")


def find(connection: Connection, order_id: str) -> CheckedOrder | None:
    """Return an order by its id; None where it was never checked."""
    row = connection.execute(sa.select(*_COLUMNS).where(order_checks.c.order_id == order_id)).first()
    return None if row is None else CheckedOrder(*row)


def save(connection: Connection, order: CheckedOrder) -> None:
    """Write an order, in place of what was said of it before."""
    values = {name: getattr(order, name) for name in _FIELDS}
    # Reason: counting up would look through all orders at each check.
    values["seq"] = int(order.updated_at.timestamp() * 1e6)
    changed = connection.execute(
        sa.update(order_checks).where(order_checks.c.order_id == order.order_id).values(values)
    )
    if not changed.rowcount:
        connection.execute(sa.insert(order_checks).values(values))


def reservations(
    connection: Connection, buyer_id: str, now: datetime, *, without: str = ""
) -> list[Reservation]:
    """Return what a buyer's released orders keep of the limit.

    Parameters
    ----------
    connection : Connection
    buyer_id : str
    now : datetime
    without : str
        The order that is asked about.
    """
    told = order_checks.c
    rows = connection.execute(
        sa.select(*_COLUMNS).where(
            told.buyer_id == buyer_id,
            told.state == "released",
            told.order_id != without,
            sa.or_(told.expires_at.is_(None), told.expires_at > now),
        )
    )
    found = [CheckedOrder(*row) for row in rows]
    return [Reservation(each.order_id, float(each.reserved), each.order.deliver_on) for each in found]


def held_of(connection: Connection, buyer_ids: Sequence[str]) -> list[CheckedOrder]:
    """Return the held orders of buyers, those that were asked about first first."""
    rows = connection.execute(
        sa.select(*_COLUMNS)
        .where(order_checks.c.state == "held", order_checks.c.buyer_id.in_(buyer_ids))
        .order_by(order_checks.c.created_at, order_checks.c.order_id)
    )
    return [CheckedOrder(*row) for row in rows]


def held_by(connection: Connection, step: str) -> list[CheckedOrder]:
    """Return the orders that a step holds, those that were asked about first first."""
    rows = connection.execute(
        sa.select(*_COLUMNS)
        .where(order_checks.c.state == "held")
        .order_by(order_checks.c.created_at, order_checks.c.order_id)
    )
    return [order for order in (CheckedOrder(*row) for row in rows) if order.decided_by == step]


def listed(connection: Connection, state: str, *, after: str = "", limit: int = 100) -> list[CheckedOrder]:
    """Return orders in a state by their ids, a page at a time.

    Parameters
    ----------
    connection : Connection
    state : str
    after : str
        Last id of the page before.
    limit : int
    """
    # Reason: languages order letters differently.
    place = order_checks.c.order_id.collate("BINARY" if connection.dialect.name == "sqlite" else "C")
    query = sa.select(*_COLUMNS).where(order_checks.c.state == state, place > after)
    rows: Any = connection.execute(query.order_by(place).limit(limit))
    return [CheckedOrder(*row) for row in rows]
