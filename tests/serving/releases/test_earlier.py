"""Which release is served where the one in force cannot be loaded."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from serving.releases.earlier import earlier_folders


def logged(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).mkdir(exist_ok=True)
    lines = [json.dumps({"at": "2026-01-01", "promoted": True, "release": name}) for name in names]
    (folder / "promotions.jsonl").write_text("\n".join(lines))
    return folder


def names(folder: Path, current: str | None) -> list[str]:
    return [found.name for found in earlier_folders(folder, current)]


def test_the_newest_comes_first(tmp_path: Path) -> None:
    assert names(logged(tmp_path, "r1", "r2", "r3"), "r3") == ["r2", "r1"]


def test_a_release_that_was_taken_back_is_not_served_again(tmp_path: Path) -> None:
    # given a promotion of r3 that a rollback to r2 took back
    assert names(logged(tmp_path, "r1", "r2", "r3", "r2"), "r2") == ["r1"]


def test_a_pointer_to_nowhere_leaves_all_that_served(tmp_path: Path) -> None:
    assert names(logged(tmp_path, "r1", "r2"), None) == ["r2", "r1"]


def test_a_folder_that_is_gone_is_left_out(tmp_path: Path) -> None:
    logged(tmp_path, "r1", "r2", "r3")
    (tmp_path / "r2").rmdir()
    assert names(tmp_path, "r3") == ["r1"]


def test_a_release_that_was_refused_and_names_that_lead_elsewhere_are_none(tmp_path: Path) -> None:
    entries = [
        {"promoted": False, "release": "refused"},
        {"promoted": True, "release": "../outside"},
        {"promoted": True, "release": 7},
        {"promoted": True},
        {"promoted": True, "release": "good"},
    ]
    for name in ("refused", "good"):
        (tmp_path / name).mkdir()
    (tmp_path / "promotions.jsonl").write_text("\n".join(map(json.dumps, entries)))
    assert names(tmp_path, "bad") == ["good"]


@given(log=st.binary(max_size=300))
def test_any_log_can_be_read(tmp_path_factory, log: bytes) -> None:
    folder = tmp_path_factory.mktemp("log")
    (folder / "promotions.jsonl").write_bytes(log)
    assert names(folder, None) == []
