"""Bodies that are refused before anything looks into them, and that quickly."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from serving import body as body_module
from serving.body import DEEPEST, LARGEST_BODY, parse_json
from serving.errors import CallError
from serving.observe.deadlines import ALLOWANCES, OTHERS
from serving.routes import make_application
from serving.state import State
from tests.serving.schemas import problems_of


def nested(levels: int) -> Any:
    value: Any = ']}[{\\"'
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@given(levels=st.integers(0, 2 * DEEPEST), beside=st.integers(0, 50))
def test_depth_is_counted_where_it_is_depth(levels: int, beside: int) -> None:
    # given a value of some depth beside many that are shallow, with brackets inside of texts
    value = [*[["[[[[" * 9]] * beside, nested(levels)]
    depth = 1 + max(levels, 1 if beside else 0)

    # then it is refused for its depth alone
    if depth <= DEEPEST:
        assert parse_json(json.dumps(value).encode()) == value
    else:
        with pytest.raises(CallError, match="at most 32 levels"):
            parse_json(json.dumps(value).encode())


@pytest.mark.parametrize(
    "content",
    [b"[" * LARGEST_BODY, b'{"a":' * (LARGEST_BODY // 5), b'"' + b'\\"' * (LARGEST_BODY // 2 - 2),
     b"[" * 33 + b'\\"' * (LARGEST_BODY // 2 - 40), (b'["' + b"\\" * 9) * (LARGEST_BODY // 11),
     b"{" * 33 + b'"' * (LARGEST_BODY - 33)],
    ids=range(6),
)  # fmt: skip
def test_a_hostile_body_is_refused_at_once(content: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(CallError) as refused:
        parse_json(content)
    assert refused.value.code == "invalid_json"
    assert time.perf_counter() - began < 0.25


@pytest.mark.parametrize(
    ("kind", "status"),
    [("application/json", 503), ("application/json; charset=utf-8", 503),
     ("Application/JSON;charset=UTF-8", 503), ("text/plain", 415), ("application/x-www-form-urlencoded", 415),
     ("application/json; charset=latin-1", 415), ("application/jsonp", 415), (None, 415)],
)  # fmt: skip
def test_only_json_is_read(kind: str | None, status: int) -> None:
    # a page elsewhere can have a browser post forms and plain text without asking, but no JSON
    with TestClient(make_application(State())) as client:
        headers = {} if kind is None else {"Content-Type": kind}
        answer = client.post("/v1/assess", content=b'{"buyer_id": "B1"}', headers=headers)
    assert answer.status_code == status
    assert problems_of("Error", answer.json()) == []


def test_a_slow_body_is_given_up_before_the_answer_is_late() -> None:
    seconds = [each.seconds for each in (OTHERS, *ALLOWANCES.values())]
    assert min(seconds) > body_module.SECONDS_TO_SEND


def test_a_body_that_comes_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a caller who sends a byte now and then
    monkeypatch.setattr(body_module, "SECONDS_TO_SEND", 0.1)

    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(20):
            await asyncio.sleep(0.05)
            yield b" "

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(make_application(State()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(
                "/v1/assess", content=slowly(), headers={"Content-Type": "application/json"}
            )

    # then it is told so
    answer = asyncio.run(call())
    assert (answer.status_code, answer.json()["error"]["code"]) == (408, "slow_body")
