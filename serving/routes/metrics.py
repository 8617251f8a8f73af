"""The figures of all workers, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from serving.observe.metrics import exposition, forget_dead_workers
from serving.routes.answering import Endpoint
from serving.state import State

__all__ = ["Figures"]


class Figures:
    """Answers ``/metrics``."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterator[tuple[str, str, Endpoint]]:
        """Give method, address and endpoint of each."""
        yield "GET", "/metrics", self.metrics

    async def metrics(self, _request: Request) -> Response:
        """Tell every series in the text format."""
        # Reason: it reads the files of all workers.
        return Response(await to_thread.run_sync(self._told), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _told(self) -> bytes:
        forget_dead_workers()
        status = self._state.status()
        until = status["observed_until"]
        behind = (
            None if until is None else (datetime.now(UTC) - datetime.fromisoformat(until)).total_seconds()
        )
        return exposition(status, behind)
