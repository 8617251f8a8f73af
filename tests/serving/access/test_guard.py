"""Who is let in: every address is closed without the right key, and nothing can be learned from a refusal."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter_ns

import pytest
from bentoml._internal.server.base_app import BaseAppFactory
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import serving.service
from serving.access import ring as ring_module
from serving.access.guard import COOKIE, Guard
from serving.access.issue import create, rotate
from serving.access.keys import Key, holder_of, new_secret
from serving.access.ring import Ring
from serving.access.scopes import ANY_KEY, ASSESS, CLOSED, PUBLIC, SCOPES, need_of
from serving.access.stored import StoredKeys, keys_of
from serving.native import NATIVE
from serving.routes import make_application
from serving.state import State
from tests.serving.schemas import problems_of

NOW = datetime.now(UTC).replace(microsecond=0)
CALL = {"json": {"buyer_id": "B000001"}}


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[StoredKeys]:
    with keys_of(tmp_path) as opened:
        yield opened


@contextmanager
def client_of(keys: StoredKeys | None, **more: str) -> Iterator[TestClient]:
    """Call an application that loads, and has a route to which nobody gave a scope."""

    async def unnamed(_: object) -> PlainTextResponse:
        return PlainTextResponse("secret")

    guard = Middleware(Guard, ring=None if keys is None else Ring(lambda: keys))
    application = make_application(State(), guard)
    application.router.routes.append(Route("/v1/unnamed", unnamed))
    with TestClient(application, **more) as client:
        yield client


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def made(keys: StoredKeys, *scopes: str, **more: object) -> str:
    return create(keys, "test", scopes or (ASSESS,), NOW, **more)[1]  # type: ignore[arg-type]


def test_every_route_is_named_and_every_name_is_a_route() -> None:
    from serving.access.scopes import _NEEDS

    routes = {route.path_format for route in make_application(State()).routes}
    assert routes | NATIVE == set(_NEEDS)
    assert set(_NEEDS.values()) <= {PUBLIC, ANY_KEY, *SCOPES}
    assert need_of("/v1/unnamed") == need_of("/v1/assess/") == need_of("//v1/assess") == CLOSED


def test_without_a_key_nothing_is_open_but_what_shows_nothing(keys: StoredKeys) -> None:
    with client_of(keys) as client:
        for route in make_application(State()).routes:
            path = route.path.replace("{version}", "late@1").replace("{file}", "validation.html")
            for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
                answer = client.request(method, path)
                if need_of(path) == PUBLIC:
                    assert answer.status_code in (200, 405, 503)
                else:
                    assert answer.status_code == 401
                    assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert client.get("/v1/unnamed").status_code == client.get("/v1/nothing").status_code == 401


def test_a_route_without_a_scope_is_closed_to_every_key(keys: StoredKeys) -> None:
    key = made(keys, *SCOPES)
    with client_of(keys) as client:
        answer = client.get("/v1/unnamed", headers=bearer(key))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert "secret" not in answer.text


def test_the_service_itself_is_guarded() -> None:
    # given the application as the service serves it
    with TestClient(serving.service.application) as client:
        for path in ("/v1/status", "/docs.json", "/healthz", "/metrics"):
            assert client.get(path).status_code == 401


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [("assess", "/v1/assess", 503), ("ledger", "/v1/assess", 403), ("admin", "/v1/assess", 403),
     ("order", "/v1/status", 200), ("ledger", "/v1/status", 200)],
)  # fmt: skip
def test_a_key_opens_what_its_scope_allows(keys: StoredKeys, scope: str, path: str, status: int) -> None:
    key = made(keys, scope)
    with client_of(keys, headers=bearer(key)) as client:
        answer = client.post(path, **CALL) if path == "/v1/assess" else client.get(path)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"]["code"] == "forbidden"
        assert problems_of("Error", answer.json()) == []


def wrong_keys(keys: StoredKeys, tmp_path: Path) -> dict[str, str]:
    """Return keys that open nothing, by what is wrong with them."""
    right = made(keys)
    key_id = right.split("_")[1]
    revoked, expired = made(keys), made(keys, expires_at=NOW + timedelta(days=1))
    keys.revoke(revoked.split("_")[1], NOW)
    keys.expire(expired.split("_")[1], NOW - timedelta(days=1))
    with keys_of(tmp_path / "other") as others:
        foreign = made(others)
    return {
        "none": "",
        "another secret": f"crd_{key_id}_{'0' * 64}",
        "a prefix of the secret": right[:-1],
        "another id": right.replace(key_id, "0" * 12),
        "foreign": foreign,
        "revoked": revoked,
        "expired": expired,
        "no key": "' OR 1=1 --",
        "long": "crd_" + "a" * 5000,
        "digest": f"crd_{key_id}_{hashlib.sha256(right.encode()).hexdigest()}",
    }


def test_every_wrong_key_is_told_the_same(keys: StoredKeys, tmp_path: Path) -> None:
    # given keys with all that can be wrong with one, when each calls
    sent = wrong_keys(keys, tmp_path)
    with client_of(keys) as client:
        answers = [client.post("/v1/assess", headers=bearer(text), **CALL) for text in sent.values()]

    # then all are answered alike
    assert {answer.status_code for answer in answers} == {401}
    bodies = [{**answer.json()["error"], "trace_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "unauthorized"
    assert problems_of("Error", answers[0].json()) == []


def test_a_refusal_takes_the_same_time_whatever_is_wrong(keys: StoredKeys, tmp_path: Path) -> None:
    # given keys with a secret of the usual length, each compared many times in turn
    wanted = ("another secret", "another id", "foreign", "revoked", "expired")
    sent = {name: text for name, text in wrong_keys(keys, tmp_path).items() if name in wanted}
    known = {key.key_id: key for key in keys.list()}
    spans: dict[str, list[int]] = {name: [] for name in sent}
    for _ in range(3000):
        for name, text in sent.items():
            began = perf_counter_ns()
            assert holder_of(known, text, NOW) is None
            spans[name].append(perf_counter_ns() - began)

    # then the middle times differ by less than any network's own
    middle = [median(each) for each in spans.values()]
    assert max(middle) - min(middle) < 5_000


def test_a_revoked_key_stops_within_seconds(keys: StoredKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a key that has just been used
    monkeypatch.setattr(ring_module, "_SECONDS_FRESH", 0.0)
    monkeypatch.setattr(ring_module, "SECONDS_UNREVOKED", 0.2)
    key = made(keys)
    with client_of(keys, headers=bearer(key)) as client:
        assert client.get("/v1/status").status_code == 200

        # when it is revoked, then it opens nothing once that time is over
        keys.revoke(key.split("_")[1], NOW)
        time.sleep(0.2)
        assert client.get("/v1/status").status_code == 401


def test_calls_read_no_database(keys: StoredKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a worker that has read its keys, when a hundred calls follow, half of them with unknown keys
    key, reads = made(keys), []
    read = StoredKeys.list
    monkeypatch.setattr(StoredKeys, "list", lambda self: reads.append(1) or read(self))
    with client_of(keys) as client:
        for number in range(50):
            assert client.get("/v1/status", headers=bearer(key)).status_code == 200
            assert client.get("/v1/status", headers=bearer(f"crd_{number:012x}_0")).status_code == 401

    # then the store was read for time that passed, not for calls
    assert len(reads) <= 4


def test_nobody_is_let_in_where_the_keys_cannot_be_read(
    keys: StoredKeys, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # given a store that fails with words that nobody may read
    key = made(keys)

    def broken(_: StoredKeys) -> list[Key]:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(StoredKeys, "list", broken)
    with client_of(keys, headers=bearer(key)) as client:
        answer = client.get("/v1/status")

        # then the call is told to come again, and health is answered
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "keys_unreadable")
        assert answer.headers["Retry-After"] == "5"
        assert client.get("/livez").status_code == 200
    assert "hunter2" not in caplog.text + answer.text


def test_a_key_that_calls_too_often_is_told_to_wait(keys: StoredKeys) -> None:
    # given a key with three calls a minute, and another one
    slow, free = made(keys, rate_per_minute=3), made(keys)
    with client_of(keys) as client:
        statuses = [client.get("/v1/status", headers=bearer(slow)).status_code for _ in range(3)]
        answer = client.get("/v1/status", headers=bearer(slow))
        other = client.get("/v1/status", headers=bearer(free))

    # then the fourth call of the first is refused with when to come again; the other is answered
    assert statuses == [200, 200, 200]
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
    assert 15 <= int(answer.headers["Retry-After"]) <= 20
    assert other.status_code == 200


def test_a_replaced_key_opens_until_the_overlap_ends(keys: StoredKeys) -> None:
    # given a key that is replaced with an overlap of an hour
    old_text = made(keys, ASSESS, "order", rate_per_minute=600)
    old_id = old_text.split("_")[1]
    new, new_text = rotate(keys, old_id, NOW, timedelta(hours=1))

    # then both open for that hour, and the new one alone after it, with the same rights
    known = {key.key_id: key for key in keys.list()}
    for minutes, opens in ((59, True), (60, False)):
        at = NOW + timedelta(minutes=minutes)
        assert (holder_of(known, old_text, at) is not None) == opens
        assert holder_of(known, new_text, at) == new
    assert (new.scopes, new.rate_per_minute) == (frozenset({"assess", "order"}), 600)


def test_the_store_keeps_no_secret_and_the_day_of_use(
    keys: StoredKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a key that was used
    monkeypatch.setattr(ring_module, "SECONDS_UNREVOKED", 0.2)
    monkeypatch.setattr(ring_module, "_SECONDS_FRESH", 0.0)
    text = made(keys)
    _, key_id, secret = text.split("_")
    with client_of(keys, headers=bearer(text)) as client:
        for _ in range(2):
            assert client.get("/v1/status").status_code == 200
            time.sleep(0.2)
        assert client.get("/v1/status").status_code == 200

    # then the store knows on which day, and no file of it holds the secret
    found = keys.find(key_id)
    assert found is not None
    assert found.last_used_on == datetime.now(UTC).date()
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert secret not in repr(found)
    assert found == replace(found, digest=hashlib.sha256(secret.encode()).digest())


@pytest.mark.parametrize(
    ("host", "caller", "status"),
    [("127.0.0.1:3000", "127.0.0.1", 200), ("localhost", "::1", 200), ("[::1]:3000", "::1", 200),
     ("evil.example:3000", "127.0.0.1", 401), ("127.0.0.1:3000", "192.0.2.7", 401)],
)  # fmt: skip
def test_an_open_service_is_open_to_this_machine_alone(host: str, caller: str, status: int) -> None:
    with client_of(None, headers={"Host": host}, client=(caller, 5000)) as client:  # type: ignore[arg-type]
        assert client.get("/v1/status").status_code == status
        assert client.get("/v1/unnamed").status_code != 200


def test_a_cookie_opens_reports_and_nothing_else(keys: StoredKeys) -> None:
    key = made(keys)
    with client_of(keys, headers={"Cookie": f"{COOKIE}={key}"}) as client:
        assert client.get("/reports/late@1/validation.html").status_code == 404
        assert client.put("/reports/late@1/validation.html").status_code == 401
        assert client.get("/v1/status").status_code == 401
        assert client.post("/v1/assess", **CALL).status_code == 401


def test_every_answer_is_safe_and_traced(keys: StoredKeys) -> None:
    with client_of(keys, headers=bearer(made(keys))) as client:
        for path in ("/", "/page.js", "/openapi.json", "/livez", "/v1/status", "/v1/nothing", "/v1/assess"):
            answer = client.get(path, headers={"X-Request-Id": "order-4711"})
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
            assert answer.headers["X-Trace-Id"] == "order-4711"


def test_a_call_has_no_time_but_our_own() -> None:
    # given the time-out that BentoML puts around every call
    class Factory(BaseAppFactory):
        name = "Credence"

    [timed] = Factory(timeout=60).middlewares

    # then it is not there
    application = make_application(State())
    assert timed.cls(application, **timed.kwargs) is application


def test_a_new_key_differs_from_every_other() -> None:
    texts = {new_secret()[1] for _ in range(100)}
    assert len(texts) == 100
    assert {len(text.split("_")[2]) * 4 for text in texts} == {256}
