"""Facts into the ledger, and what follows for held orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from features.errors import InputError
from serving.body import read_body
from serving.contract import LedgerCall, parse_call
from serving.faults import log_fault
from serving.routes.answering import Endpoint, json_answer, told_as_call_error
from serving.state import State
from serving.store.outcomes import Posted
from serving.store.types import second_text

__all__ = ["Ledger"]

_SECONDS_TO_WAIT = 20.0
_LARGEST_BODY = 8 * 1024 * 1024


class Ledger:
    """Answers ``/v1/ledger``."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, address and endpoint of each."""
        yield "POST", "/v1/ledger", self.post

    async def post(self, request: Request) -> Response:
        """Add facts and versions of facts, each answered on its own."""
        call = parse_call(await read_body(request, _LARGEST_BODY), LedgerCall).check()
        clerk, told = self._state.clerk(), (call.items, call.atomic, datetime.now(UTC), call.books_until)
        try:
            posted = await clerk.call("post_ledger", *told)
        except InputError as error:
            raise told_as_call_error(error) from None
        released = await self._recheck(posted) if posted.buyers or posted.has_later_books else []
        return json_answer(
            {
                "facts_seq": posted.facts_seq,
                "books_until": second_text(posted.books_until),
                "items": posted.items,
                "orders_released": released,
            }
        )

    async def _recheck(self, posted: Posted) -> list[str]:
        """Check held orders again; the facts are in, whatever becomes of that."""
        try:
            desk, assessor = self._state.order_desk(), self._state.assessor()

            def run() -> list[str]:
                # Reason: under another rule no order waits for the books, and none has to be looked for.
                is_held = assessor.release.policy.orders.when_books_behind == "hold"
                later = posted.has_later_books and is_held
                # Reason: a post without any held order answers at once, whatever the month lacks.
                wait = partial(assessor.wait_for_month, _SECONDS_TO_WAIT)
                now = datetime.now(UTC)
                return desk.recheck(posted.buyers, now, has_later_books=later, wait=wait)

            return await to_thread.run_sync(run)
        except Exception as error:
            log_fault(error)
            return []
