"""A buyer under other facts or another request: told, and not kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from credit.changes import changes_of
from features.errors import InputError
from serving.body import read_body
from serving.contract import AssessCall, WhatIfCall, parse_call
from serving.live.assessor import LiveAssessor
from serving.routes.answering import Endpoint, json_answer, told_as_call_error
from serving.routes.inline import dossier_with
from serving.state import State

__all__ = ["WhatIf"]

_LARGEST_BODY = 1024 * 1024
_THREADS = 1
_SECONDS_TO_WAIT = 8.0


class WhatIf:
    """Answers ``/v1/whatif``."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._limiter = CapacityLimiter(_THREADS)

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, address and endpoint of each."""
        yield "POST", "/v1/whatif", self.whatif

    async def whatif(self, request: Request) -> Response:
        """Assess a buyer as supposed facts would make it, beside what it is without them."""
        call = parse_call(await read_body(request, _LARGEST_BODY), WhatIfCall)
        subject, assessor = call.subject, self._state.assessor()
        try:
            dossier = await self._supposed(assessor, call)
            told = await to_thread.run_sync(_told, assessor, subject, dossier, limiter=self._limiter)
        except InputError as error:
            raise told_as_call_error(error) from None
        return json_answer(told)

    async def _supposed(self, assessor: LiveAssessor, call: WhatIfCall) -> bytes | None:
        """Return the dossier with the supposed facts; None where there are none."""
        await to_thread.run_sync(assessor.entry, call.buyer_id)
        if not call.facts:
            return None
        return await dossier_with(self._state, assessor, call.facts, call.buyer_id, call.as_of)


def _told(assessor: LiveAssessor, call: AssessCall, dossier: bytes | None) -> dict[str, Any]:
    """Assess with what is supposed and without; a request is no supposition where facts are."""
    if call.as_of is None:
        # Reason: what is supposed is known from now on, so that both are assessed as of now.
        assessor.wait_for_month(_SECONDS_TO_WAIT)
    asked = call.asked(assessor.ledger.head_now.seller.reporting_currency)
    without = None if dossier is None else asked
    before = assessor.assess(call.buyer_id, call.as_of, without, lang=call.lang, seconds=_SECONDS_TO_WAIT)
    if dossier is None:
        said = assessor.assess(call.buyer_id, call.as_of, asked, lang=call.lang, also=call.also)
    else:
        said = assessor.assess_supposed(dossier, call.as_of, asked, lang=call.lang, also=call.also)
    return {
        "assessment": said,
        "before": _short(before),
        "changes": changes_of(said, before, lang=call.lang),
    }


def _short(said: dict[str, Any]) -> dict[str, Any]:
    limit, score = said["limit"], said["score"]
    return {
        "assessment_id": said["assessment_id"],
        "default": {name: said["default"][name] for name in ("status", "probability")},
        "score": {name: score[name] for name in ("points", "source")},
        "grade": said["grade"]["computed"],
        "limit": {name: limit[name] for name in ("status", "amount", "currency", "binding")},
    }
