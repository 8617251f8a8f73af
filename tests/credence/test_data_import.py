from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from credence.cli.data_import import import_
from features.errors import InputError, Refused
from features.files import read

MAPPING = """
[seller]
seller_id = "acme"
[[table]]
name = "invoices"
[table.columns]
invoice_id = "No"
buyer_id = "Customer"
issued_on = "Issued"
due_on = "Due"
amount = "Amount"
currency = { value = "EUR" }
"""
ROWS = ["No,Customer,Issued,Due,Amount"] + [f"{n},C{n},2026-01-05,2026-02-04,{n}.50" for n in range(1, 41)]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(MAPPING)
    (tmp_path / "rows.csv").write_text("\n".join(ROWS))
    return tmp_path


def run(desk: Path, *more: str, file: str = "rows.csv", mapping: str = "map.toml") -> Result:
    name = str(desk / mapping) if mapping.endswith(".toml") else mapping
    return CliRunner().invoke(
        import_, [str(desk / file), "--mapping", name, "--out", str(desk / "out"), *more]
    )


def test_an_import_can_be_read_again(desk):
    result = run(desk)
    assert result.exit_code == 0, result.output
    assert "40 rows read" in result.stdout
    assert "not reconciled: no control figure" in result.stdout
    portfolio = read(desk / "out")
    assert len(portfolio.tables["invoices"]) == 40
    assert portfolio.knowledge == {"invoices": "assumed"}
    assert portfolio.sources.keys() == {"rows.csv"}


@pytest.mark.parametrize("fmt", ["csv", "parquet"])
def test_json_is_one_object_alone(desk, fmt):
    result = run(desk, "--json", "--format", fmt)
    told = json.loads(result.stdout)
    assert told["tables"] == {"invoices": 40}
    assert told["rejected"] == {"rows": 0, "share": 0.0, "reasons": []}
    assert told["observed_until"] == "2026-01-05T23:59:59Z"
    assert told["failures"] == []
    assert (desk / "out" / f"invoices.{fmt}").is_file()


