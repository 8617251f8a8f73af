"""Services over books that end now, on both databases, for tests that do them harm."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import psutil
import pytest

from features.files import read, write
from serving.store.connect import DATABASE_URL
from tests.faults.calls import wait
from tests.faults.clock import Clock
from tests.faults.table import GROUND, ROWS, lines
from tests.postgres import programs
from tests.serving.process import Service, own_home, served

Start = Callable[..., AbstractContextManager[Service]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.section("faults")
        skipped = [report for report in terminalreporter.stats.get("skipped", ()) if _HERE in report.nodeid]
        untried = [(report.nodeid.split("::")[-1], str(report.longrepr[-1])) for report in skipped]
        for line in [_ground(), *lines(ROWS, untried)]:
            terminalreporter.write_line(line)


_HERE = "tests/faults/"


def _ground() -> str:
    """Return on what the faults were tried."""
    server = programs()
    postgres = "no PostgreSQL"
    if server is not None:
        told = subprocess.run([server / "postgres", "--version"], capture_output=True, text=True, check=True)
        postgres = f"PostgreSQL {told.stdout.split()[2]}"
    python, cores = platform.python_version(), len(os.sched_getaffinity(0))
    today = datetime.now(UTC).date()
    return f"{today}: Python {python}, SQLite {sqlite3.sqlite_version}, {postgres}, {cores} cores"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests here as slow, but those that say that they are quick."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.get_closest_marker("quick") is None:
            item.add_marker("slow")


@pytest.fixture(scope="session")
def books(demo_portfolio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the simulated portfolio, moved in time so that its books end now: orders can be released."""
    portfolio = read(demo_portfolio)
    days = pd.Timedelta(days=(datetime.now(UTC).replace(tzinfo=None) - portfolio.observed_until).days)
    tables = {name: _moved(frame, days) for name, frame in portfolio.tables.items()}
    moved = replace(
        portfolio,
        tables=tables,
        observed_from=portfolio.observed_from + days,
        observed_until=portfolio.observed_until + days,
    )
    folder = tmp_path_factory.mktemp("books")
    write(moved, folder)
    return folder


def _moved(frame: pd.DataFrame, days: pd.Timedelta) -> pd.DataFrame:
    dated = frame.select_dtypes(include=["datetime", "datetimetz"]).columns
    return frame.assign(**{name: frame[name] + days for name in dated})


@pytest.fixture(scope="session")
def start(demo_home: Path, books: Path, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Start services: ``start(url, workers=2, home=None, clock=None)``; the URL is PostgreSQL's, or empty."""

    @contextmanager
    def run(
        url: str = "", workers: int = 2, home: Path | None = None, clock: Clock | None = None
    ) -> Iterator[Service]:
        home = home or own_home(demo_home, tmp_path_factory.mktemp("faults"))
        with pytest.MonkeyPatch.context() as patch:
            # Reason: keys and processes are made under this address, later tests are not.
            patch.setenv(DATABASE_URL, url) if url else patch.delenv(DATABASE_URL, raising=False)
            for name, value in ({} if clock is None else clock.environment).items():
                patch.setenv(name, value)
            running = served(home, "--portfolio", str(books), "--workers", str(workers))
            service = running.__enter__()
        try:
            wait(lambda: len(ready(service)) >= workers, 120)
            yield service
        except BaseException:
            # Reason: what the service wrote goes with its folder.
            sys.stdout.write(service.said()[-20_000:])
            raise
        finally:
            running.__exit__(None, None, None)

    return run


def ready(service: Service) -> list[int]:
    """Return the process ids of the workers that answer, of this service: others may have its database."""
    told = service.call("/v1/status").json["workers"]
    own = {child.pid for child in psutil.Process(service.process.pid).children(recursive=True)}
    return [worker["pid"] for worker in told if worker["state"] == "ready" and worker["pid"] in own]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a database of both kinds; empty for a file in the home."""
    if request.param == "sqlite":
        yield ""
    else:
        cluster = request.getfixturevalue("postgres_cluster")
        with cluster.database(f"faults_{os.getpid()}") as url:
            yield url


@pytest.fixture(autouse=True)
def ground(request: pytest.FixtureRequest) -> None:
    """Have the rows of the table name the database, where a test is run on both."""
    url = request.getfixturevalue("database") if "database" in request.fixturenames else None
    GROUND.database = "" if url is None else "PostgreSQL" if url else "SQLite"


@pytest.fixture(scope="session")
def service(start: Start, database: str) -> Iterator[Service]:
    """Two workers that tests may call as they like, but not kill."""
    with start(database) as running:
        yield running
