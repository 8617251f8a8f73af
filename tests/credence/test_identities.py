"""``credence data duplicates``, ``merge`` and ``reconcile`` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from credence.cli.data import data
from features.errors import InputError, Refused
from features.files import read, write
from features.openings import totals
from features.portfolio import from_frames
from tests.credence.test_describe import small


def run(*arguments: object) -> Result:
    return CliRunner().invoke(data, [str(each) for each in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(small(), tmp_path / "p", "csv")
    return tmp_path / "p"


def test_from_proposal_to_merged_portfolio(folder: Path, tmp_path: Path):
    pairs, out = tmp_path / "pairs.csv", tmp_path / "merged"
    ran = run("duplicates", folder, "--out", pairs)
    assert ran.exit_code == 0, ran.exception
    assert "3 buyers, 0 may be" in ran.stdout  # their codes differ, whatever their names say
    table = pd.DataFrame({"buyer_id": ["c"], "into": ["甲"], "decision": ["merge"]})
    table.to_csv(pairs, index=False, encoding="utf-8-sig")
    ran = run("merge", folder, "--pairs", pairs, "--out", out, "--json")
    assert ran.exit_code == 0, ran.exception
    told = json.loads(ran.stdout)
    assert (told["mergers"], told["rows_moved"]) == (1, {"buyers": 1, "invoices": 1})
    merged = read(out)
    assert merged.buyer_ids() == ["<b>&", "甲"]
    assert totals(merged) == totals(read(folder))
    assert "merge table pairs.csv" in merged.sources


def formulas() -> dict[str, str]:
    return {"c": '=HYPERLINK("x")', "甲": "-7", "<b>&": "'@b"}


@pytest.fixture
def hostile(folder: Path) -> Path:
    for name in ("buyers", "invoices", "balances"):
        table = pd.read_csv(folder / f"{name}.csv", dtype="str")
        table["buyer_id"] = table["buyer_id"].replace(formulas())
        if name == "buyers":
            table["registration_id"] = ["91110000802100433B", None, None]
            table["name"] = "=" + table["name"]
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


def test_no_cell_runs_in_a_spreadsheet_and_merge_reads_the_same_ids(hostile: Path, tmp_path: Path):
    pairs = tmp_path / "pairs.csv"
    run("duplicates", hostile, "--out", pairs)
    run("reconcile", hostile, "--out", tmp_path / "accounts.csv")
    table = pd.read_csv(pairs, encoding="utf-8-sig", dtype="str", keep_default_na=False)
    accounts = pd.read_csv(tmp_path / "accounts.csv", dtype="str", keep_default_na=False)
    assert table[["buyer_id", "into"]].to_numpy().tolist() == [['\'=HYPERLINK("x")', "'-7"]]
    cells = [*table.to_numpy().ravel(), *accounts["buyer_id"]]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    assert set(accounts["buyer_id"]) == {'\'=HYPERLINK("x")', "'-7", "''@b"}
    table.assign(decision="merge").to_csv(pairs, index=False, encoding="utf-8-sig")
    ran = run("merge", hostile, "--pairs", pairs, "--out", tmp_path / "merged")
    assert ran.exit_code == 0, ran.exception
    assert read(tmp_path / "merged").buyer_ids() == ["'@b", "-7"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16", ","), ("utf-8", ",")]
)
def test_a_merge_table_is_read_as_spreadsheets_save_it(
    folder: Path, tmp_path: Path, encoding: str, delimiter: str
):
    pairs = tmp_path / "pairs.csv"
    table = pd.DataFrame({"buyer_id": ["c"], "into": ["甲"], "decision": ["merge"]})
    table.to_csv(pairs, index=False, encoding=encoding, sep=delimiter, lineterminator="\r\n")
    ran = run("merge", folder, "--pairs", pairs, "--out", tmp_path / "merged")
    assert ran.exit_code == 0, ran.exception
    assert read(tmp_path / "merged").buyer_ids() == ["<b>&", "甲"]


def test_a_merge_table_in_another_encoding_is_refused_by_that_name(folder: Path, tmp_path: Path):
    (tmp_path / "pairs.csv").write_bytes("buyer_id,into,decision\nc,甲,merge\n".encode("gbk"))
    ran = run("merge", folder, "--pairs", tmp_path / "pairs.csv", "--out", tmp_path / "merged")
    assert "one in another encoding" in str(ran.exception)


def test_proposals_are_written_for_a_person_to_decide(folder: Path, tmp_path: Path):
    buyers = pd.read_csv(folder / "buyers.csv", dtype="str")
    buyers["registration_id"] = ["91110000802100433B", None, None]
    buyers.to_csv(folder / "buyers.csv", index=False)
    ran = run("duplicates", folder, "--out", tmp_path / "pairs.csv")
    assert "likely" in ran.stdout
    table = pd.read_csv(tmp_path / "pairs.csv", encoding="utf-8-sig", dtype="str", keep_default_na=False)
    assert table[["buyer_id", "into", "decision"]].to_numpy().tolist() == [["c", "甲", ""]]
    ran = run("merge", folder, "--pairs", tmp_path / "pairs.csv", "--out", tmp_path / "merged")
    assert isinstance(ran.exception, InputError)
    assert "rows with the decision 'merge'" in str(ran.exception)
    assert not (tmp_path / "merged").exists()


def test_a_merge_table_that_is_none_and_a_folder_that_is_there_are_refused(folder: Path, tmp_path: Path):
    assert isinstance(
        run("merge", folder, "--pairs", tmp_path / "no.csv", "--out", tmp_path / "m").exception, InputError
    )
    assert isinstance(
        run("merge", folder, "--pairs", tmp_path / "no.csv", "--out", folder).exception, InputError
    )


def test_an_account_that_agrees_is_a_yes(folder: Path, tmp_path: Path):
    ran = run("reconcile", folder, "--out", tmp_path / "accounts.csv")
    assert ran.exit_code == 0, ran.exception
    assert "reconciled: 1 figures, 0 differ" in ran.stdout
    accounts = pd.read_csv(tmp_path / "accounts.csv", dtype="str").set_index(["buyer_id", "currency"])
    assert (
        accounts.loc[("甲", "EUR"), "stated_closing"] == accounts.loc[("甲", "EUR"), "closing"] == "2000.00"
    )
    assert accounts.loc[("c", "JPY"), "closing"] == "80"


def test_a_difference_is_a_no_and_no_figure_is_said(folder: Path, tmp_path: Path):
    path = folder / "balances.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2000.00", "1999.99"), encoding="utf-8")
    ran = run("reconcile", folder, "--json")
    assert isinstance(ran.exception, Refused)
    assert (json.loads(ran.stdout)["status"], json.loads(ran.stdout)["differences"]) == ("differs", 1)
    ran = run("reconcile", folder, "--from", "2024-01-01", "--to", "2024-02-01")
    assert ran.exit_code == 0
    assert "not reconciled: no control figure" in ran.stdout


def test_a_loss_of_nothing_is_said_of_a_ledger_without_buyers(tmp_path: Path):
    statement = {"buyer_id": ["a"], "period_end": ["2024-12-31"], "currency": ["EUR"], "revenue": [1.0]}
    write(from_frames({"statements": pd.DataFrame(statement)}, small().seller), tmp_path / "p")
    assert "0 buyers, 0 may be" in run("duplicates", tmp_path / "p").stdout
    assert run("reconcile", tmp_path / "p").exit_code == 0
