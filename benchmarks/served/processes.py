"""Services as processes: started, waited for, measured, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Served", "free_port", "served"]

_SECONDS_TO_START = 180


@dataclass(frozen=True)
class Served:
    """A service that answers.

    Parameters
    ----------
    port : int
    process : Process
        The one that was started; its children count with it.
    seconds_to_ready : float
    """

    port: int
    process: psutil.Process
    seconds_to_ready: float

    def cpu_seconds(self) -> float:
        """Return processor seconds of the service so far, its children's included."""
        return sum(_cpu(each) for each in self._tree())

    def resident_mb(self) -> float:
        """Return the memory that is the service's own (proportional share), in MB."""
        return sum(_memory(each) for each in self._tree()) / 1e6

    def _tree(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def served(
    command: Sequence[str], port: int, path: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Start a service, wait until a path answers 200, and end it."""
    started = time.perf_counter()
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}{path}", log)
        yield Served(port, psutil.Process(process.pid), round(time.perf_counter() - started, 2))
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """Return a port that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (our own address)
                if answer.status == 200:
                    return
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
    print(log.read_text(encoding="utf-8")[-3000:], file=sys.stderr)
    raise SystemExit(f"the service at {address} was not ready")


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, AttributeError):
        return 0.0
