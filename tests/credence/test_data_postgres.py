"""``credence data import --sql`` on a real PostgreSQL: it reads, streams and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from credence.cli.data_import import import_
from credence.cli.data_inputs import run_queries
from features.errors import InputError
from features.files import read

MAPPING = """
[seller]
seller_id = "acme"
[[table]]
name = "invoices"
[table.columns]
invoice_id = "no"
buyer_id = "customer"
issued_on = "issued"
due_on = "due"
amount = "amount"
currency = { value = "EUR" }
"""
TABLE = "CREATE TABLE ar (no integer, customer text, issued date, due date, amount numeric(12, 2))"
ROWS = """INSERT INTO ar VALUES (1, '007', '2026-01-05', '2026-02-04', 10.5),
                                (2, 'B;:x 100%', '2026-01-06', '2026-02-05', 1234.56)"""


@pytest.fixture
def ledger(postgres_url: str) -> str:
    execute(postgres_url, TABLE, ROWS, "CREATE SEQUENCE numbers")
    return postgres_url


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url, execution_options={"no_parameters": True})
    try:
        with engine.begin() as connection:
            results = [connection.exec_driver_sql(statement) for statement in statements]
            return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()


def run(folder: Path, url: str, query: str) -> Result:
    (folder / "map.toml").write_text(MAPPING)
    target = ["--mapping", str(folder / "map.toml"), "--out", str(folder / "out")]
    return CliRunner().invoke(import_, ["--sql", url, "--query", query, *target])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM ar",
        "items=WITH a AS (SELECT * FROM ar) SELECT * FROM a;",
        "SELECT no::text, customer, issued, due, amount FROM ar WHERE customer NOT LIKE ':x%'",
    ],
)
def test_a_query_becomes_a_portfolio(tmp_path, ledger, query):
    result = run(tmp_path, ledger, query)
    assert result.exit_code == 0, result.exception or result.output
    invoices = read(tmp_path / "out").tables["invoices"]
    assert invoices["amount_minor"].tolist() == [1050, 123456]
    assert invoices["buyer_id"].tolist() == ["007", "B;:x 100%"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("DROP TABLE ar", "one SELECT or WITH statement"),
        ("DELETE FROM ar RETURNING *", "one SELECT or WITH statement"),
        ("INSERT INTO ar VALUES (3) RETURNING *", "one SELECT or WITH statement"),
        ("SELECT * FROM ar; DROP TABLE ar", "one SELECT or WITH statement"),
        (r"SELECT E'\'' ; COMMIT; DROP TABLE ar --'", "one SELECT or WITH statement"),
        ("SELECT $$'$$ ; COMMIT; DROP TABLE ar --'", "one SELECT or WITH statement"),
        ("SELECT 1 /* /* */ ' */ ; COMMIT; DROP TABLE ar --'", "one SELECT or WITH statement"),
        ("WITH gone AS (DELETE FROM ar RETURNING *) SELECT * FROM gone", "data-modifying statements"),
        ("WITH old AS (SELECT 1) DELETE FROM ar RETURNING *", "syntax error"),
        ("WITH old AS (SELECT 1) INSERT INTO ar SELECT 3 RETURNING *", "syntax error"),
        ("SELECT * INTO copied FROM ar", "refusal"),
        ("SELECT nextval('numbers')", "read-only transaction"),
        ("SELECT set_config('transaction_read_only', 'off', false)", "read-write"),
        ("SELECT * FROM ar FOR UPDATE", "read-only transaction"),
    ],
)
def test_a_query_that_would_write_is_refused_and_nothing_changes(tmp_path, ledger, query, told):
    result = run(tmp_path, ledger, query)
    assert isinstance(result.exception, InputError)
    assert told in str(result.exception)
    assert execute(ledger, "SELECT count(*), sum(amount)::text FROM ar") == [(2, "1245.06")]
    assert execute(ledger, "SELECT is_called FROM numbers") == [(False,)]
    assert execute(ledger, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("ar",)]
    assert not (tmp_path / "out").exists()


def test_a_refusal_tells_neither_password_nor_data(tmp_path, ledger):
    url = ledger.replace("tester@", "tester:S3cretPw@")
    for query in ("SELECT * FROM absent", "SELECT customer::integer FROM ar", "SELECT 'S3cretPw'::integer"):
        result = run(tmp_path, url, query)
        assert isinstance(result.exception, InputError)
        told = str(result.exception) + result.output
        assert "S3cretPw" not in told
        assert "B;:x" not in told


def test_a_password_is_not_told_where_the_server_cannot_be_reached(tmp_path):
    url = f"postgresql+psycopg://me:S3cretPw@/db?host={tmp_path}&application_name=PinGeheim"
    result = run(tmp_path, url, "SELECT 1")
    assert isinstance(result.exception, InputError)
    assert "me:***@" in str(result.exception)
    assert "S3cretPw" not in str(result.exception) + result.output
    assert "PinGeheim" not in str(result.exception) + result.output


def test_rows_come_in_parts_from_a_cursor_on_the_server(ledger):
    # Reason: only a server that is still sending fails late; without a cursor the error would come at once.
    rows = "SELECT n AS no, repeat('x', 100) AS name FROM generate_series(1, 120000) AS n"
    (query,) = run_queries(ledger, [rows])
    assert query.frame["no"].tolist() == [str(number) for number in range(1, 120_001)]
    cursors = "SELECT count(*) AS n FROM pg_cursors WHERE statement LIKE '%pg_cursors%'"
    assert run_queries(ledger, [cursors])[0].frame["n"].tolist() == ["1"]
