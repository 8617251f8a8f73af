"""The log: machines and people read it, and it holds nothing of a customer's."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from serving.observe.log import FORM, SAMPLE, CallLog, JsonLines, TextLines, log_to_stderr
from serving.observe.metrics import OTHER
from serving.routes import make_application
from serving.routes.answering import guarded
from serving.state import State

SECRETS = ("B4711-SECRET", "Smith", "987654.32", "pass-word")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged as JSON."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("credence")
    before = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    yield text
    log.removeHandler(handler)
    log.level, log.propagate = before


def told(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_names_the_call_and_nothing_of_the_customer(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given that every call is logged
    monkeypatch.setenv(SAMPLE, "1")
    buyer, name, amount, word = SECRETS

    async def fails(_: Request) -> Response:
        raise ValueError(f"{buyer} {name} {amount}")

    application = make_application(State())
    application.router.routes.append(Route("/fails/{x}", guarded(fails)))
    with TestClient(application) as client:
        # when calls hold what is secret wherever a call may
        headers = {"X-Request-Id": "call-1", "Authorization": f"Bearer {word}", "User-Agent": name}
        client.get(f"/v1/buyers/{buyer}", params={"name": name}, headers=headers)
        body = {"buyer_id": buyer, "request": {"kind": "order", "amount": amount}}
        client.post("/v1/assess", json=body)
        client.request(name.upper(), f"/{buyer}")
        client.get(f"/fails/{buyer}?{amount}", headers=headers)

    # then each has its line, with the address as its route names it
    calls = [line for line in told(lines) if line["message"] == "answered"]
    assert [line["route"] for line in calls] == ["/v1/buyers/{buyer_id}", "/v1/assess", OTHER, OTHER]
    assert [line["status"] for line in calls] == [503, 422, 404, 500]
    first = calls[0]
    assert (first["trace_id"], first["method"], first["level"]) == ("call-1", "GET", "error")
    assert isinstance(first["ms"], float)
    assert first["release"] is None
    # and nothing of it is anywhere, faults included
    for secret in SECRETS:
        assert secret.lower() not in lines.getvalue().lower()


def test_a_worker_that_is_not_ready_yet_is_no_error(lines: io.StringIO) -> None:
    with TestClient(make_application(State())) as client:
        assert client.get("/readyz").status_code == 503
        client.get("/v1/limits")
    calls = [line for line in told(lines) if line["message"] == "answered"]
    assert [(line["route"], line["level"]) for line in calls] == [
        ("/readyz", "warning"),
        ("/v1/limits", "error"),
    ]


def test_one_call_in_a_hundred_is_logged_and_every_fault(lines: io.StringIO) -> None:
    log = CallLog.from_environment(lambda: "r1", {})
    for _ in range(2_000):
        log.call("/v1/assess", "POST", 200, 0.001)
    assert 1 <= len(told(lines)) <= 60
    before = len(told(lines))
    for _ in range(50):
        log.call("/v1/assess", "POST", 503, 0.001)
    assert len(told(lines)) == before + 50
    assert told(lines)[-1]["release"] == "r1"


@pytest.mark.parametrize(("share", "logged"), [("0", 0), ("1", 20), ("1.0", 20)])
def test_the_share_can_be_named(lines: io.StringIO, share: str, logged: int) -> None:
    log = CallLog.from_environment(lambda: None, {SAMPLE: share})
    for _ in range(20):
        log.call("/v1/assess", "POST", 200, 0.001)
    assert len(told(lines)) == logged


@pytest.mark.parametrize("share", ["many", "-1", "2", "nan"])
def test_a_share_that_is_none_is_the_usual_one(share: str) -> None:
    assert CallLog.from_environment(lambda: None, {SAMPLE: share})._share == 0.01


def test_an_exception_is_told_by_its_kind(lines: io.StringIO) -> None:
    try:
        raise ValueError("Smith")
    except ValueError:
        logging.getLogger("credence.serving").exception("fault")
    [line] = told(lines)
    record = logging.makeLogRecord({"msg": "fault", "exc_info": (ValueError, ValueError("Smith"), None)})
    assert TextLines().format(record).endswith("fault\nValueError")
    assert (line["exception"], line["message"], line["level"]) == ("ValueError", "fault", "error")
    assert "Smith" not in lines.getvalue()


def test_people_read_the_same_as_text() -> None:
    record = logging.makeLogRecord(
        {"msg": "answered", "levelname": "INFO", "call": {"route": "/v1/assess", "ms": 1.5}}
    )
    assert TextLines().format(record).endswith("INFO answered route=/v1/assess ms=1.5")


@pytest.mark.parametrize(("form", "made"), [("json", JsonLines), ("text", TextLines), ("xml", TextLines)])
def test_the_form_can_be_named(form: str, made: type[logging.Formatter]) -> None:
    log = logging.getLogger("credence")
    before = log.handlers, log.level, log.propagate
    log.handlers = []
    try:
        log_to_stderr({FORM: form})
        [handler] = log.handlers
        assert isinstance(handler.formatter, made)
    finally:
        log.handlers, log.level, log.propagate = before
