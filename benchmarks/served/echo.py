"""A BentoML service with the tuning of ours: its mounted application reads JSON and sends always the same."""

from __future__ import annotations

import os
from pathlib import Path

import bentoml
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CONTENT = orjson.loads(Path(os.environ["ECHO_FILE"]).read_bytes())
"""An explained assessment, so that both services send the same bytes."""


async def _echo(request: Request) -> Response:
    orjson.loads(await request.body())
    return Response(orjson.dumps(CONTENT), media_type="application/json")


@bentoml.asgi_app(Starlette(routes=[Route("/assess", _echo, methods=["POST"])]), path="/v1")
@bentoml.service(
    workers=1,
    tracing={"excluded_urls": ".*"},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
class Echo:
    """Answers without work."""
