"""Deadlines and bounds: what takes too long or is too much is refused, and nothing is left behind."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from anyio import CapacityLimiter, to_thread
from bentoml._internal.server.base_app import BaseAppFactory
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

import serving.service  # noqa: F401 (takes BentoML's own out)
from serving.observe import deadlines
from serving.observe.deadlines import ALLOWANCES, EXEMPT, OTHERS, Allowance, Deadlines, Lane
from serving.routes import make_application
from serving.state import State
from tests.serving.schemas import problems_of

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


def bounded(app: Answer, seconds: float = 5.0, in_flight: int = 4, waiting: int = 4) -> Deadlines:
    return Deadlines(app, {}, Allowance(seconds, in_flight, waiting))


async def called(app: Deadlines, *paths: str) -> list[httpx.Response]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await asyncio.gather(*(client.get(path) for path in paths))


async def answered(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("ok")(scope, receive, send)


def test_what_waits_too_long_is_cancelled_and_refused() -> None:
    # given a call that waits for what never comes
    ended: list[str] = []

    async def waits(_scope: Scope, _receive: Receive, _send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waits")

    # when its time is over
    app = bounded(waits, seconds=0.05)
    [answer] = asyncio.run(called(app, "/v1/buyers"))

    # then it is told so, with when to come again, and what waited has ended
    assert answer.status_code == 504
    assert (answer.json()["error"]["code"], answer.headers["Retry-After"]) == ("timeout", "2")
    assert problems_of("Error", answer.json()) == []
    assert ended == ["waits"]


def test_a_thread_that_works_on_keeps_its_place_until_it_ends() -> None:
    # given calls whose work in threads takes longer than they may
    release, running = threading.Event(), []
    limiter_of: dict[str, CapacityLimiter] = {}

    def work() -> None:
        running.append(1)
        release.wait(10)
        running.pop()

    async def in_thread(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await to_thread.run_sync(work, limiter=limiter_of["one"])

    async def run() -> None:
        limiter_of["one"] = CapacityLimiter(8)
        app = bounded(in_thread, seconds=0.05, in_flight=2, waiting=0)
        began = time.monotonic()
        first = asyncio.ensure_future(called(app, "/a", "/b"))
        while len(running) < 2:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.2)

        # then others are refused while the threads work, though the first were answered in time
        assert app._others.busy == 2
        assert [each.status_code for each in await called(app, "/c", "/d")] == [503, 503]
        assert limiter_of["one"].borrowed_tokens == len(running) == 2
        release.set()
        assert [each.status_code for each in await first] == [504, 504]
        assert time.monotonic() - began < 5

        # and the places are free once they have ended
        assert (app._others.busy, running) == (0, [])

    asyncio.run(run())


def test_the_caller_is_answered_before_the_thread_ends() -> None:
    release, sent = threading.Event(), []

    async def in_thread(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await to_thread.run_sync(release.wait, 10)

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            release.set()

    async def run() -> None:
        scope = {"type": "http", "path": "/", "method": "GET", "headers": []}
        await asyncio.wait_for(bounded(in_thread, seconds=0.05)(scope, _nothing, send), 5)

    asyncio.run(run())
    assert [each["type"] for each in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 504


def test_an_answer_that_has_begun_is_cut_off_and_not_followed_by_another() -> None:
    sent = []

    async def stalls(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.Event().wait()

    async def send(message: Message) -> None:
        sent.append(message["type"])

    asyncio.run(bounded(stalls, seconds=0.05)({"type": "http", "path": "/"}, _nothing, send))
    assert sent == ["http.response.start"]


@pytest.mark.parametrize(("waiting", "refused"), [(3, 0), (2, 1), (0, 3)])
def test_calls_wait_in_a_short_queue(waiting: int, refused: int) -> None:
    most = [0, 0]

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        most[0] += 1
        most[1] = max(most)
        await asyncio.sleep(0.02)
        most[0] -= 1
        await answered(scope, receive, send)

    app = bounded(slow, in_flight=2, waiting=waiting)
    answers = asyncio.run(called(app, *("/v1/buyers",) * 5))
    busy = [each for each in answers if each.status_code == 503]
    assert (len(busy), most[1], app._others.busy) == (refused, 2, 0)
    for each in busy:
        assert (each.json()["error"]["code"], each.headers["Retry-After"]) == ("busy", "2")


def test_nobody_waits_longer_than_the_queue_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "SECONDS_TO_QUEUE", 0.02)

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.3)
        await answered(scope, receive, send)

    app = bounded(slow, in_flight=1)
    assert sorted(each.status_code for each in asyncio.run(called(app, "/a", "/b"))) == [200, 503]
    assert not app._others._queue


def test_a_place_that_is_given_to_one_who_gives_up_goes_to_the_next() -> None:
    async def run() -> int:
        lane = Lane(Allowance(1.0, 1, 4))
        assert lane.enter_at_once()
        first = asyncio.ensure_future(lane.wait())
        second = asyncio.ensure_future(lane.wait())
        await asyncio.sleep(0)
        # when the one who has waited longest gives up in the turn of the loop that gives it the place
        lane.leave()
        first.cancel()
        await asyncio.wait_for(second, 1)
        lane.leave()
        return lane.busy

    assert asyncio.run(run()) == 0


def test_health_is_told_while_there_is_no_place() -> None:
    async def run() -> None:
        hold = asyncio.Event()

        async def held(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"] not in EXEMPT:
                await hold.wait()
            await answered(scope, receive, send)

        app = bounded(held, in_flight=1, waiting=0)
        busy = asyncio.ensure_future(called(app, "/v1/buyers"))
        await asyncio.sleep(0.01)
        assert [each.status_code for each in await called(app, "/v1/buyers", *EXEMPT)] == [503, 200, 200, 200]
        hold.set()
        assert (await busy)[0].status_code == 200

    asyncio.run(run())


def test_long_calls_take_no_place_of_short_ones() -> None:
    routes = {getattr(route, "path_format", "") for route in make_application(State()).routes}
    assert set(ALLOWANCES) <= routes
    assert all(allowance.seconds > OTHERS.seconds for allowance in ALLOWANCES.values())


def test_the_time_of_a_call_is_cheap() -> None:
    async def run() -> float:
        app, scope = bounded(_silent), {"type": "http", "path": "/v1/assess"}
        best = []
        for _ in range(5):
            began = time.perf_counter()
            for _ in range(500):
                await app(scope, _nothing, _nowhere)
            best.append(time.perf_counter() - began)
        return min(best) / 500

    assert asyncio.run(run()) < 100e-6


def test_bentoml_bounds_no_calls() -> None:
    # given a bound that a configuration of BentoML's own names
    class Factory(BaseAppFactory):
        name = "Credence"

    [_, bounded_by_it] = Factory(timeout=60, max_concurrency=1).middlewares
    made: Any = bounded_by_it.cls

    # then two calls are answered at a time all the same
    async def run() -> int:
        both = asyncio.Barrier(2)

        async def meets(_scope: Scope, _receive: Receive, _send: Send) -> None:
            await both.wait()

        app = made(meets, **bounded_by_it.kwargs)
        calls = (app({"type": "http", "path": "/"}, _nothing, _nowhere) for _ in range(2))
        return len(await asyncio.wait_for(asyncio.gather(*calls), 5))

    assert asyncio.run(run()) == 2


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _nowhere(_message: Message) -> None:
    return None


async def _silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
    return None
