"""A real service process, and how a test calls it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from serving.access.issue import create
from serving.access.scopes import SCOPES
from serving.access.stored import keys_of

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
    log: Path
    key: str = ""

    def said(self) -> str:
        """Return what it has written so far."""
        return self.log.read_text(encoding="utf-8")

    def call(self, path: str, body: Any = None, method: str | None = None, **more: str) -> Answer:
        """Call with the key of the service, unless other headers are named."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}", **more}
        request = urllib.request.Request(self.address + path, data, headers, method=method)  # noqa: S310 (our address)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 (our address)
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
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "serve.log"
        key = made_key(home)
        process = start(home, log, *options, "--port", str(port))
        service = Service(f"http://127.0.0.1:{port}", process, log, key)
        try:
            _wait(service, ready_status)
            yield service
        finally:
            service.process.send_signal(signal.SIGTERM)
            service.process.wait(timeout=30)


def own_home(home: Path, folder: Path) -> Path:
    """Return a home of one's own that shares the releases and reports of another, but not its store."""
    own = folder / "home"
    own.mkdir()
    for name in ("releases", "reports", "seller.json"):
        (own / name).symlink_to(home / name)
    return own


def made_key(home: Path, *scopes: str, rate_per_minute: int | None = None) -> str:
    """Return a key of the home's store, with every scope unless some are named."""
    now = datetime.now(UTC)
    with keys_of(home) as keys:
        _, text = create(keys, "test", scopes or tuple(SCOPES), now, rate_per_minute=rate_per_minute)
    return text


def start(home: Path, log: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "credence", "serve", *options]
    environment = {**os.environ, "CREDENCE_HOME": str(home), "BENTOML_HOME": str(log.parent / "bentoml")}
    environment.pop("CREDENCE_PORTFOLIO", None)
    with log.open("w", encoding="utf-8") as out:
        return subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT, text=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait(service: Service, status: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    last = ""
    while time.monotonic() < deadline:
        if service.process.poll() is not None:
            pytest.fail(f"the service ended: {service.said()}")
        try:
            answer = service.call("/readyz")
        except OSError as error:
            last = str(error)
        else:
            if answer.status == status and (status == 200 or answer.error["code"] != "loading"):
                return
            last = answer.body.decode()
        time.sleep(0.1)
    pytest.fail(f"the service was not ready in time: {last}\n{service.said()}")
