"""The commands by which a data scientist compares, promotes, takes back and reproduces."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from credence.cli import main
from features.build import Packed, pack_portfolio
from features.files import read, write
from features.sources.simulator import simulate_portfolio
from training.config import TrainConfig, Weights
from training.home import Home
from training.train import train


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    home: Path
    portfolio: Path
    later: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A champion, a candidate without a feature, and one of another outcome; the books of another world."""
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder / "home", folder / "portfolio", folder / "other")
    write(simulate_portfolio(60, 3, 5), desk.portfolio)
    write(simulate_portfolio(40, 3, 6), desk.later)
    packed = pack_portfolio(read(desk.portfolio))
    home = Home(desk.home)
    without = TrainConfig(without=("share_late_amount_90d",))
    for config, horizon in ((None, 30), (without, 30), (None, 0)):
        train(packed, "late", home=home, horizon_days=horizon, test_from="2025-07-01", config=config)
    return desk


@pytest.fixture
def desk(made: Desk, tmp_path: Path) -> Desk:
    shutil.copytree(made.home, tmp_path / "home")
    return Desk(tmp_path / "home", made.portfolio, made.later)


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run ``credence models`` in this process."""
    monkeypatch.setenv("CREDENCE_HOME", str(desk.home))

    def models(*arguments: object) -> Ran:
        capsys.readouterr()
        code = 0
        try:
            main(["models", *map(str, arguments)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return models


def test_show_tells_the_lineage(run):
    lineage = run("show", "late@2", "--json").json["lineage"]
    assert lineage["seed"] == "7"
    assert all(len(lineage[name]) == 64 for name in ("data_hash", "config_hash", "code_hash"))
    assert set(lineage["libraries"]) == {"lightgbm", "numpy", "scipy", "scikit-learn", "pandas", "mlflow"}
    text = run("show", "late@2").out
    assert f"data {lineage['data_hash'][:16]}" in text
    assert "portfolio: not recorded" in text


def test_two_versions_are_compared_with_and_without_the_data(run, desk: Desk):
    kept = run("compare", "late@2", "late@1", "--json").json
    assert kept["features"]["only_b"] == ["share_late_amount_90d"]
    assert kept["config"]["without"] == {"a": ["share_late_amount_90d"], "b": []}
    scored = run("compare", "late@2", "late@1", desk.portfolio, "--json").json
    for metric, told in kept["paired"]["difference"].items():
        assert scored["paired"]["difference"][metric]["value"] == pytest.approx(told["value"], abs=1e-12)
    assert scored["paired"]["subjects"] == kept["paired"]["subjects"]
    assert scored["paired"]["looks"] == 2
    text = run("compare", "late@2", "late@1").out
    for part in ("only in b: share_late_amount_90d", "a less b", "(95 %"):
        assert part in text


def test_other_outcomes_and_other_sellers_are_not_compared(run, desk: Desk):
    ran = run("compare", "late@3", "late@1")
    assert (ran.code, ran.out) == (2, "")
    assert "expected two versions of one outcome; found 'late_0' and 'late_30'" in ran.err


def test_the_same_data_reproduce_a_version_and_others_are_refused(run, desk: Desk):
    ran = run("reproduce", "late@2", desk.portfolio)
    assert (ran.code, ran.out) == (0, "late@2: same trees, same predictions\n")
    other = run("reproduce", "late@2", desk.later, "--json")
    assert (other.code, other.out) == (2, "")
    assert "expected the data of late@2, " in other.err
    unnamed = run("reproduce", "late@2")
    assert unnamed.code == 2
    assert "name it as DIR" in unnamed.err


def test_a_version_that_something_else_made_is_told_apart(run, desk: Desk):
    # given a version whose recorded seed is another than the one that made it
    with sqlite3.connect(desk.home / "mlflow.db") as database:
        (recipe,) = database.execute(
            "SELECT value FROM model_version_tags WHERE key = 'recipe' AND version = 2"
        ).fetchone()
        database.execute(
            "UPDATE model_version_tags SET value = ? WHERE key = 'recipe' AND version = 2",
            (recipe.replace('"seed": 7', '"seed": 11'),),
        )
    ran = run("reproduce", "late@2", desk.portfolio, "--json")
    assert ran.code == 1
    assert (ran.json["same"], ran.json["learned"]) == (False, "differ")
    assert ran.json["largest_difference_log_odds"] > 0
    assert "code: the same" in run("reproduce", "late@2", desk.portfolio).out


def test_a_promotion_is_forced_logged_and_taken_back(run, desk: Desk):
    refused = run("promote", "late@2", "--json")
    assert (refused.code, refused.out) == (1, "")
    assert "non_inferior_auc cannot_say" in refused.err
    assert run("promote", "late@2", "--force").code == 2
    assert run("promote", "late@2", "--reason", "because").code == 2
    forced = run("promote", "late@2", "--force", "--reason", "fewer features", "--json")
    assert forced.code == 0, forced.err
    assert [gate["passed"] for gate in forced.json["gates"]][-2:] == [None, None]
    back = run("rollback", "--reason", "limits fell", "--json")
    assert (back.code, back.json["models"]) == (0, {"late": "late@1"})
    log = run("log", "--json").json
    assert [(entry["action"], entry["promoted"], entry["reason"]) for entry in log] == [
        ("promote", True, ""), ("promote", False, ""), ("promote", True, "fewer features"),
        ("rollback", True, "limits fell"),
    ]  # fmt: skip
    text = run("log").out
    assert "promote of late@2 refused: non_inferior_auc, non_inferior_brier" in text
    assert "forced: fewer features" in text
    day = log[0]["at"][:10]
    served = run("served", "--on", day, "--json").json["served"]
    assert [each["models"]["late"] for each in served] == ["late@1", "late@2", "late@1"]
    assert run("served", "--on", "2020-01-01").code == 1
    assert run("served", "--on", "never").code == 2


def test_going_back_from_the_first_release_is_refused(run):
    ran = run("rollback")
    assert (ran.code, ran.out) == (1, "")
    assert "found none" in ran.err


def test_following_mlflow_without_a_change_says_so(run):
    assert run("sync").out == "every champion serves already\n"
    assert run("sync", "--json").json == []


def test_a_registry_that_does_not_answer_is_refused_soon(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CREDENCE_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    ran = run("list")
    assert ran.code == 2
    assert "a registry at CREDENCE_TRACKING_URI" in ran.err
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_a_database_that_does_not_answer_is_refused_soon_without_its_password(
    run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CREDENCE_TRACKING_URI", "postgresql+psycopg://somebody:secret@127.0.0.1:9/none")
    began = time.monotonic()
    ran = run("list")
    assert (ran.code, ran.out) == (2, "")
    assert "a registry at CREDENCE_TRACKING_URI" in ran.err
    assert "secret" not in ran.err
    assert time.monotonic() - began < 30


def test_training_records_where_the_portfolio_lay(run, desk: Desk):
    with pytest.raises(SystemExit) as ended:
        main(["train", "late", str(desk.portfolio), "--test-from", "2025-07-01"])
    assert not ended.value.code
    assert run("show", "late@4", "--json").json["lineage"]["portfolio"] == str(desk.portfolio)
    assert run("reproduce", "late@4").code == 0


def test_a_candidate_that_is_surely_no_worse_needs_no_force(
    run, demo_home: Path, demo_packed: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # given a seller with bad buyers enough to tell
    shutil.copytree(demo_home, tmp_path / "demo")
    monkeypatch.setenv("CREDENCE_HOME", str(tmp_path / "demo"))
    # Reason: another seed's trees may be worse by almost the margin; these differ by hardly anything.
    nearly_the_same = TrainConfig(weights=Weights(recency_half_life_days=36_500))
    train(demo_packed, "late", home=Home(tmp_path / "demo"), config=nearly_the_same)
    ran = run("promote", "late@candidate", "--json")
    assert ran.code == 0, ran.err
    gates = {gate["name"]: gate for gate in ran.json["gates"]}
    assert -0.02 < gates["non_inferior_auc"]["value"] < 0.02
    assert gates["non_inferior_brier"]["passed"] is True
    # and the other models serve on in the new release
    assert run("log", "--json").json[-1]["models"] == {
        "default": "default@1", "late": "late@2", "timing": "timing@1",
    }  # fmt: skip
