"""Health, status, documents and the page for people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from serving.openapi import specification
from serving.page import ASSETS, asset, words
from serving.reports import HEADERS
from serving.routes.answering import Endpoint, json_answer
from serving.state import State

__all__ = ["Pages"]


class Pages:
    """What is not about a buyer."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, address and endpoint of each."""
        yield "GET", "/v1/status", self.status
        yield "GET", "/livez", self.alive
        yield "GET", "/readyz", self.ready
        yield "GET", "/openapi.json", self.openapi
        yield "GET", "/words.json", self.words
        yield "GET", "/reports/{version}/{file}", self.report
        for path, name in ASSETS.items():
            yield "GET", path, partial(_asset, name)

    async def status(self, _request: Request) -> Response:
        """Tell what runs."""
        # Reason: it reads the files of reports and of the other workers.
        return json_answer(await to_thread.run_sync(self._state.status))

    async def alive(self, _request: Request) -> Response:
        """Tell that the worker lives."""
        return json_answer({"state": "alive"})

    async def ready(self, _request: Request) -> Response:
        """Tell whether a canary was scored."""
        return json_answer(self._state.readiness())

    async def openapi(self, _request: Request) -> Response:
        """Give the document of the addresses."""
        return json_answer(specification())

    async def words(self, _request: Request) -> Response:
        """Give the words of the page."""
        return json_answer(words())

    async def report(self, request: Request) -> Response:
        """Give a file of a report on a model in force."""
        file = request.path_params["file"]
        content = await to_thread.run_sync(self._state.report, request.path_params["version"], file)
        if content is None:
            raise HTTPException(404)
        return Response(content, headers=HEADERS[file.rpartition(".")[2]])


async def _asset(name: str, _request: Request) -> Response:
    content, headers = asset(name)
    return Response(content, headers=headers)
