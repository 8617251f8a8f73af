"""Two served workers whose release is promoted back and forth while they are called; one is killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.serving.process import Service, own_home, served
from tests.serving.releases.homes import another_release, copied_home, point

pytestmark = pytest.mark.slow

_CALLERS, _CALLS, _PROMOTIONS = 3, 2000, 6
_SECONDS_TO_END = 20.0
"""Twice what the service gives calls in hand; a worker that ignores the signal stays for ever."""

_OTHER, _BAD = "r0002-second", "r0003-bad"

Seen = Counter[tuple[int, tuple[str, str, str]]]


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home with a release in force, another one, and one that lacks a file."""
    folder = tmp_path_factory.mktemp("promoted")
    copied_home(demo_home, folder)
    another_release(folder, _OTHER)
    (another_release(folder, _BAD, 3) / "default" / "golden.npz").unlink()
    return folder


@pytest.fixture(scope="module")
def service(home: Path, demo_portfolio: Path) -> Iterator[Service]:
    with served(home, "--portfolio", str(demo_portfolio), "--workers", "2") as running:
        wait(lambda: len(workers(running)) == 2)
        yield running


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def workers(service: Service) -> list[dict[str, Any]]:
    told = service.call("/v1/status").json["workers"]
    return [worker for worker in told if worker["state"] == "ready"]


def call_until(stop: Event, service: Service, buyers: list[str], seen: Seen) -> None:
    """Assess one buyer after the other; count answers by status and versions."""
    connection = http.client.HTTPConnection(service.address.removeprefix("http://"), timeout=60)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {service.key}"}
    while not stop.is_set():
        for buyer_id in buyers:
            connection.request("POST", "/v1/assess", json.dumps({"buyer_id": buyer_id}), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read()).get("versions", {})
            seen[answer.status, (told.get("release"), told.get("default"), told.get("late"))] += 1
    connection.close()


def test_no_call_fails_and_no_answer_is_mixed(service: Service, home: Path) -> None:
    # given two workers, and callers who do not wait
    good = service.call("/v1/status").json["release"]
    buyers = service.call("/v1/buyers?limit=20").json["buyers"]
    stop, seen = Event(), [Seen() for _ in range(_CALLERS)]
    with ThreadPoolExecutor(_CALLERS) as pool:
        running = [pool.submit(call_until, stop, service, buyers, told) for told in seen]

        # when releases are put in force and taken back, a bad one among them
        number = 0
        try:
            while number < _PROMOTIONS or sum(told.total() for told in seen) < _CALLS:
                name = (_OTHER, _BAD, good)[number % 3]
                point(home, name)
                wait(partial(all_tell, service, name))
                serving = {_OTHER if name == _BAD else name}
                assert {worker["release"] for worker in workers(service)} == serving
                number += 1
        finally:
            point(home, good)
            stop.set()
        for caller in running:
            caller.result()

    # then every call was answered, wholly by one release or wholly by the other
    whole = {(good, "default@1", "late@1"), (_OTHER, "default@2", "late@2")}
    assert set(sum(seen, Seen())) == {(200, versions) for versions in whole}


def all_tell(service: Service, release_id: str) -> bool:
    """Return whether both workers serve a release without complaint, or both have refused it."""
    told = workers(service)
    named = {worker["refused"]["release"] if worker["refused"] else worker["release"] for worker in told}
    return len(told) == 2 and named == {release_id}


def test_workers_share_the_trees_of_a_release(service: Service, home: Path) -> None:
    # given two workers that serve one release
    release_id = service.call("/v1/status").json["release"]
    nodes = home / "releases" / release_id / "default" / "trees" / "nodes.npy"

    # then both have mapped the file, so that its pages are in memory once
    for worker in workers(service):
        maps = Path(f"/proc/{worker['pid']}/maps").read_text(encoding="utf-8")
        assert str(nodes) in maps


def test_a_killed_worker_comes_back(service: Service) -> None:
    # given two workers, when one is killed
    before = {worker["pid"] for worker in workers(service)}
    killed = min(before)
    os.kill(killed, signal.SIGKILL)

    # then another one takes its place, and is told in its place
    wait(lambda: len(workers(service)) == 2 and killed not in {worker["pid"] for worker in workers(service)})
    assert max(before) in {worker["pid"] for worker in workers(service)}


def test_a_signal_ends_all_workers_soon(home: Path, demo_portfolio: Path, tmp_path: Path) -> None:
    # Reason: the workers of the other service tell of themselves in its home.
    with served(own_home(home, tmp_path), "--portfolio", str(demo_portfolio), "--workers", "2") as service:
        # Reason: a worker that still starts would end its start first.
        wait(lambda: len(workers(service)) == 2)
        pids = [worker["pid"] for worker in workers(service)]
        start = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(timeout=30)
        wait(lambda: not any(map(runs, pids)))
        assert time.monotonic() - start < _SECONDS_TO_END


def runs(pid: int) -> bool:
    """Return whether a process runs; one that has ended and that nobody has asked for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
