"""``credence data check`` as a credit controller runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from credence.cli.data_check import check
from features.contradictions.findings import examine
from features.errors import InputError, Refused
from features.files import read, write
from tests.features.contradictions.cases import buyer, entry, invoice, portfolio_of, statement

GOLDEN = Path(__file__).parent / "golden" / "check.md"

SOUND = {"invoices": [invoice()], "allocations": [entry(settled_on="2026-02-05", recorded_at="2026-02-05")]}
DOUBTFUL = {"invoices": [invoice(), invoice("2")]}
WRONG = {
    "buyers": [buyer(buyer_id="上海贸易有限公司", name="上海贸易有限公司")],
    "invoices": [invoice(), invoice("2", amount="50"), invoice("3", amount="1000", due_on="2062-02-04")],
    "allocations": [entry(), entry("q", amount="20.5", settled_on="2026-03-01"), entry("r", invoice_id="3")],
    "statements": [statement(buyer_id="上海贸易有限公司", equity=500.0)],
}


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(check, [str(folder), *options])


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    write(portfolio_of(getattr(request, "param", WRONG)), tmp_path / "p")
    return tmp_path / "p"


@pytest.mark.parametrize(
    ("folder", "code", "part"),
    [(SOUND, 0, "no contradictions"), (DOUBTFUL, 0, "no contradictions; 1 kind of notices in 1 row")],
    indirect=["folder"],
)
def test_nothing_that_contradicts_is_a_yes(folder: Path, code: int, part: str):
    ran = run(folder)
    assert (ran.exit_code, ran.exception) == (code, None)
    assert part in ran.stdout
    assert "not reconciled: no control figure" in ran.stdout
    assert part[1:] in (folder / "check.md").read_text(encoding="utf-8")


def test_contradictions_are_a_no_with_counts_and_amounts(folder: Path):
    ran = run(folder)
    assert isinstance(ran.exception, Refused)
    assert ran.exception.exit_code == 1
    assert "found 3 rows that cannot" in str(ran.exception)
    assert "closed_above_amount (allocations.amount): EUR 20.50" in ran.stdout
    assert "due_long_after_issue (invoices.due_on): EUR 1000.00" in ran.stdout


def test_the_report_reads_as_expected(folder: Path, request: pytest.FixtureRequest):
    run(folder)
    text = (folder / "check.md").read_text(encoding="utf-8")
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_json_is_one_object_alone(folder: Path):
    told = json.loads(run(folder, "--json").stdout)
    assert told["report"] == str(folder / "check.md")
    by_code = {finding["code"]: finding for finding in told["findings"]}
    assert by_code["closed_above_amount"]["rows"] == 1
    assert by_code["closed_above_amount"]["amounts"] == {"EUR": "20.50"}
    assert by_code["broken_identity"]["severity"] == "error"
    assert told["reconciliation"]["status"] == "not reconciled: no control figure"


@pytest.mark.parametrize("options", [(), ("--json",), ("--strict",), ("--repair", "out")])
def test_no_name_of_a_buyer_and_no_id_is_told(folder: Path, options: tuple[str, ...], monkeypatch):
    monkeypatch.chdir(folder.parent)
    ran = run(folder, *options)
    reports = [path.read_text(encoding="utf-8") for path in folder.parent.glob("*/check.md")]
    assert len(reports) == 1
    for text in (ran.stdout, ran.stderr, str(ran.exception), *reports):
        assert "上海" not in text
        assert "20.5\n" not in text


def test_rows_are_listed_in_the_report_alone_where_asked_for(folder: Path, tmp_path: Path):
    ran = run(folder, "--rows", "1", "--report", str(tmp_path / "new" / "findings.md"))
    text = (tmp_path / "new" / "findings.md").read_text(encoding="utf-8")
    assert "- rows: row 2 (q)" in text
    assert "- rows: row 3 (3, 1)" in text
    assert "(q)" not in ran.stdout + ran.stderr
    assert not (folder / "check.md").exists()


@pytest.mark.parametrize("folder", [WRONG, DOUBTFUL], indirect=True)
def test_strict_refuses_notices_too_and_lists_them(folder: Path):
    ran = run(folder, "--strict")
    assert isinstance(ran.exception, InputError)
    assert ran.exception.exit_code == 2
    assert ran.stdout == ""
    codes = {found.check.code for found in examine(read(folder))}
    assert all(f"({code})" in str(ran.exception) for code in codes)


@pytest.mark.parametrize("folder", [SOUND], indirect=True)
def test_strict_lets_sound_books_pass(folder: Path):
    assert run(folder, "--strict").exit_code == 0


def test_a_repair_writes_a_new_portfolio_and_what_it_set_aside(folder: Path, tmp_path: Path):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    ran = run(folder, "--repair", str(tmp_path / "out"), "--json")
    assert isinstance(ran.exception, Refused)
    assert ran.exception.exit_code == 1
    assert "at most 5% of the rows; found 37.5%" in str(ran.exception)
    repaired = read(tmp_path / "out")
    assert [one for one in examine(repaired) if one.check.severity == "error"] == []
    lines = pd.read_csv(tmp_path / "out" / "set_aside.csv", dtype="str")
    assert list(lines.columns) == ["table", "row", "column", "code", "action", "reason", "raw"]
    assert json.loads(ran.stdout)["repaired"] == {"lines": 4, "rows_set_aside": 3, "share_set_aside": 3 / 8}
    assert "## Repaired" in (tmp_path / "out" / "check.md").read_text(encoding="utf-8")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "p"]


def test_a_small_repair_is_a_yes(tmp_path: Path):
    rows = [invoice(str(number), amount=str(number)) for number in range(1, 41)]
    write(portfolio_of({"invoices": [*rows, invoice("x", due_on="2062-01-01")]}), tmp_path / "p", "csv")
    ran = run(tmp_path / "p", "--repair", str(tmp_path / "out"))
    assert ran.exit_code == 0, ran.output
    assert "repaired: 1 line in set_aside.csv" in ran.stdout
    assert (tmp_path / "out" / "invoices.csv").is_file()
    assert run(tmp_path / "out").exit_code == 0


def test_a_folder_that_is_there_is_never_written_over(folder: Path, tmp_path: Path):
    (tmp_path / "out").mkdir()
    ran = run(folder, "--repair", str(tmp_path / "out"))
    assert isinstance(ran.exception, InputError)
    assert "a new folder" in str(ran.exception)
    assert list((tmp_path / "out").iterdir()) == []


def test_strict_and_repair_exclude_each_other(folder: Path, tmp_path: Path):
    ran = run(folder, "--strict", "--repair", str(tmp_path / "out"))
    assert ran.exit_code == 2
    assert "choose one" in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_report_that_cannot_be_written_is_told(folder: Path):
    # given a name in the way of the report
    (folder / "check.md").mkdir()
    (folder / "check.md" / "x").touch()
    ran = run(folder)
    assert isinstance(ran.exception, Refused)
    assert "no report written" in ran.stderr
    assert "name a file with --report" in ran.stderr
    # then a file asked for by name is asked for in earnest
    named = run(folder, "--report", str(folder / "check.md"))
    assert isinstance(named.exception, InputError)


def test_a_broken_table_is_refused_whole_as_before(folder: Path):
    invoices = pd.read_parquet(folder / "invoices.parquet")
    invoices.assign(kind="receipt").to_parquet(folder / "invoices.parquet")
    ran = run(folder)
    assert isinstance(ran.exception, InputError)
    assert not (folder / "check.md").exists()


def test_contradictions_and_balances_are_told_together(tmp_path: Path):
    control = {"buyer_id": "上海贸易有限公司", "on_date": "2026-06-01", "currency": "EUR", "amount": "1"}
    tables = {"invoices": [invoice(due_on="2062-01-01")], "balances": [control]}
    write(portfolio_of(tables), tmp_path / "p")
    ran = run(tmp_path / "p")
    assert isinstance(ran.exception, Refused)
    assert "facts that can all be true" in str(ran.exception)
    assert "add up to table 'balances'; found 1 of 1" in str(ran.exception)


def test_a_simulated_portfolio_is_sound(demo_portfolio: Path, tmp_path: Path):
    ran = run(demo_portfolio, "--report", str(tmp_path / "check.md"))
    assert ran.exit_code == 0, ran.output
