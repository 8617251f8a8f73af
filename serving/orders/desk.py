"""Checks of orders that keep their part of a limit, so that two cannot take the same headroom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, Protocol

import orjson
from sqlalchemy.engine import Connection

from credit.orders import Order
from credit.reservations import Reservation
from serving.errors import CallError
from serving.store.answers import keep_answers
from serving.store.order_rows import (
    CLOSED,
    CheckedOrder,
    OrderState,
    find,
    held_of,
    lock_buyer,
    request_hash,
    reservations,
    save,
)
from serving.store.published_rows import amount_text
from serving.store.types import TICK, second_text

__all__ = ["Decision", "OrderDesk", "Said"]

_STATE_OF: dict[str, OrderState] = {"release": "released", "hold": "held", "refer": "referred"}


@dataclass(frozen=True)
class Said:
    """What a check says, and what it was said from.

    Parameters
    ----------
    answer : dict
        Names the assessment by its id.
    facts_seq : int
        Position of the facts.
    reservation_days : int
        After delivery, for which a released order keeps its part.
    assessment : mapping
        That it answers, as a row of `serving.store.schema.assessments`.
    """

    answer: dict[str, Any]
    facts_seq: int
    reservation_days: int
    assessment: Mapping[str, Any]


@dataclass(frozen=True)
class Decision:
    """What a person or the seller's system says of an order.

    Parameters
    ----------
    state : str
        ``released`` or ``held`` by a person; ``cancelled``, ``invoiced`` by the system.
    by : str
        Who.
    reason : str
    """

    state: OrderState
    by: str
    reason: str = ""


class Checks(Protocol):
    """Checks an order against the facts, the published limit and what is reserved."""

    def __call__(self, buyer_id: str, order: Order, reserved: Sequence[Reservation], lang: str) -> Said:
        """Return what the check says."""


class OrderDesk:
    """Answers orders and keeps what became of them.

    Parameters
    ----------
    begin : callable
        Opens a writing transaction of the store.
    checks : Checks
    tell : callable
        Puts an event into the outbox of a transaction: kind, then its content.
    """

    def __init__(
        self,
        begin: Callable[[], Any],
        checks: Checks,
        tell: Callable[[Connection, str, dict[str, Any]], None],
    ) -> None:
        self._begin, self._checks, self._tell = begin, checks, tell

    def check(
        self, buyer_id: str, order: Order, now: datetime, *, amends: bool = False, lang: str = "en"
    ) -> dict[str, Any]:
        """Return whether an order is released, held or referred; a released one is reserved before that.

        Parameters
        ----------
        buyer_id : str
        order : Order
            With its id: asked again it is answered the same, or checked anew where it was not released.
        now : datetime
            UTC.
        amends : bool
            The order was asked about before with another content, which this one replaces.
        lang : {"en", "zh"}

        Raises
        ------
        CallError
            ``order_conflict`` where the id is another order's, ``order_closed`` where it was ended.
        """
        with self._writing(buyer_id) as connection:
            before = find(connection, order.order_id)
            if before is not None:
                _check_same(before, buyer_id, order, amends=amends)
                if _stands(before, order, now):
                    return _told(before, now, repeated=True)
            return _told(self._checked(connection, buyer_id, order, now, lang, before), now)

    def decide(self, order_id: str, decision: Decision, now: datetime) -> dict[str, Any]:
        """Put an order into a state that a person or the seller's system names.

        Raises
        ------
        CallError
            ``unknown_order``, or ``order_closed`` where it was ended otherwise.
        """
        with self._begin() as connection:
            found = _known(connection, order_id)
            lock_buyer(connection, found.buyer_id)
            before = _known(connection, order_id)
            if before.state in CLOSED and before.state != decision.state:
                raise _closed(before)
            after = _decided(before, decision, now)
            save(connection, after)
            if after.state != before.state:
                self._tell(connection, f"order.{after.state}", _event(after))
            return _told(after, now)

    def recheck(self, buyer_ids: Sequence[str], now: datetime) -> list[str]:
        """Check the held orders of buyers whose facts have changed; return those that are released now.

        An order that a person holds stays held.
        """
        with self._begin() as connection:
            waiting = held_of(connection, buyer_ids)
        return [order.order_id for order in waiting if self._is_released(order, now)]

    def _is_released(self, waiting: CheckedOrder, now: datetime) -> bool:
        with self._writing(waiting.buyer_id) as connection:
            before = find(connection, waiting.order_id)
            if before is None or before.state != "held" or before.decided_by == "person":
                return False
            order = before.order
            if order.deliver_on is not None and order.deliver_on < now.date():
                order = replace(order, deliver_on=None)
            after = self._checked(connection, before.buyer_id, order, now, "en", before)
            return after.state == "released"

    def _checked(
        self,
        connection: Connection,
        buyer_id: str,
        order: Order,
        now: datetime,
        lang: str,
        before: CheckedOrder | None,
    ) -> CheckedOrder:
        reserved = reservations(connection, buyer_id, now, without=order.order_id)
        said = self._checks(buyer_id, order, reserved, lang)
        after = _row(buyer_id, order, said, now, now if before is None else before.created_at)
        keep_answers(connection, [said.assessment])
        save(connection, after)
        if before is None or after.state != before.state:
            self._tell(connection, f"order.{after.state}", _event(after))
        return after

    @contextmanager
    def _writing(self, buyer_id: str) -> Iterator[Connection]:
        with self._begin() as connection:
            lock_buyer(connection, buyer_id)
            yield connection


def _check_same(before: CheckedOrder, buyer_id: str, order: Order, *, amends: bool) -> None:
    if before.buyer_id != buyer_id or (before.order != order and not amends):
        expected = "an order that is new, or the same as before"
        step = "correct 'order_id', or send 'amends': true where this order replaces what was asked before"
        raise CallError("order_conflict", expected, "another order of this id", step, path="order_id")
    if before.state in CLOSED:
        raise _closed(before)


def _stands(before: CheckedOrder, order: Order, now: datetime) -> bool:
    """Whether what was said before is said again: a release that still holds, or what a person decided."""
    is_same = before.order == order
    return is_same and (before.is_reserved(now) or (before.decided_by == "person" and before.state == "held"))


def _closed(before: CheckedOrder) -> CallError:
    step = "use another 'order_id'"
    return CallError(
        "order_closed", "an order that is open", f"one that is {before.state}", step, path="order_id"
    )


def _known(connection: Connection, order_id: str) -> CheckedOrder:
    found = find(connection, order_id)
    if found is None:
        step = "check the id, or ask about the order first"
        raise CallError(
            "unknown_order", "the id of an order that was checked", "an unknown one", step, path="order_id"
        )
    return found


def _row(buyer_id: str, order: Order, said: Said, now: datetime, created_at: datetime) -> CheckedOrder:
    answer, state = said.answer, _STATE_OF[said.answer["decision"]]
    is_released = state == "released"
    return CheckedOrder(
        order_id=order.order_id,
        buyer_id=buyer_id,
        state=state,
        amount=_exact(order.amount),
        currency=order.currency,
        reserved=_exact(answer["amount"]) if is_released else Decimal(0),
        expires_at=_expiry(order, now, said.reservation_days) if is_released else None,
        decision=orjson.dumps({**answer, "reservation_days": said.reservation_days}),
        request_hash=request_hash(buyer_id, order),
        facts_seq=said.facts_seq,
        created_at=created_at,
        updated_at=now,
    )


def _expiry(order: Order, now: datetime, days: int) -> datetime:
    """Return until when a released order keeps its part: some days after its delivery."""
    delivery = now if order.deliver_on is None else datetime.combine(order.deliver_on, time.max, UTC)
    if now.tzinfo is None:
        delivery = delivery.replace(tzinfo=None)
    return (max(now, delivery) + timedelta(days=days)).replace(microsecond=0)


def _decided(before: CheckedOrder, decision: Decision, now: datetime) -> CheckedOrder:
    said = {"state": decision.state, "by": decision.by, "reason": decision.reason}
    answer = {**before.answer, "decided": said}
    is_released = decision.state == "released"
    amount = answer["amount"] if is_released else 0
    return replace(
        before,
        state=decision.state,
        reserved=_exact(amount or 0.0),
        expires_at=_expiry(before.order, now, _days(answer)) if is_released else None,
        decision=orjson.dumps(answer),
        updated_at=now,
    )


def _exact(amount: float) -> Decimal:
    """Return an amount as the store keeps it: rounded up, so that no part of a limit is given twice."""
    return Decimal(str(amount)).quantize(TICK, ROUND_CEILING)


def _days(answer: dict[str, Any]) -> int:
    return int(answer.get("reservation_days") or 0)


def _told(row: CheckedOrder, now: datetime, *, repeated: bool = False) -> dict[str, Any]:
    return {
        **row.answer,
        "state": row.state,
        "reserved_amount": float(row.reserved) if row.is_reserved(now) else 0.0,
        "expires_at": second_text(row.expires_at),
        "repeated": repeated,
        "facts_seq": row.facts_seq,
    }


def _event(row: CheckedOrder) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "buyer_id": row.buyer_id,
        "state": row.state,
        "amount": amount_text(row.amount),
        "currency": row.currency,
        "decided_by": row.decided_by,
    }
