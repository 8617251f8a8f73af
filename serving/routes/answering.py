"""How every route answers: JSON, one body for every error, and never with what a fault says."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from features.errors import InputError
from serving.errors import CallError, refused_call
from serving.faults import log_fault
from serving.store.connect import LOCKED

__all__ = [
    "Endpoint",
    "guarded",
    "in_a_thread",
    "json_answer",
    "refuse",
    "refuse_address",
    "told_as_call_error",
    "whole_number",
]

_LOG = logging.getLogger("credence.serving")

_MOST_DIGITS = 18

Told = TypeVar("Told")
Endpoint = Callable[[Request], Awaitable[Response]]


def json_answer(
    content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return content as JSON."""
    return Response(orjson.dumps(content), status_code=status, headers=headers, media_type="application/json")


async def refuse(_request: Request, error: Exception) -> Response:
    """Answer a `CallError`."""
    assert isinstance(error, CallError)  # noqa: S101 (the handler is registered for nothing else)
    return json_answer(error.as_json(), error.status, error.headers)


async def refuse_address(request: Request, error: Exception) -> Response:
    """Answer a call of an address or a method that there is not."""
    assert isinstance(error, HTTPException)  # noqa: S101 (the handler is registered for nothing else)
    step = "see /openapi.json for what there is"
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        refusal = CallError("method_not_allowed", allowed or "another method", request.method, step)
        return json_answer(refusal.as_json(), refusal.status, error.headers)
    return await refuse(request, CallError("not_found", "an address of this service", "another one", step))


def guarded(endpoint: Endpoint) -> Endpoint:
    """Answer a fault here: whatever rises further is logged with its text by the server."""

    async def answer(request: Request) -> Response:
        try:
            _check_address(request.scope)
            return await endpoint(request)
        except (CallError, HTTPException):
            raise
        except ClientDisconnect:
            # Reason: nobody reads the answer; what rises further would be logged with a traceback.
            _LOG.debug("the caller has gone before the call was read")
            return Response(status_code=400)
        except Exception as error:
            return await refuse(request, log_fault(error))

    return answer


def _check_address(scope: Scope) -> None:
    """Refuse an address or a query with a character that PostgreSQL can neither keep nor look up."""
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        step = "leave it out of the address"
        raise CallError("invalid_field", "text without the character of code 0", "text with it", step)


def told_as_call_error(error: InputError) -> CallError:
    """Return what a caller is told of a refusal: of its field, or of the store that refuses."""
    problem = error.problems[0]
    if problem.found == LOCKED:
        return CallError("busy", problem.expected, problem.found, problem.next_step)
    if not problem.column and not problem.table:
        return CallError("store_unreachable", problem.expected, problem.found, problem.next_step)
    return refused_call(error)


async def in_a_thread(work: Callable[[], Told], limiter: CapacityLimiter | None = None) -> Told:
    """Do away from the event loop what may wait for the database; refusals are told as errors of the call."""
    try:
        return await to_thread.run_sync(work, limiter=limiter)
    except InputError as error:
        raise told_as_call_error(error) from None


def whole_number(text: str, name: str, most: int) -> int:
    """Return a number of a query.

    Raises
    ------
    CallError
        ``invalid_field``.
    """
    # Reason: thousands of digits would be slow to read.
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and 1 <= int(text) <= most:
        return int(text)
    expected = f"a whole number from 1 to {most}"
    raise CallError("invalid_field", expected, "something else", f"correct '{name}'", path=name)
