"""BentoML's time-out and bound are taken out: their answers have other bodies than `observe.deadlines`."""

from __future__ import annotations

from bentoml._internal.server.http import traffic
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["without_timeout"]


def without_timeout() -> None:
    """Have workers that are started later in this process answer without BentoML's time-out and bound.

    The setting of the time-out takes no value that means none, and costs each call a task and a timer.
    There is no bound unless a configuration of BentoML's own names one.
    """
    setattr(traffic, "TimeoutMiddleware", _untimed)  # noqa: B010 (types tell that a class stays one)
    setattr(traffic, "MaxConcurrencyMiddleware", _Unbounded)  # noqa: B010 (as above)


def _untimed(app: ASGIApp, timeout: float) -> ASGIApp:  # noqa: ARG001 (what the middleware is made with)
    return app


class _Unbounded:
    """Passes every call on; a class, since BentoML asks whether a middleware is one of its kind."""

    def __init__(self, app: ASGIApp, **_: object) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
