"""Files that a shipped mapping knows: they are named, and what is proposed reads them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest

from features.sources.detect import Proposal, propose
from features.sources.importing import Imported, import_files
from features.sources.mapping import load_mapping, parse_mapping, shipped_mappings

EXAMPLES = Path(__file__).parents[4] / "examples"
LIST = (EXAMPLES / "sap_fbl5n" / "fbl5n.txt").read_text("utf-8")


def names(proposal: Proposal) -> list[str]:
    return [system.name for system in proposal.systems]


def imported(proposal: Proposal, *paths: Path) -> Imported:
    return import_files(paths, parse_mapping(proposal.toml()))


@pytest.mark.parametrize("name", ["sap_fbl5n", "sap_tables", "odoo", "highradius"])
def test_the_example_of_a_system_is_recognised_and_its_mapping_proposed(name):
    files = [path for path in sorted((EXAMPLES / name).iterdir()) if path.suffix in (".csv", ".txt")]
    shipped = import_files(files, load_mapping(name))
    for file in files:
        proposal = propose(file)
        assert (names(proposal)[0], proposal.copied) == (name, name)
        assert proposal.to_dict()["table"] is None
        again = imported(proposal, *files)
        assert again.row_counts == shipped.row_counts
        assert again.reconciliation.status == shipped.reconciliation.status


@pytest.mark.parametrize("name", ["kingdee", "yonyou"])
def test_both_dictionaries_of_headers_are_named_with_the_file_that_is_missing(name):
    receivables, writeoffs = (propose(EXAMPLES / name / file) for file in ("应收单列表.csv", "核销明细.csv"))
    assert names(receivables) == names(writeoffs) == ["kingdee", "yonyou"]
    assert receivables.copied == ""
    assert receivables.table == "invoices"
    assert writeoffs.table == "allocations"
    assert receivables.systems[0].steps == ("import it together with a file whose name matches *核销*",)
    assert "# SOURCE: the columns are those of --source kingdee: import" in receivables.toml()


def test_a_name_that_the_mapping_does_not_match_is_told(tmp_path):
    content = (EXAMPLES / "kingdee" / "核销明细.csv").read_bytes()
    (tmp_path / "export.csv").write_bytes(content)
    assert "rename the file so that its name matches *核销*" in propose(tmp_path / "export.csv").toml()


def rows() -> list[list[str]]:
    cells = [line.strip().strip("|").split("|") for line in LIST.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in cells if "*" not in "".join(row)]


def write(path: Path) -> None:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows():
            book.active.append(row)
        book.save(path)
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter="\t" if path.suffix == ".txt" else ";").writerows(rows())


@pytest.mark.parametrize("name", ["items.csv", "items.txt", "items.xlsx"])
def test_a_list_of_sap_that_went_through_a_spreadsheet_is_read_by_a_copy(tmp_path, name):
    write(tmp_path / name)
    proposal = propose(tmp_path / name)
    assert names(proposal) == ["sap_fbl5n"]
    assert imported(proposal, tmp_path / name).row_counts["invoices"] == 8


def test_the_marks_of_another_profile_are_put_into_the_copy(tmp_path):
    text = re.sub(r"(\d\d)\.(\d\d)\.(20\d\d)", r"\2/\1/\3", LIST)
    text = re.sub(r"\d[\d.]*,\d\d", lambda found: found[0].translate(str.maketrans(".,", ",.")), text)
    (tmp_path / "fbl5n.txt").write_text(text, encoding="utf-8")
    proposal = propose(tmp_path / "fbl5n.txt")
    assert 'decimal = "."\nthousands = ","\ndate_formats = ["%m/%d/%Y"]' in proposal.toml()
    german = import_files([EXAMPLES / "sap_fbl5n" / "fbl5n.txt"], load_mapping("sap_fbl5n"))
    other = imported(proposal, tmp_path / "fbl5n.txt")
    amounts = [one.portfolio.tables["invoices"]["amount_minor"].tolist() for one in (german, other)]
    assert amounts[0] == amounts[1]


def test_a_ledger_of_no_system_names_none(tmp_path):
    text = "Account\tDocument Number\tType\tPosting Date\tDue Date\tAmount\tCurrency\n"
    text += "1\t2\tRV\t2026-01-05\t2026-02-04\t10.00\tEUR\n"
    (tmp_path / "ledger.txt").write_text(text)
    assert propose(tmp_path / "ledger.txt").systems == []
    assert {"sap_fbl5n", "odoo", "kingdee"} <= set(shipped_mappings())
