from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from serving.store.turns import turn


def test_turns_never_overlap(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def write(number: int) -> None:
        with turn(tmp_path / "lock", 60):
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.001)
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(100)))

    assert max(most) == 1
    assert len(most) == 100


def test_the_death_of_a_process_ends_its_turn(tmp_path: Path) -> None:
    # given another process whose turn it is
    script = (
        "import sys, time; from pathlib import Path; from serving.store.turns import turn\n"
        "with turn(Path(sys.argv[1]), 1):\n"
        "    print('mine', flush=True); time.sleep(600)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "mine\n"

    # when it is killed, then the next one's turn comes
    other.kill()
    other.wait()
    other.stdout.close()
    with turn(tmp_path / "lock", 60):
        pass


def test_who_waited_long_enough_goes_on_and_is_told_by_the_database(tmp_path: Path) -> None:
    with turn(tmp_path / "lock", 1), turn(tmp_path / "lock", 0.05):
        pass


def test_a_folder_that_may_not_be_written_is_left_to_the_database() -> None:
    with turn(Path("/proc/none/lock"), 1):
        pass
