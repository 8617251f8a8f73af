"""When the client sends a call again, and when it does not: against a server whose answers are given."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import credence.client
from credence.client import ApiError, Client
from features.errors import InputError

BUSY = json.dumps({"error": {"code": "loading", "message": "m", "field": None, "hint": "h", "trace_id": "t"}})


class Server(ThreadingHTTPServer):
    """Gives its answers in turn, and keeps what it was asked."""

    daemon_threads = True
    answers: list[tuple[int, dict[str, str], str]]
    asked: list[tuple[str, str, str, dict[str, str]]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.asked.append((self.command, self.path, body, dict(self.headers)))
        status, headers, text = self.server.answers.pop(0)
        if status == 0:
            self.connection.close()
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer  # noqa: N815 (the names that the base class calls)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server_of(*answers: tuple[int, dict[str, str], str]) -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.answers, server.asked = list(answers), []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", [503, 504])
def test_a_busy_service_is_called_again_when_it_says(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    # given a service that is busy twice
    waits: list[float] = []
    monkeypatch.setattr(credence.client.time, "sleep", waits.append)
    busy = (status, {"Retry-After": "3"}, BUSY)
    with server_of(busy, (429, {"Retry-After": "7"}, BUSY), (200, {}, '{"a": 1}')) as server:
        assert Client(server.url, "k").assess("B1", offers=True) == {"a": 1}

    # then the same call came three times, after the waits that were asked for
    assert waits == [3.0, 7.0]
    assert len({each[:3] for each in server.asked}) == 1
    assert json.loads(server.asked[0][2]) == {"buyer_id": "B1", "lang": "en", "offers": True}
    assert server.asked[0][3]["Authorization"] == "Bearer k"


@pytest.mark.parametrize(
    "answer",
    [
        (503, {}, BUSY),
        (503, {"Retry-After": "3600"}, BUSY),
        (500, {"Retry-After": "1"}, BUSY),
        (422, {}, BUSY),
    ],
)
def test_what_asks_for_no_second_call_gets_none(answer: tuple[int, dict[str, str], str]) -> None:
    with server_of(answer) as server, pytest.raises(ApiError) as error:
        Client(server.url, "").status()
    assert (error.value.status, error.value.code, error.value.trace_id) == (answer[0], "loading", "t")
    assert "Authorization" not in server.asked[0][3]


def test_a_proxy_that_reached_nobody_is_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(credence.client.time, "sleep", waits.append)
    nobody = (502, {"Content-Type": "text/html"}, "<h1>502 Bad Gateway</h1>")
    with server_of(nobody, nobody, (200, {}, "{}")) as server:
        assert Client(server.url, "k").status() == {}
    assert waits == [0.2, 0.4]
    with server_of(nobody) as server, pytest.raises(ApiError) as error:
        Client(server.url, "k", retries=0).status()
    assert (error.value.status, error.value.code) == (502, "no_error_body")


def test_a_lost_connection_is_tried_again_and_then_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credence.client.time, "sleep", lambda _: None)
    lost = (0, {}, "")
    with server_of(lost, (200, {}, "{}")) as server:
        assert Client(server.url, "k").status() == {}
    with server_of(lost, lost, lost) as server, pytest.raises(ApiError, match="found none") as error:
        Client(server.url, "k").status()
    assert (error.value.status, error.value.code, len(server.asked)) == (0, "unreachable", 3)


def test_a_call_that_may_not_be_doubled_is_sent_once() -> None:
    with server_of((503, {"Retry-After": "0"}, BUSY)) as server, pytest.raises(ApiError):
        Client(server.url, "k")._send("POST", "/v1/once", {}, is_idempotent=False)
    assert len(server.asked) == 1


@pytest.mark.parametrize("text", ["<html>", "[]", '{"error": "words"}', '{"error": null}'])
def test_an_answer_of_something_else_is_an_error_too(text: str) -> None:
    with server_of((502, {}, text)) as server, pytest.raises(ApiError) as error:
        Client(server.url, "k", retries=0).status()
    assert (error.value.status, error.value.code) == (502, "no_error_body")


def test_what_can_be_no_address_or_key_is_refused() -> None:
    with pytest.raises(InputError):
        Client("http://[::1", "k")
    with pytest.raises(InputError):
        Client("http://localhost", "密钥")
