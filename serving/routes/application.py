"""The ASGI application: every address of the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp

from serving.errors import CallError
from serving.headers import SafeHeaders
from serving.observe.deadlines import Deadlines
from serving.observe.log import CallLog
from serving.observe.observed import Observed
from serving.observe.trace import Traced
from serving.routes.answering import guarded, refuse, refuse_address
from serving.routes.assess import Assess
from serving.routes.buyers import Buyers
from serving.routes.ledger import Ledger
from serving.routes.limits import Limits
from serving.routes.metrics import Figures
from serving.routes.orders import Orders
from serving.routes.pages import Pages
from serving.routes.whatif import WhatIf
from serving.state import State

__all__ = ["guarded_alike", "make_application"]

_GROUPS = (Assess, WhatIf, Buyers, Orders, Limits, Ledger, Pages, Figures)


def make_application(state: State, *guards: Middleware) -> Starlette:
    """Return the application that answers from a state.

    Parameters
    ----------
    state : State
        May still load: what needs it answers 503 until then.
    *guards : Middleware
        What a call must pass before it is answered; without any, everybody is let in.
    """
    routes = [
        # Reason: an id is the seller's own, and may have slashes.
        Route(path.replace("_id}", "_id:path}"), guarded(endpoint), methods=[method])
        for group in _GROUPS
        for method, path, endpoint in group(state).routes()
    ]
    handlers: dict[Any, Any] = {CallError: refuse, HTTPException: refuse_address}
    made = Starlette(routes=routes, exception_handlers=handlers, middleware=_around(state, guards))
    made.router.redirect_slashes = False
    return made


def guarded_alike(app: ASGIApp, state: State, *guards: Middleware) -> ASGIApp:
    """Return another application behind what stands before ours."""
    for middleware in reversed(_around(state, guards)):
        app = middleware.cls(app, *middleware.args, **middleware.kwargs)
    return app


def _around(state: State, guards: Sequence[Middleware]) -> list[Middleware]:
    log = CallLog.from_environment(lambda: state.release_id)
    outside = [Middleware(Traced), Middleware(Observed, log=log), Middleware(SafeHeaders)]
    return [*outside, *guards, Middleware(Deadlines)]
