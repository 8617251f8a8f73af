"""A Bento: what is inside, its container file, and that it is served without a network."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from credence.packing import container_file, make_bento, pinned
from credit.release import Release, current_folder
from features.errors import InputError

_ROOT = Path(__file__).parents[2]

_ASK = """
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=30).read().decode())
"""


@pytest.fixture(scope="module")
def bento(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "bento"
    make_bento(demo_home / "releases", out)
    return out


def test_the_release_in_force_is_inside(bento: Path, demo_home: Path) -> None:
    inside = Release.load(current_folder(bento / "src" / "released"))
    assert inside.release_id == current_folder(demo_home / "releases").name
    assert not (bento / "src" / "training").exists()
    assert list((bento / "src" / "credit" / "trees" / "__pycache__").glob("*.nbc"))


def test_every_package_is_pinned_as_it_was_tested(bento: Path) -> None:
    tested = {line.lower() for line in (_ROOT / "constraints.txt").read_text().split()}
    lines = (bento / "env" / "python" / "requirements.txt").read_text().splitlines()
    assert lines == pinned()
    assert set(lines) <= tested
    assert not [line for line in lines if re.match("(lightgbm|mlflow|shap|scikit-learn|optuna)==", line)]


def test_the_container_file_is_sound(bento: Path) -> None:
    # given its instructions, a continued line as one
    text = (bento / "env" / "docker" / "Dockerfile").read_text()
    lines = text.replace("\\\n", "").splitlines()
    told = [line.split(" ", 1) for line in lines]

    # then base and packages have exact versions, no registry is named, and what runs is no root
    assert text == container_file()
    assert told[0][0] == "FROM"
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim", told[0][1])
    assert {word for word, _ in told} <= set(
        "FROM ENV RUN WORKDIR COPY USER VOLUME EXPOSE HEALTHCHECK ENTRYPOINT".split()
    )
    assert all(word != "RUN" or "pip" not in rest or "--requirement" in rest for word, rest in told)
    assert not re.search(r"https?://(?!127\.0\.0\.1)|index|trusted|:latest", text)
    words = [word for word, _ in told]
    assert [rest for word, rest in told if word == "USER"] == ["credence"]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert told[-1][1].startswith('["')


def test_what_is_there_is_not_overwritten(demo_home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a new file or folder as --out"):
        make_bento(demo_home / "releases", tmp_path)


def test_a_home_without_release_makes_no_bento(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a release in CREDENCE_HOME"):
        make_bento(tmp_path / "releases", tmp_path / "bento.tar")
    assert not (tmp_path / "bento.tar").exists()


@pytest.mark.slow
def test_it_is_served_without_a_network(bento: Path, demo_portfolio: Path, tmp_path: Path) -> None:
    # given a namespace with loopback alone, and the Bento unpacked from an archive
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-n", "true"], check=False).returncode:
        pytest.skip("a network namespace needs `unshare` and the right to make one")
    archive = tmp_path / "bento.tar"
    shutil.make_archive(str(archive.with_suffix("")), "tar", bento)
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")

    # when it is served there
    script = 'ip link set lo up && exec "$@"'
    command = [sys.executable, "-m", "credence", "serve", "--bento", str(tmp_path / "unpacked")]
    options = ["--portfolio", str(demo_portfolio), "--port", "3999"]
    environment = {**os.environ, "CREDENCE_HOME": str(tmp_path / "home")}
    with subprocess.Popen(
        ["unshare", "-n", "sh", "-c", script, "sh", *command, *options], env=environment
    ) as process:
        try:
            inside = ["nsenter", "-t", str(process.pid), "-n", sys.executable, "-c", _ASK]
            answer = _ready(inside, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)

    # then it becomes ready with the release inside
    assert current_folder(bento / "src" / "released").name in answer


def _ready(inside: list[str], process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        url = "http://127.0.0.1:3999"
        ready = subprocess.run([*inside, f"{url}/readyz"], capture_output=True, check=False)
        if ready.returncode == 0:
            status = subprocess.run([*inside, f"{url}/v1/status"], capture_output=True, check=True)
            return status.stdout.decode()
        time.sleep(0.5)
    pytest.fail("the Bento was not ready in time")
