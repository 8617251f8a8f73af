"""A Bento: what is inside, its container file, and that it is served without a network."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from credence.packing import container_file, make_bento, pinned
from credit.release import Release, current_folder
from features.errors import InputError
from serving.compiled import CACHE
from tests.serving.process import made_key

_ROOT = Path(__file__).parents[2]

_ASK = """
import sys, urllib.request
url, key, *body = sys.argv[1:]
headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
call = urllib.request.Request(url, body[0].encode() if body else None, headers)
print(urllib.request.urlopen(call, timeout=30).read().decode())
"""
_LACKING = """
import sys


class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {lacking}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)


sys.meta_path.insert(0, Lacking())
"""
_ADDRESS = "http://127.0.0.1:3999"


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
    assert {line.partition("==")[0] for line in lines} >= {"psycopg", "psycopg-binary"}


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
    # A number, since a platform that lets no root in cannot tell who a name is.
    assert [rest for word, rest in told if word == "USER"] == ["10001"]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert told[-1][1].startswith('["')


def test_what_is_there_is_not_overwritten(demo_home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a new file or folder as --out"):
        make_bento(demo_home / "releases", tmp_path)


def test_a_home_without_release_makes_no_bento(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a release in CREDENCE_HOME"):
        make_bento(tmp_path / "releases", tmp_path / "bento.tar")
    assert not (tmp_path / "bento.tar").exists()


@pytest.fixture(scope="module")
def only_pinned(bento: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for PYTHONPATH under which no package but those of the Bento is there, as in its image."""
    lines = (bento / "env" / "python" / "requirements.txt").read_text().splitlines()
    inside = {line.partition("==")[0] for line in lines}
    lacking = [
        name
        for name, distributions in packages_distributions().items()
        if not {each.lower().replace("_", "-") for each in distributions} & inside
        and not (bento / "src" / name).is_dir()
    ]
    assert {"training", "mlflow", "lightgbm"} <= {*lacking}
    folder = tmp_path_factory.mktemp("pinned")
    (folder / "sitecustomize.py").write_text(_LACKING.format(lacking=lacking))
    return folder


def test_workers_and_clerk_need_no_other_package(bento: Path, only_pinned: Path) -> None:
    code = "import serving.service, serving.clerk_work, alembic, psycopg; print(serving.service.__file__)"
    environment = {**os.environ, "PYTHONPATH": f"{only_pinned}{os.pathsep}{bento / 'src'}"}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=bento, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.strip()).is_relative_to(bento)


@pytest.mark.slow
@pytest.mark.parametrize("program", ["credence", "bentoml"])
def test_it_is_served_without_a_network(
    program: str, bento: Path, only_pinned: Path, demo_portfolio: Path, tmp_path: Path
) -> None:
    # given a namespace with loopback alone, and the Bento unpacked from an archive
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-n", "true"], check=False).returncode:
        pytest.skip("a network namespace needs `unshare` and the right to make one")
    archive = tmp_path / "bento.tar"
    shutil.make_archive(str(archive.with_suffix("")), "tar", bento)
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")

    # when it is served there, by BentoML without any package that is not inside
    script = 'ip link set lo up && exec "$@"'
    command = ["serve", *(["--bento"] if program == "credence" else []), str(tmp_path / "unpacked")]
    environment = {
        **{name: value for name, value in os.environ.items() if name != CACHE},
        "CREDENCE_HOME": str(tmp_path / "home"),
        "CREDENCE_PORTFOLIO": str(demo_portfolio),
        **({} if program == "credence" else {"PYTHONPATH": str(only_pinned)}),
    }
    key = made_key(tmp_path / "home")
    with subprocess.Popen(
        [
            "unshare",
            "-n",
            "sh",
            "-c",
            script,
            "sh",
            sys.executable,
            "-m",
            program,
            *command,
            "--port",
            "3999",
        ],
        env=environment,
        cwd=None if program == "credence" else tmp_path,
    ) as process:
        try:
            ask = ["nsenter", "-t", str(process.pid), "-n", sys.executable, "-c", _ASK]
            _wait(ask, process)
            status = _told(ask, "/v1/status", key)
            buyer_id = _told(ask, "/v1/buyers?limit=1", key)["buyers"][0]
            said = _told(ask, "/v1/assess", key, json.dumps({"buyer_id": buyer_id}))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)

    # then it answers with the release inside
    inside = current_folder(bento / "src" / "released").name
    assert (status["state"], status["release"]) == ("ready", inside)
    assert (said["buyer_id"], said["versions"]["release"]) == (buyer_id, inside)


def _told(ask: list[str], path: str, key: str, *body: str) -> Any:
    ran = subprocess.run([*ask, _ADDRESS + path, key, *body], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def _wait(ask: list[str], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if subprocess.run([*ask, f"{_ADDRESS}/readyz", ""], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.5)
    pytest.fail("the Bento was not ready in time")
