"""Two machines at one PostgreSQL behind the load balancer of the guide."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from credence import Client
from credence.client import ApiError
from features.files import read
from serving.access.stored import keys_of
from serving.store.connect import DATABASE_URL, open_store
from serving.store.loading import load_portfolio
from tests.faults.balancer import Balancer, Replica, balancing, configuration, nginx_or_skip
from tests.faults.calls import at_once, wait
from tests.faults.table import fault
from tests.postgres import Cluster
from tests.serving.process import Answer, made_key
from tests.serving.releases.homes import another_release, copied_home, point

_OTHER = "r0002-second"
_CALLERS, _BUYERS = 4, 10
_ORDERS, _PARTS = 200, 20


@dataclass
class Site:
    """What an operator has: a balancer, two machines, and a key of the store they share."""

    balancer: Balancer
    replicas: list[Replica]
    key: str

    def call(self, path: str, body: Any = None, *, key: str | None = None, **more: str) -> Answer:
        """Call through the balancer with a connection of one's own."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key or self.key}", **more}
        request = urllib.request.Request(self.balancer.address + path, data, headers)  # noqa: S310 (our address)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.balancer.trusted) as response:  # noqa: S310 (our address)
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())

    def client(self, **more: Any) -> Client:
        transport = httpx.HTTPTransport(verify=self.balancer.trusted)
        return Client(self.balancer.address, self.key, transport=transport, **more)

    def releases(self) -> list[str]:
        """Return what each machine serves, as any tells; one that was lost is told of for a minute."""
        told = [
            worker for worker in self.call("/v1/status").json["workers"] if psutil.pid_exists(worker["pid"])
        ]
        return sorted(worker["release"] for worker in told if worker["state"] == "ready")


