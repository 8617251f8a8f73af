"""What holds for the project as a whole, whichever part changes."""

from __future__ import annotations

__all__: list[str] = []

import importlib.metadata
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PIN = re.compile(r"[a-z0-9-]+==[A-Za-z0-9.+!]+")
REQUIREMENT_NAME = re.compile(r"[A-Za-z0-9_.-]+")
PERMISSIVE = re.compile(r"\b(MIT|BSD|Apache|Python Software Foundation)\b")
WITH_CONDITIONS = re.compile(r"\b(A?GPL|LGPL|MPL|EPL|CDDL)|General Public|Mozilla", re.IGNORECASE)

# The words are split so that this file does not contain what it looks for.
REGISTRY = re.compile(
    "|".join(
        [
            r"\bpypi\.",
            "python" + "hosted",
            r"\banaconda\.",
            r"npm" + r"js\.",
            "index" + "-url",
            "find" + "-links",
        ]
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.)}])/(?:root|work|Users|home)/\w")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def tracked_texts() -> dict[str, str]:
    listing = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    if listing.returncode != 0:
        pytest.skip("this is no git checkout, so nothing says which files belong to the project")
    texts = {}
    for name in filter(None, listing.stdout.split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b"\0"
        if b"\0" not in content:
            texts[name] = content.decode("utf-8", errors="replace")
    return texts


def direct_dependencies() -> list[str]:
    extras = PROJECT["optional-dependencies"].values()
    requirements = [*PROJECT["dependencies"], *(one for extra in extras for one in extra)]
    return sorted(normal(match[0]) for text in requirements if (match := REQUIREMENT_NAME.match(text)))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared_licence(distribution: str) -> str:
    metadata = importlib.metadata.metadata(distribution)
    classifiers = [one for one in metadata.get_all("Classifier") or [] if one.startswith("License")]
    return metadata.get("License-Expression") or "; ".join(classifiers) or metadata.get("License") or ""


def test_the_layers_hold() -> None:
    # given the contracts in pyproject.toml, when the imports of every module are followed
    result = run(str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache")

    # then no contract is broken
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("features.engine", ["pandas", "mlflow", "bentoml"]),
        ("credit.trees", ["pandas", "lightgbm", "features", "mlflow", "bentoml"]),
        ("credit.assessor", ["lightgbm", "mlflow", "bentoml", "sqlalchemy"]),
        ("serving.state", ["lightgbm", "mlflow", "training"]),
        ("credence", ["numpy", "pandas", "lightgbm", "mlflow", "bentoml"]),
        ("credence.cli", ["pandas", "lightgbm", "mlflow", "bentoml"]),
    ],
)
def test_an_import_pulls_in_nothing_heavy(module: str, heavy: list[str]) -> None:
    # when the module alone is imported in a fresh interpreter
    result = run(sys.executable, "-c", f"import {module}, sys; print(*sys.modules)")

    # then none of the heavy libraries came along
    assert result.returncode == 0, result.stderr
    assert set(result.stdout.split()) & set(heavy) == set()


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE_PATH], ids=["registry", "machine path"])
def test_no_file_names_a_registry_or_a_path_of_one_machine(pattern: re.Pattern[str]) -> None:
    # given every text file of the project, when it is searched
    found = [
        f"{name}:{text[: match.start()].count(chr(10)) + 1}: {match[0]}"
        for name, text in tracked_texts().items()
        for match in pattern.finditer(text)
    ]

    # then nothing is found
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (REGISTRY, "pip install --index" + "-url x"),
        (REGISTRY, "https://pypi" + ".org/simple"),
        (MACHINE_PATH, "see /home" + "/someone/data"),
        (MACHINE_PATH, '"/root' + '/x"'),
    ],
)
def test_the_search_would_find_them(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_a_home_below_the_project_is_no_path_of_a_machine() -> None:
    assert not MACHINE_PATH.search("build/demo/home/releases and ../home/work/x")


def test_the_constraints_are_plain_pins_in_order() -> None:
    # given the lines of the file
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    names = [line.partition("==")[0] for line in lines]

    # then each is name==version without an address, each name once, sorted
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    assert names == sorted(set(names))


def test_the_constraints_pin_every_direct_dependency() -> None:
    # given what pyproject.toml asks for, with all extras
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}

    # then nothing is left open
    assert set(direct_dependencies()) - pinned == set()


def test_every_direct_dependency_is_permissive_or_has_its_conditions_in_the_notice() -> None:
    # given the notice, cut where the licences with conditions begin
    permissive, _, with_conditions = (
        (ROOT / "NOTICE").read_text("utf-8").partition("Licences with conditions")
    )
    free, bound = (
        {normal(word) for word in re.findall(r"[\w-]+", part)} for part in (permissive, with_conditions)
    )

    # when the installed packages say under what licence they come
    wrong = []
    for name in direct_dependencies():
        try:
            licence = declared_licence(name)
        except importlib.metadata.PackageNotFoundError:
            licence = None
        if name not in free | bound:
            wrong.append(f"{name}: not in NOTICE")
        elif (
            licence is not None
            and name in free
            and (WITH_CONDITIONS.search(licence) or not PERMISSIVE.search(licence))
        ):
            wrong.append(f"{name}: {licence}")

    # then NOTICE agrees with each
    assert wrong == []


def test_help_lists_every_target() -> None:
    # given the targets that the Makefile declares
    declaration = re.search(r"^\.PHONY:(.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert declaration is not None
    targets = set(declaration[1].split())

    # when help is asked for
    result = run("make", "--no-print-directory", "help")

    # then it names each of them, and the promised ones are there
    listed = set(re.findall(r"^  make (\S+)", result.stdout, re.MULTILINE))
    assert listed == targets
    assert targets >= {"help", "setup", "demo", "stop", "test", "test-all", "lint", "type", "fmt", "bench"}


def test_stop_is_content_when_nothing_runs() -> None:
    # given that no demo was started
    if (ROOT / "build/demo/serve.pid").exists():
        pytest.skip("a demo is running; `make stop` ends it")

    # when it is told to stop
    result = run("scripts/demo.sh", "stop")

    # then there is nothing to say
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_demo_names_the_port_that_is_taken_and_a_way_out() -> None:
    # given another program on a port
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        # when the demo asks for it
        result = run("scripts/demo.sh", "check", str(port))

    # then it refuses before it does anything else
    assert result.returncode == 2
    assert f"expected port {port} to be free" in result.stderr
    assert f"make demo PORT={port + 1}" in result.stderr


def test_an_interpreter_that_is_absent_is_named_with_the_next_step() -> None:
    result = run("scripts/environment.sh", "python-that-is-not-there")

    assert result.returncode == 2
    assert "expected Python 3.11 or newer, found no 'python-that-is-not-there'" in result.stderr
    assert "make setup PYTHON=" in result.stderr


@pytest.mark.parametrize("package", ["features", "credit", "training", "serving", "credence"])
def test_the_packages_publish_their_types(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_the_version_is_one() -> None:
    # given the version of the distribution and that of the command
    result = run(sys.executable, "-c", "import credence; print(credence.__version__)")

    # then they agree
    assert result.stdout.strip() == PROJECT["version"]
