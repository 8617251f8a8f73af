"""What puts a version in force, what keeps it out, and what a kill in between leaves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from credit.definition import DefaultDefinition
from credit.release import Release, current_folder
from features.build import Packed, pack_portfolio
from features.errors import InputError, Refused
from features.sources.simulator import Knobs, simulate_portfolio
from training.compare import compare
from training.config import TrainConfig
from training.evaluate import evaluate
from training.home import Home
from training.promotion_log import append, before_current, read_log, served_on
from training.registry import Registry
from training.releases import promote, rollback
from training.train import Result, train


@pytest.fixture(scope="module")
def trained(small: Packed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a champion and a candidate; copy it to change it."""
    home = Home(tmp_path_factory.mktemp("seller") / "home")
    for seed in (7, 8):
        train(small, "late", home=home, test_from="2025-07-01", config=TrainConfig(seed=seed))
    return home.path


@pytest.fixture
def home(trained: Path, tmp_path: Path) -> Home:
    """A copy of the home, which is a home that was moved."""
    shutil.copytree(trained, tmp_path / "moved home")
    return Home(tmp_path / "moved home")


def pointer(home: Home) -> str:
    return current_folder(home.releases).name


def test_a_home_that_was_moved_uses_its_own_files(home: Home, small: Packed, trained: Path):
    version = Registry(home).version("late@1")
    assert version.folder.is_relative_to(home.path)
    assert version.load().spec.outcome == "late_30"
    # when one trains there, what is new lies there too
    before = sorted(path for path in trained.rglob("*"))
    made = train(small, "late", home=home, test_from="2025-07-01").version
    assert made.folder.is_relative_to(home.path)
    assert sorted(path for path in trained.rglob("*")) == before


@pytest.mark.parametrize("step", ["append", "_set_champion", "point"])
def test_a_promotion_that_is_cut_is_ended_by_the_next_call(
    home: Home, step: str, monkeypatch: pytest.MonkeyPatch
):
    # given a promotion that dies at a step
    registry = Registry(home)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"training.settling.{step}", die)
        with pytest.raises(KeyboardInterrupt):
            promote(registry, registry.version("late@2"), force_reason="small test")
    # when somebody promotes the same
    release, _ = promote(Registry(home), registry.version("late@2"), force_reason="small test")
    # then it is in force once, logged once
    assert pointer(home) == release
    assert Release.load(current_folder(home.releases)).versions == {"late": "late@2"}
    assert Registry(home).champion("late") == "late@2"
    assert [entry["version"] for entry in read_log(home) if entry["promoted"]] == ["late@1", "late@2"]
    assert not (home.releases / ".pending.json").exists()


def test_two_rollbacks_go_back_two_steps(home: Home):
    registry, first = Registry(home), pointer(home)
    second, _ = promote(registry, registry.version("late@2"), force_reason="a")
    third, _ = promote(registry, registry.version("late@1"), force_reason="b")
    assert [rollback(registry), rollback(registry)] == [second, first]
    assert before_current(home) == ""
    with pytest.raises(Refused, match="found none"):
        rollback(registry)
    assert rollback(registry, to=third, reason="again") == third
    assert read_log(home)[-1]["reason"] == "again"


def test_a_release_that_is_not_there_or_was_changed_is_no_way_back(home: Home):
    registry, first = Registry(home), pointer(home)
    promote(registry, registry.version("late@2"), force_reason="a")
    served = pointer(home)
    with pytest.raises(InputError, match="expected a release r0099-x"):
        rollback(registry, to="r0099-x")
    (home.releases / first / "late" / "booster.txt").write_text("tree")
    with pytest.raises(InputError, match="files that training wrote"):
        rollback(registry)
    assert (pointer(home), registry.champion("late")) == (served, "late@2")


def test_no_reason_forces_a_changed_artefact(home: Home):
    registry = Registry(home)
    version = registry.version("late@2")
    (version.folder / "booster.txt").write_text("tree")
    with pytest.raises(Refused, match="loads_with_golden_predictions no == yes") as refused:
        promote(registry, version, force_reason="we need it")
    assert "--force" not in str(refused.value)


