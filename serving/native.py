"""The addresses that BentoML's own clients call, with our keys before them and our body for every error."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import CallError

__all__ = ["NATIVE", "OneErrorBody"]

NATIVE = frozenset({"/assess", "/schema.json"})
"""``/assess`` is the same function as ``/v1/assess``; the schema is what ``bentoml.SyncHTTPClient`` reads."""

_STEP = "see /schema.json for what there is, or call /v1/assess, which names the field"

_TOLD = {
    400: ("invalid_field", "the fields of the schema", "others"),
    404: ("not_found", "an address of this service", "another one"),
    405: ("method_not_allowed", "POST", "another method"),
}


class OneErrorBody:
    """ASGI middleware that puts our body in the place of an error of BentoML's own.

    Parameters
    ----------
    app : ASGIApp
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, and its answer back."""
        await self._app(scope, receive, _Answer(send))


class _Answer:
    """Holds an answer of an error back until it is whole; every other passes as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            self._start = message
        elif self._start is None:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._end()

    async def _end(self) -> None:
        assert self._start is not None  # noqa: S101 (the body follows the start)
        status, body = self._start["status"], self._body
        if not _is_ours(body):
            error = _error(status)
            status, body = error.status, orjson.dumps(error.as_json())
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            *(each for each in self._start["headers"] if each[0] in (b"retry-after", b"allow")),
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _is_ours(body: bytes) -> bool:
    try:
        said: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    error = said.get("error") if isinstance(said, dict) else None
    return isinstance(error, dict) and "code" in error


def _error(status: int) -> CallError:
    code, expected, found = _TOLD.get(status, ("internal", "an answer", "a fault of the service"))
    return CallError(code, expected, found, _STEP)
