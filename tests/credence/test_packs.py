"""Packed portfolios of a home are few."""

from __future__ import annotations

import os
from pathlib import Path

from credence.cli.packs import prune


def test_the_newest_three_are_kept(tmp_path: Path) -> None:
    # given five packs, one that is being written, and a file
    for age, name in enumerate(["e", "b", "d", "a", "c"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "head.json").write_text("{}")
        os.utime(tmp_path / name, (1_000 - age, 1_000 - age))
    (tmp_path / ".f.writing").mkdir()
    os.utime(tmp_path / ".f.writing", (1, 1))
    (tmp_path / "note").write_text("")

    # when the folder is pruned
    prune(tmp_path)

    # then the newest are left, and what is no pack
    assert {path.name for path in tmp_path.iterdir()} == {"e", "b", "d", ".f.writing", "note"}


def test_a_folder_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    prune(tmp_path / "gone")
