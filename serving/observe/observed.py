"""Counts every call, and writes a line of some into the log."""

from __future__ import annotations

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.scopes import address_of
from serving.observe.assessed import drift
from serving.observe.log import CallLog
from serving.observe.metrics import METHODS, OTHER, Metrics, metrics
from serving.observe.pulse import Pulse

__all__ = ["Observed"]

_NO_ANSWER = 500


class Observed:
    """ASGI middleware that counts calls, whatever answers them.

    Parameters
    ----------
    app : ASGIApp
        What answers the call.
    counted : Metrics
    log : CallLog, optional
    """

    def __init__(self, app: ASGIApp, counted: Metrics = metrics, log: CallLog | None = None) -> None:
        self._app, self._metrics, self._log = app, counted, log
        # Reason: a reader comes every few seconds; telling it at each call would cost a tenth of counting.
        self._pulse = Pulse(counted, lambda: counted.in_flight.set(self._in_flight), drift.tell)
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._pulse.start()
        status = _NO_ANSWER

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = perf_counter()
        self._in_flight += 1
        try:
            await self._app(scope, receive, send_seen)
        finally:
            self._in_flight -= 1
            seconds = perf_counter() - began
            self._tell(scope, status, seconds)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = address_of(scope["path"]) or OTHER
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._metrics.call(route, method, status, seconds)
        if self._log is not None:
            self._log.call(route, method, status, seconds)
