"""Callers that are slow, huge, confused or hostile: refused in time, while others are answered."""

from __future__ import annotations

import socket
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from serving.access.issue import create
from serving.access.ring import SECONDS_UNREVOKED
from serving.access.stored import keys_of
from tests.faults.calls import Caller, at_once, is_documented, repeated, wait
from tests.faults.conftest import Start
from tests.faults.table import fault
from tests.serving.process import Answer, Service, made_key, own_home

_HOSTILE = (
    "'; DROP TABLE buyers; --",
    "' OR '1'='1",
    '" UNION SELECT hash FROM api_keys --',
    "1); DELETE FROM ledger; --",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{% import os %}",
    "%(name)s %s %n",
    "{0.__class__.__mro__}",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "\\x00\\u0000",
    "$(touch hacked) `id`",
)


def connected(service: Service) -> socket.socket:
    host, port = service.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=60)


def is_well(service: Service) -> bool:
    start = time.monotonic()
    return service.call("/v1/buyers?limit=1").status == 200 and time.monotonic() - start < 5.0


def trickled(service: Service, head: bytes, rest: bytes, seconds: float) -> tuple[bytes, float]:
    """Send a head, then a byte each tenth of a second; return the answer and when the service had enough."""
    start = time.monotonic()
    said = b""
    with connected(service) as caller:
        caller.sendall(head)
        caller.settimeout(0.1)
        for place in range(len(rest)):
            if time.monotonic() - start > seconds:
                break
            try:
                caller.sendall(rest[place : place + 1])
                said = caller.recv(65536)
                caller.settimeout(2.0)
                said += _received(caller)
                break
            except TimeoutError:
                continue
            except OSError:
                break
    return said, time.monotonic() - start


