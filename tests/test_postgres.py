"""The throwaway PostgreSQL of the tests: empty for each test, gone at the end whatever happens."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import sqlalchemy as sa

from tests.postgres import Cluster, programs

_HOLD = """
import sys
from pathlib import Path
from tests.postgres import running_cluster
with running_cluster(Path(sys.argv[1])) as cluster:
    print(cluster.folder, flush=True)
    sys.stdin.read()
"""


def _tables(url: str) -> list[str]:
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            before = sa.inspect(connection).get_table_names()
            connection.execute(sa.text("CREATE TABLE left_behind (id integer)"))
            return before
    finally:
        engine.dispose()


def test_each_database_starts_empty(postgres_cluster: Cluster) -> None:
    for _ in range(2):
        with postgres_cluster.database("again") as url:
            assert _tables(url) == []


def test_the_server_listens_on_no_network(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW listen_addresses")) == ""
    engine.dispose()


def test_a_killed_run_leaves_neither_server_nor_folder(postgres_cluster: Cluster) -> None:
    command = [sys.executable, "-c", _HOLD, str(programs())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        folder = Path(run.stdout.readline().strip())
        server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
        assert server.is_running()
        run.kill()
    end = time.monotonic() + 30
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not folder.exists()
    assert not server.is_running()
