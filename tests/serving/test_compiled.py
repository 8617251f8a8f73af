"""Where compiled code is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from serving.compiled import CACHE, forget_older, keep_compiled_code


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "features"
    (folder / "engine").mkdir(parents=True)
    (folder / "engine" / "sweep.py").write_text("import numba\n")
    (folder / "names.py").write_text("ONE = 1\n")
    return folder


@pytest.fixture(autouse=True)
def _without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numba", raising=False)


def place(home: Path, package: Path, told: str = "") -> Path:
    environment = {CACHE: told} if told else {}
    keep_compiled_code(home, package, environment)
    return Path(environment[CACHE])


def test_it_lies_beside_the_source(package: Path, tmp_path: Path) -> None:
    assert place(tmp_path / "home", package).parent == package / "__pycache__"


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_it_lies_in_the_home_where_the_installation_cannot_be_written(tmp_path: Path) -> None:
    # given a package in a folder that may not be written; for root only the kernel's own folder is one
    locked = Path("/sys") if os.geteuid() == 0 else tmp_path / "locked"
    if os.geteuid() != 0:
        locked.mkdir(mode=0o500)
    assert place(tmp_path / "home", locked).parent == tmp_path / "home" / "compiled"


def test_another_state_of_the_compiled_files_has_another_folder(package: Path, tmp_path: Path) -> None:
    first = place(tmp_path, package)
    assert place(tmp_path, package) == first
    (package / "names.py").write_text("ONE = 2\n")
    assert place(tmp_path, package) == first
    (package / "engine" / "sweep.py").write_text("import numba  # another\n")
    assert place(tmp_path, package) != first


def test_what_the_environment_says_is_left_alone(package: Path, tmp_path: Path) -> None:
    assert place(tmp_path, package, told="elsewhere") == Path("elsewhere")


def test_a_folder_that_comes_too_late_is_not_named(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numba", sys)
    environment: dict[str, str] = {}
    keep_compiled_code(tmp_path, package, environment)
    assert environment == {}


def test_only_older_states_of_ours_are_forgotten(package: Path, tmp_path: Path) -> None:
    kept = place(tmp_path, package)
    for name in (kept.name, "engine-0123456789ab", "others"):
        (kept.parent / name).mkdir(parents=True)
    forget_older({CACHE: str(kept)})
    assert {path.name for path in kept.parent.iterdir()} == {kept.name, "others"}
    forget_older({CACHE: str(kept.parent / "others")})
    forget_older({})
    assert {path.name for path in kept.parent.iterdir()} == {kept.name, "others"}


def test_the_service_by_its_name_alone_knows_the_folder(tmp_path: Path) -> None:
    # given no command of ours that could have said so
    environment = {name: value for name, value in os.environ.items() if name != CACHE}
    script = f"import serving, os, sys; print(os.environ[{CACHE!r}], 'numba' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert "engine-" in ran.stdout
    assert ran.stdout.endswith("False\n")
