"""A database that goes away and comes back, and disks that are full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from serving.store.connect import DATABASE_URL
from tests.faults.calls import Caller, at_once, is_documented, wait
from tests.faults.conftest import Start
from tests.faults.table import fault
from tests.postgres import Cluster, programs, running_cluster
from tests.serving.process import Answer, Service, made_key

_LONGEST_SECONDS = 20.0


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of one's own, to be stopped."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: `make setup`")
    server = programs()
    if server is None:
        pytest.skip("PostgreSQL is not installed: `make system` as root on Debian")
    with running_cluster(server) as running:
        yield running


def calls_of(service: Service) -> dict[str, Answer]:
    """Return the answer of each kind of call, none of which may hang."""
    buyer_id = "B000001"
    order = {"buyer_id": buyer_id, "order_id": uuid4().hex, "amount": 1, "currency": "EUR"}
    request = {"kind": "order", "amount": float(time.time_ns() % 10**6 + 1), "currency": "EUR"}
    asked = {"buyer_id": buyer_id, "request": request}
    bodies = {
        "/v1/assess": asked,
        "/v1/order_check": order,
        "/v1/ledger": {"items": [{"table": "buyers", "buyer_id": uuid4().hex}]},
        "/v1/buyers": None,
        "/v1/orders": None,
        "/v1/limits": None,
        "/v1/status": None,
        "/readyz": None,
    }
    told = {}
    for path, body in bodies.items():
        start = time.monotonic()
        told[path] = service.call(path, body)
        assert time.monotonic() - start < _LONGEST_SECONDS, path
    return told


def troubles(service: Service) -> dict[str, bytes]:
    """Return the answers that are not good, by address."""
    return {path: answer.body for path, answer in calls_of(service).items() if answer.status != 200}


def postmaster(cluster: Cluster) -> psutil.Process:
    return psutil.Process(int((cluster.folder / "data" / "postmaster.pid").read_text().splitlines()[0]))


def start_again(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Start the server over the same files, as an operator would."""
    owner = (cluster.folder / "data").stat()
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={cluster.folder}"]
    command = [str(programs() / "postgres"), "-D", str(cluster.folder / "data"), *options]
    return subprocess.Popen(
        command,
        cwd=cluster.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=owner.st_uid,
        group=owner.st_gid,
        extra_groups=[],
    )


def is_up(cluster: Cluster) -> bool:
    try:
        cluster.execute("SELECT 1")
    except Exception:
        return False
    return True


def end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(20)


def test_postgresql_goes_and_comes_back(start: Start, cluster: Cluster) -> None:
    cluster.execute("CREATE DATABASE away")
    url = cluster.url("away").render_as_string(hide_password=False)
    with (
        fault("PostgreSQL stopped and back", "immediate stop, calls, start") as row,
        ExitStack() as stack,
        start(url, workers=1) as service,
    ):
        # given a service that answers all calls
        assert troubles(service) == {}

        # when the server is gone
        postmaster(cluster).send_signal(signal.SIGQUIT)
        wait(lambda: not is_up(cluster))
        begin = time.monotonic()
        while_away = calls_of(service)
        seconds = time.monotonic() - begin

        # then what needs it is told so, and when to come again
        for path, answer in while_away.items():
            if path in ("/v1/status", "/readyz"):
                continue
            assert answer.status == 503, (path, answer.body)
            assert "Retry-After" in answer.headers or "retry-after" in answer.headers
            assert answer.error["code"] in ("store_unreachable", "keys_unreadable"), path

        # and once it is back the same workers answer again
        stack.callback(end, start_again(cluster))
        back = wait(lambda: not troubles(service))
        assert service.process.poll() is None
        row.seen = f"503 within {seconds / len(while_away):.2f} s a call, well {back:.1f} s after the start"


def test_a_frozen_postgresql_hangs_nobody(start: Start, cluster: Cluster) -> None:
    cluster.execute("CREATE DATABASE frozen")
    url = cluster.url("frozen").render_as_string(hide_password=False)
    with (
        fault("PostgreSQL frozen", "all its processes stopped under calls, then go on") as row,
        start(url, workers=1) as service,
    ):
        assert troubles(service) == {}

        # when the server takes calls but says nothing, as behind a network that swallows all
        server = [postmaster(cluster), *postmaster(cluster).children(recursive=True)]
        for process in server:
            process.suspend()
        try:
            begin = time.monotonic()
            answers = at_once(lambda _: calls_of(service), range(4), 4)
            seconds = time.monotonic() - begin
        finally:
            for process in server:
                process.resume()

        # then every call that needs it is told in time that there is no answer, and when to come again
        for path, answer in ((path, answer) for told in answers for path, answer in told.items()):
            assert is_documented(answer), (path, answer.body)
            if path not in ("/v1/status", "/readyz"):
                assert answer.status in (503, 504), (path, answer.body)
                assert "retry-after" in {name.lower() for name in answer.headers}

        # and once it goes on all are answered again
        back = wait(lambda: not troubles(service))
        row.seen = f"503 or 504 within {seconds / 8:.1f} s a call, well {back:.1f} s after"


