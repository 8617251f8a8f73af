"""A real service process over a simulated seller, one of whose buyers has markup for a name."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from credit.assessor import Assessor
from credit.release import Release, current_folder
from features.build import pack_portfolio
from features.files import read, write

HOSTILE = '<script>document.title="taken"</script><b>Bold & Sons</b>'
SECONDS_TO_START = 120


@dataclass(frozen=True)
class Answer:
    """What the service answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return dict(self.json["error"])


@dataclass(frozen=True)
class Service:
    """A served process and how to call it."""

    address: str
    process: subprocess.Popen[str]

    def call(self, path: str, body: Any = None, method: str | None = None) -> Answer:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())

    def assess(self, buyer_id: str, **rest: Any) -> dict[str, Any]:
        answer = self.call("/v1/assess", {"buyer_id": buyer_id, **rest})
        assert answer.status == 200, answer.body
        return dict(answer.json)


@contextmanager
def served(home: Path, *options: str, ready_status: int = 200) -> Iterator[Service]:
    """Start ``credence serve`` and end it; yields once ``/readyz`` answers with a status."""
    port = free_port()
    process = start(home, *options, "--port", str(port))
    service = Service(f"http://127.0.0.1:{port}", process)
    try:
        _wait(service, ready_status)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def start(home: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "credence", "serve", *options]
    environment = {**os.environ, "CREDENCE_HOME": str(home)}
    environment.pop("CREDENCE_PORTFOLIO", None)
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait(service: Service, status: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    last = ""
    while time.monotonic() < deadline:
        if service.process.poll() is not None:
            pytest.fail(f"the service ended: {service.process.communicate()[0]}")
        try:
            answer = service.call("/readyz")
        except OSError as error:
            last = str(error)
        else:
            if answer.status == status and (status == 200 or answer.error["code"] != "loading"):
                return
            last = answer.body.decode()
        time.sleep(0.1)
    pytest.fail(f"the service was not ready in time: {last}")


@pytest.fixture(scope="session")
def ledger(demo_portfolio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the simulated portfolio, with one buyer renamed to markup."""
    portfolio = read(demo_portfolio)
    renamed = portfolio.tables["invoices"]["buyer_id"].iloc[-1]
    tables = {
        name: frame.assign(buyer_id=frame["buyer_id"].replace(renamed, HOSTILE)) if "buyer_id" in frame else frame
        for name, frame in portfolio.tables.items()
    }
    folder = tmp_path_factory.mktemp("ledger")
    write(replace(portfolio, tables=tables), folder)
    return folder


@pytest.fixture(scope="session")
def service(demo_home: Path, ledger: Path) -> Iterator[Service]:
    with served(demo_home, "--portfolio", str(ledger)) as running:
        yield running


@pytest.fixture(scope="session")
def assessor(demo_home: Path, ledger: Path) -> Assessor:
    """The same release and ledger in this process."""
    return Assessor(pack_portfolio(read(ledger)), Release.load(current_folder(demo_home / "releases")))
