"""The ASGI application: every address of the service."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from serving.errors import CallError
from serving.headers import SafeHeaders
from serving.observe.deadlines import Deadlines
from serving.observe.trace import Traced
from serving.routes.answering import guarded, refuse, refuse_address
from serving.routes.assess import Assess
from serving.routes.buyers import Buyers
from serving.routes.ledger import Ledger
from serving.routes.limits import Limits
from serving.routes.orders import Orders
from serving.routes.pages import Pages
from serving.routes.whatif import WhatIf
from serving.state import State

__all__ = ["make_application"]

_GROUPS = (Assess, WhatIf, Buyers, Orders, Limits, Ledger, Pages)


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
        Route(path, guarded(endpoint), methods=[method])
        for group in _GROUPS
        for method, path, endpoint in group(state).routes()
    ]
    handlers: dict[Any, Any] = {CallError: refuse, HTTPException: refuse_address}
    around = [Middleware(Traced), Middleware(SafeHeaders), *guards, Middleware(Deadlines)]
    made = Starlette(routes=routes, exception_handlers=handlers, middleware=around)
    made.router.redirect_slashes = False
    return made
