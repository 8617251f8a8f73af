"""Folders that are written whole, replaced whole, and shared with other files and other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from credence.cli.output import REPORTS, check_pages, replace_pages, replace_portfolio, write_new_folder
from features.errors import InputError
from serving import reports

HEAD = '[seller]\nseller_id = "acme"\n'


def fill(folder: Path, fmt: str = "csv", head: str = HEAD) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"invoices.{fmt}").write_text(fmt)
    (folder / "portfolio.toml").write_text(head)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_only_what_a_portfolio_is_made_of_is_replaced(tmp_path: Path):
    out = tmp_path / "out"
    replace_portfolio(out, "acme", lambda folder: fill(folder, "parquet"))
    for name in ("rejects.csv", "notes.txt", "pairs.csv"):
        (out / name).write_text(name)
    for name in ("truth", "mine"):
        (out / name).mkdir()
        (out / name / "file").write_text(name)
    replace_portfolio(out, "acme", fill)
    assert names(out) == ["invoices.csv", "mine", "notes.txt", "pairs.csv", "portfolio.toml"]
    assert (out / "mine" / "file").read_text() == "mine"
    assert names(tmp_path) == ["out"]
    assert out.stat().st_mode & 0o777 == tmp_path.joinpath("out", "mine").stat().st_mode & 0o777


def test_two_writers_at_once_never_mix(tmp_path: Path):
    out = tmp_path / "out"

    def slow(folder: Path) -> None:
        (folder / "invoices.parquet").write_text("slow")
        replace_portfolio(out, "acme", fill)
        assert names(out) == ["invoices.csv", "portfolio.toml"]
        (folder / "portfolio.toml").write_text(HEAD)

    replace_portfolio(out, "acme", slow)
    assert names(out) == ["invoices.parquet", "portfolio.toml"]
    assert names(tmp_path) == ["out"]


def test_the_portfolio_of_another_seller_that_came_meanwhile_is_refused(tmp_path: Path):
    out = tmp_path / "out"

    def slow(folder: Path) -> None:
        replace_portfolio(out, "other", lambda other: fill(other, "parquet", HEAD.replace("acme", "other")))
        fill(folder)

    with pytest.raises(InputError, match="the portfolio of seller 'other'"):
        replace_portfolio(out, "acme", slow)
    assert names(out) == ["invoices.parquet", "portfolio.toml"]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize(
    "call", ["replace_portfolio(Path('out'), 'acme', end)", "write_new_folder(Path('o'), end)"]
)
def test_what_a_dead_process_left_is_cleaned(tmp_path: Path, call: str):
    replace_portfolio(tmp_path / "out", "acme", fill)
    code = (
        "import os; from pathlib import Path; from credence.cli.output import *\n"
        f"def end(folder): (folder / 'half').write_text(''); os._exit(9)\n{call}"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False, env=_path())
    assert ended.returncode == 9
    assert names(tmp_path / "out") == ["invoices.csv", "portfolio.toml"]
    assert len(names(tmp_path)) == 2
    replace_portfolio(tmp_path / "out", "acme", fill)
    write_new_folder(tmp_path / "o", fill)
    assert names(tmp_path) == ["o", "out"]


@pytest.mark.parametrize("is_new_there", [False, True])
def test_a_swap_that_was_cut_short_loses_nothing(tmp_path: Path, is_new_there: bool):
    out, old = tmp_path / "out", tmp_path / ".out.replaced"
    fill(old, "parquet")
    (old / "notes.txt").write_text("mine")
    if is_new_there:
        fill(out)
    replace_portfolio(out, "acme", fill)
    assert names(out) == ["invoices.csv", "notes.txt", "portfolio.toml"]
    assert names(tmp_path) == ["out"]


def _path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_a_report_is_replaced_and_what_lies_beside_it_stays(tmp_path: Path):
    out = tmp_path / "reports" / "late@1"
    replace_pages(out, {"validation.html": "old", "validation.json": "{}"})
    for name in ("signed.pdf", "buyers.csv", "portfolio.toml"):
        (out / name).write_text(name)
    replace_pages(out, {"drift.html": "drift", "drift.json": "{}"})
    replace_pages(out, {"validation.html": "甲", "validation.json": "[]"})
    kept = ["buyers.csv", "drift.html", "drift.json", "portfolio.toml", "signed.pdf"]
    assert names(out) == [*kept, "validation.html", "validation.json"]
    assert (out / "validation.html").read_text(encoding="utf-8") == "甲"
    assert (out / "drift.html").read_text() == "drift"
    assert names(tmp_path / "reports") == ["late@1"]


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path):
    out = tmp_path / "out"
    replace_pages(out, {"validation.html": "old", "validation.json": "{}"})
    with pytest.raises(UnicodeEncodeError):
        replace_pages(out, {"validation.html": "new", "validation.json": "\ud800"})
    assert (out / "validation.html").read_text() == "old"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("name", ["notes.txt", "validation.html", "portfolio.toml"])
def test_a_report_takes_no_folder_of_other_files(tmp_path: Path, name: str):
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match="a folder with other files"):
        check_pages(tmp_path)
    with pytest.raises(InputError, match="a file of that name"):
        check_pages(tmp_path / name)
    assert names(tmp_path) == [name]


@pytest.mark.parametrize("place", ["file/pack", "file/new/pack", "locked/pack", "locked/new/pack"])
def test_a_place_that_no_report_can_be_written_to_is_refused_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "locked").mkdir()
    # Reason: root may write wherever it likes, so that rights alone cannot be tried as root.
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / "locked" and may(path, mode))
    with pytest.raises(InputError, match="a folder that can be written"):
        check_pages(tmp_path / place)
    check_pages(tmp_path / "new" / "pack")
    assert names(tmp_path) == ["file", "locked"]


def test_what_is_written_as_a_report_is_what_the_service_shows():
    assert reports.REPORTS == REPORTS


def test_a_link_to_a_folder_of_reports_stays_one(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    replace_pages(tmp_path / "link", {"validation.html": "a", "validation.json": "{}"})
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "real") == ["validation.html", "validation.json"]
