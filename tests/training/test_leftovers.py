"""A process that is killed while it registers a version leaves nothing once the next training ran."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from features.build import Packed, pack_portfolio
from features.sources.simulator import Knobs, simulate_portfolio
from training.home import Home
from training.leftovers import OPEN
from training.registry import Registry
from training.train import train

ROOT = Path(__file__).parents[2]

CUT = """
import sys, time
from pathlib import Path
import training.registry as registry
from features.build import pack_portfolio
from features.sources.simulator import Knobs, simulate_portfolio
from training.home import Home
from training.train import train

def stop(*_, **__):
    print("here", flush=True)
    time.sleep(600)

if sys.argv[2] == "files":
    whole = registry.log_model
    registry.log_model = lambda *given: (whole(*given), stop())
else:
    registry.Registry.version = stop
packed = pack_portfolio(simulate_portfolio(25, 3, 4, knobs=Knobs(failures_a_year=0.0)))
train(packed, "default", home=Home(Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def spotless() -> Packed:
    return pack_portfolio(simulate_portfolio(25, 3, 4, knobs=Knobs(failures_a_year=0.0)))


def killed(home: Home, where: str) -> None:
    """Train in a process of its own, and kill it once it has come so far."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    with subprocess.Popen(
        [sys.executable, "-c", CUT, str(home.path), where],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert "here" in process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL


def folders(home: Home) -> list[Path]:
    """Return the folders of runs and of models."""
    below = home.artifacts / "default"
    return sorted(path for path in [*below.glob("*"), *below.glob("models/*")] if path.name != "models")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which one training was killed just before it was done, and one amid its registration."""
    home = Home(tmp_path_factory.mktemp("killed") / "home")
    killed(home, "registered")
    killed(home, "files")
    return home


def test_what_a_killed_training_left_is_gone_after_the_next_and_versions_stay(home: Home, spotless: Packed):
    before = Registry(home).version("default@1")
    left = folders(home)
    assert len(left) == 4
    # when
    told: list[str] = []
    result = train(spotless, "default", home=home, say=told.append)
    # then the registered version is there though its process was killed, and nothing of the other is
    assert result.version.name == "default@2"
    assert any("left" in line for line in told)
    kept = folders(home)
    assert len(kept) == 4
    assert len(set(kept) & set(left)) == 2
    assert before.load().spec.model == result.version.load().spec.model == "default"


def test_a_run_whose_process_lives_or_is_of_another_machine_is_left_alone(home: Home):
    registry, client = Registry(home), MlflowClient(home.tracking_uri)
    experiment = client.get_experiment_by_name("default")
    assert experiment is not None
    for who in (f"{socket.gethostname()}:{os.getpid()}", "elsewhere.example:1"):
        client.create_run(experiment.experiment_id, tags={OPEN: who})
    assert registry.sweep("default") == 0
    old = client.create_run(experiment.experiment_id, start_time=1_000, tags={OPEN: "elsewhere.example:1"})
    assert registry.sweep("default") == 1
    assert client.get_run(old.info.run_id).info.lifecycle_stage == "deleted"
