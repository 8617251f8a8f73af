"""Lets in who holds a key with the scope of an address; every address is closed unless it is named."""

from __future__ import annotations

import time
from collections.abc import Container
from datetime import UTC, datetime

import orjson
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.access.keys import Key, holder_of
from serving.access.loopback import is_from_here
from serving.access.rates import Rates
from serving.access.refusals import forbidden, rate_limited, unauthorized
from serving.access.ring import Ring
from serving.access.scopes import ANY_KEY, CLOSED, PUBLIC, SCOPES, need_of
from serving.errors import CallError
from serving.faults import log_fault

__all__ = ["COOKIE", "Guard"]

_BEARER = "bearer "

COOKIE = "credence_key"
"""Cookie with the key of a reader of reports, and of nothing else; the page lets it expire in seconds."""


class Guard:
    """ASGI middleware that answers whoever may not call.

    Parameters
    ----------
    app : ASGIApp
        What answers the others.
    ring : Ring or None
        The keys; None lets in whoever calls from this machine, for development only.
    """

    def __init__(self, app: ASGIApp, ring: Ring | None) -> None:
        self._app, self._ring = app, ring
        self._rates = Rates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, or refuse it."""
        refusal = await self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        body = orjson.dumps(refusal.as_json())
        answer = Response(body, refusal.status, refusal.headers, media_type="application/json")
        await answer(scope, receive, send)

    async def _refusal(self, scope: Scope) -> CallError | None:
        try:
            await self._check(scope)
        except CallError as error:
            return error
        except Exception as error:
            return log_fault(error)
        return None

    async def _check(self, scope: Scope) -> None:
        need = need_of(scope["path"])
        if need == PUBLIC:
            return
        scopes = await self._scopes(scope)
        if need == CLOSED:
            step = "see /openapi.json for what there is"
            raise CallError("not_found", "an address of this service", "another one", step)
        if need != ANY_KEY and need not in scopes:
            raise forbidden(need)

    async def _scopes(self, scope: Scope) -> Container[str]:
        """Return what the caller may do."""
        if self._ring is None:
            if is_from_here(scope):
                return SCOPES
            raise unauthorized()
        key = holder_of(await self._ring.keys(), _sent(scope), datetime.now(UTC))
        if key is None:
            raise unauthorized()
        self._ring.note_use(key.key_id)
        self._check_rate(key)
        return key.scopes

    def _check_rate(self, key: Key) -> None:
        if key.rate_per_minute is None:
            return
        seconds = self._rates.seconds_to_wait(key.key_id, key.rate_per_minute, time.monotonic())
        if seconds:
            raise rate_limited(key.rate_per_minute, seconds)


def _sent(scope: Scope) -> str:
    text = _header(scope, b"authorization")
    if text[: len(_BEARER)].lower() == _BEARER:
        return text[len(_BEARER) :].strip()
    # Reason: a browser that follows a link sends no such header; the page sets the cookie for that one call.
    if scope["method"] == "GET" and scope["path"].startswith("/reports/"):
        return cookie_parser(_header(scope, b"cookie")).get(COOKIE, "")
    return ""


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")
