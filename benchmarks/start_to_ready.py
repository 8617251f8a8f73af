"""How long the service takes from its command to ``/readyz``, and what memory each worker holds.

python benchmarks/start_to_ready.py --portfolio DIR [--bento DIR] [--workers N] [--runs N] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

_SECONDS_TO_START = 600


def main() -> None:
    """Start the service, wait, print a line a run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--portfolio", required=True)
    parser.add_argument("--bento")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    runs = [_run(asked) for _ in range(asked.runs)]
    if asked.json:
        sys.stdout.write(json.dumps({"runs": runs}) + "\n")
        return
    for run in runs:
        sys.stdout.write(
            f"ready after {run['ready_seconds']:.1f} s; ended {run['end_seconds']:.1f} s after SIGTERM\n"
        )
        for worker in run["workers"]:
            sys.stdout.write(
                f"  worker {worker['pid']}: RSS {worker['Rss']:.0f} MB, PSS {worker['Pss']:.0f} MB\n"
            )


def _run(asked: argparse.Namespace) -> dict[str, Any]:
    port = _free_port()
    command = [sys.executable, "-m", "credence", "serve", "--portfolio", asked.portfolio, "--port", str(port)]
    command += ["--workers", str(asked.workers), *(["--bento", asked.bento] if asked.bento else [])]
    start = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            workers = _wait(process, f"http://127.0.0.1:{port}", asked.workers)
            ready = time.monotonic() - start
            memory = [{"pid": pid, **_memory_mb(pid)} for pid in workers]
        finally:
            end = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
    return {"ready_seconds": ready, "end_seconds": time.monotonic() - end, "workers": memory}


def _wait(process: subprocess.Popen[bytes], address: str, workers: int) -> list[int]:
    """Return the processes of all workers once each of them is ready."""
    deadline = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
        try:
            with urllib.request.urlopen(f"{address}/v1/status", timeout=10) as answer:  # noqa: S310 (our address)
                told = json.load(answer)["workers"]
        except (OSError, ValueError):
            continue
        ready = [worker["pid"] for worker in told if worker["state"] == "ready"]
        if len(ready) == workers:
            return ready
    raise SystemExit("the service was not ready")


def _memory_mb(pid: int) -> dict[str, float]:
    """Return resident and proportional memory, of Linux's own account."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as told:  # noqa: PTH123 (a file of the kernel)
        lines = dict(line.split(":", 1) for line in told if line.startswith(("Rss", "Pss:")))
    return {name: int(value.split()[0]) / 1024 for name, value in lines.items()}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main()
