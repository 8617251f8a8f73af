"""Trace ids: the caller's own where it is valid, on every answer, and each call's own."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from serving.observe.trace import Traced, trace_id

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MADE = re.compile(r"[0-9a-f]{32}")


async def tell(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the trace id that a thread of the call reads a little later."""
    await asyncio.sleep(0.01)
    told = await to_thread.run_sync(trace_id)
    assert Request(scope).url.path == "/"
    await PlainTextResponse(told)(scope, receive, send)


async def asked(*calls: dict[str, str]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(Traced(tell))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await asyncio.gather(*(client.get("/", headers=headers) for headers in calls))


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"traceparent": PARENT}, "4bf92f3577b34da6a3ce929d0e0e4736"),
        ({"traceparent": PARENT, "X-Request-Id": "order-4711"}, "4bf92f3577b34da6a3ce929d0e0e4736"),
        ({"X-Request-Id": "order-4711"}, "order-4711"),
        ({"traceparent": "00-nothing", "X-Request-Id": "a" * 64}, "a" * 64),
    ],
)
def test_the_id_of_the_caller_is_kept(headers: dict[str, str], wanted: str) -> None:
    [answer] = asyncio.run(asked(headers))
    assert (answer.text, answer.headers["X-Trace-Id"]) == (wanted, wanted)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"traceparent": PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32)},
        {"traceparent": PARENT.replace("00f067aa0ba902b7", "0" * 16)},
        {"traceparent": "ff" + PARENT[2:]},
        {"traceparent": PARENT.upper()},
        {"traceparent": PARENT + "\t\x7f"},
        {"X-Request-Id": "a" * 65},
        {"X-Request-Id": "Smith & Sons"},
        {"X-Request-Id": "$(id)"},
    ],
)
def test_an_id_that_is_not_valid_is_replaced(headers: dict[str, str]) -> None:
    [answer] = asyncio.run(asked(headers))
    assert MADE.fullmatch(answer.text)
    assert answer.headers["X-Trace-Id"] == answer.text


def test_calls_at_the_same_time_keep_their_own() -> None:
    # given twenty calls under way together, half of them with ids of their own
    names = [f"call-{number}" for number in range(10)]
    answers = asyncio.run(asked(*({"X-Request-Id": name} for name in names), *({} for _ in names)))

    # then each reads its own, and what was made differs
    assert [answer.text for answer in answers[:10]] == names
    assert len({answer.text for answer in answers}) == 20
    assert trace_id() == ""
