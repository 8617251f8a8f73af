"""BentoML's time-out is taken out: its answer has another body, and each call pays a task and a timer."""

from __future__ import annotations

from bentoml._internal.server.http import traffic
from starlette.types import ASGIApp

__all__ = ["without_timeout"]


def without_timeout() -> None:
    """Have workers that are started later in this process answer without BentoML's time-out.

    Its setting takes no value that means none. What may take long here has a time of its own: a body that
    comes slowly, a store that does not answer.
    """
    setattr(traffic, "TimeoutMiddleware", _untimed)  # noqa: B010 (types tell that a class stays one)


def _untimed(app: ASGIApp, timeout: float) -> ASGIApp:  # noqa: ARG001 (what the middleware is made with)
    return app
