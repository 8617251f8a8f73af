"""What an answer of the service costs, beside a bare echo and ``mlflow models serve`` of the same model.

One worker each, this machine, one after another, each called in the same ways:

- ``explained``: ``POST /v1/assess`` by buyer_id, with reasons, limit and terms, of the buyers whose count of
  invoices comes nearest to 500; ``score_only``: the same with ``"parts": "score"``. Twenty buyers are asked
  about again and again, so that nearly all answers are recalled (docs/decisions/0012);
- ``explained_first``, ``score_first``: the same, each call as of another instant of the last month of the
  books: nothing is recalled, everything is found out, and kept before it is given;
- ``echo``: a BentoML service with the same tuning whose mounted application sends the bytes of an explained
  answer without work;
- ``mlflow``: the late model's booster as a pyfunc with reasons by shap, features in the body.

``p50_ms``, ``p99_ms`` and ``max_ms`` are those of one connection, ``rps`` of eight. ``cpu_ms_per_request``
is the service's own processor time, children included; ``rps_a_core`` follows from it. With ``--batch``
the latencies are told again while a batch of 10,000 runs; with ``--soak S`` the service is called for S
seconds at 80 % of what eight connections got: errors, the slope of its memory and the longest pause beside
the echo's.

It prints a table, or JSON with ``--json``. Needs a home with released models and its portfolio (``make demo``
makes both).

Example: ``python benchmarks/service.py --seconds 10 --json``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
# Reason: run as a script, this folder comes first, and its features.py would hide the package.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from benchmarks.served.caller import Call, call_for, request_bytes  # noqa: E402
from benchmarks.served.processes import Served, free_port, served  # noqa: E402
from benchmarks.served.table import text_of  # noqa: E402

DEMO = ROOT / "build" / "demo"
INVOICES, BUYERS, CONNECTIONS = 500, 20, 8
FIRST_CALLS, DAYS_OF_FIRST = 20_000, 28
WARM_UP_SECONDS = 1.0
BATCH, BATCH_SIZE = 10_000, 1_000
LOAD_SHARE = 0.8

Figures = dict[str, Any]

_CALLS_A_BATCH = """
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from benchmarks.served.caller import Call, call_for

call = Call("127.0.0.1", int(sys.argv[2]), [Path(sys.argv[3]).read_bytes()])
found = call_for(call, float(sys.argv[4]))
print(len(found.seconds), found.errors)
"""


def main() -> int:
    """Print the figures."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="credence-bench-") as folder:
        report = _report(options, Path(folder))
    print(json.dumps(report) if options.json else text_of(report))
    return 0


def _report(options: argparse.Namespace, folder: Path) -> Figures:
    buyers = _buyers(options.portfolio)
    report: Figures = {"cpu_ms_per_request": {}, "ready_s": {}}
    with _credence(options, folder) as (service, key):
        calls = {
            "explained": _assess(service, key, buyers),
            "score_only": _assess(service, key, buyers, parts="score"),
            "explained_first": _assess_first(service, key, buyers),
            "score_first": _assess_first(service, key, buyers, parts="score"),
        }
        for name, call in calls.items():
            _measure(report, name, service, call, options.seconds)
        if options.batch:
            for name in ("explained", "explained_first"):
                report[f"{name}_during_batch"] = _during_batch(service, key, calls[name], options)
        if options.soak:
            first = "explained_first"
            report["soak"] = _soak(service, calls[first], report[first]["rps"], options.soak)
        answer = _answer(service, key, buyers[0])
    with _echo(folder, answer) as service:
        call = Call("127.0.0.1", service.port, [request_bytes("/v1/assess", b'{"buyer_id": "B000001"}')])
        _measure(report, "echo", service, call, options.seconds)
        if options.soak:
            rate = report["soak"]["rate"]
            report["soak"]["echo_longest_pause_ms"] = _soak_calls(call, rate, options.soak).figures()[
                "max_ms"
            ]
    if not options.alone:
        with _mlflow(options, folder) as (service, call):
            _measure(report, "mlflow", service, call, options.seconds)
    cost = report["cpu_ms_per_request"]
    report["ratio"] = {name: round(cost[name] / cost["explained"], 2) for name in cost if name != "explained"}
    return report