@pytest.fixture(scope="module")
def site(
    demo_home: Path, books: Path, postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    nginx_or_skip()
    folder = tmp_path_factory.mktemp("balanced")
    with (
        postgres_cluster.database(f"balanced_{os.getpid()}") as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv(DATABASE_URL, url)
        load(url, books)
        key = made_key(folder)
        replicas = [Replica(home_of(demo_home, folder / name), key) for name in ("one", "two")]
        try:
            for replica in replicas:
                replica.start()
            with balancing(folder, [replica.machine for replica in replicas]) as balancer:
                yield Site(balancer, replicas, key)
        finally:
            for replica in replicas:
                replica.stop()


def load(url: str, books: Path) -> None:
    store = open_store(url)
    portfolio = read(books)
    load_portfolio(store, portfolio, history=True, now=portfolio.observed_until)
    store.close()


def home_of(demo_home: Path, folder: Path) -> Path:
    """Return a home with releases of its own, as a Bento has: one in force and one to come."""
    copied_home(demo_home, folder)
    another_release(folder, _OTHER)
    return folder


@dataclass
class Traffic:
    """What callers were answered, and by which machine.

    Parameters
    ----------
    statuses : Counter
        Answers by status; 0 where the connection broke.
    releases : Counter
        Assessments by release.
    bodies : dict
        The different assessments by release and buyer.
    failed : list of bytes
        What was answered where no assessment was.
    slowest : float
        Seconds.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    releases: Counter[tuple[str, ...]] = field(default_factory=Counter)
    bodies: dict[tuple[str, str], set[bytes]] = field(default_factory=dict)
    failed: list[bytes] = field(default_factory=list)
    slowest: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, buyer_id: str, status: int, body: bytes, seconds: float) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, seconds)
            if status == 200:
                versions = json.loads(body)["versions"]
                self.releases[versions["release"], versions["default"], versions["late"]] += 1
                self.bodies.setdefault((versions["release"], buyer_id), set()).add(body)
            else:
                self.failed.append(body)

    @property
    def calls(self) -> int:
        return self.statuses.total()


@contextmanager
def traffic(site: Site) -> Iterator[Traffic]:
    """Assess buyers at one moment through the balancer, over kept connections, until the block ends."""
    buyers = site.call(f"/v1/buyers?limit={_BUYERS}").json["buyers"]
    as_of = site.call("/v1/status").json["observed_until"]
    seen, stop = Traffic(), threading.Event()

    def run() -> None:
        connection = http.client.HTTPSConnection(
            "localhost", site.balancer.ports[1], timeout=30, context=site.balancer.trusted
        )
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {site.key}"}
        while not stop.is_set():
            for buyer_id in buyers:
                asked, start = json.dumps({"buyer_id": buyer_id, "as_of": as_of}), time.monotonic()
                try:
                    connection.request("POST", "/v1/assess", asked, headers)
                    answer = connection.getresponse()
                    told = answer.status, answer.read()
                except (OSError, http.client.HTTPException):
                    connection.close()
                    told = 0, b""
                seen.add(buyer_id, *told, time.monotonic() - start)
        connection.close()

    callers = [threading.Thread(target=run) for _ in range(_CALLERS)]
    for caller in callers:
        caller.start()
    try:
        wait(lambda: seen.calls > 100)
        yield seen
        answered = seen.calls
        wait(lambda: seen.calls > answered + 100)
    finally:
        stop.set()
        for caller in callers:
            caller.join()


@pytest.mark.quick
def test_nginx_takes_the_configuration_of_the_guide(tmp_path: Path) -> None:
    with balancing(tmp_path, ["127.0.0.1:1", "127.0.0.1:2"]) as balancer:
        assert "syntax is ok" in balancer.run("-t").stderr

    # and no place or name of the guide is left in it
    text = configuration(tmp_path, (1, 2), ["127.0.0.1:1", "127.0.0.1:2"])
    assert "example.com" not in text
    assert "10.0.0." not in text


def test_both_machines_answer_with_the_same_bytes(site: Site) -> None:
    before = len(site.balancer.logged())
    with fault("load balancer", "2 machines, 1 PostgreSQL, nginx of the guide, 4 callers") as row:
        with traffic(site) as seen:
            pass
        assert set(seen.statuses) == {200}, seen.failed[:3]
        assert {len(bodies) for bodies in seen.bodies.values()} == {1}
        answered = {words[-2] for words in site.balancer.logged()[before:]}
        assert answered == {replica.machine for replica in site.replicas}
        row.seen = f"{seen.calls} calls, each buyer's answers the same bytes from both"


def test_a_machine_that_is_lost_costs_no_call(site: Site) -> None:
    with fault("machine lost behind a balancer", "all processes killed at once under 4 callers") as row:
        one, two = site.replicas
        with traffic(site) as seen:
            one.kill()
            at_death = seen.calls
            wait(lambda: seen.calls > at_death + 200)
            lost = site.balancer.logged()
            one.start()
            back = wait(lambda: site.balancer.logged()[-1][-2] == one.machine)
        assert set(seen.statuses) == {200}, seen.failed[:3]
        assert {len(bodies) for bodies in seen.bodies.values()} == {1}
        assert lost[-1][-2] == two.machine
        assert len(site.releases()) == 2
        row.seen = f"{seen.calls} calls, all 200, longest {seen.slowest:.2f} s; back {back:.1f} s after ready"


def test_machines_are_replaced_one_after_the_other_under_another_release(site: Site) -> None:
    with fault("rolling promotion", "each machine ended and started with the next release") as row:
        old = site.releases()[0]
        between: list[str] = []
        with traffic(site) as seen:
            for replica in site.replicas:
                replica.stop()
                point(replica.home, _OTHER)
                replica.start()
                # Reason: a worker is ready a moment before it tells the others of itself.
                wait(lambda: len(site.releases()) == 2)
                between = between or site.releases()

        # then no call failed, none was mixed, and any machine told what both served
        assert set(seen.statuses) == {200}, seen.failed[:3]
        assert set(seen.releases) == {(old, "default@1", "late@1"), (_OTHER, "default@2", "late@2")}
        assert {len(bodies) for bodies in seen.bodies.values()} == {1}
        assert between == sorted([old, _OTHER])
        wait(lambda: site.releases() == [_OTHER, _OTHER])
        row.seen = f"{seen.calls} calls, all 200, {len(seen.releases)} releases, none mixed"


def test_orders_raced_across_machines_never_take_more_than_the_room(site: Site) -> None:
    with fault("orders raced across machines", f"{_ORDERS} orders, 8 callers, 2 machines") as row:
        buyer_id, currency, room = roomy(site)
        amount, run = round(room / _PARTS, 2), uuid4().hex

        def ask(number: int) -> str:
            order = {"buyer_id": buyer_id, "order_id": f"{run}-{number}", "currency": currency}
            answer = site.call("/v1/order_check", {**order, "amount": amount})
            assert answer.status == 200, answer.body
            return str(answer.json["state"])

        told = at_once(ask, range(_ORDERS))
        with site.client() as client:
            kept = {
                order["order_id"]: float(order["reserved_amount"])
                for order in client.orders("released")
                if order["buyer_id"] == buyer_id
            }
        released = {f"{run}-{number}" for number, state in enumerate(told) if state == "released"}
        assert set(kept) == released
        assert room - amount - 0.01 < sum(kept.values()) <= room
        row.seen = f"{len(kept)} released; {sum(kept.values()):.2f} of {room:.2f}"


def roomy(site: Site) -> tuple[str, str, float]:
    """Return a buyer whose limit has room for orders, its currency, and the room."""
    currency = site.call("/v1/status").json["seller"]["reporting_currency"]
    for buyer_id in site.call("/v1/buyers?limit=200").json["buyers"]:
        asked = {"buyer_id": buyer_id, "order_id": uuid4().hex, "amount": 1, "currency": currency}
        told = patient(lambda asked=asked: site.call("/v1/order_check", asked)).json
        step = next(step for step in told["steps"] if step["code"] == "credit_limit")["inputs"]
        if told["decision"] == "release" and step["left"] >= 1000:
            site.call(f"/v1/orders/{asked['order_id']}", {"state": "cancelled", "by": "test"})
            return buyer_id, currency, float(step["left"])
    pytest.fail("no buyer has room for an order")


def patient(call: Callable[[], Answer]) -> Answer:
    """Return the first answer of a call that does not ask to come again."""
    answers: list[Answer] = []
    wait(lambda: bool(answers.append(call())) or answers[-1].status != 503)
    return answers[-1]


def statuses(site: Site, key: str) -> set[int]:
    """Return what both machines answer to a key."""
    headers = {"Authorization": f"Bearer {key}"}
    return {replica.direct.call("/v1/buyers?limit=1", **headers).status for replica in site.replicas}


def test_a_key_of_one_machine_opens_the_other_within_five_seconds(site: Site) -> None:
    with fault("keys across machines", "made and revoked while both are called") as row:
        # given a key that was made with the home of one machine
        key = made_key(site.replicas[0].home, "assess")
        opened = wait(lambda: statuses(site, key) == {200}, 10)
        with keys_of(site.replicas[0].home) as keys:
            keys.revoke(key.split("_")[1], datetime.now(UTC))
        closed = wait(lambda: statuses(site, key) == {401}, 10)
        assert max(opened, closed) <= 5
        row.seen = f"opens both after {opened:.1f} s, revoked in both after {closed:.1f} s"


def test_the_rate_of_a_key_is_that_of_each_worker(site: Site) -> None:
    with fault("rate across machines", "a key with 30 a minute, 100 calls through the balancer") as row:
        key = made_key(site.replicas[0].home, "assess", rate_per_minute=30)
        wait(lambda: statuses(site, key) == {200}, 10)
        told = [site.call("/v1/buyers?limit=1", key=key) for _ in range(100)]
        passed = Counter(answer.status for answer in told)
        assert set(passed) == {200, 429}
        assert 30 < passed[200] <= 2 * 30 + 5
        row.seen = f"{passed[200]} of 100 passed: each of two workers has its own 30"


def test_what_a_caller_says_of_itself_is_not_believed(site: Site) -> None:
    # given a call by another name of this machine, from elsewhere as it says
    spoofed = site.call("/v1/status", **{"X-Forwarded-For": "203.0.113.9", "X-Request-Id": "order-4711"})
    wait(lambda: site.balancer.logged()[-1][-1] == "order-4711", 5)
    words = site.balancer.logged()[-1]

    # then the log has who really called, the trace id of the caller, and no path
    assert spoofed.status == 200
    assert words[0] == "127.0.0.1"
    assert spoofed.headers["x-trace-id"] == "order-4711"
    assert not any("/v1/" in word for word in words)
    assert spoofed.headers["Strict-Transport-Security"] == "max-age=31536000"

    # and without one the balancer gives a trace id
    assert len(site.call("/readyz").headers["x-trace-id"]) == 32


def test_plain_http_leads_people_to_https_and_refuses_keys(site: Site) -> None:
    connection = http.client.HTTPConnection("localhost", site.balancer.ports[0], timeout=10)
    connection.request("GET", "/?lang=zh")
    page = connection.getresponse()
    assert (page.status, page.headers["Location"]) == (301, "https://localhost/?lang=zh")
    page.read()
    connection.request("POST", "/v1/assess", b"{}", {"Authorization": f"Bearer {site.key}"})
    refused = connection.getresponse()
    error = json.loads(refused.read())["error"]
    connection.close()
    assert (refused.status, error["code"]) == (403, "forbidden")
    assert set(error) == {"code", "message", "field", "hint", "trace_id"}


def test_a_caller_by_another_name_gets_no_certificate(site: Site) -> None:
    context = site.balancer.trusted
    context.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", site.balancer.ports[1], timeout=10, context=context)
    with pytest.raises(OSError, match="unrecognized name"):
        connection.request("GET", "/livez")
    connection.close()


def test_a_body_that_is_too_large_is_told_in_the_same_words(site: Site) -> None:
    for size in (8 * 2**20 + 1000, 10 * 2**20):
        answer = site.call("/v1/ledger", b'{"items": ["' + b"x" * size + b'"]}')
        assert (answer.status, answer.error["code"]) == (413, "too_large")
        assert set(answer.error) == {"code", "message", "field", "hint", "trace_id"}


def test_without_any_machine_the_balancer_asks_to_come_again(site: Site) -> None:
    with fault("all machines away", "both ended, calls through the balancer, both started") as row:
        for replica in site.replicas:
            replica.stop()
        start = time.monotonic()
        answer = site.call("/v1/assess", {"buyer_id": "B000001"})
        seconds = time.monotonic() - start
        assert (answer.status, answer.error["code"], answer.headers["Retry-After"]) == (503, "busy", "2")
        assert answer.error["trace_id"]
        with site.client(retries=0) as client, pytest.raises(ApiError) as refused:
            client.status()
        assert (refused.value.status, refused.value.code) == (503, "busy")

        # and a client that comes again is answered once one is back
        site.replicas[0].start()
        with site.client(retries=3) as client:
            assert client.status()["state"] == "ready"
        site.replicas[1].start()
        row.seen = f"503 busy with Retry-After within {seconds:.2f} s, answered again at once"