def head_of(service: Service, length: int) -> bytes:
    return (
        f"POST /v1/assess HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def test_slow_bodies_are_refused_while_others_are_answered(service: Service) -> None:
    with fault("slow body", "40 connections, a byte each 0.1 s") as row:
        done = at_once(lambda _: trickled(service, head_of(service, 5000), b" " * 5000, 30.0), range(40), 41)
        assert is_well(service)
        assert all(said.startswith(b"HTTP/1.1 408") and b"slow_body" in said for said, _ in done)
        row.seen = f"408 slow_body after {max(seconds for _, seconds in done):.1f} s at most; others answered"


def test_slow_heads_stop_nobody(service: Service) -> None:
    with fault("slow head", "200 connections that never end their head") as row:
        held = [connected(service) for _ in range(200)]
        try:
            for caller in held:
                caller.sendall(b"GET /v1/status HTTP/1.1\r\nX-Slow: ")
            start = time.monotonic()
            for _ in range(20):
                assert is_well(service)
                for caller in held:
                    caller.sendall(b"a")
            seconds = (time.monotonic() - start) / 20
        finally:
            for caller in held:
                caller.close()
        row.seen = f"20 other calls answered, {1000 * seconds:.0f} ms each with the bytes sent"


def test_a_huge_body_is_refused_unread(service: Service) -> None:
    with fault("10 MB body", "to each address that takes a body") as row:
        body = b'{"buyer_id": "' + b"x" * 10_000_000 + b'"}'
        codes = set()
        for path in ("/v1/assess", "/v1/assess_batch", "/v1/order_check", "/v1/ledger", "/v1/orders/a"):
            with connected(service) as caller:
                head = head_of(service, len(body)).replace(b"/v1/assess", path.encode(), 1)
                try:
                    caller.sendall(head + body)
                except OSError:
                    # Reason: the service has answered and closed before the whole was sent.
                    codes.add("closed")
                answer = _received(caller)
            assert answer.startswith(b"HTTP/1.1 413") or answer == b"", (path, answer[:200])
            codes.add(answer[9:12].decode())
        assert "413" in codes
        assert is_well(service)
        row.seen = f"{', '.join(sorted(codes - {''}))}"


def _received(caller: socket.socket) -> bytes:
    try:
        return caller.recv(65536)
    except OSError:
        return b""


def test_deep_nesting_is_refused(service: Service) -> None:
    with fault("deep nesting", "30,000 lists and objects within each other") as row:
        for path in ("/v1/assess", "/v1/assess_batch", "/v1/order_check", "/v1/ledger"):
            for opens, closes in ((b"[", b"]"), (b'{"a":', b"}")):
                body = opens * 10_000 + b"1" + closes * 10_000
                for sent in (body, opens * 10_000, b'{"buyer_id": ' + body + b"}"):
                    answer = service.call(path, sent)
                    assert answer.status == 400, (path, answer.body)
                    assert answer.error["code"] == "invalid_json"
        assert is_well(service)
        row.seen = "400 invalid_json, each"


def test_garbage_in_the_pipeline_harms_nobody(service: Service) -> None:
    with fault("pipelined garbage", "9 kinds of bytes behind a good call and alone") as row:
        good = head_of(service, 2) + b"{}"
        garbage = (
            b"\x00" * 4096,
            b"\xff\xfe" * 2000,
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST /v1/assess HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST /v1/assess HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"POST /v1/assess HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        )
        for bytes_sent in garbage:
            for before in (b"", good, good * 20):
                with connected(service) as caller:
                    caller.settimeout(2.0)
                    try:
                        caller.sendall(before + bytes_sent)
                    except OSError:
                        continue
                    answer = _received(caller)
                assert b"Traceback" not in answer
                assert b"HTTP/1.1 5" not in answer, answer[:300]
            assert is_well(service)
        row.seen = "400 or closed; other calls answered"


def test_wrong_keys_open_nothing_while_a_good_one_is_answered(
    start: Start, demo_home: Path, tmp_path: Path
) -> None:
    home = own_home(demo_home, tmp_path)
    done = "wrong, cut, expired, revoked, another service's, too little scope; 4 connections with a good one"
    with fault("keys", done) as row:
        good: Counter[int] = Counter()
        with (
            start(home=home, workers=1) as service,
            repeated(*[partial(assessed, Caller(service), good)] * 4),
        ):
            now = datetime.now(UTC)
            with keys_of(home) as keys:
                _, expired = create(keys, "old", ("assess",), day(now, -9), expires_at=day(now, -1))
                gone, revoked = create(keys, "gone", ("assess",), now)
                keys.revoke(gone.key_id, now)
            # Reason: keys are read every few seconds; once this one was, those made before it were, too.
            scoped = made_key(home, "order")
            wait(lambda: status_with(service, scoped) == 403, 5.0)
            foreign_home = tmp_path / "foreign"
            foreign_home.mkdir()
            foreign = made_key(foreign_home)
            wrong = ["", "x", service.key[:-1], service.key + "0", service.key[:20] + "0" * 44, expired,
                     revoked, foreign, "' OR 1=1 --", "crd_" + "a" * 100_00]  # fmt: skip
            for key in wrong:
                for path in ("/v1/assess", "/v1/ledger", "/v1/order_check", "/v1/orders/a"):
                    answer = service.call(path, {}, Authorization=f"Bearer {key}")
                    assert answer.status in (401, 431, 400), (path, key[:8], answer.status)
                    assert service.key not in answer.body.decode()
            for path in ("/v1/assess", "/v1/ledger"):
                assert service.call(path, {}, Authorization=f"Bearer {scoped}").status == 403
            assert service.assess("B000001")["buyer_id"] == "B000001"
            # and a key that is revoked while it is used opens nothing soon after
            with keys_of(home) as keys:
                last = made_key(home, "assess")
                wait(
                    lambda: service.call("/v1/assess", {}, Authorization=f"Bearer {last}").status == 422, 5.0
                )
                keys.revoke(last.split("_")[1], datetime.now(UTC))
            after = wait(lambda: status_with(service, last) == 401, SECONDS_UNREVOKED + 1.0)
            said = service.said()
            assert all(
                secret not in said for secret in (service.key, expired, revoked, foreign, scoped, last)
            )
        assert good.keys() == {200}
        row.seen = (
            f"{len(wrong)} keys: 401 at 4 addresses; 403 for another scope; revoked after {after:.1f} s; "
            f"{good[200]} good calls answered meanwhile"
        )


def status_with(service: Service, key: str) -> int:
    """Return the status of an assessment without a buyer: 422 where the key opens the address."""
    return service.call("/v1/assess", {}, Authorization=f"Bearer {key}").status


def assessed(caller: Caller, statuses: Counter[int], number: int) -> None:
    """Assess for an amount of one's own, once, and count what is answered."""
    request = {"kind": "order", "amount": 1000 + number, "currency": "EUR"}
    answer = caller.once("/v1/assess", {"buyer_id": "B000001", "request": request})
    statuses[0 if answer is None else answer.status] += 1


def day(now: datetime, days: int) -> datetime:
    return now + timedelta(days=days)


def text_bodies(text: str) -> list[tuple[str, Any]]:
    """Return bodies with a text in each field that takes one."""
    order = {"buyer_id": "B000001", "order_id": "o1", "amount": 1, "currency": "EUR"}
    assess = {"buyer_id": "B000001", "as_of": "2026-01-01", "lang": "en"}
    fact = {"table": "buyers", "buyer_id": "hostile", "name": "Smith", "country": "DE"}
    return [
        *(("/v1/order_check", {**order, field: text}) for field in (*order, "deliver_on", "lang")),
        *(("/v1/assess", {**assess, field: text}) for field in (*assess, text)),
        ("/v1/assess", {"buyer_id": "B000001", "request": {"kind": text, "amount": 1, "currency": text}}),
        *(("/v1/ledger", {"items": [{**fact, field: text}]}) for field in (*fact, text)),
        (f"/v1/orders/{quote(text, safe='')}", {"state": "held", "by": text, "reason": text}),
        ("/v1/assess_batch", {"items": [{"buyer_id": text}], text: text}),
    ]


def test_injected_text_is_only_text(service: Service) -> None:
    with fault("injection", f"{len(_HOSTILE)} strings in every field and query") as row:
        before = service.call("/v1/status").json["buyers"]
        caller, count = Caller(service), 0
        for text in _HOSTILE:
            answers: list[Answer] = []
            answers += [caller.post(path, body) for path, body in text_bodies(text)]
            said = quote(text, safe="")
            for path in ("buyers?prefix=", "buyers?after=", "buyers?limit=", "orders?state=", "orders?after=",
                         "limits?changed_since=", "limits.csv?changed_since=", "limits?after=", "buyers/",
                         "assessments/"):  # fmt: skip
                answers.append(service.call(f"/v1/{path}{said}"))
            for answer in answers:
                assert is_documented(answer), (text, answer.status, answer.body[:300])
                assert answer.status < 500, (text, answer.body[:300])
            count += len(answers)
        told = service.call("/v1/status").json
        assert told["buyers"] >= before
        assert service.assess("B000001")["buyer_id"] == "B000001"
        row.seen = f"{count} calls, none a 5xx; tables whole"
