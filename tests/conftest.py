"""Options of the whole test suite."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

from serving.compiled import keep_compiled_code

if TYPE_CHECKING:
    from credit.release import Release
    from features.build import Packed
    from tests.postgres import Cluster

# Tests and the commands that they start share the compiled engine.
keep_compiled_code(Path(".credence"))

# Workers share the cores: more threads than cores spin and make training many times slower.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

# A busy machine is no failure of a property.
settings.register_profile("credence", deadline=None)
settings.load_profile("credence")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden texts instead of comparing")


LONG_FIRST = ("tests/e2e/", "tests/notebooks/")
"""Files of a few tests that take minutes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no worker is left alone with one of them at the end.

    The first one needs no home that is built once, so that nobody waits while the other builds that.
    """
    items.sort(key=lambda item: not item.location[0].startswith(LONG_FIRST))


def _built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """Return a folder that one worker builds and all workers of the session share."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not done.exists():
            build(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def demo_portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a simulated portfolio: 200 buyers over four years, many failing. Read it only."""
    from features.files import write
    from features.sources.simulator import Knobs, simulate_portfolio

    # Reason: with so few buyers a default model learns only where failures are frequent.
    knobs = Knobs(failures_a_year=0.1)
    return _built_once(
        tmp_path_factory, "demo", lambda folder: write(simulate_portfolio(200, 4, 7, knobs=knobs), folder)
    )


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory, demo_portfolio: Path) -> Path:
    """Home with ``late@1``, ``default@1`` and ``timing@1``, champions and released. Copy it to change it."""
    from features.build import pack_portfolio
    from features.files import read
    from training.config import FewDefaults, TrainConfig
    from training.home import Home
    from training.registry import Registry
    from training.releases import promote
    from training.train import train

    # Reason: the few defaults of a small world would give a prior; trees have more to test.
    config = TrainConfig(few_defaults=FewDefaults(switch_at=10))

    def build(folder: Path) -> None:
        packed = pack_portfolio(read(demo_portfolio))
        for model in ("late", "default", "timing"):
            found = train(packed, model, home=Home(folder), config=config)
            if found.alias == "candidate":
                # Reason: what is served is to be tested, also where so small a world misses a gate.
                promote(Registry(Home(folder)), found.version, first=True, force_reason="a small world")

    return _built_once(tmp_path_factory, "demo-home", build)


@pytest.fixture(scope="session")
def reported_home(tmp_path_factory: pytest.TempPathFactory, demo_home: Path, demo_portfolio: Path) -> Path:
    """Home as `demo_home` where ``default@1`` has its validation pack and ``late@1`` has none. Read it."""

    def build(folder: Path) -> None:
        shutil.copytree(demo_home, folder, symlinks=True)
        # Reason: a whole process, as a user starts it; what it prints is told where it fails.
        report = ["models", "report", "default@champion", str(demo_portfolio), "--log"]
        command = [sys.executable, "-m", "credence", *report]
        environment = {**os.environ, "CREDENCE_HOME": str(folder)}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr

    return _built_once(tmp_path_factory, "reported-home", build)


@pytest.fixture(scope="session")
def demo_packed(demo_portfolio: Path) -> Packed:
    """The simulated portfolio, packed."""
    from features.build import pack_portfolio
    from features.files import read

    return pack_portfolio(read(demo_portfolio))


@pytest.fixture(scope="session")
def demo_release(demo_home: Path) -> Release:
    """The release in force in `demo_home`."""
    from credit.release import Release, current_folder

    return Release.load(current_folder(demo_home / "releases"))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """Run a real PostgreSQL, one for each worker; skip where none is installed (`make system` does it)."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: `make setup`")
    from tests.postgres import programs, running_cluster

    server = programs()
    if server is None:
        pytest.skip("PostgreSQL is not installed: `make system` as root on Debian")
    with running_cluster(server) as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """SQLAlchemy URL of an empty database of a real PostgreSQL, dropped after the test."""
    with postgres_cluster.database(f"test_{uuid4().hex}") as url:
        yield url