def test_files_replaced_manifest_and_all_are_not_those_of_the_version(home: Home):
    registry = Registry(home)
    version, other = registry.version("late@2"), registry.version("late@1")
    shutil.rmtree(version.folder)
    shutil.copytree(other.folder, version.folder)
    with pytest.raises(InputError, match="files that late@2 was registered with"):
        version.load()


def test_with_the_portfolio_both_are_scored_and_the_look_is_recorded(home: Home, small: Packed):
    registry = Registry(home)
    with pytest.raises(Refused, match=r"\(\d+ bad buyers in the test"):
        promote(registry, registry.version("late@2"), packed=small)
    looks = [json.loads(line) for line in (home.path / "looks.jsonl").read_text().splitlines()]
    assert [look["by"] for look in looks] == ["train", "train", "promote"]


def test_another_sellers_portfolio_is_no_evidence(home: Home, small: Packed):
    registry, before = Registry(home), read_log(home)
    foreign = replace(small.portfolio, seller=replace(small.portfolio.seller, seller_id="somebody"))
    with pytest.raises(InputError, match="expected a portfolio of seller 'nordwind'"):
        promote(registry, registry.version("late@2"), packed=pack_portfolio(foreign))
    assert read_log(home) == before


def test_each_look_at_a_test_period_is_counted(home: Home, small: Packed):
    version = Registry(home).version("late@1")
    reports = [evaluate(version, small, home=home) for _ in range(2)]
    assert [report["looks"] for report in reports] == [2, 3]
    # and a period that overlaps none of them was not looked at
    early = evaluate(version, small, stop="2025-06-01", start="2025-01-01", in_sample=True, home=home)
    assert early["looks"] == 0


def test_the_log_says_what_served_on_a_day(tmp_path: Path):
    home = Home(tmp_path)
    for at, promoted, release in (
        ("2026-01-10T08:00:00+00:00", True, "r1"),
        ("2026-01-12T08:00:00+00:00", False, ""),
        ("2026-02-10T08:00:00+00:00", True, "r2"),
    ):
        named = {"release": release, "models": {"late": f"late@{release[1:]}"}} if promoted else {}
        append(home, {"at": at, "promoted": promoted, **named})
    served = {day: [each["release"] for each in served_on(home, day)] for day in
              ("2026-01-09", "2026-01-10", "2026-01-31", "2026-02-10", "2026-03-01")}  # fmt: skip
    assert served == {
        "2026-01-09": [], "2026-01-10": ["r1"], "2026-01-31": ["r1"], "2026-02-10": ["r1", "r2"],
        "2026-03-01": ["r2"],
    }  # fmt: skip
    with pytest.raises(InputError, match="--on"):
        served_on(home, "soon")


@pytest.mark.parametrize("name", ["promotions.jsonl", ".pending.json"])
@pytest.mark.parametrize(
    "text", ["no json\n", "{}\n", "[]\n", '{"at": "1", "promoted": true, "aliases": {}}\n']
)
def test_a_damaged_log_or_note_is_refused_before_anything_changes(home: Home, name: str, text: str):
    registry, served = Registry(home), pointer(home)
    (home.releases / name).write_text(text)
    for change in (
        lambda: promote(registry, registry.version("late@2"), force_reason="x"),
        lambda: rollback(registry),
    ):
        with pytest.raises(InputError, match=name):
            change()
    assert (pointer(home), registry.champion("late")) == (served, "late@1")


@pytest.mark.parametrize("text", [b"", b"\xff", b"../../elsewhere", b"r9999-none"])
def test_a_damaged_pointer_is_mended_by_the_next_promotion(home: Home, text: bytes):
    (home.releases / "current").write_bytes(text)
    # and a folder that only looks like a release is none
    (home.releases / "r1x-mine").mkdir()
    registry = Registry(home)
    release, _ = promote(registry, registry.version("late@2"), force_reason="x")
    assert pointer(home) == release


def test_kept_test_subjects_that_cannot_be_read_are_none(home: Home):
    registry = Registry(home)
    for path in home.artifacts.rglob("test_subjects.npz"):
        path.write_bytes(b"damaged")
    assert registry.test_subjects(registry.version("late@2")) is None


