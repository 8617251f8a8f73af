"""Checks of orders, what became of them, and decisions on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import Response

from serving.body import read_body
from serving.contract import DecisionCall, OrderCall, parse_call
from serving.errors import CallError
from serving.orders.said import Decision
from serving.routes.answering import Endpoint, in_a_thread, json_answer, whole_number
from serving.state import State
from serving.store.order_rows import STATES, listed

__all__ = ["Orders"]

_MOST, _FEW = 1000, 100
_SECONDS_TO_WAIT = 8.0
_THREADS = 4
"""Checks at a time in a worker: they wait for the database more than they calculate."""


class Orders:
    """Answers ``/v1/order_check``, ``/v1/orders`` and ``/v1/orders/{id}``."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._limiter = CapacityLimiter(_THREADS)

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, address and endpoint of each."""
        yield "POST", "/v1/order_check", self.check
        yield "GET", "/v1/orders", self.list
        yield "POST", "/v1/orders/{order_id}", self.decide

    async def check(self, request: Request) -> Response:
        """Release, hold or refer an order; a released one keeps its part of the limit."""
        call = parse_call(await read_body(request), OrderCall)
        desk, assessor = self._state.order_desk(), self._state.assessor()

        def run() -> dict[str, Any]:
            # Reason: inside the check's transaction the clerk could not write them.
            assessor.wait_for_month(_SECONDS_TO_WAIT, call.buyer_id)
            told = desk.check(
                call.buyer_id, call.order, datetime.now(UTC), amends=call.amends, lang=call.lang
            )
            if not call.amends:
                return told
            # Reason: what a smaller order leaves of the limit, another one that is held may take.
            return {**told, "orders_released": desk.recheck([call.buyer_id], datetime.now(UTC))}

        return json_answer(await in_a_thread(run, self._limiter))

    async def decide(self, request: Request) -> Response:
        """Put an order into the state that a person or the seller's system names."""
        call = parse_call(await read_body(request), DecisionCall)
        desk, order_id = self._state.order_desk(), request.path_params["order_id"]
        decision = Decision(call.state, call.by, call.reason)

        def run() -> dict[str, Any]:
            told = desk.decide(order_id, decision, datetime.now(UTC))
            frees = call.state != "released"
            # Reason: what this order leaves of the limit, another one that is held may take.
            released = desk.recheck([told["buyer_id"]], datetime.now(UTC)) if frees else []
            return {**told, "orders_released": released}

        return json_answer(await in_a_thread(run, self._limiter))

    async def list(self, request: Request) -> Response:
        """Give orders in a state by their ids, a page at a time."""
        asked = request.query_params
        limit = whole_number(asked.get("limit", str(_FEW)), "limit", _MOST)
        state = asked.get("state", "held")
        if state not in STATES:
            expected, step = f"one of {', '.join(STATES)}", "correct 'state'"
            raise CallError("invalid_field", expected, "another word", step, path="state")
        store, after = self._state.store(), asked.get("after", "")

        def run() -> list[dict[str, Any]]:
            with store.reading() as connection:
                rows = listed(connection, state, after=after, limit=limit)
            now = datetime.now(UTC)
            return [row.as_json(now) for row in rows]

        found = await in_a_thread(run, self._limiter)
        last = found[-1]["order_id"] if len(found) == limit else None
        return json_answer({"orders": found, "next": last})
