"""Databases, patterns and proposals as ``credence data import`` takes them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from credence.cli.data import data
from credence.cli.data_import import import_
from features.errors import InputError
from features.files import read
from features.sources.mapping import parse_mapping

MAPPING = """
[seller]
seller_id = "acme"
[source]
decimal = ","
date_formats = ["%d.%m.%Y"]
[[table]]
name = "invoices"
[table.columns]
invoice_id = "no"
buyer_id = "customer"
issued_on = "issued"
due_on = "due"
amount = "amount"
currency = { value = "EUR" }
[control]
open_amount = "amount"
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(MAPPING)
    with sqlite3.connect(tmp_path / "erp.db") as db:
        db.execute("CREATE TABLE ar (no INTEGER, customer TEXT, issued DATE, due DATE, amount NUMERIC)")
        db.executemany(
            "INSERT INTO ar VALUES (?, ?, ?, ?, ?)",
            [(1, "007", "2026-01-05", "2026-02-04", 10.5), (2, "B", "2026-01-06", "2026-02-05", 1234.56)],
        )
    db.close()
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(import_, [str(argument) for argument in arguments])


@pytest.mark.parametrize("query", ["SELECT * FROM ar", "items=SELECT * FROM ar"])
def test_a_query_becomes_a_portfolio(desk, query):
    target = ["--mapping", desk / "map.toml", "--out", desk / "out"]
    result = run("--sql", f"sqlite:///{desk / 'erp.db'}", "--query", query, *target)
    assert result.exit_code == 0, result.output
    invoices = read(desk / "out").tables["invoices"]
    assert invoices["amount_minor"].tolist() == [1050, 123456]
    assert invoices["buyer_id"].tolist() == ["007", "B"]
    assert "reconciled: 2 figures, 0 differ" in result.stdout


def test_what_the_import_reconciled_is_told_later(desk):
    target = ["--mapping", desk / "map.toml", "--out", desk / "out"]
    run("--sql", f"sqlite:///{desk / 'erp.db'}", "--query", "SELECT * FROM ar", *target)
    told = "the import reconciled 2 figures, 0 differ"
    for command in ("check", "reconcile"):
        assert told in CliRunner().invoke(data, [command, str(desk / "out")]).stdout
        assert told in CliRunner().invoke(data, [command, str(desk / "out"), "--json"]).stdout
    assert CliRunner().invoke(data, ["describe", str(desk / "out")]).exit_code == 0
    page = (desk / "out" / "describe.html").read_text()
    assert "no control figure. The import reconciled 2 control figures; 0 differ." in page


@pytest.mark.parametrize(
    ("url", "query", "expected"),
    [
        ("sqlite:///{desk}/erp.db", "SELECT * FROM absent", "no such table"),
        ("sqlite:///{desk}/erp.db", "SELECT * FROM ar WHERE no > 5", "rows of a query"),
        ("no url", "SELECT 1", "a SQLAlchemy URL"),
        ("nosuch://me:geheim@host/db", "SELECT 1", "a SQLAlchemy URL"),
        ("sqlite:////no/such:geheim/folder/erp.db", "SELECT 1", "an SQLite file that is there"),
        ("mysql+no://me:geheim@host/db", "SELECT 1", "a SQLAlchemy URL"),
        ("oracle+cx_oracle://me:geheim@host/db", "SELECT 1", "install the package cx_Oracle"),
    ],
)
def test_a_database_that_refuses_writes_nothing_and_tells_no_password(desk, url, query, expected):
    target = ["--mapping", desk / "map.toml", "--out", desk / "out"]
    result = run("--sql", url.format(desk=desk), "--query", query, *target)
    assert isinstance(result.exception, InputError)
    assert expected in str(result.exception)
    assert "me:geheim" not in str(result.exception) + result.output
    assert not (desk / "out").exists()


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE ar",
        "items=DROP TABLE ar",
        "SELECT * FROM ar; DROP TABLE ar",
        "SELECT ';' FROM ar /* ; */ -- ;\n; DELETE FROM ar",
        "-- SELECT\nDELETE FROM ar RETURNING *",
        "WITH old AS (SELECT 1) DELETE FROM ar RETURNING *",
        "",
    ],
)
def test_a_query_that_would_write_is_refused_and_the_rows_stay(desk, query):
    target = ["--mapping", desk / "map.toml", "--out", desk / "out"]
    result = run("--sql", f"sqlite:///{desk / 'erp.db'}", "--query", query, *target)
    assert isinstance(result.exception, InputError)
    with sqlite3.connect(desk / "erp.db") as db:
        assert db.execute("SELECT count(*) FROM ar").fetchone() == (2,)
    db.close()


@pytest.mark.parametrize(
    "query",
    [
        "-- open items; all\nSELECT * FROM ar;",
        "WITH a AS (SELECT * FROM ar) SELECT * FROM a WHERE customer <> ';'",
        "items=SELECT * FROM ar /* ; */ ; ",
    ],
)
def test_comments_and_texts_may_hold_semicolons(desk, query):
    target = ["--mapping", desk / "map.toml", "--out", desk / "out"]
    result = run("--sql", f"sqlite:///{desk / 'erp.db'}", "--query", query, *target)
    assert result.exit_code == 0, result.exception