def test_rejects_are_listed_and_counted(desk):
    (desk / "rows.csv").write_text("\n".join([*ROWS, "41,C41,2026-01-05,2026-01-04,1"]))
    result = run(desk, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["rejected"]["rows"] == 1
    lines = (desk / "out" / "rejects.csv").read_text().splitlines()
    assert lines[0] == "source_file,row,table,column,reason,raw"
    assert lines[1].startswith("rows.csv,41,invoices,due_on,expected due_on on or after issued_on")


def test_more_than_five_percent_rejected_is_a_no(desk):
    (desk / "rows.csv").write_text("\n".join([*ROWS, *(f"x{n},,2026-01-05,2026-02-04,1" for n in range(3))]))
    result = run(desk, "--json")
    assert isinstance(result.exception, Refused)
    assert result.exception.exit_code == 1
    assert json.loads(result.stdout)["rejected"]["rows"] == 3
    assert len(read(desk / "out").tables["invoices"]) == 40


def test_a_failed_control_is_a_no(desk):
    control = '[control]\n[[control.total]]\nmeasure = "invoiced"\ncurrency = "EUR"\namount = "1.00"\n'
    (desk / "map.toml").write_text(MAPPING + control)
    result = run(desk)
    assert isinstance(result.exception, Refused)
    # The sum of 1.50 to 40.50.
    assert "total,invoiced,EUR,1.00,840.00,839.00," in (desk / "out" / "differences.csv").read_text()


@pytest.mark.parametrize(
    ("file", "content", "mapping", "expected"),
    [
        ("rows.csv", "\n".join(ROWS).replace("Due", "Till", 1), "map.toml", "columns ['Due']"),
        ("rows.csv", "", "map.toml", "which is empty"),
        ("rows.csv", ROWS[0], "map.toml", "rows below a header"),
        ("none.csv", "", "map.toml", "none named none.csv"),
        ("rows.csv", "\n".join(ROWS), "no_such_mapping", "cassandra_ap_invoices"),
        ("map.toml", "[seller]\nname = 3", "map.toml", "the key 'seller.seller_id'"),
    ],
)
def test_bad_input_writes_nothing(desk, file, content, mapping, expected):
    if file != "none.csv":
        (desk / file).write_text(content)
    result = run(desk, mapping=mapping, file=file if file != "map.toml" else "rows.csv")
    assert isinstance(result.exception, InputError)
    assert result.exception.exit_code == 2
    assert expected in str(result.exception)
    assert result.stdout == ""
    assert not (desk / "out").exists()


def test_gbk_is_refused_with_the_guess_and_read_where_named(desk):
    (desk / "rows.csv").write_bytes("\n".join(ROWS).replace("C1,", "上海贸易有限公司,").encode("gbk"))
    refused = run(desk)
    assert isinstance(refused.exception, InputError)
    assert "probably gbk" in str(refused.exception)
    (desk / "map.toml").write_text('[source]\nencoding = "gbk"\n' + MAPPING)
    assert run(desk).exit_code == 0
    assert "上海贸易有限公司" in read(desk / "out").tables["invoices"]["buyer_id"].tolist()


def test_the_same_import_again_replaces_the_first(desk):
    run(desk)
    (desk / "rows.csv").write_text("\n".join(ROWS[:21]))
    assert run(desk, "--format", "csv").exit_code == 0
    assert len(read(desk / "out").tables["invoices"]) == 20
    assert sorted(path.name for path in desk.iterdir()) == ["map.toml", "out", "rows.csv"]


def test_another_sellers_folder_and_other_files_are_left_alone(desk):
    run(desk)
    (desk / "map.toml").write_text(MAPPING.replace('"acme"', '"other"'))
    result = run(desk)
    assert isinstance(result.exception, InputError)
    assert "the portfolio of seller 'acme'" in str(result.exception)
    assert len(read(desk / "out").tables["invoices"]) == 40
    (desk / "out" / "portfolio.toml").unlink()
    assert "a folder with other files" in str(run(desk).exception)


def test_rows_dated_in_the_future_are_told_and_no_failure(desk):
    (desk / "rows.csv").write_text("\n".join([*ROWS, "41,C1,2199-01-05,2199-02-04,1.00"]))
    result = run(desk)
    assert result.exit_code == 0, result.output
    assert "warning: 1 row is dated after today, the latest 2199-01-05" in result.stdout
    (warning,) = json.loads(run(desk, "--json").stdout)["warnings"]
    assert "set observed_until" in warning


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_ids_of_refused_and_differing_rows_stand_in_the_files_alone(desk, more):
    ids = "=SECRET(1)", "=SECRET(2)", "=SECRET(3)"
    control = '[control]\ninvoice_id = "No"\nopen_amount = "Open"\n'
    (desk / "map.toml").write_text(MAPPING + control)
    rows = [
        "No,Customer,Issued,Due,Amount,Open",
        f"{ids[0]},{ids[2]},2026-01-05,2026-02-04,10.00,9.00",
        f"{ids[1]},{ids[2]},never,2026-02-04,10.00,10.00",
    ]
    (desk / "rows.csv").write_text("\n".join(rows))
    result = run(desk, *more)
    assert isinstance(result.exception, Refused)
    assert "1 rows" in str(result.exception) or "differ" in str(result.exception)
    assert "SECRET" not in result.output + str(result.exception)
    differences = (desk / "out" / "differences.csv").read_text().splitlines()
    assert differences[1:] == [f"open_amount,'{ids[0]},EUR,9.00,10.00,1.00,"]
    rejects = pd.read_csv(desk / "out" / "rejects.csv")
    assert json.loads(rejects["raw"][0])["No"] == ids[1]
    cells = [str(cell) for cell in pd.read_csv(desk / "out" / "rejects.csv", dtype="str").to_numpy().ravel()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_mapping_s_reason_and_a_file_s_name_run_in_no_spreadsheet(desk):
    rule = '[[refuse]]\nreason = "=cmd|calc"\nwhen = { from = "No", equals = "1" }\n'
    (desk / "map.toml").write_text(MAPPING + rule)
    (desk / "rows.csv").rename(desk / "@rows.csv")
    assert run(desk, file="@rows.csv").exit_code == 0
    line = (desk / "out" / "rejects.csv").read_text().splitlines()[1]
    assert line.startswith("'@rows.csv,1,,,'=cmd|calc,")
