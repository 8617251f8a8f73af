"""Loading a portfolio into the store."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from credence.cli.load import load
from credit.dossier import Dossier
from credit.dossiers import dossiers_of
from features.errors import InputError
from features.files import read, write
from features.packing import pack_portfolio
from features.portfolio import Portfolio, from_frames
from features.seller import Seller
from features.sources.simulator import simulate_portfolio
from serving.store import schema
from serving.store.changes import ledger_row
from serving.store.connect import Store, open_store, store_url
from serving.store.contexts import read_context
from serving.store.dossiers import buyers, read_dossier
from serving.store.facts import stored_portfolio
from serving.store.loading import load_portfolio, rebuild_dossiers

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    folder = tmp_path_factory.mktemp("small")
    write(simulate_portfolio(25, 2, 7), folder)
    return read(folder)


def counts(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        tables = schema.METADATA.tables.items()
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables
        }


def test_what_was_loaded_is_read_back_as_it_was(store: Store, portfolio: Portfolio) -> None:
    loaded = load_portfolio(store, portfolio, history=True, now=NOW)
    with store.reading() as connection:
        found = stored_portfolio(connection)
    assert loaded.added == {name: len(frame) for name, frame in portfolio.tables.items()}
    assert (found.seller, found.observed_from, found.observed_until) == (
        portfolio.seller, portfolio.observed_from, portfolio.observed_until
    )  # fmt: skip
    assert set(found.tables) == {name for name, frame in portfolio.tables.items() if len(frame)}
    for name, frame in found.tables.items():
        expected = portfolio.tables[name]
        key = list(expected.columns)
        assert frame[key].dtypes.astype(str).equals(expected.dtypes.astype(str))
        ordered = [each.sort_values(key, ignore_index=True) for each in (frame[key], expected)]
        pd.testing.assert_frame_equal(*ordered)
        assert frame.drop(columns=key).isna().all().all()


def test_dossiers_and_contexts_are_those_of_the_folder(store: Store, portfolio: Portfolio) -> None:
    loaded = load_portfolio(store, portfolio, history=True, now=NOW)
    packed = pack_portfolio(portfolio)
    with store.reading() as connection:
        ids = buyers(connection, limit=1000)
        stored = read_dossier(connection, ids[3])
        context = read_context(connection)
    assert ids == list(packed.block.buyer_ids)
    assert stored is not None
    assert stored.facts_seq == loaded.facts_seq == 1
    own = Dossier.from_bytes(stored.body)
    expected = {dossier.buyer_id: dossier for dossier in dossiers_of(packed)}[ids[3]]
    assert own.buyer_id == ids[3]
    assert own.block.ledger.begins.tolist() == expected.block.ledger.begins.tolist()
    assert own.known_from == expected.known_from
    assert context.month_end.tolist() == packed.context.month_end.tolist()
    assert np.array_equal(context.values, packed.context.values, equal_nan=True)


def test_loading_twice_changes_nothing(store: Store, portfolio: Portfolio) -> None:
    load_portfolio(store, portfolio, history=True, now=NOW)
    before = counts(store)
    again = load_portfolio(store, portfolio, history=True, now=NOW)
    assert not again.is_changed
    assert again.facts_seq == 1
    assert again.unchanged == {name: len(frame) for name, frame in portfolio.tables.items()}
    assert counts(store) == before


def test_a_rebuild_finds_every_dossier_right(store: Store, portfolio: Portfolio) -> None:
    load_portfolio(store, portfolio, history=True, now=NOW)
    assert rebuild_dossiers(store) == 0


def test_a_part_and_then_the_whole_is_the_whole(store: Store, portfolio: Portfolio, tmp_path: Path) -> None:
    part = portfolio.cut(pd.Timestamp("2025-06-30"))
    load_portfolio(store, part, history=True, now=NOW)
    more = load_portfolio(store, portfolio, history=True, now=NOW)
    assert more.facts_seq == 2
    assert 0 < more.added["invoices"] < len(portfolio.tables["invoices"])
    at_once = open_store(store_url(tmp_path / "other", {}))
    load_portfolio(at_once, portfolio, history=True, now=NOW)
    assert bodies(store) == bodies(at_once)
    at_once.close()


def bodies(store: Store) -> dict[str, bytes]:
    with store.reading() as connection:
        rows = connection.execute(select(schema.dossiers.c.buyer_id, schema.dossiers.c.body))
        return {buyer_id: bytes(body) for buyer_id, body in rows}


def test_without_history_facts_are_known_from_the_load_on(store: Store) -> None:
    load_portfolio(store, of_invoices([("a", "100.00", "2026-01-05T00:00:00Z")]), history=False, now=NOW)
    with store.reading() as connection:
        known = stored_portfolio(connection).table("invoices")["recorded_at"]
        kept = connection.scalar(select(schema.FACTS["invoices"].c.recorded_at))
    assert known.tolist() == [pd.Timestamp("2026-07-01T12:00:00")]
    assert kept == datetime(2026, 1, 5, tzinfo=UTC)


def test_a_version_that_comes_late_does_not_replace_a_later_one(store: Store) -> None:
    later = of_invoices([("a", "120.00", "2026-02-05T00:00:00Z")])
    earlier = of_invoices([("a", "100.00", "2026-01-05T00:00:00Z")])
    load_portfolio(store, later, history=False, now=NOW)
    load_portfolio(store, earlier, history=False, now=datetime(2026, 7, 2, tzinfo=UTC))
    with store.reading() as connection:
        known = stored_portfolio(connection).table("invoices")
    assert known["amount_minor"].tolist() == [12000]


def of_invoices(rows: list[tuple[str, str, str]], seller: str = "me", buyer: str = "B") -> Portfolio:
    names = ["invoice_id", "amount", "recorded_at"]
    frame = pd.DataFrame(rows, columns=names).assign(
        buyer_id=buyer, issued_on="2026-01-05", due_on="2026-02-04", currency="EUR"
    )
    return from_frames({"invoices": frame}, Seller(seller, reporting_currency="EUR"))


def test_other_content_under_one_key_is_refused_whole(store: Store) -> None:
    load_portfolio(store, of_invoices([("a", "100.00", "2026-01-05")]), history=True, now=NOW)
    before = counts(store)
    other = of_invoices([("b", "1.00", "2026-01-05"), ("a", "99.00", "2026-01-05")])
    with pytest.raises(InputError, match=r"table 'invoices', 1 row: .*other content"):
        load_portfolio(store, other, history=True, now=NOW)
    assert counts(store) == before


def test_the_same_facts_may_tell_of_a_later_end_of_the_books(store: Store) -> None:
    one = of_invoices([("a", "100.00", "2026-01-05")])
    first = load_portfolio(store, one, history=True, now=NOW)
    later = replace(one, observed_until=pd.Timestamp("2026-06-30 12:00:00"))
    for portfolio, seq, is_later in ((later, 2, True), (later, 2, False), (one, 2, False)):
        loaded = load_portfolio(store, portfolio, history=True, now=NOW)
        assert (loaded.facts_seq, loaded.is_changed, loaded.has_later_end) == (seq, False, is_later)
    with store.reading() as connection:
        assert ledger_row(connection)["observed_until"] == datetime(2026, 6, 30, 12, tzinfo=UTC)
    assert first.facts_seq == 1
    assert rebuild_dossiers(store) == 0


def test_another_sellers_portfolio_is_refused(store: Store) -> None:
    load_portfolio(store, of_invoices([("a", "100.00", "2026-01-05")]), history=True, now=NOW)
    before = counts(store)
    with pytest.raises(InputError, match="one store serves one seller"):
        load_portfolio(store, of_invoices([("b", "1.00", "2026-01-05")], "you"), history=True, now=NOW)
    assert counts(store) == before


@pytest.mark.parametrize(
    "text", ["=1+1", "a'); DROP TABLE ledger; --", 'quo"te, comma\nline', "买方", "\\N", "NULL"]
)
def test_texts_are_kept_letter_by_letter(store: Store, text: str) -> None:
    load_portfolio(store, of_invoices([(text, "100.00", "2026-01-05")], buyer=text), history=True, now=NOW)
    with store.reading() as connection:
        row = connection.execute(select(schema.FACTS["invoices"])).mappings().one()
    assert (row["invoice_id"], row["buyer_id"], row["amount"]) == (text, text, Decimal("100"))


def test_pages_of_buyers_follow_each_other(store: Store, portfolio: Portfolio) -> None:
    load_portfolio(store, portfolio, history=True, now=NOW)
    with store.reading() as connection:
        every = buyers(connection, limit=1000)
        first = buyers(connection, limit=10)
        second = buyers(connection, after=first[-1], limit=1000)
        assert first + second == every
        assert buyers(connection, prefix=every[4], limit=10) == [every[4]]
        assert buyers(connection, prefix="%") == []


def test_the_command_loads_and_says_what_it_did(
    tmp_path: Path, portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(portfolio, tmp_path / "folder")
    monkeypatch.setenv("CREDENCE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CREDENCE_DATABASE_URL", raising=False)
    first = CliRunner().invoke(load, [str(tmp_path / "folder")])
    again = CliRunner().invoke(load, [str(tmp_path / "folder")])
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert f"{len(portfolio.tables['invoices']):,}" in first.stdout
    assert "25 dossiers" in first.stdout
    assert "--history" in first.stderr
    assert again.stdout.startswith("nothing new")


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from features.files import read
from serving.store import loading
from serving.store.connect import open_store, store_url

def told(made, progress):
    for number, each in enumerate(made):
        if number == 5:
            print("half-way", flush=True)
            sys.stdin.read()
        yield each

loading._counted = told
store = open_store(store_url(Path(sys.argv[1]), {}))
loading.load_portfolio(store, read(sys.argv[2]), history=True, now=datetime(2026, 7, 1, tzinfo=UTC))
"""


def test_a_load_that_is_killed_leaves_the_store_as_it_was(tmp_path: Path, portfolio: Portfolio) -> None:
    write(portfolio, tmp_path / "folder")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "home"), str(tmp_path / "folder")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half-way\n"
        process.send_signal(signal.SIGKILL)
    store = open_store(store_url(tmp_path / "home", {}))
    assert not any(count for name, count in counts(store).items())
    assert load_portfolio(store, portfolio, history=True, now=NOW).is_changed
    assert rebuild_dossiers(store) == 0
    store.close()
