"""What workers tell of themselves on a board of one machine."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from serving.releases.workers import FolderBoard, WorkerState, instant, own_identity


def told(**changed: object) -> WorkerState:
    return {**own_identity(), "seen_at": instant(), "release": "r0001-a", **changed}


def test_what_a_worker_told_last_is_read(tmp_path: Path) -> None:
    board = FolderBoard(tmp_path / "workers")
    board.write(told())
    board.write(told(release="r0002-b"))
    assert [state["release"] for state in board.read()] == ["r0002-b"]


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
