"""The ASGI application: every address of the service, and one body for every error."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from credit.assessor import Assessor, UnknownBuyer
from features.errors import InputError
from serving.body import read_body
from serving.contract import AssessCall, parse_call
from serving.errors import CallError, refused_call
from serving.faults import log_fault
from serving.headers import SafeHeaders
from serving.observe.trace import Traced
from serving.openapi import specification
from serving.page import ASSETS, asset, words
from serving.reports import HEADERS
from serving.state import State

__all__ = ["make_application"]

_LOG = logging.getLogger("credence.serving")

_MOST_BUYERS = 100
_FEW_BUYERS = 20
_THREADS = 1
"""Assessments at a time in a worker: a second thread would only wait for the interpreter."""

Endpoint = Callable[[Request], Awaitable[Response]]


def make_application(state: State, *guards: Middleware) -> Starlette:
    """Return the application that answers from a state.

    Parameters
    ----------
    state : State
        May still load: what needs it answers 503 until then.
    *guards : Middleware
        What a call must pass before it is answered; without any, everybody is let in.
    """
    answers = _Answers(state)
    routes = [
        Route("/v1/assess", _guarded(answers.assess), methods=["POST"]),
        Route("/v1/status", _guarded(answers.status)),
        Route("/v1/buyers", _guarded(answers.buyers)),
        Route("/livez", _guarded(answers.alive)),
        Route("/readyz", _guarded(answers.ready)),
        Route("/openapi.json", _guarded(answers.openapi)),
        Route("/words.json", _guarded(answers.words)),
        Route("/reports/{version}/{file}", _guarded(answers.report)),
        *(Route(path, _guarded(partial(_asset, name))) for path, name in ASSETS.items()),
    ]
    handlers: dict[Any, Any] = {CallError: _refuse, HTTPException: _refuse_address}
    around = [Middleware(Traced), Middleware(SafeHeaders), *guards]
    made = Starlette(routes=routes, exception_handlers=handlers, middleware=around)
    made.router.redirect_slashes = False
    return made


class _Answers:
    """What each address answers."""

    def __init__(self, state: State) -> None:
        self._state = state
        # Reason: an assessment takes milliseconds; on the event loop it would hold up every other call.
        self._limiter = CapacityLimiter(_THREADS)

    async def assess(self, request: Request) -> Response:
        call = parse_call(await read_body(request))
        assessor = self._state.assessor()
        said = await to_thread.run_sync(_assess, assessor, call, limiter=self._limiter)
        return _json(said)

    async def status(self, _request: Request) -> Response:
        # Reason: it reads the files of reports and of the other workers.
        return _json(await to_thread.run_sync(self._state.status))

    async def buyers(self, request: Request) -> Response:
        prefix = request.query_params.get("prefix", "").casefold()
        limit = _limit(request.query_params.get("limit", str(_FEW_BUYERS)))
        found = []
        for buyer_id in self._state.assessor().buyer_ids:
            if buyer_id.casefold().startswith(prefix):
                found.append(buyer_id)
            if len(found) == limit:
                break
        return _json({"buyers": found})

    async def alive(self, _request: Request) -> Response:
        return _json({"state": "alive"})

    async def ready(self, _request: Request) -> Response:
        return _json(self._state.readiness())

    async def openapi(self, _request: Request) -> Response:
        return _json(specification())

    async def words(self, _request: Request) -> Response:
        return _json(words())

    async def report(self, request: Request) -> Response:
        file = request.path_params["file"]
        content = await to_thread.run_sync(self._state.report, request.path_params["version"], file)
        if content is None:
            raise HTTPException(404)
        return Response(content, headers=HEADERS[file.rpartition(".")[2]])


def _assess(assessor: Assessor, call: AssessCall) -> dict[str, Any]:
    asked = call.asked(assessor.packed.portfolio.seller.reporting_currency)
    try:
        if asked is not None and asked.due_on is not None:
            _check_due(asked.due_on.isoformat(), assessor.moment(call.as_of).isoformat())
        return assessor.assess(call.buyer_id, call.as_of, asked, lang=call.lang, also=call.also)
    except UnknownBuyer as error:
        problem = error.problems[0]
        raise CallError(
            "unknown_buyer", problem.expected, problem.found, problem.next_step, path="buyer_id"
        ) from None
    except InputError as error:
        raise refused_call(error) from None


def _check_due(due_on: str, moment: str) -> None:
    if due_on < moment[: len(due_on)]:
        step = "correct 'request.due_on' or 'as_of'"
        raise CallError(
            "invalid_field", "a day not before as_of", "an earlier one", step, path="request.due_on"
        )


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_BUYERS:
        return int(text)
    step = "correct 'limit'"
    raise CallError(
        "invalid_field", f"a whole number from 1 to {_MOST_BUYERS}", "something else", step, path="limit"
    )


def _json(
    content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        orjson.dumps(content),
        status_code=status,
        headers=headers,
        media_type="application/json",
    )


async def _asset(name: str, _request: Request) -> Response:
    content, headers = asset(name)
    return Response(content, headers=headers)


async def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, CallError)  # noqa: S101 (the handler is registered for nothing else)
    return _json(error.as_json(), error.status, error.headers)


async def _refuse_address(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (the handler is registered for nothing else)
    step = "see /openapi.json for what there is"
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        refusal = CallError("method_not_allowed", allowed or "another method", request.method, step)
        return _json(refusal.as_json(), refusal.status, error.headers)
    return await _refuse(request, CallError("not_found", "an address of this service", "another one", step))


def _guarded(endpoint: Endpoint) -> Endpoint:
    """Answer a fault here: whatever rises further is logged with its text by the server."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (CallError, HTTPException):
            raise
        except ClientDisconnect:
            # Reason: nobody reads the answer; what rises further would be logged with a traceback.
            _LOG.debug("the caller has gone before the call was read")
            return Response(status_code=400)
        except Exception as error:
            return await _refuse(request, log_fault(error))

    return answer
