"""``credence models drift`` as it is run."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from credence.cli import main
from credit.folder import manifest_of
from training.home import Home
from training.registry import Registry


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(demo_home, tmp_path / "home", symlinks=True)


@pytest.fixture
def run(
    home: Path, demo_portfolio: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Run ``credence models drift`` on the demo portfolio."""
    monkeypatch.setenv("CREDENCE_HOME", str(home))

    def models(model: str, *arguments: object, books: Path = demo_portfolio) -> Ran:
        capsys.readouterr()
        code = 0
        try:
            main(["models", "drift", model, str(books), *map(str, arguments)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return models


def test_no_drift_is_told_in_words_with_exit_code_0(run):
    ran = run("late@champion")
    assert ran.code == 0, ran.err
    assert "verdict: amber" in ran.out or "verdict: green" in ran.out
    for part in ("* score ", "* leading inputs", "* calibration", "moved furthest", "covariate shift alone",
                 "foreseen without outcomes", "realised of", "payments and accounts"):  # fmt: skip
        assert part in ran.out
    # and the inputs have the words of the catalog
    assert "Time since the first invoice" in ran.out
    assert "tenure_days" not in ran.out


def test_the_lines_of_what_moved_come_worst_first(run):
    lines = run("default@champion").out.split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("moved furthest"))
    indices = [float(line[52:60]) for line in lines[start + 1 : start + 16]]
    assert indices == sorted(indices, reverse=True)


def test_past_a_threshold_the_exit_code_is_1_and_the_action_is_told(
    run, demo_portfolio: Path, tmp_path: Path
):
    # given books in which no accounts are delivered any more
    books = shutil.copytree(demo_portfolio, tmp_path / "books")
    (books / "statements.parquet").unlink()
    # when
    ran = run("default@champion", "--from", "2025-01-01", books=books)
    # then
    assert ran.code == 1, ran.err
    assert "verdict: red - past a threshold" in ran.out
    assert "-> restore the source" in ran.out
    told = run("default@champion", "--from", "2025-01-01", "--json", books=books)
    assert told.code == 1
    assert json.loads(told.out)["verdict"]["alarm"] is True


def test_thresholds_are_those_that_were_named(run):
    ran = run("late@champion", "--threshold", "psi=0.0001", "--threshold", "inputs=50", "--json")
    told = json.loads(ran.out)
    assert (told["thresholds"]["psi"], told["thresholds"]["inputs"]) == (0.0001, 50)
    assert ran.code == int(told["verdict"]["alarm"])


def test_json_is_one_object_and_the_folder_holds_the_same_with_a_page(run, tmp_path: Path):
    out = tmp_path / "drift"
    ran = run("late@champion", "--json", "--out", out)
    told = json.loads(ran.out)
    assert ran.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["drift.html", "drift.json"]
    assert json.loads((out / "drift.json").read_text(encoding="utf-8")) == told
    page = (out / "drift.html").read_text(encoding="utf-8")
    assert "<title>Drift of late@1</title>" in page
    assert "<script" not in page
    # and a second time replaces it with the same bytes
    run("late@champion", "--out", out)
    assert (out / "drift.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2030-01-01"), "books until 2026-06-30"),
        (("--from", "soon"), "dates like 2026-01-31"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "expected --from before --to"),
        (("--threshold", "psi=much"), "expected --threshold psi= with a number above 0"),
        (("--threshold", "colour=red"), "expected --threshold NAME=NUMBER of psi, inputs"),
    ],
)
def test_bad_input_ends_with_2_and_says_what_to_do(run, arguments, said):
    ran = run("late@champion", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""


def test_a_place_that_holds_something_else_is_refused_before_anything_is_read(run, tmp_path: Path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "letter.txt").write_text("dear")
    ran = run("late@champion", "--out", tmp_path / "own")
    assert ran.code == 2
    assert "reading" not in ran.err
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["letter.txt"]


def test_a_model_made_before_there_were_frozen_bins_must_be_trained_again(run, home: Path):
    # given the files of a version as they were before, whose hash nobody recorded
    version = Registry(Home(home)).version("late@1")
    (version.folder / "reference.json").unlink()
    (version.folder / "manifest.json").write_text(json.dumps(manifest_of(version.folder)))
    Registry(Home(home))._client.delete_model_version_tag("late", "1", "manifest_hash")
    # when
    ran = run("late@1")
    # then
    assert ran.code == 2
    assert "train again: a model made before cannot say how far subjects have moved" in ran.err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["models", "drift", "--help"])
    told = capsys.readouterr().out
    assert "credence models drift late@champion build/demo/portfolio" in told
    assert "psi (0.25)" in told