def _measure(report: Figures, name: str, service: Served, call: Call, seconds: float) -> None:
    call_for(call, WARM_UP_SECONDS, CONNECTIONS)
    alone = call_for(_from(call, 0.2), seconds)
    used = service.cpu_seconds()
    together = call_for(_from(call, 0.5), seconds, CONNECTIONS)
    cost = (service.cpu_seconds() - used) / max(1, len(together.seconds)) * 1e3
    figures = alone.figures()
    figures["rps"] = together.figures()["rps"]
    figures["rps_a_core"] = round(1e3 / cost, 1) if cost else None
    figures["errors"] += together.errors
    report[name] = figures
    report["cpu_ms_per_request"][name] = round(cost, 3)
    report["ready_s"].setdefault(name, service.seconds_to_ready)


def _from(call: Call, share: float) -> Call:
    """Return a call that begins at a share of its requests, so that none of them was sent before."""
    first = int(len(call.requests) * share)
    return Call(call.host, call.port, [*call.requests[first:], *call.requests[:first]])


def _during_batch(service: Served, key: str, call: Call, options: argparse.Namespace) -> Figures:
    """Return latencies of one connection while another asks for a batch again and again."""
    ids = _all_buyers(options.portfolio)
    chosen = [ids[number % len(ids)] for number in range(BATCH_SIZE)]
    body = json.dumps({"items": [{"buyer_id": each} for each in chosen]}).encode()
    request = request_bytes("/v1/assess_batch", body, {"Authorization": f"Bearer {key}"})
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(request)
        command = [
            sys.executable,
            "-c",
            _CALLS_A_BATCH,
            str(ROOT),
            str(service.port),
            file.name,
            str(options.seconds),
        ]
        batch = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        figures = call_for(_from(call, 0.35), options.seconds).figures()
        said, _ = batch.communicate()
    answered, errors = (int(each) for each in said.split())
    return {**figures, "batches_of_1000": answered, "batch_errors": errors}


