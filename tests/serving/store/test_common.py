"""What buyers share, read from the store as from the folder."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from credit.book_files import book_to_bytes
from credit.books import Books
from credit.dossiers import common_of, dossiers_of
from credit.policy import Policy
from credit.release import Release
from credit.side_facts import SideTables
from features.errors import InputError
from features.packing import pack_portfolio
from features.sources.simulator import simulate_portfolio
from serving.months import make_book
from serving.store.books import read_book
from serving.store.common import every_stored_dossier, read_common
from serving.store.connect import Store
from serving.store.loading import load_portfolio

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_the_store_tells_what_the_folder_tells(store: Store) -> None:
    portfolio = simulate_portfolio(12, 2, 7)
    load_portfolio(store, portfolio, history=True, now=NOW)
    packed = pack_portfolio(portfolio)
    with store.reading() as connection:
        found, buyers = read_common(connection), list(every_stored_dossier(connection))
    tables = SideTables(packed)
    expected = common_of(packed, tables, None)  # type: ignore[arg-type]
    for name in ("seller", "observed_from", "observed_until", "has_ledger"):
        assert getattr(found, name) == getattr(expected, name)
    assert np.array_equal(found.context.values, expected.context.values, equal_nan=True)
    second = int(portfolio.observed_until.timestamp())
    for currency in packed.block.currencies:
        assert found.rates.unit(currency, second) == expected.rates.unit(currency, second)
    groups = (
        portfolio.table("buyers")["group_id"].dropna().unique() if portfolio.has("buyers.group_id") else []
    )
    assert all(list(found.members(group)) == list(expected.members(group)) for group in groups)
    assert [each.buyer_id for each in buyers] == [each.buyer_id for each in dossiers_of(packed)]


def test_a_book_is_made_once_and_is_that_of_the_folder(store: Store) -> None:
    portfolio = simulate_portfolio(12, 2, 7)
    load_portfolio(store, portfolio, history=True, now=NOW)
    release = Release("r1", portfolio.seller.seller_id, {}, {}, Policy.default())
    expected = Books(pack_portfolio(portfolio), release).before(portfolio.observed_until)
    assert expected is not None
    assert expected.as_of is not None
    assert make_book(store, release, expected.as_of)
    assert not make_book(store, release, expected.as_of)
    with store.reading() as connection:
        found = read_book(connection, expected.as_of, "r1")
        assert read_book(connection, expected.as_of, "r2") is None
    assert found is not None
    assert book_to_bytes(found) == book_to_bytes(expected)


def test_an_empty_store_has_nothing_in_common(store: Store) -> None:
    with pytest.raises(InputError, match="credence load"), store.reading() as connection:
        read_common(connection)


def test_a_worker_reads_the_store_without_pandas() -> None:
    code = (
        "import sys, serving.store.common, serving.store.dossiers, serving.store.answers, serving.clerk; "
        "print([name for name in ('pandas', 'alembic', 'lightgbm', 'mlflow') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