def test_two_promotions_at_once_come_one_after_the_other(home: Home):
    code = (
        "import sys; from pathlib import Path; from training.home import Home\n"
        "from training.registry import Registry; from training.releases import promote\n"
        "r = Registry(Home(Path(sys.argv[1]))); promote(r, r.version(sys.argv[2]), force_reason='x')"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, home.path, name]) for name in ("late@2", "late@1")]
    assert [process.wait() for process in both] == [0, 0]
    last = [entry for entry in read_log(home) if entry["promoted"]][-1]
    assert last["release"] == pointer(home)
    assert Registry(home).champion("late") == last["models"]["late"]


@pytest.fixture(scope="module")
def without_defaults(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Result]:
    packed = pack_portfolio(simulate_portfolio(25, 3, 4, knobs=Knobs(failures_a_year=0.0)))
    home = Home(tmp_path_factory.mktemp("young") / "home")
    return home, train(packed, "default", home=home)


def test_a_seller_without_defaults_gets_a_released_prior(without_defaults: tuple[Home, Result]):
    home, result = without_defaults
    assert result.alias == "champion"
    release = Release.load(current_folder(home.releases))
    assert release.models["default"].spec.learner == "scorecard"
    gates = {gate["name"]: gate["passed"] for gate in read_log(home)[0]["gates"]}
    assert "auc" not in gates
    assert all(gates.values())


def test_a_second_prior_is_asked_for_its_level_alone(without_defaults: tuple[Home, Result]):
    # given so few defaults that no comparison of two priors can tell anything
    home, result = without_defaults
    registry = Registry(home)
    packed = pack_portfolio(simulate_portfolio(25, 3, 4, knobs=Knobs(failures_a_year=0.0)))
    version = train(packed, "default", home=home, config=TrainConfig(population_rate=0.03)).version
    release_id, asked = promote(registry, version)
    assert release_id != result.release_id
    assert {gate.name for gate in asked} == {
        "seller", "loads_with_golden_predictions", "level_ratio_low", "level_ratio_high",
        "outcome", "definition",
    }  # fmt: skip
    # and a refit of what serves has nothing to beat
    final = train(packed, "default", home=home, final=True).version
    _, gates = promote(registry, final)
    assert "refit_of" in {gate.name for gate in gates}
    assert registry.champion("default") == final.name


def test_another_sellers_portfolio_is_refused_though_the_version_is_in_force(
    without_defaults: tuple[Home, Result],
):
    home, _ = without_defaults
    registry = Registry(home)
    packed = pack_portfolio(simulate_portfolio(25, 3, 4, knobs=Knobs(failures_a_year=0.0)))
    version = registry.version(registry.champion("default"))
    other = replace(version, tags={**version.tags, "seller_id": "another"})
    before = (home.releases / "promotions.jsonl").read_bytes()
    with pytest.raises(InputError, match="seller"):
        promote(registry, other, packed=packed)
    assert (home.releases / "promotions.jsonl").read_bytes() == before


def test_a_champion_of_another_definition_keeps_its_place(
    without_defaults: tuple[Home, Result], tmp_path: Path
):
    # given a version of a definition with the same id and another cure
    home, _ = without_defaults
    registry, before = Registry(home), Registry(home).champion("default")
    packed = pack_portfolio(simulate_portfolio(25, 3, 4, knobs=Knobs(failures_a_year=0.0)))
    changed = DefaultDefinition.load().model_dump() | {"cure_days": 91}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(changed))
    version = train(packed, "default", home=home, definition=tmp_path / "own.yaml").version
    # then no reason puts it in force
    with pytest.raises(Refused, match="expected definition") as refused:
        promote(registry, version, force_reason="we changed our mind")
    assert "--force" not in str(refused.value)
    assert registry.champion("default") == before
    # nor are the two compared
    with pytest.raises(InputError, match="expected two versions of one definition"):
        compare(registry, version, registry.version(before))
    # and it is measured by its own definition
    assert evaluate(version, packed)["outcome"] == "default_obligor_90"


def test_a_model_that_a_release_serves_is_not_replaced_unasked_where_its_alias_was_dropped(
    home: Home, small: Packed
):
    registry = Registry(home)
    served = Release.load(current_folder(home.releases)).versions["late"]
    registry.drop_alias("late", "champion")
    later = train(small, "late", home=home, test_from="2025-07-01", config=TrainConfig(seed=21))
    assert (later.alias, later.release_id) == ("candidate", "")
    assert Release.load(current_folder(home.releases)).versions["late"] == served
