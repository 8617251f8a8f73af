"""The commands around pay dates: train, judge, promote, take back, forecast receipts."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from credence.cli import main
from features.build import pack_portfolio
from features.files import read, write
from features.openings import totals
from features.sources.simulator import simulate_portfolio
from tests.credence.test_cli_models import Ran
from training.home import Home
from training.registry import Registry
from training.releases import promote
from training.train import train


@dataclass(frozen=True)
class Seller:
    """A small seller, on whose books a model of dates is quickly learned."""

    home: Path
    books: Path


@pytest.fixture(scope="module")
def small_seller(tmp_path_factory: pytest.TempPathFactory) -> Seller:
    """Home with ``late@1`` and ``timing@1``, released, and their books. Copy the home to change it."""
    folder = tmp_path_factory.mktemp("small")
    seller = Seller(folder / "home", folder / "books")
    write(simulate_portfolio(60, 3, 5), seller.books)
    packed, home = pack_portfolio(read(seller.books)), Home(seller.home)
    for model in ("late", "timing"):
        found = train(packed, model, home=home)
        if found.alias == "candidate":
            promote(Registry(home), found.version, first=True, force_reason="a small world")
    return seller


@pytest.fixture
def run(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run ``credence`` in this process, in a copy of a home with all three models."""
    shutil.copytree(demo_home, tmp_path / "home")
    return runner(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def run_small(
    small_seller: Seller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Run ``credence`` in this process, in a copy of the small seller's home."""
    shutil.copytree(small_seller.home, tmp_path / "home")
    return runner(tmp_path / "home", monkeypatch, capsys)


def runner(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("CREDENCE_HOME", str(home))

    def credence(*arguments: object) -> Ran:
        capsys.readouterr()
        code = 0
        try:
            main([*map(str, arguments)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return credence


def test_the_version_is_listed_and_shown_with_its_own_figures(run):
    listed = run("models", "list")
    assert any(line.startswith("timing@1") and "days" in line for line in listed.out.splitlines())
    shown = run("models", "show", "timing@champion")
    for name in ("coverage 80", "mean absolute error days", "mean absolute error days own median"):
        assert re.search(rf"^  {name}  +\d", shown.out, re.MULTILINE)
    assert "auc" not in shown.out
    told = run("models", "show", "timing@1", "--json").json
    assert (told["outcome"], told["kind"]) == ("timing", "tested")
    assert told["calibration"]["events"] > 0
    assert told["lineage"]["data_hash"]


def test_an_evaluation_tells_dates_receipts_and_the_late_model_beside_it(run_small, small_seller: Seller):
    ran = run_small("models", "evaluate", "timing@champion", small_seller.books)
    assert ran.code == 0, ran.err
    for part in ("coverage 80", "receipts of the ledger open at", "week ahead", "unpaid 30 days after due"):
        assert part in ran.out
    told = run_small("models", "evaluate", "timing@champion", small_seller.books, "--json").json
    assert told["looks"] >= 1
    assert told["receipts"]["month_ends"] == len(told["receipts"]["by_month_end"]) > 3
    assert told["against_late"]["status"] == "ok"


def test_subjects_that_it_was_fitted_on_are_refused(run, demo_portfolio: Path):
    ran = run("models", "evaluate", "timing@champion", demo_portfolio, "--from", "2024-01-01")
    assert ran.code == 2
    assert "subjects that it was fitted on" in ran.err
    assert "--in-sample" in ran.err


def test_a_refit_is_promoted_taken_back_and_logged(run_small, small_seller: Seller):
    # given a refit of the tested version
    final = run_small("train", "timing", small_seller.books, "--final", "--json")
    assert final.code == 0, final.err
    assert (final.json["version"], final.json["tested_twin"]) == (2, "timing@1")
    # when it is promoted and taken back
    promoted = run_small("models", "promote", "timing@2", "--json").json
    assert {gate["name"]: gate["passed"] for gate in promoted["gates"]}["refit_of"] is True
    before = run_small("assess", small_seller.books, "--buyer", "B000003", "--json").json
    assert before["versions"]["timing"] == "timing@2"
    assert run_small("models", "rollback").code == 0
    # then the first one serves again, and the log tells both
    assert (
        run_small("assess", small_seller.books, "--buyer", "B000003", "--json").json["versions"]["timing"]
        == "timing@1"
    )
    log = run_small("models", "log").out
    assert "promote of timing@2" in log
    assert "rollback" in log


def test_versions_are_compared_and_reproduced(run_small, small_seller: Seller):
    again = run_small("train", "timing", small_seller.books, "--seed", 11)
    assert again.code == 0, again.err
    assert "is now candidate" in again.out
    ran = run_small("models", "compare", "timing@2", "timing@1", "--json")
    [(name, gap)] = ran.json["paired"]["difference"].items()
    assert name == "mean_absolute_error_days"
    assert gap["low"] <= gap["value"] <= gap["high"]
    assert "of them bad" not in run_small("models", "compare", "timing@2", "timing@1").out
    same = run_small("models", "reproduce", "timing@1", small_seller.books)
    assert (same.code, "same trees, same predictions" in same.out) == (0, True)
    refused = run_small("models", "compare", "timing@1", "late@1")
    assert refused.code == 2
    assert "two versions of one outcome" in refused.err


def test_receipts_add_up_to_the_open_ledger(run, demo_portfolio: Path, tmp_path: Path):
    # given what the books say is open, bills that matured without a booking apart
    ran = run("assess", demo_portfolio, "--receipts", "--json", "--out", tmp_path / "receipts.csv")
    assert ran.code == 0, ran.err
    told = ran.json
    for sheet in [told["reporting"], *told["currencies"]]:
        assert sum(line["expected"] for line in sheet["lines"]) == pytest.approx(sheet["open"], abs=0.004)
        weeks = [line for line in sheet["lines"] if line["kind"] == "week"]
        assert len(weeks) == told["weeks"] == 13
        assert all(line["low"] <= line["high"] for line in weeks)
        assert weeks[-1]["cumulative"] == pytest.approx(sum(line["expected"] for line in weeks), abs=0.004)
    owed_back = {each["currency"]: each["amount"] for each in told["owed_back"]}
    books = totals(read(demo_portfolio))
    for sheet in told["currencies"]:
        set_off = next(line["expected"] for line in sheet["lines"] if line["kind"] == "set_off")
        net = sheet["open"] - set_off - owed_back.get(sheet["currency"], 0.0)
        assert net <= books["open", sheet["currency"]] / 100 + 0.004
    rows = pd.read_csv(tmp_path / "receipts.csv", encoding="utf-8-sig")
    assert rows["expected"].sum() == pytest.approx(
        told["reporting"]["open"] + sum(sheet["open"] for sheet in told["currencies"]), abs=0.1
    )
    assert not list(tmp_path.glob(".*csv*"))


def test_receipts_are_told_in_both_languages_and_for_an_earlier_day(run, demo_portfolio: Path):
    english = run("assess", demo_portfolio, "--receipts", "--weeks", 4, "--as-of", "2026-03-31")
    assert sum(line.startswith("2026-W") for line in english.out.splitlines()) % 4 == 0
    assert "later than 4 weeks" in english.out
    chinese = run(
        "assess", demo_portfolio, "--receipts", "--weeks", 4, "--as-of", "2026-03-31", "--lang", "zh"
    )
    assert "未清应收账款预计收款" in chinese.out
    assert (
        run("assess", demo_portfolio, "--receipts", "--as-of", "2026-03-31", "--weeks", 4).out == english.out
    )


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--receipts", "--all"), "one of --buyer ID, --all, --receipts"),
        (("--weeks", "3", "--buyer", "B000003"), "--weeks with --receipts"),
        (("--receipts", "--weeks", "0"), "0"),
        (("--receipts", "--out", "receipts.xls"), ".parquet or .csv or .xlsx"),
        (("--receipts", "--as-of", "2031-01-01"), "a moment at most 7 days after the books end"),
        (("--receipts", "--as-of", "2000-01-01"), "a moment after the books begin"),
        (("--receipts", "--amount", "500"), "--amount with --buyer ID"),
        (("--receipts", "--terms", "0"), "--terms with --buyer ID"),
        (("--buyer", "B000003", "--out", "one.csv"), "--out with --all or --receipts"),
    ],
)
def test_options_that_do_not_go_together_are_refused(run, demo_portfolio: Path, arguments, part):
    ran = run("assess", demo_portfolio, *arguments)
    assert ran.code == 2
    assert part in ran.err


def test_without_a_timing_model_everything_is_as_before(run, demo_portfolio: Path, tmp_path: Path):
    # given a release of the other two models alone
    releases = tmp_path / "home" / "releases"
    with_it = run("assess", demo_portfolio, "--buyer", "B000003", "--json").json
    folder = releases / (releases / "current").read_text()
    head = json.loads((folder / "release.json").read_text())
    del head["models"]["timing"]
    (folder / "release.json").write_text(json.dumps(head))
    # when a buyer is assessed and receipts are asked for
    without = run("assess", demo_portfolio, "--buyer", "B000003", "--json").json
    refused = run("assess", demo_portfolio, "--receipts")
    # then only the pay date is gone, and receipts say what to do
    assert without["timing"]["status"] == "no_timing_model"
    changed = {name for name in with_it if with_it[name] != without[name]}
    assert changed == {"assessment_id", "timing", "versions"}
    assert refused.code == 2
    assert "credence train timing DIR" in refused.err
