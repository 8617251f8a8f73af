"""Bulk loads that are killed, meet each other or a full disk: the books are there whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from features.files import read
from serving.store.connect import DATABASE_URL, open_store
from serving.store.schema import FACTS, METADATA, dossiers, ledger
from tests.faults.calls import wait
from tests.faults.table import fault
from tests.faults.test_databases import small_disk  # noqa: F401 (a fixture)

_SHARES = (0.05, 0.4, 0.7)
"""Of what a whole load writes, after which one is killed."""


@pytest.fixture
def url(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database, of the kind of `database`."""
    if database:
        cluster = request.getfixturevalue("postgres_cluster")
        with cluster.database(f"loads_{os.getpid()}_{time.time_ns()}") as made:
            yield made
    else:
        yield f"sqlite:///{tmp_path}/store.sqlite"


@dataclass
class Load:
    """A load that runs, and where it prints and complains."""

    process: subprocess.Popen[bytes]
    out: Path
    complaints: Path

    def ended(self) -> tuple[int, Any, str]:
        """Return its exit code, what it printed and what it complained of."""
        code = self.process.wait(timeout=240)
        complaint = self.complaints.read_text()
        assert "Traceback" not in complaint
        return code, json.loads(self.out.read_text() or "null"), complaint


def loading(url: str, books: Path, home: Path) -> Load:
    """Start a load of a folder with its history, as an operator would."""
    command = [sys.executable, "-m", "credence", "load", str(books), "--history", "--json"]
    environment = {**os.environ, DATABASE_URL: url, "CREDENCE_HOME": str(home)}
    out, complaints = (home / f"{time.time_ns()}.{end}" for end in ("out", "err"))
    with out.open("wb") as told, complaints.open("wb") as complained:
        process = subprocess.Popen(command, env=environment, stdout=told, stderr=complained)
    return Load(process, out, complaints)


def written(url: str) -> int:
    """Return the bytes that a database takes on its disk."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return sum(each.stat().st_size for each in path.parent.glob("store.sqlite*"))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        size = connection.scalar(sa.text("SELECT pg_database_size(current_database())"))
    engine.dispose()
    return int(size)


def counted(url: str) -> dict[str, int]:
    """Return the number of rows of each table of facts, of dossiers and of the ledger."""
    store = open_store(url)
    tables = {**FACTS, "dossiers": dossiers, "ledger": ledger}
    with store.reading() as connection:
        counts = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in tables.items()
        }
    store.close()
    return {name: int(count) for name, count in counts.items() if count}


def whole(books: Path) -> dict[str, int]:
    """Return what `counted` gives of a store with all books of a folder."""
    portfolio = read(books)
    counts = {name: len(frame) for name, frame in portfolio.tables.items() if len(frame)}
    return {**counts, "dossiers": len(portfolio.buyer_ids()), "ledger": 1}


def emptied(url: str) -> None:
    """Delete all rows, and on PostgreSQL what their space is."""
    store = open_store(url)
    with store.writing() as connection:
        if store.is_sqlite:
            for table in METADATA.sorted_tables:
                connection.execute(sa.delete(table))
        else:
            connection.execute(sa.text(f"TRUNCATE {', '.join(METADATA.tables)}"))
    store.close()


def test_a_killed_load_leaves_nothing_and_the_next_one_loads_all(
    url: str, books: Path, tmp_path: Path, database: str
) -> None:
    name = "PostgreSQL" if database else "SQLite"
    with fault("load killed", f"{len(_SHARES)} times kill -9 of `credence load` as it writes, {name}") as row:
        # given how much a whole load writes
        emptied(url)
        before = written(url)
        assert loading(url, books, tmp_path).ended()[0] == 0
        assert counted(url) == whole(books)
        # Reason: a file that was emptied has pages to use again; the log beside it grows all the same.
        size = (written(url) - before) / (1.0 if database else 2.0)

        # when loads are killed when they have written some of it
        for share in _SHARES:
            emptied(url)
            enough = written(url) + share * size
            load = loading(url, books, tmp_path)
            until(lambda enough=enough: written(url) > enough, load.process)
            load.process.kill()
            load.process.wait()

            # then there is nothing of it
            assert counted(url) == {}

        # and the next load finds nothing in its way
        assert loading(url, books, tmp_path).ended()[0] == 0
        assert counted(url) == whole(books)
        rows = sum(whole(books).values()) - 1
        row.seen = f"nothing of it after each; {rows:,} facts and dossiers by the next load"


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until something holds while a load goes on."""
    while not holds():
        assert process.poll() is None, "the load ended before it was killed"
        time.sleep(0.005)


def test_two_loads_at_once_load_each_fact_once(url: str, books: Path, tmp_path: Path, database: str) -> None:
    name = "PostgreSQL" if database else "SQLite"
    with fault("two loads at once", f"2 `credence load` of one folder into an empty {name}") as row:
        both = [loading(url, books, tmp_path) for _ in range(2)]
        told = [load.ended() for load in both]
        assert [code for code, _, _ in told] == [0, 0], [complaint for _, _, complaint in told]
        changed = sorted(said["is_changed"] for _, said, _ in told)
        assert changed == [False, True]
        assert counted(url) == whole(books)
        row.seen = "both end well: one loads all, the other finds nothing new"


def test_a_load_onto_a_full_disk_is_told_and_leaves_nothing(
    small_disk: Path,  # noqa: F811 (a fixture)
    books: Path,
    tmp_path: Path,
) -> None:
    with fault("disk full in a load", "`credence load` onto a tmpfs of 6 MB, then of 200 MB") as row:
        resize(small_disk, 6)
        url = f"sqlite:///{small_disk}/store.sqlite"

        # when the books do not fit
        code, _, complaint = loading(url, books, tmp_path).ended()

        # then that is said, and there is nothing
        assert code == 2, complaint
        assert "full disk" in complaint
        resize(small_disk, 200)
        assert counted(url) == {}

        # and with room it is loaded
        assert loading(url, books, tmp_path).ended()[0] == 0
        assert counted(url) == whole(books)
        row.seen = "exit 2, 'a full disk', nothing of it; loaded whole with room"


def resize(folder: Path, megabytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(folder)], check=True)


def test_a_load_that_waits_for_the_services_of_its_database_ends(
    url: str, books: Path, tmp_path: Path, database: str
) -> None:
    name = "PostgreSQL" if database else "SQLite"
    with fault("load beside a writer", f"`credence load` while the store is locked for 12 s, {name}") as row:
        store = open_store(url)
        lock = "SELECT 1" if store.is_sqlite else "LOCK TABLE ledger IN EXCLUSIVE MODE"
        with store.writing() as connection:
            connection.execute(sa.text(lock))
            load = loading(url, books, tmp_path)
            start = time.monotonic()
            wait(lambda: load.process.poll() is not None or time.monotonic() - start > 12.0)
            assert load.process.poll() is None
        store.close()
        assert load.ended()[0] == 0
        assert counted(url) == whole(books)
        row.seen = "waits, then loads all"
