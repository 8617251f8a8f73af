"""``credence models report``: a pack to read and sign, and its numbers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from credence.cli.models import models
from features.errors import InputError
from tests.training.report.document.shown import disagreement, shown_in
from training.report.sections import Pack

PAGE, NUMBERS = "validation.html", "validation.json"


def run(home: Path, *arguments: str) -> Result:
    command = ["report", *arguments]
    return CliRunner().invoke(models, command, env={"CREDENCE_HOME": str(home)}, catch_exceptions=False)


@pytest.fixture(scope="module")
def built(reported_home: Path) -> Path:
    return reported_home / "reports" / "default@1"


def test_the_page_shows_the_numbers_beside_it(built: Path) -> None:
    pack = json.loads((built / NUMBERS).read_text(encoding="utf-8"))
    shown = shown_in((built / PAGE).read_text(encoding="utf-8"))
    assert Pack.model_validate(pack).identity.name == "default@1"
    assert len(shown) > 1000
    assert [wrong for each in shown if (wrong := disagreement(each, pack))] == []


def test_it_can_be_built_again_to_the_same_bytes_where_one_says(
    built: Path, reported_home: Path, demo_portfolio: Path, tmp_path: Path
) -> None:
    # given a folder with an older pack and the paper that was signed
    out = tmp_path / "pack"
    shutil.copytree(built, out)
    (out / PAGE).write_text("older")
    (out / "signed.pdf").write_text("signed")

    # when it is built anew
    ran = run(reported_home, "default@1", str(demo_portfolio), "--out", str(out), "--json")

    # then it is the same as the other one, stdout is JSON alone, and the paper is still there
    told = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert (out / NUMBERS).read_bytes() == (built / NUMBERS).read_bytes()
    assert (out / PAGE).read_bytes() == (built / PAGE).read_bytes()
    assert (out / "signed.pdf").read_text() == "signed"
    issues = json.loads((out / NUMBERS).read_text(encoding="utf-8"))["issues"]
    assert told["page"] == str(out / PAGE)
    assert sum(map(len, told["issues"].values())) == len(issues) > 0
    assert "drawing the page" in ran.stderr


def test_a_folder_of_somebody_elses_is_refused_before_anything_is_computed(
    reported_home: Path, demo_portfolio: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="a folder with other files"):
        run(reported_home, "default@1", str(demo_portfolio), "--out", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_without_a_recorded_portfolio_it_asks_for_one(reported_home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name it as DIR"):
        run(reported_home, "default@1", "--out", str(tmp_path / "pack"))
    assert not (tmp_path / "pack").exists()


def test_a_version_that_is_not_there_is_refused(reported_home: Path) -> None:
    with pytest.raises(InputError, match="a version late@7"):
        run(reported_home, "late@7")


def test_the_registry_keeps_it_with_the_run_where_one_asks(built: Path, reported_home: Path) -> None:
    kept = next(reported_home.rglob(f"artifacts/reports/{PAGE}")).parent
    assert {path.name for path in kept.iterdir()} == {PAGE, NUMBERS}
    assert all((kept / name).read_bytes() == (built / name).read_bytes() for name in (PAGE, NUMBERS))


def test_pay_dates_have_a_pack_too(reported_home: Path, demo_portfolio: Path, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    ran = run(reported_home, "timing@champion", str(demo_portfolio), "--out", str(out), "--json")
    told, pack = json.loads(ran.stdout), json.loads((out / NUMBERS).read_text(encoding="utf-8"))
    assert (ran.exit_code, told["version"], pack["identity"]["model"]) == (0, "timing@1", "timing")
    assert sum(map(len, told["issues"].values())) == len(pack["issues"]) > 0
    assert "When will this invoice be paid?" in (out / PAGE).read_text(encoding="utf-8")
