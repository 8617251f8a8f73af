"""A tracking server of the tests' own: MLflow's, as a process, with its artefacts behind it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["tracking_server"]


@contextmanager
def tracking_server(folder: Path) -> Iterator[str]:
    """Start a server and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder}/server.db", "--serve-artifacts",
        "--artifacts-destination", str(folder / "kept"),
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    with (folder / "log").open("w") as log:
        # Reason: the server starts workers of its own; a session of its own ends with all of them.
        server = subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, cwd=folder, start_new_session=True
        )
    try:
        _wait(address, server, folder / "log")
        yield address
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):  # noqa: S310 (our own address)
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text())
