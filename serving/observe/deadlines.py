"""How long a call may take, and how many a worker answers at a time: what is over or too much is refused.

They stand in the place of BentoML's time-out and bound, whose answers have other bodies: a thread that works
for a call that was refused for its time keeps the call's place until it ends, so that threads never pile up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from anyio import CancelScope
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import CallError

__all__ = ["ALLOWANCES", "EXEMPT", "OTHERS", "SECONDS_TO_QUEUE", "Allowance", "Deadlines", "Lane"]

SECONDS_TO_QUEUE = 2.0
"""For which a call waits for a place before it is told to come again."""


@dataclass(frozen=True)
class Allowance:
    """What calls of an address may take of a worker.

    Parameters
    ----------
    seconds : float
        Until the answer begins and ends.
    in_flight : int
        Calls that are answered at a time.
    waiting : int
        Calls that wait for a place.
    """

    seconds: float
    in_flight: int
    waiting: int


EXEMPT = frozenset(("/livez", "/readyz", "/metrics"))
"""What must be answered above all where the worker is busy."""

OTHERS = Allowance(seconds=10.0, in_flight=64, waiting=256)
"""For addresses that share their places with all that are not named."""

ALLOWANCES: Mapping[str, Allowance] = {
    "/v1/assess_batch": Allowance(seconds=120.0, in_flight=2, waiting=8),
    "/v1/whatif": Allowance(seconds=60.0, in_flight=4, waiting=16),
    "/v1/ledger": Allowance(seconds=60.0, in_flight=4, waiting=16),
    "/v1/limits": Allowance(seconds=30.0, in_flight=4, waiting=16),
    "/v1/limits.csv": Allowance(seconds=30.0, in_flight=4, waiting=16),
}
"""For addresses with places of their own: what takes long must not take the places of what is short."""


class Lane:
    """The places of some addresses, given in the order of the calls.

    Parameters
    ----------
    allowance : Allowance
    """

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.busy = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    def enter_at_once(self) -> bool:
        """Take a place where one is free; tells whether."""
        if self.busy >= self.allowance.in_flight:
            return False
        self.busy += 1
        return True

    async def wait(self) -> None:
        """Take a place once one is free.

        Raises
        ------
        CallError
            ``busy`` where too many wait, or it takes longer than `SECONDS_TO_QUEUE`.
        """
        if len(self._queue) >= self.allowance.waiting:
            raise _busy()
        place = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        try:
            async with asyncio.timeout(SECONDS_TO_QUEUE):
                await place
        except BaseException as error:
            self._give_up(place)
            if isinstance(error, TimeoutError):
                raise _busy() from None
            raise

    def leave(self) -> None:
        """Give a place back: the call that has waited longest has it next."""
        while self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.busy -= 1

    def _give_up(self, place: asyncio.Future[None]) -> None:
        if place.done() and not place.cancelled():
            # Reason: it was given in the same turn of the loop in which the time was over.
            self.leave()
        elif place in self._queue:
            self._queue.remove(place)


class Deadlines:
    """ASGI middleware that ends what takes too long and refuses what is too many.

    Parameters
    ----------
    app : ASGIApp
        What answers the call.
    allowances : mapping of str to Allowance
        By address.
    others : Allowance
        For all other addresses together.
    """

    def __init__(
        self, app: ASGIApp, allowances: Mapping[str, Allowance] = ALLOWANCES, others: Allowance = OTHERS
    ) -> None:
        self._app = app
        self._lanes = {address: Lane(allowance) for address, allowance in allowances.items()}
        self._others = Lane(others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on once there is a place for it."""
        if scope["type"] != "http" or scope["path"] in EXEMPT:
            await self._app(scope, receive, send)
            return
        lane = self._lanes.get(scope["path"], self._others)
        if not lane.enter_at_once():
            try:
                await lane.wait()
            except CallError as refusal:
                await _refuse(refusal, scope, receive, send)
                return
        try:
            await _InTime(lane.allowance.seconds, scope, receive, send).run(self._app)
        finally:
            lane.leave()


class _InTime:
    """One call and its deadline."""

    __slots__ = ("_call", "_cancel", "_is_over", "_is_started", "_refusal", "_seconds")

    def __init__(self, seconds: float, scope: Scope, receive: Receive, send: Send) -> None:
        self._seconds = seconds
        self._call = (scope, receive, send)
        # Reason: unlike a cancelled task, a cancelled scope waits for threads that work inside of it.
        self._cancel = CancelScope()
        self._is_started = self._is_over = False
        self._refusal: asyncio.Task[None] | None = None

    async def run(self, app: ASGIApp) -> None:
        """Have the call answered; returns only when nothing works for it any more."""
        scope, receive, _ = self._call
        timer = asyncio.get_running_loop().call_later(self._seconds, self._expire)
        try:
            with self._cancel:
                await app(scope, receive, self._send)
        finally:
            timer.cancel()
        if self._refusal is not None:
            await self._refusal

    async def _send(self, message: Message) -> None:
        if self._is_over and not self._is_started:
            return
        self._is_started = True
        await self._call[2](message)

    def _expire(self) -> None:
        self._is_over = True
        self._cancel.cancel()
        if not self._is_started:
            self._refusal = asyncio.ensure_future(_refuse(_timed_out(self._seconds), *self._call))


async def _refuse(refusal: CallError, scope: Scope, receive: Receive, send: Send) -> None:
    body = orjson.dumps(refusal.as_json())
    await Response(body, refusal.status, refusal.headers, media_type="application/json")(scope, receive, send)


def _busy() -> CallError:
    expected, step = "a worker with room for another call", "call again as the header Retry-After says"
    return CallError("busy", expected, "as many calls as it answers at a time", step)


def _timed_out(seconds: float) -> CallError:
    step = "call again; where a write is repeated, what was stored already changes nothing"
    return CallError("timeout", f"an answer within {seconds:g} seconds", "work that takes longer", step)
