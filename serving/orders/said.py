"""What is said of an order and kept: by a check, by a person, by the seller's system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import Any

import orjson

from credit.orders import Order
from serving.store.order_rows import CLOSED, CheckedOrder, OrderState, request_hash
from serving.store.published_rows import amount_text
from serving.store.types import TICK, second_text

__all__ = ["Asked", "Decision", "Said", "decided", "event", "is_decided", "stands", "told"]

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

    def as_json(self) -> dict[str, str]:
        """Return who said what."""
        return {"state": self.state, "by": self.by, "reason": self.reason}


@dataclass(frozen=True)
class Asked:
    """An order as somebody asks about it.

    Parameters
    ----------
    buyer_id : str
    order : Order
    at : datetime
        UTC.
    lang : {"en", "zh"}
    """

    buyer_id: str
    order: Order
    at: datetime
    lang: str = "en"

    @cached_property
    def hash(self) -> str:
        """What tells the same call from another one."""
        return request_hash(self.buyer_id, self.order)

    def is_again(self, before: CheckedOrder) -> bool:
        """Whether the same was asked before."""
        return before.request_hash == self.hash

    def row(self, said: Said, before: CheckedOrder | None) -> CheckedOrder:
        """Return the order as it is after a check, told as it was asked about."""
        order, state = self.order, _STATE_OF[said.answer["decision"]]
        answer = {**said.answer, "order": order.as_json(), "reservation_days": said.reservation_days}
        if before is not None and before.state == "held" and before.is_decided_by_person:
            # Reason: who changes an order must not undo what a person decided of it.
            state, answer["decided"] = "held", before.answer["decided"]
        is_released = state == "released"
        return CheckedOrder(
            order_id=order.order_id,
            buyer_id=self.buyer_id,
            state=state,
            amount=_exact(order.amount),
            currency=order.currency,
            reserved=_exact(answer["amount"]) if is_released else Decimal(0),
            expires_at=_expiry(order, self.at, said.reservation_days) if is_released else None,
            decision=orjson.dumps(answer),
            request_hash=self.hash,
            facts_seq=said.facts_seq,
            created_at=self.at if before is None else before.created_at,
            updated_at=self.at,
        )


def stands(before: CheckedOrder, now: datetime) -> bool:
    """Whether what was said is said again: a release that still holds, or what a person holds."""
    return before.is_reserved(now) or (before.state == "held" and before.is_decided_by_person)


def is_decided(before: CheckedOrder, decision: Decision, now: datetime) -> bool:
    """Whether a decision says what is so already: an order that has ended stays as it was ended first."""
    if before.state in CLOSED:
        return before.state == decision.state
    return before.answer.get("decided") == decision.as_json() and stands(before, now)


def decided(before: CheckedOrder, decision: Decision, now: datetime) -> CheckedOrder:
    """Return an order as a decision leaves it; one that is released keeps its whole amount anew."""
    answer = {**before.answer, "decided": decision.as_json()}
    is_released = decision.state == "released"
    days = int(answer.get("reservation_days") or 0)
    return replace(
        before,
        state=decision.state,
        reserved=_exact(answer["amount"] or 0.0) if is_released else Decimal(0),
        expires_at=_expiry(before.order, now, days) if is_released else None,
        decision=orjson.dumps(answer),
        updated_at=now,
    )


def _expiry(order: Order, now: datetime, days: int) -> datetime:
    """Return until when a released order keeps its part: some days after its delivery."""
    delivery = now if order.deliver_on is None else datetime.combine(order.deliver_on, time.max, UTC)
    return (max(now, delivery) + timedelta(days=days)).replace(microsecond=0)


def _exact(amount: float) -> Decimal:
    """Return an amount as the store keeps it: rounded up, so that no part of a limit is given twice."""
    return Decimal(str(amount)).quantize(TICK, ROUND_CEILING)


def told(row: CheckedOrder, now: datetime, *, repeated: bool = False) -> dict[str, Any]:
    """Return what a caller is told of an order at an instant."""
    return {
        **row.answer,
        "state": row.state,
        "reserved_amount": float(row.reserved) if row.is_reserved(now) else 0.0,
        "expires_at": second_text(row.expires_at),
        "repeated": repeated,
        "facts_seq": row.facts_seq,
    }


def event(row: CheckedOrder) -> dict[str, Any]:
    """Return what a webhook is told of an order."""
    return {
        "order_id": row.order_id,
        "buyer_id": row.buyer_id,
        "state": row.state,
        "amount": amount_text(row.amount),
        "currency": row.currency,
        "decided_by": row.decided_by,
    }
