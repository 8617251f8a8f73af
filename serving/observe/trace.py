"""One trace id a call: the caller's own where it names one, on every answer and in every line of the log."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["TRACE_HEADER", "Traced", "trace_id", "trace_id_of"]

TRACE_HEADER = b"x-trace-id"
"""Header of every answer."""

_TRACE_PARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(rb"([A-Za-z0-9][A-Za-z0-9._:-]{0,63})")

_GIVEN = ((b"traceparent", _TRACE_PARENT), (b"x-request-id", _REQUEST_ID))

_TRACE_ID: ContextVar[str] = ContextVar("trace_id", default="")


def trace_id() -> str:
    """Return the trace id of the call that is answered here; empty outside of a call.

    Threads that anyio starts for a call know it too.
    """
    return _TRACE_ID.get()


def trace_id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the trace id of a call with these headers.

    Parameters
    ----------
    headers : iterable of (bytes, bytes)
        Names in lower case, as ASGI gives them. ``traceparent`` (W3C Trace Context) comes before
        ``X-Request-Id`` (a letter or digit, then at most 63 of ``A-Z a-z 0-9 . _ : -``).

    Returns
    -------
    str
        A new one of 32 hexadecimal digits where the caller names none, or one that is not valid: what goes
        into the log is never free text.

    Examples
    --------
    >>> trace_id_of([(b"traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")])
    '4bf92f3577b34da6a3ce929d0e0e4736'
    >>> trace_id_of([(b"x-request-id", b"order-4711")])
    'order-4711'
    >>> len(trace_id_of([(b"x-request-id", b"a b")]))
    32
    """
    named = dict(headers)
    for name, form in _GIVEN:
        found = form.fullmatch(named.get(name, b""))
        if found is not None:
            return found[1].decode("ascii")
    return secrets.token_hex(16)


class Traced:
    """ASGI middleware that gives each call its trace id and names it on the answer.

    Parameters
    ----------
    app : ASGIApp
        What answers the call; it reads the id by `trace_id`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own = trace_id_of(scope["headers"])
        header = (TRACE_HEADER, own.encode("ascii"))

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        token = _TRACE_ID.set(own)
        try:
            await self._app(scope, receive, send_named)
        finally:
            _TRACE_ID.reset(token)
