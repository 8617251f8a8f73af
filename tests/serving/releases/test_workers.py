"""What workers tell of themselves on a board of one machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from serving.releases.shared_board import SharedBoard
from serving.releases.workers import FolderBoard, WorkerState, instant, own_identity
from serving.store.connect import Store, open_store
from serving.store.schema import workers
from tests.postgres import Cluster


def told(**changed: object) -> WorkerState:
    return {**own_identity(), "seen_at": instant(), "release": "r0001-a", **changed}


def test_what_a_worker_told_last_is_read(tmp_path: Path) -> None:
    board = FolderBoard(tmp_path / "workers")
    board.write(told())
    board.write(told(release="r0002-b"))
    assert [state["release"] for state in board.read()] == ["r0002-b"]


def test_a_machine_whose_clock_was_far_ahead_is_not_told_for_ever(tmp_path: Path) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=365)).isoformat()
    board = FolderBoard(tmp_path)
    board.write(told(host="elsewhere", seen_at=ahead))
    assert board.read() == []


def test_a_worker_that_ended_is_left_out(tmp_path: Path) -> None:
    # given the state of a process that has ended
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    board = FolderBoard(tmp_path)
    board.write(told(pid=ended.pid))

    # then it is not told, and its file is gone
    assert board.read() == []
    assert list(tmp_path.iterdir()) == []


def test_a_pid_that_is_another_programs_by_now_is_left_out(tmp_path: Path) -> None:
    long_ago = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()
    board = FolderBoard(tmp_path)
    board.write(told(seen_at=long_ago))
    assert board.read() == []


def test_a_file_that_is_no_state_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text("{")
    (tmp_path / "2.json").write_text("[]")
    assert FolderBoard(tmp_path).read() == []
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_takes_no_files_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "workers").write_text("a file where the folder would be")
    board = FolderBoard(tmp_path / "workers")
    board.write(told())
    assert board.read() == []


def test_two_machines_of_one_home_may_have_the_same_pid(tmp_path: Path) -> None:
    board = FolderBoard(tmp_path)
    for host in ("one", "two"):
        board.write(told(worker_id=f"{host}:7", host=host, pid=7))
    assert [state["host"] for state in board.read()] == ["one", "two"]


@pytest.fixture
def shared_store(postgres_url: str) -> Iterator[Store]:
    opened = open_store(postgres_url)
    yield opened
    opened.close()


def test_machines_at_one_database_read_of_each_other(shared_store: Store) -> None:
    # given two boards, each of a machine of its own
    one, two = SharedBoard(shared_store), SharedBoard(shared_store)
    one.write(told(worker_id="one:7", host="one"))
    one.write(told(worker_id="one:7", host="one", release="r0002-b"))
    two.write(told(worker_id="two:7", host="two"))

    # then each tells what all told last, until one ends
    assert {state["worker_id"]: state["release"] for state in one.read()} == {
        "one:7": "r0002-b",
        "two:7": "r0001-a",
    }
    two.remove("two:7")
    assert [state["worker_id"] for state in one.read()] == ["one:7"]


def test_a_worker_of_this_machine_that_was_killed_is_left_out_at_once(shared_store: Store) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    board = SharedBoard(shared_store)
    board.write(told(worker_id="killed", pid=ended.pid))
    board.write(told(worker_id="elsewhere", pid=ended.pid, host="elsewhere"))
    assert [state["worker_id"] for state in board.read()] == ["elsewhere"]


def test_a_machine_that_fell_silent_is_left_out_and_then_forgotten(shared_store: Store) -> None:
    board = SharedBoard(shared_store)
    for seconds in (30, 90, 7200):
        board.write(told(worker_id=f"silent:{seconds}"))
        earlier = update(workers).where(workers.c.worker_id == f"silent:{seconds}")
        with shared_store.writing() as connection:
            connection.execute(earlier.values(seen_at=func.now() - timedelta(seconds=seconds)))
    assert [state["worker_id"] for state in board.read()] == ["silent:30"]

    board.write(told(worker_id="silent:30"))
    with shared_store.reading() as connection:
        assert set(connection.scalars(select(workers.c.worker_id))) == {"silent:30", "silent:90"}


def test_a_database_that_is_away_is_no_error(postgres_cluster: Cluster) -> None:
    with postgres_cluster.database(f"gone_{uuid4().hex}") as url:
        store = open_store(url)
    board = SharedBoard(store)
    board.write(told())
    board.remove(own_identity()["worker_id"])
    assert board.read() == []
    store.close()
