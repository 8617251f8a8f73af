"""A data scientist's day on each registry: the home's own, a PostgreSQL and a tracking server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import mlflow
import pytest
from mlflow.tracking import MlflowClient

from credence.cli import main
from credit.release import Release, current_folder
from features.build import Packed, pack_portfolio
from features.errors import InputError
from tests.training.backends import tracking_server
from training.compare import compare
from training.config import TrainConfig
from training.home import Home
from training.promotion_log import read_log
from training.registry import Registry
from training.releases import promote, rollback, sync
from training.reproduce import reproduce
from training.train import train

TEST_FROM = "2025-07-01"


@pytest.fixture(scope="module", params=["sqlite", "postgres", "server"])
def home(
    request: pytest.FixtureRequest, small: Packed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """A home with a champion and a candidate, in each kind of registry."""
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        if request.param == "postgres":
            cluster = request.getfixturevalue("postgres_cluster")
            patch.setenv("CREDENCE_TRACKING_URI", stack.enter_context(cluster.database("registry")))
        elif request.param == "server":
            patch.setenv("CREDENCE_TRACKING_URI", request.getfixturevalue("server"))
        made = Home(folder / "home")
        for seed in (7, 8):
            train(small, "late", home=made, test_from=TEST_FROM, config=TrainConfig(seed=seed))
        yield made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with tracking_server(tmp_path_factory.mktemp("tracking")) as address:
        yield address


def test_compare_promote_roll_back_and_reproduce(home: Home, small: Packed):
    registry = Registry(home)
    a, b = registry.version("late@candidate"), registry.version("late@champion")
    assert (a.name, b.name) == ("late@2", "late@1")
    # when two versions are compared, on the subjects that both kept
    report = compare(registry, a, b)
    assert report["config"]["seed"] == {"a": 8, "b": 7}
    assert set(report["lineage"]) == {"config_hash", "seed"}
    assert report["paired"]["subjects"] > 400
    assert report["paired"]["difference"]["auc"]["value"] == pytest.approx(
        report["metrics"]["auc"]["a"]["value"] - report["metrics"]["auc"]["b"]["value"]
    )
    # and the candidate is promoted
    before = current_folder(home.releases).name
    release, _ = promote(registry, a, force_reason="small test")
    assert registry.champion("late") == "late@2"
    assert Release.load(current_folder(home.releases)).release_id == release != before
    # and taken back
    assert rollback(registry) == before
    assert registry.champion("late") == "late@1"
    assert [(entry["action"], entry["release"]) for entry in read_log(home)] == [
        ("promote", before), ("promote", release), ("rollback", before),
    ]  # fmt: skip
    # then the same model comes of the same data
    again = reproduce(a, small)
    assert (again["same"], again["learned"]) == (True, "same")
    assert again["largest_difference_log_odds"] < 1e-12
    assert (again["code"], again["libraries"]) == ("same", {})


def test_an_alias_moved_in_mlflow_serves_only_through_the_gates(home: Home):
    # given somebody who names another champion in MLflow
    registry = Registry(home)
    client = MlflowClient(home.tracking_uri, home.tracking_uri)
    served = current_folder(home.releases).name
    other = "2" if registry.champion("late") == "late@1" else "1"
    client.set_registered_model_alias("late", "champion", other)
    # then too small a test keeps it from serving
    told = sync(registry)
    assert [(each["champion"], each["release"]) for each in told] == [(f"late@{other}", None)]
    assert "non_inferior_auc" in told[0]["refused"]
    assert current_folder(home.releases).name == served
    # and the alias goes back
    rollback(registry, to=served)
    assert sync(registry) == []


def test_figures_tables_and_the_model_are_seen_in_mlflow(home: Home):
    registry = Registry(home)
    version = registry.version("late@1")
    client = MlflowClient(home.tracking_uri, home.tracking_uri)
    files = {item.path for item in client.list_artifacts(version.run_id)}
    assert files >= {"figures", "tables", "evaluation.json", "test_subjects.npz"}
    assert "tables/segments.json" in {item.path for item in client.list_artifacts(version.run_id, "tables")}
    assert client.get_run(version.run_id).data.tags["code_hash"] == version.tags["code_hash"]
    loaded = mlflow.pyfunc.load_model("models:/late/1")
    assert loaded.metadata.signature is not None


def test_a_fetched_model_is_checked(home: Home, tmp_path: Path):
    # given another home at the same registry
    other = Home(tmp_path / "other")
    other.claim("nordwind")
    version = Registry(other).version("late@1") if not home.is_own_registry else None
    if version is None:
        version = Registry(home).version("late@1")
    assert version.load().spec.outcome == "late_30"
    if "cache" in version.folder.parts:
        # when what was fetched is changed, manifest and all
        shutil.copy(Registry(other).version("late@2").folder / "manifest.json", version.folder)
        with pytest.raises(InputError):
            version.load()


def test_another_seller_is_refused(home: Home, small: Packed, tmp_path: Path):
    seller = replace(small.portfolio.seller, seller_id="somebody")
    foreign = pack_portfolio(replace(small.portfolio, seller=seller))
    where = home if home.is_own_registry else Home(tmp_path / "theirs")
    with pytest.raises(
        InputError, match=r"of seller '(nordwind|somebody)'.*found one of '(nordwind|somebody)'"
    ):
        train(foreign, "late", home=where, test_from=TEST_FROM)


def test_the_command_line_reads_each_registry(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("CREDENCE_HOME", str(home.path))
    for arguments in (["list"], ["show", "late@1"], ["compare", "late@2", "late@1"], ["log"]):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["models", *arguments, "--json"])
        told = capsys.readouterr()
        assert not ended.value.code, told.err
        assert json.loads(told.out)
