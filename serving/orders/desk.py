"""Checks of orders that keep their part of a limit, so that two cannot take the same headroom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.engine import Connection

from credit.orders import Order
from credit.reservations import Reservation
from features.errors import InputError
from serving.errors import CallError
from serving.orders.said import Asked, Decision, Said, decided, event, is_decided, stands, told
from serving.store.answers import keep_answers
from serving.store.order_rows import (
    CLOSED,
    CheckedOrder,
    find,
    held_by,
    held_of,
    reservations,
    save,
    take_turn,
)

__all__ = ["OrderDesk"]


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
        asked = Asked(buyer_id, order, now, lang)
        with self._writing(order.order_id, buyer_id) as connection:
            before = find(connection, order.order_id)
            if before is not None:
                _check_open(before, asked, amends=amends)
                if asked.is_again(before) and stands(before, now):
                    return told(before, now, repeated=True)
            said = self._said(connection, asked, before)
            return told(self._kept(connection, said, asked.row(said, before), before), now)

    def decide(self, order_id: str, decision: Decision, now: datetime) -> dict[str, Any]:
        """Put an order into a state that a person or the seller's system names.

        Raises
        ------
        CallError
            ``unknown_order``, or ``order_closed`` where it was ended otherwise.
        """
        with self._begin() as connection:
            found = _known(connection, order_id)
            take_turn(connection, order_id, found.buyer_id)
            before = _known(connection, order_id)
            if before.state in CLOSED and before.state != decision.state:
                raise _closed(before)
            if is_decided(before, decision, now):
                return told(before, now, repeated=True)
            after = decided(before, decision, now)
            save(connection, after)
            if after.state != before.state:
                self._tell(connection, f"order.{after.state}", event(after))
            return told(after, now)

    def recheck(
        self,
        buyer_ids: Sequence[str],
        now: datetime,
        *,
        has_later_books: bool = False,
        wait: Callable[[], None] = lambda: None,
    ) -> list[str]:
        """Check the held orders of buyers whose facts have changed; return those that are released now.

        Where the books end later than before, those that wait for them are checked as well. An order that a
        person holds stays held. One that can be checked no more stays held too, and the others do not wait
        for it.

        Parameters
        ----------
        buyer_ids : sequence of str
        now : datetime
            UTC.
        has_later_books : bool
        wait : callable
            Called first where there are such orders, until they can be checked.
        """
        with self._begin() as connection:
            waiting = held_of(connection, buyer_ids)
            for_books = held_by(connection, "books") if has_later_books else []
        waiting += [order for order in for_books if order.buyer_id not in buyer_ids]
        if waiting:
            wait()
        return [order.order_id for order in waiting if self._is_released(order, now)]

    def _is_released(self, waiting: CheckedOrder, now: datetime) -> bool:
        with self._writing(waiting.order_id, waiting.buyer_id) as connection:
            before = find(connection, waiting.order_id)
            if before is None or before.state != "held" or before.is_decided_by_person:
                return False
            asked = Asked(before.buyer_id, before.order, now)
            try:
                said = self._said(connection, asked, before)
            except InputError as error:
                if not error.problems[0].column:
                    raise
                return False
            after = asked.row(said, before)
            # Reason: a buyer's facts come many times a day; what says the same again is not kept again.
            if (after.state, after.decided_by) != (before.state, before.decided_by):
                self._kept(connection, said, after, before)
            return after.state == "released"

    def _said(self, connection: Connection, asked: Asked, before: CheckedOrder | None) -> Said:
        """Check an order; one that was asked about before its day of delivery passed goes at once."""
        order = asked.order
        reserved = reservations(connection, asked.buyer_id, asked.at, without=order.order_id)
        try:
            return self._checks(asked.buyer_id, order, reserved, asked.lang)
        except InputError as error:
            is_known = before is not None and asked.is_again(before)
            if not is_known or error.problems[0].column != "deliver_on":
                raise
        return self._checks(asked.buyer_id, replace(order, deliver_on=None), reserved, asked.lang)

    def _kept(
        self, connection: Connection, said: Said, after: CheckedOrder, before: CheckedOrder | None
    ) -> CheckedOrder:
        keep_answers(connection, [said.assessment])
        save(connection, after)
        if before is None or after.state != before.state:
            self._tell(connection, f"order.{after.state}", event(after))
        return after

    @contextmanager
    def _writing(self, order_id: str, buyer_id: str) -> Iterator[Connection]:
        with self._begin() as connection:
            take_turn(connection, order_id, buyer_id)
            yield connection


def _check_open(before: CheckedOrder, asked: Asked, *, amends: bool) -> None:
    if before.buyer_id != asked.buyer_id or not (amends or asked.is_again(before)):
        expected = "an order that is new, or the same as before"
        step = "correct 'order_id', or send 'amends': true where this order replaces what was asked before"
        raise CallError("order_conflict", expected, "another order of this id", step, path="order_id")
    if before.state in CLOSED:
        raise _closed(before)


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
