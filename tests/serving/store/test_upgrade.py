"""A store goes from one version of Credence to the next: whole or not at all, once, and never back."""

from __future__ import annotations

import signal
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from features.errors import InputError
from features.portfolio import Portfolio, from_frames
from features.seller import Seller
from serving.store import schema, upgrade
from serving.store.connect import HEAD, Store, open_store
from serving.store.loading import load_portfolio
from serving.store.upgrade import differences
from tests.serving.store.revisions import (
    FIRST,
    NEXT,
    first_store,
    later_version,
    opened_by,
    orders_of,
    revision_of,
)
from tests.serving.store.test_ledger import INVOICE, NOW

_HEAD_BYTES = 16 + 8
"""Mark, versions and check, then the month end: what `r0002_month_ends` adds."""


def channels(url: str) -> list[str]:
    """Return what the later version knows of each order."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = list(connection.scalars(sa.text("SELECT channel FROM order_checks ORDER BY seq")))
    engine.dispose()
    return found


def columns(url: str) -> set[str]:
    engine = sa.create_engine(url)
    found = {column["name"] for column in sa.inspect(engine).get_columns("order_checks")}
    engine.dispose()
    return found


def test_a_store_of_the_first_version_is_brought_up_to_date(database_url: str) -> None:
    # given a store that the first version wrote
    rows = first_store(database_url)
    assert revision_of(database_url) == FIRST

    # when this version opens it
    store = open_store(database_url)
    with store.reading() as connection:
        assert differences(connection) == []
    store.close()

    # then every row is as it was
    assert revision_of(database_url) == HEAD
    assert orders_of(database_url) == rows


def test_figures_of_month_ends_of_the_first_version_are_read_as_made_now(database_url: str) -> None:
    # given a store whose figures are written as the first version wrote them: without head and month
    store = open_store(database_url)
    load_portfolio(store, of_five_months(), history=True, now=NOW)
    made = figures(store)
    with store.writing() as connection:
        for month_end, body in made.items():
            plain = sa.update(schema.contexts).where(schema.contexts.c.month_end == month_end)
            connection.execute(plain.values(body=body[_HEAD_BYTES:]))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :first"), {"first": FIRST})
    store.close()

    # when this version opens it, then they are byte for byte what it would make itself
    store = open_store(database_url)
    assert len(made) >= 3
    assert figures(store) == made
    store.close()


def of_five_months() -> Portfolio:
    recorded = ["2026-01-05T00:00:00Z", "2026-05-05T00:00:00Z"]
    invoices = [{**INVOICE, "invoice_id": f"i{n}", "recorded_at": at} for n, at in enumerate(recorded)]
    frame = pd.DataFrame(invoices).drop(columns="table")
    return from_frames({"invoices": frame}, Seller("me", country="DE", reporting_currency="EUR"))


def figures(store: Store) -> dict[datetime, bytes]:
    with store.reading() as connection:
        rows = connection.execute(sa.select(schema.contexts.c.month_end, schema.contexts.c.body))
        return {row.month_end: bytes(row.body) for row in rows}


def test_a_later_version_changes_the_tables_and_keeps_the_rows(database_url: str, tmp_path: Path) -> None:
    rows = first_store(database_url)
    with later_version(tmp_path):
        open_store(database_url).close()
    assert revision_of(database_url) == NEXT
    assert orders_of(database_url) == rows
    assert channels(database_url) == ["ERP", "shop"]


def test_an_older_version_refuses_and_one_that_runs_goes_on(database_url: str, tmp_path: Path) -> None:
    # given a worker of this version, when another machine brings the store to the later one
    rows = first_store(database_url)
    running = open_store(database_url)
    with later_version(tmp_path):
        open_store(database_url).close()

    # then the worker goes on, and what it does not know has its default
    another = {**rows[0], "order_id": "SO-3", "seq": 3}
    with running.writing() as connection:
        connection.execute(sa.insert(schema.order_checks), another)
    running.close()
    assert orders_of(database_url) == [*rows, another]
    assert channels(database_url) == ["ERP", "shop", "ERP"]

    # but it cannot be started again, and changes nothing
    with pytest.raises(InputError, match=f"a store of version {HEAD} or older; found one of a newer version"):
        open_store(database_url)
    assert revision_of(database_url) == NEXT


def test_several_machines_may_start_the_later_version_at_once(database_url: str, tmp_path: Path) -> None:
    # given a store of the first version, when three processes of the later one open it at once
    rows = first_store(database_url)
    with later_version(tmp_path) as changes:
        ended = opened_by(database_url, 3, changes)

    # then each is served, and the change was made once
    assert ended == [(0, "")] * 3
    assert revision_of(database_url) == NEXT
    assert orders_of(database_url) == rows
    assert channels(database_url) == ["ERP", "shop"]


def test_a_change_that_is_killed_half_way_leaves_the_store_as_it_was(
    database_url: str, tmp_path: Path
) -> None:
    # given a process that is killed between two steps of a change
    rows = first_store(database_url)
    open_store(database_url).close()
    before = columns(database_url)
    with later_version(tmp_path) as changes:
        (ended,) = opened_by(database_url, 1, changes, KILLED_HALF_WAY="1")
    assert ended[0] == -signal.SIGKILL

    # then nothing of it is there, and this version goes on with the store
    assert revision_of(database_url) == HEAD
    assert columns(database_url) == before
    open_store(database_url).close()
    assert orders_of(database_url) == rows

    # and the later version makes the change when it is started again
    with later_version(tmp_path / "again"):
        open_store(database_url).close()
    assert channels(database_url) == ["ERP", "shop"]


def test_a_change_that_fails_leaves_the_store_as_it_was(database_url: str, tmp_path: Path) -> None:
    rows = first_store(database_url)
    open_store(database_url).close()
    before = columns(database_url)
    with later_version(tmp_path), pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAILS_HALF_WAY", "1")
        with pytest.raises(RuntimeError, match="a fault of the change"):
            open_store(database_url)
    assert revision_of(database_url) == HEAD
    assert columns(database_url) == before
    assert orders_of(database_url) == rows


def test_a_change_gives_up_where_somebody_holds_a_table(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given somebody who reads in a transaction that does not end
    first_store(postgres_url)
    running = open_store(postgres_url)
    monkeypatch.setattr(upgrade, "SECONDS_TO_LOCK", 1)
    with running.reading() as reader, later_version(tmp_path):
        reader.execute(sa.text("SELECT count(*) FROM order_checks"))

        # when the later version is started, then it says so, and nobody waits behind it
        with pytest.raises(InputError, match="locked"):
            open_store(postgres_url)
        with running.reading() as other:
            assert other.scalar(sa.text("SELECT count(*) FROM order_checks")) == 2
    running.close()
    assert revision_of(postgres_url) == HEAD