def test_a_database_that_is_dropped_under_a_batch_is_told(
    start: Start, cluster: Cluster, books: Path, tmp_path: Path
) -> None:
    cluster.execute("CREATE DATABASE gone")
    url = cluster.url("gone").render_as_string(hide_password=False)
    with (
        fault("database dropped", "DROP DATABASE under a batch of 1,000; made and loaded again") as row,
        start(url, workers=1) as service,
    ):
        buyers = service.call("/v1/buyers?limit=1000").json["buyers"]
        subjects = [{"buyer_id": (buyers * 1000)[place]} for place in range(1000)]
        with ThreadPoolExecutor(1) as pool:
            batch = pool.submit(service.call, "/v1/assess_batch", {"items": subjects})
            time.sleep(0.3)
            assert not batch.done()
            cluster.execute("DROP DATABASE gone WITH (FORCE)")
            answer = batch.result(timeout=60)

        # then the batch tells of each subject, or as a whole, that the store is away
        assert is_documented(answer), answer.body[:500]
        if answer.status == 200:
            told = Counter(item.get("error", {}).get("code") for item in answer.json["items"])
            assert told.keys() <= {None, "store_unreachable"}, told
            assert told["store_unreachable"] > 0
        else:
            told = Counter({answer.error["code"]: 1000})
            assert answer.status == 503, answer.body
        assert all(is_documented(each) for each in calls_of(service).values())

        # and where it is made again, without and then with its tables and its books, so does every call
        cluster.execute("CREATE DATABASE gone")
        for each in calls_of(service).values():
            assert is_documented(each), each.body
        command = [sys.executable, "-m", "credence", "load", str(books), "--history"]
        environment = {**os.environ, DATABASE_URL: url, "CREDENCE_HOME": str(tmp_path)}
        subprocess.run(command, env=environment, check=True, capture_output=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(DATABASE_URL, url)
            again = replace(service, key=made_key(tmp_path))
        back = wait(lambda: not troubles(again))
        row.seen = f"{dict(told)}; 503 until it is loaded again, well {back:.1f} s after"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system may be mounted here: run as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_reading_goes_on(start: Start, small_disk: Path) -> None:
    with fault("disk full", "store on a tmpfs of 96 MB that is filled up") as row:
        # Reason: some room is taken from the start, so that there is some to be given back.
        fill = small_disk / "fill"
        fill.write_bytes(b"\0" * 2**23)
        with start(f"sqlite:///{small_disk}/store.sqlite", workers=1) as service:
            caller = Caller(service, patience=0.0)
            wait(lambda: service.assess("B000001")["buyer_id"] == "B000001")

            # when nothing more fits
            _fill(fill)
            refused = post_until_refused(caller)

            # then posting and keeping are refused clearly, and what needs no room is answered
            assert refused.status == 503
            assert refused.error["code"] == "store_unreachable"
            assert "full disk" in refused.error["message"] or "refuses" in refused.error["message"]
            assert "Retry-After" in refused.headers or "retry-after" in refused.headers
            assert service.call("/v1/buyers?limit=5").status == 200
            assert service.call("/v1/status").status == 200
            assert service.call("/readyz").status == 200
            score = {"buyer_id": "B000001", "parts": "score", "store": False}
            answer = service.call("/v1/assess", score)
            assert answer.status in (200, 422), answer.body
            message = refused.error["message"]

            # and once there is room it is written again
            fill.unlink()
            wait(lambda: caller.post("/v1/ledger", many(0)).status == 200)
        row.seen = f"503 {message}; reads go on; writes again with room"


def _fill(path: Path) -> None:
    with path.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass
        try:
            while True:
                file.write(b"\0" * 512)
        except OSError:
            os.sync()


def many(number: int) -> dict[str, list[dict[str, str]]]:
    run = uuid4().hex
    return {
        "items": [
            {"table": "buyers", "buyer_id": f"{run}-{number}-{n}", "name": "x" * 200} for n in range(200)
        ]
    }


def post_until_refused(caller: Caller) -> Answer:
    """Post facts until the room that the database holds in reserve is used up."""
    for number in range(100):
        answer = caller.post("/v1/ledger", many(number))
        if answer.status != 200:
            return answer
    pytest.fail("a full disk took all facts")