def test_a_database_file_that_is_not_there_is_not_made(desk):
    target = ["--mapping", desk / "map.toml", "--out", desk / "out"]
    result = run("--sql", f"sqlite:///{desk / 'absent.db'}", "--query", "SELECT 1", *target)
    assert "an SQLite file that is there" in str(result.exception)
    assert not (desk / "absent.db").exists()


def test_secrets_in_the_query_of_a_url_are_never_printed(desk):
    target = ["--mapping", desk / "map.toml", "--out", desk / "out"]
    secrets = "password=S3cretPw&odbc_connect=DRIVER%3Dx;PWD%3DPinGeheim"
    url = f"sqlite:///{desk / 'erp.db'}?{secrets}"
    for query in ("SELECT * FROM absent", "SELECT * FROM S3cretPw", "SELECT * FROM PinGeheim"):
        result = run("--sql", url, "--query", query, *target)
        told = str(result.exception) + result.output
        assert "a refusal of sqlite:///" in told
        assert "S3cretPw" not in told
        assert "Geheim" not in told


def test_a_pattern_names_files_in_order(desk):
    head = "no;customer;issued;due;amount\n"
    mapping = MAPPING.replace("[source]", '[source]\ndelimiter = ";"')
    (desk / "map.toml").write_text(mapping)
    for number in (2, 1):
        (desk / f"ar{number}.csv").write_text(head + f"{number};A;05.01.2026;04.02.2026;7,50\n")
    result = run(desk / "ar*.csv", "--mapping", desk / "map.toml", "--out", desk / "out", "--json")
    assert result.exit_code == 0, result.output
    assert read(desk / "out").tables["invoices"]["invoice_id"].tolist() == ["1", "2"]
    refused = run(desk / "none*.csv", "--mapping", desk / "map.toml", "--out", desk / "out2")
    assert "none for 'none*.csv'" in str(refused.exception)


def test_a_proposal_is_a_mapping(desk):
    (desk / "ar.csv").write_text("No,Customer,Date,Due date,Amount\n1,A,2026-01-05,2026-02-04,7.50\n")
    printed = run(desk / "ar.csv", "--detect")
    assert parse_mapping(printed.stdout).table[0].columns["due_on"].from_ == "Due date"
    told = json.loads(run(desk / "ar.csv", "--detect", "--json").stdout)
    assert {column["role"] for column in told["columns"]} >= {"invoice_id", "amount", "due_on"}
    assert told["mapping"] == printed.stdout.removesuffix("\n")


def test_what_a_person_must_decide_is_told_beside_a_proposal_that_goes_to_a_file(desk):
    (desk / "ar.csv").write_text("No,Customer,Date,Due date,Amount\n1,A,2026-01-05,2026-02-04,0\n2,A,,,7\n")
    printed = run(desk / "ar.csv", "--detect")
    assert "WARNING: 1 row with an amount of 0: no table takes them" in printed.stderr
    assert "# WARNING: 1 row with an amount of 0: no table takes them" in printed.stdout
    example = ROOT / "examples" / "sap_fbl5n" / "fbl5n.txt"
    assert "SOURCE: the columns are those of --source sap_fbl5n" in run(example, "--detect").stderr
    assert run(example, "--detect", "--json").stderr == ""


def test_rows_that_no_table_takes_are_told(desk):
    head = "no,customer,issued,due,amount\n"
    (desk / "ar.csv").write_text(head + "1,A,05.01.2026,04.02.2026,7\n2,A,05.01.2026,04.02.2026,-7\n")
    mapping = MAPPING.replace('"invoices"\n', '"invoices"\nwhen = { from = "amount", more_than = 0 }\n')
    (desk / "map.toml").write_text(mapping)
    arguments = [desk / "ar.csv", "--mapping", desk / "map.toml", "--out", desk / "out"]
    told = "no table takes 1 rows of ar.csv: they meet the conditions of no [[table]] of the mapping"
    assert told in run(*arguments).stdout
    assert json.loads(run(*arguments, "--json").stdout)["taken_by_no_table"] == {"ar.csv": 1}


def test_the_seller_is_named_by_the_command(desk):
    example = ROOT / "examples" / "sap_fbl5n" / "fbl5n.txt"
    result = run(example, "--source", "sap_fbl5n", "--seller-id", "acme", "--out", desk / "out", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["seller_id"], told["left_out"]) == ("acme", {"subtotals": 3})
    assert told["reconciliation"]["status"] == "reconciled"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("scan.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff", "binary content, not text"),
        ("empty.csv", b"", "which is empty"),
        ("head.csv", b"no,customer,issued,due,amount\n", "rows below a header"),
        ("other.csv", b"no;customer;issued;due;amount\n1;A;2026-01-05;2026-02-04;7\n", 'delimiter = ";"'),
        ("folder", None, "which is a folder"),
    ],
)
def test_wrong_files_are_told_apart_and_nothing_is_written(desk, name, content, expected):
    if content is None:
        (desk / name).mkdir()
    else:
        (desk / name).write_bytes(content)
    result = run(desk / name, "--mapping", desk / "map.toml", "--out", desk / "out")
    assert isinstance(result.exception, InputError)
    assert expected in str(result.exception)
    assert not (desk / "out").exists()


@pytest.mark.parametrize("arguments", [[], ["x.csv"], ["x.csv", "--mapping", "highradius"], ["--detect"]])
def test_a_command_without_its_parts_is_refused(arguments):
    assert isinstance(run(*arguments).exception, InputError)
