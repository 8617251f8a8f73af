"""The BentoML service: process, workers and packaging of the one application."""

from __future__ import annotations

import os
from typing import Any

import bentoml
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.access.guard import Guard
from serving.access.ring import Ring
from serving.access.stored import keys_of
from serving.errors import CallError
from serving.native import NATIVE, OneErrorBody
from serving.observe.log import log_to_stderr
from serving.parent import end_with_parent
from serving.routes import make_application
from serving.routes.answering import json_answer
from serving.routes.application import guarded_alike
from serving.routes.assess import Assess
from serving.settings import WORKERS, Settings
from serving.state import State
from serving.untimed import without_timeout

__all__ = ["Credence", "OwnAddresses", "application", "state"]

without_timeout()
state = State()


def _guard() -> Middleware:
    settings = Settings.from_environment()
    return Middleware(Guard, ring=None if settings.is_open else Ring(lambda: keys_of(settings.home)))


application = make_application(state, _guard())
assessing = Assess(state)


class OwnAddresses:
    """Middleware that has our application answer for every address.

    BentoML's own routes come before every mounted application: they ask for no key, have other error bodies
    and cannot say why a worker is not ready.

    Parameters
    ----------
    app : ASGIApp
        What owns the life of the worker.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._native = guarded_alike(OneErrorBody(app), state, _guard())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] in NATIVE:
            await self._native(scope, receive, send)
        else:
            await application(scope, receive, send)


async def _every_address(scope: Scope, receive: Receive, send: Send) -> None:
    """Take every address, also those that there is nothing at: their errors have our body too."""
    await application(scope, receive, send)


@bentoml.asgi_app(_every_address, path="/")
@bentoml.service(
    workers=int(os.environ.get(WORKERS) or 1),
    # Spans that nobody reads take half of the time in the application.
    tracing={"excluded_urls": ".*"},
    # Its series are named by the raw path of a call, so that any caller could grow them without bound.
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
class Credence:
    """Assesses buyers on open account: score, reasons and a suggested limit."""

    def __init__(self) -> None:
        log_to_stderr()

    @bentoml.api
    async def assess(
        self,
        buyer_id: str,
        as_of: str | None = None,
        request: dict[str, Any] | None = None,
        lang: str = "en",
    ) -> dict[str, Any]:
        """Assess one buyer: as ``POST /v1/assess``, for clients of BentoML."""
        told = {"buyer_id": buyer_id, "as_of": as_of, "request": request, "lang": lang}
        try:
            return await assessing.of(told)
        except CallError as error:
            answer: Any = json_answer(error.as_json(), error.status, error.headers)
            return answer

    @bentoml.on_startup
    def load(self) -> None:
        """Load release and ledger while the worker already says that it lives."""
        settings = Settings.from_environment()
        if settings.address:
            end_with_parent()
        state.start(settings)

    @bentoml.on_shutdown
    def end(self) -> None:
        """Keep what waits to be kept."""
        state.close()


_SERVICE: Any = Credence  # the decorators have made a service of the class, which types do not tell
_SERVICE.add_asgi_middleware(OwnAddresses)


def serve(host: str, port: int, workers: int, working_dir: str) -> Any:
    """Run the service until a signal ends it.

    Parameters
    ----------
    host : str
        IP address.
    port, workers : int
    working_dir : str
        Folder from which the workers import this package.
    """
    _SERVICE.config["workers"] = workers
    _SERVICE.working_dir = working_dir
    return _SERVICE.serve_http(host=host, port=port)
