from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from serving.store.outbox import claim, put, waiting
from serving.webhooks.sender import Sender
from serving.webhooks.signature import HEADER, is_signed

SECRET = "shared"  # noqa: S105 (a secret of this test)
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def receiver(statuses: list[int]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Listen, answer with these statuses one after another, and keep what came."""
    came: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.headers[HEADER], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/events", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def tell(store, *kinds: str) -> None:
    with store.writing() as connection:
        for kind in kinds:
            put(connection, kind, {"order_id": "SO-1", "state": kind}, NOW)


def left(store) -> int:
    with store.reading() as connection:
        return waiting(connection)


def test_events_arrive_signed_in_order_and_once(store):
    tell(store, "order.held", "order.released")
    with receiver([]) as (url, came), httpx.Client() as client:
        sender = Sender(store.writing, url, SECRET, Clock())

        assert (sender.send_due(client), sender.send_due(client)) == (2, 0)

    second = int(NOW.timestamp())
    assert all(is_signed(SECRET, body, header, second) for header, body in came)
    assert not is_signed("another", came[0][1], came[0][0], second)
    assert not is_signed(SECRET, came[0][1], came[0][0], second + 301)
    told = [json.loads(body) for _, body in came]
    assert [each["kind"] for each in told] == ["order.held", "order.released"]
    assert told[0] == {
        "id": told[0]["id"], "kind": "order.held", "created_at": "2026-07-01T12:00:00Z",
        "data": {"order_id": "SO-1", "state": "order.held"},
    }  # fmt: skip
    assert left(store) == 0


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_is_not_confirmed_is_sent_again_later_with_the_same_id(store, status):
    tell(store, "limit.changed")
    clock = Clock()
    with receiver([status, status]) as (url, came), httpx.Client() as client:
        sender = Sender(store.writing, url, SECRET, clock)

        assert (sender.send_due(client), sender.send_due(client)) == (0, 0)
        clock.now += timedelta(seconds=6)
        assert sender.send_due(client) == 0
        clock.now += timedelta(seconds=6)
        assert sender.send_due(client) == 0, "the second wait is twice as long"
        clock.now += timedelta(seconds=6)
        assert sender.send_due(client) == 1

    assert len(came) == 3
    assert len({json.loads(body)["id"] for _, body in came}) == 1
    assert left(store) == 0


def test_nothing_is_lost_while_nobody_listens(store):
    tell(store, "order.held")
    with httpx.Client(timeout=1) as client:
        sender = Sender(store.writing, "http://127.0.0.1:1/events", SECRET, Clock())

        assert sender.send_due(client) == 0
    assert left(store) == 1


def test_two_workers_never_take_the_same_event(store):
    tell(store, *(f"order.{number}" for number in range(5)))

    with store.writing() as connection:
        mine = claim(connection, NOW, most=3)
    with store.writing() as connection:
        others = claim(connection, NOW, most=10)

    assert [each.kind for each in mine + others] == [f"order.{number}" for number in range(5)]


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=1,v1", "v1=00", "t=९,v1=00", "t=99999999999999,v1=0"])
def test_a_header_that_is_none_is_refused(header):
    assert not is_signed(SECRET, b"{}", header, 1)


def test_events_of_a_clock_that_was_ahead_are_sent_once_it_is_right(store):
    # given an event that was put, and one that failed, while the clock was a year ahead
    clock = Clock()
    clock.now = NOW + timedelta(days=365)
    with store.writing() as connection:
        put(connection, "order.held", {"order_id": "SO-1"}, clock.now)
    with receiver([500]) as (url, came), httpx.Client() as client:
        sender = Sender(store.writing, url, SECRET, clock)
        assert sender.send_due(client) == 0

        # when the clock is right again, then it is delivered now and not in a year
        clock.now = NOW
        assert sender.send_due(client) == 1
    assert len(came) == 2
    assert left(store) == 0
