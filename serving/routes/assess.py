"""Assessments: of one subject, or of many, each kept before it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from credit.request import Request as Asked
from features.errors import InputError
from serving.body import read_body
from serving.contract import AssessCall, BatchCall, parse_call
from serving.errors import CallError
from serving.live.assessor import LiveAssessor
from serving.live.given import Given
from serving.live.recall import Question
from serving.observe.assessed import assessed
from serving.routes.answering import Endpoint, told_as_call_error
from serving.routes.inline import dossier_with
from serving.state import State

__all__ = ["Assess"]

_LARGEST_BATCH = 2 * 1024 * 1024
_THREADS = 1
"""Long assessments at a time in a worker: a second thread would only wait for the interpreter."""


_SECONDS_TO_WAIT, _MOST_WAITING = 8.0, 20
"""For the figures of a month end that are made first, and how many calls of a worker wait for them."""


class Assess:
    """Answers ``/v1/assess`` and ``/v1/assess_batch``."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._limiter = CapacityLimiter(_THREADS)
        self._waiting = CapacityLimiter(_MOST_WAITING)

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, address and endpoint of each."""
        yield "POST", "/v1/assess", self.assess
        yield "POST", "/v1/assess_batch", self.assess_batch

    async def assess(self, request: Request) -> Response:
        """Assess one subject."""
        call = parse_call(await read_body(request), AssessCall).together()
        given = await self._answer(self._state.assessor(), call)
        return Response(given.body, media_type="application/json")

    async def of(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the assessment that a call asks for which somebody else has read.

        Raises
        ------
        CallError
        """
        given = await self._answer(self._state.assessor(), AssessCall.parsed(said))
        found: dict[str, Any] = orjson.loads(given.body)
        return found

    async def _answer(self, assessor: LiveAssessor, call: AssessCall, *, keeps: bool = True) -> Given:
        given = await self._given(assessor, call)
        if keeps and call.is_kept:
            await self._state.keep(given.row(assessor.release.release_id))
        return given

    async def assess_batch(self, request: Request) -> Response:
        """Assess up to 1,000 subjects with one release; each is answered or refused on its own."""
        call = parse_call(await read_body(request, _LARGEST_BATCH), BatchCall)
        assessor = self._state.assessor()
        told = []
        for item in call.items:
            told.append(await self._item(assessor, item, store=call.store))
            # Reason: a single call that comes meanwhile waits for one subject, not for all.
            await asyncio.sleep(0)
        return Response(b'{"items":[' + b",".join(told) + b"]}", media_type="application/json")

    async def _item(self, assessor: LiveAssessor, item: dict[str, Any], *, store: bool) -> bytes:
        try:
            given = await self._answer(assessor, AssessCall.parsed(item), keeps=store)
        except CallError as error:
            return orjson.dumps(error.as_json())
        return b'{"assessment":' + given.body + b"}"

    async def _given(self, assessor: LiveAssessor, call: AssessCall) -> Given:
        if call.facts:
            return await self._with_facts(assessor, call)
        limiter = self._limiter
        # Reason: a hop to a thread and back costs a good part of what a short assessment does.
        if call.is_short and self._state.reads_at_once:
            try:
                return _assess(assessor, call)
            except CallError as error:
                if error.code != "busy":
                    raise
                limiter = self._waiting
        return await to_thread.run_sync(_assess, assessor, call, _SECONDS_TO_WAIT, limiter=limiter)

    async def _with_facts(self, assessor: LiveAssessor, call: AssessCall) -> Given:
        """Assess with what the call brings along: a prospect, or accounts that are not in the ledger."""
        assert call.facts  # noqa: S101 (the caller asks first)
        try:
            dossier = await dossier_with(self._state, assessor, call.facts, call.buyer_id, call.as_of)
            run = partial(_assess_dossier, assessor, call, dossier)
            return await to_thread.run_sync(run, limiter=self._limiter)
        except InputError as error:
            raise told_as_call_error(error) from None


def _assess(assessor: LiveAssessor, call: AssessCall, seconds: float = 0.0) -> Given:
    asked = call.asked(assessor.ledger.head_now.seller.reporting_currency)
    try:
        if asked is not None and asked.due_on is not None:
            _check_due(asked.due_on.isoformat(), assessor.moment(call.as_of).isoformat())
        given = _as_asked(assessor, call, asked, seconds)
    except InputError as error:
        raise told_as_call_error(error) from None
    assessed(given, assessor.release)
    return given


def _as_asked(assessor: LiveAssessor, call: AssessCall, asked: Asked | None, seconds: float) -> Given:
    is_score = call.parts == "score"
    if call.as_of is None and call.is_short:
        question = Question(call.buyer_id, asked, call.lang, call.peers, is_score)
        return assessor.give(question, seconds=seconds)
    if is_score:
        said = assessor.score(call.buyer_id, call.as_of, asked, lang=call.lang, seconds=seconds)
    else:
        said = assessor.assess(
            call.buyer_id, call.as_of, asked, lang=call.lang, also=call.also, seconds=seconds
        )
    return Given.of(said)


def _assess_dossier(assessor: LiveAssessor, call: AssessCall, dossier: bytes) -> Given:
    asked = call.asked(assessor.ledger.head_now.seller.reporting_currency)
    said = assessor.assess_supposed(dossier, call.as_of, asked, lang=call.lang, also=call.also)
    return Given.of(said)


def _check_due(due_on: str, moment: str) -> None:
    if due_on < moment[: len(due_on)]:
        step = "correct 'request.due_on' or 'as_of'"
        raise CallError(
            "invalid_field", "a day not before as_of", "an earlier one", step, path="request.due_on"
        )