def _soak(service: Served, call: Call, rps: float, seconds: float) -> Figures:
    """Call at 80 % of capacity; tell errors, the slope of the memory and the longest answer."""
    rate, memory = round(rps * LOAD_SHARE, 1), []
    parts = max(2, int(seconds // 15))
    found: list[Figures] = []
    for _ in range(parts):
        found.append(_soak_calls(call, rate, seconds / parts).figures())
        memory.append(service.resident_mb())
    minutes = np.arange(parts) * seconds / parts / 60.0
    slope = float(np.polyfit(minutes[1:], memory[1:], 1)[0]) if parts > 2 else float("nan")
    return {
        "rate": rate,
        "answers": sum(each["answers"] for each in found),
        "errors": sum(each["errors"] for each in found),
        "p99_ms": max(each["p99_ms"] for each in found),
        "longest_pause_ms": max(each["max_ms"] for each in found),
        "memory_mb": [round(each, 1) for each in memory],
        "memory_slope_mb_a_minute": round(slope, 3),
    }


def _soak_calls(call: Call, rate: float, seconds: float) -> Any:
    return call_for(call, seconds, CONNECTIONS, rate=rate)


@contextmanager
def _credence(options: argparse.Namespace, folder: Path) -> Iterator[tuple[Served, str]]:
    port, environment = free_port(), {"CREDENCE_HOME": str(options.home)}
    if not options.database:
        environment["CREDENCE_DATABASE_URL"] = f"sqlite:///{folder / 'store.sqlite'}"
    else:
        environment["CREDENCE_DATABASE_URL"] = options.database
    _run(environment, "load", str(options.portfolio), "--history")
    said = _run(environment, "keys", "create", "--name", "bench", "--scope", "assess", "--json")
    key = str(json.loads(said)["key"])
    command = [sys.executable, "-m", "credence", "serve", "--port", str(port)]
    with served(command, port, "/readyz", folder / "credence.log", environment) as service:
        yield service, key


@contextmanager
def _echo(folder: Path, answer: bytes) -> Iterator[Served]:
    port, file = free_port(), folder / "answer.json"
    file.write_bytes(answer)
    command = [sys.executable, "-m", "bentoml", "serve", "benchmarks.served.echo:Echo", "--port", str(port)]
    command += ["--working-dir", str(ROOT)]
    environment = {
        "ECHO_FILE": str(file),
        "BENTOML_HOME": str(folder / "bentoml"),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    with served(command, port, "/readyz", folder / "echo.log", environment) as service:
        yield service


@contextmanager
def _mlflow(options: argparse.Namespace, folder: Path) -> Iterator[tuple[Served, Call]]:
    from benchmarks.served.explained import save
    from credit.release import current_folder

    released = current_folder(options.home / "releases")
    booster = next(released.rglob("late*/booster.txt"))
    save(booster, folder / "model")
    import lightgbm

    names = lightgbm.Booster(model_file=str(booster)).feature_name()
    rows = np.random.default_rng(7).normal(size=(BUYERS, len(names))).round(6).tolist()
    bodies = [json.dumps({"dataframe_split": {"columns": names, "data": [row]}}).encode() for row in rows]
    port = free_port()
    # Reason: mlflow looks for uvicorn on the path.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"MLFLOW_DISABLE_TELEMETRY": "true", "PATH": path}
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "models",
        "serve",
        "-m",
        str(folder / "model"),
        "--port",
        str(port),
    ]
    command += ["--env-manager", "local", "--workers", "1"]
    with served(command, port, "/ping", folder / "mlflow.log", environment) as service:
        yield service, Call("127.0.0.1", port, [request_bytes("/invocations", body) for body in bodies])


def _assess(service: Served, key: str, buyers: list[str], **more: str) -> Call:
    bodies = [json.dumps({"buyer_id": each, **more}).encode() for each in buyers]
    headers = {"Authorization": f"Bearer {key}"}
    return Call("127.0.0.1", service.port, [request_bytes("/v1/assess", body, headers) for body in bodies])


def _assess_first(service: Served, key: str, buyers: list[str], **more: str) -> Call:
    """Return calls of which no two ask for the same moment."""
    until = datetime.fromisoformat(json.loads(_get(service, key, "/v1/status"))["observed_until"])
    step = timedelta(days=DAYS_OF_FIRST) / FIRST_CALLS
    moments = [until - number * step for number in range(1, FIRST_CALLS + 1)]
    bodies = [
        json.dumps(
            {"buyer_id": buyers[number % len(buyers)], "as_of": f"{moment:%Y-%m-%dT%H:%M:%SZ}", **more}
        ).encode()
        for number, moment in enumerate(moments)
    ]
    headers = {"Authorization": f"Bearer {key}"}
    return Call("127.0.0.1", service.port, [request_bytes("/v1/assess", body, headers) for body in bodies])


def _get(service: Served, key: str, path: str) -> bytes:
    url = f"http://127.0.0.1:{service.port}{path}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (our own address)
        return bytes(answer.read())


def _answer(service: Served, key: str, buyer: str) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{service.port}/v1/assess",
        json.dumps({"buyer_id": buyer}).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (our own address)
        return bytes(answer.read())


def _run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "credence", *arguments]
    done = subprocess.run(
        command, env={**os.environ, **environment}, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout


def _buyers(portfolio: Path) -> list[str]:
    """Return the buyers whose count of invoices comes nearest to 500."""
    counts = _invoices(portfolio)
    return sorted(counts, key=lambda each: (abs(counts[each] - INVOICES), each))[:BUYERS]


def _all_buyers(portfolio: Path) -> list[str]:
    return sorted(_invoices(portfolio))


def _invoices(portfolio: Path) -> dict[str, int]:
    from features.files import read

    return {
        str(name): int(count)
        for name, count in read(portfolio).table("invoices")["buyer_id"].value_counts().items()
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What an answer of the service costs.")
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="of each measurement (default %(default)s)"
    )
    parser.add_argument("--home", type=Path, default=DEMO / "home", help="home with released models")
    parser.add_argument("--portfolio", type=Path, default=DEMO / "portfolio", help="its portfolio")
    parser.add_argument("--database", default="", help="address of a PostgreSQL store; else SQLite")
    parser.add_argument("--batch", action="store_true", help="latencies while batches run, too")
    parser.add_argument("--soak", type=float, default=0.0, metavar="S", help="seconds at 80 %% of capacity")
    parser.add_argument("--alone", action="store_true", help="without mlflow")
    parser.add_argument("--json", action="store_true", help="print JSON on one line")
    options = parser.parse_args()
    options.home, options.portfolio = options.home.absolute(), options.portfolio.absolute()
    if not (options.home / "releases").exists():
        parser.error(f"expected released models in {options.home}; found none; run: make demo")
    return options


if __name__ == "__main__":
    sys.exit(main())
