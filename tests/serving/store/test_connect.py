"""Opening, upgrading and refusing stores."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert, inspect, select, text

from features.engine.context import CONTEXT, GROUPS
from features.errors import InputError
from serving.store import connect, schema
from serving.store.connect import HEAD, Store, open_store, store_url
from serving.store.contexts import read_context
from serving.store.upgrade import differences


def test_an_empty_database_gets_every_table(store: Store) -> None:
    with store.reading() as connection:
        names = set(inspect(connection).get_table_names())
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
    assert names == {*schema.METADATA.tables, "alembic_version"}


def test_the_migrations_make_what_the_code_reads(store: Store) -> None:
    with store.reading() as connection:
        assert differences(connection) == []


def test_opening_again_changes_nothing(database_url: str) -> None:
    for _ in range(2):
        store = open_store(database_url)
        with store.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        store.close()


def test_the_figures_of_month_ends_of_the_first_version_are_read(store: Store, database_url: str) -> None:
    # given figures as the first version wrote them, and two month ends
    values = np.arange(2.0 * GROUPS * len(CONTEXT)).reshape(2, GROUPS, len(CONTEXT))
    ends = [datetime(2026, month, 28, 22, tzinfo=UTC) for month in (3, 2)]
    rows = [
        {"month_end": end, "body": own.astype("<f8").tobytes()} for end, own in zip(ends, values, strict=True)
    ]
    with store.writing() as connection:
        connection.execute(insert(schema.contexts), rows)
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    # when this version opens the store
    opened = open_store(database_url)

    # then they are there, in the order of time
    with opened.reading() as connection:
        found = read_context(connection)
    opened.close()
    assert found.month_end.tolist() == [int(end.timestamp()) for end in sorted(ends)]
    assert found.values.tolist() == values[::-1].tolist()


def test_a_newer_store_is_refused_and_left_alone(database_url: str) -> None:
    store = open_store(database_url)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match="newer version"):
        open_store(database_url)
    with store.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    store.close()


def test_amounts_are_exact_and_instants_utc(store: Store) -> None:
    at = datetime.fromisoformat("2026-03-01T10:00:00.123456+02:00")
    row = {"buyer_id": "B", "amount": Decimal("99999999999999.1234"), "created_at": at, "by": "x"}
    with store.writing() as connection:
        connection.execute(insert(schema.published), [row, {**row, "amount": Decimal("0.1")}])
    with store.reading() as connection:
        query = select(schema.published).order_by(schema.published.c.seq)
        first, second = connection.execute(query).mappings()
    assert (first["seq"], second["seq"]) == (1, 2)
    assert first["amount"] == Decimal("99999999999999.1234")
    assert second["amount"] == Decimal("0.1")
    assert first["created_at"] == at
    assert first["created_at"].tzinfo is UTC


@pytest.mark.parametrize("amount", [0.1, "x", Decimal("0.00001"), Decimal("NaN"), Decimal("1e30")])
def test_inexact_amounts_are_refused(store: Store, amount: object) -> None:
    row = {"buyer_id": "B", "amount": amount, "created_at": datetime(2026, 1, 1, tzinfo=UTC), "by": "x"}
    with pytest.raises(Exception, match="amount"), store.writing() as connection:
        connection.execute(insert(schema.published), row)


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing() as connection:
            connection.execute(insert(schema.dossiers), {"buyer_id": "B", "facts_seq": 1, "body": b"x"})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.reading() as connection:
        assert connection.execute(select(schema.dossiers)).all() == []


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(InputError, match="no database"):
        open_store(store_url(tmp_path, {}))


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(InputError, match="CREDENCE_HOME"):
        open_store(store_url(tmp_path / "home" / "deeper", {}))


def test_a_full_disk_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    store = open_store(store_url(tmp_path, {}))

    def fill() -> None:
        with store.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 1}")
            connection.execute(
                insert(schema.dossiers), {"buyer_id": "B", "facts_seq": 1, "body": b"x" * 100_000}
            )

    with pytest.raises(InputError, match="full disk"):
        fill()
    with store.reading() as connection:
        assert connection.execute(select(schema.dossiers)).all() == []
    store.close()


def test_an_absent_server_is_told_without_its_password(tmp_path: Path) -> None:
    url = store_url(
        tmp_path, {"CREDENCE_DATABASE_URL": f"postgresql://me:secret@/credence?host={tmp_path}&port=1"}
    )
    with pytest.raises(InputError, match="does not") as refused:
        open_store(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["mysql://me:secret@host/db", "no url: secret", "sqlite://"])
def test_other_databases_are_refused_without_the_password(url: str) -> None:
    with pytest.raises(InputError, match="postgresql://") as refused:
        store_url(Path("home"), {"CREDENCE_DATABASE_URL": url})
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_store_opens_without_pandas_or_alembic(tmp_path: Path) -> None:
    open_store(store_url(tmp_path, {})).close()
    code = (
        "import sys; from pathlib import Path; from serving.store.connect import open_store, store_url; "
        f"open_store(store_url(Path({str(tmp_path)!r}), {{}})); "
        "print([name for name in ('pandas', 'alembic', 'numpy') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_who_waits_too_long_for_another_writer_is_told_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a transaction that has locked what another one wants to write
    monkeypatch.setattr(connect, "_BUSY_MS", 100)
    store = open_store(database_url)
    lock = "SELECT 1" if store.is_sqlite else "LOCK TABLE ledger IN EXCLUSIVE MODE"
    with store.writing() as first:
        first.execute(text(lock))
        start = time.monotonic()

        # then the other one gives up in time
        with pytest.raises(InputError, match=connect.LOCKED), store.writing(seconds=0.3) as second:
            second.execute(text(lock))
        assert 0.2 < time.monotonic() - start < 5.0

    # and may write once the first one has ended
    with store.writing(seconds=0.3) as again:
        again.execute(text(lock))
    store.close()


def test_tables_that_are_gone_are_told(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("DROP TABLE dossiers"))
    with pytest.raises(InputError, match="one without them"), store.reading() as connection:
        connection.execute(select(schema.dossiers))
