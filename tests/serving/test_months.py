"""The figures of a month end come from the dossiers, are those of the tables, and are made once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from credit.book_files import book_to_bytes
from credit.books import Books
from credit.policy import Policy
from credit.release import Release
from features.context import book_context
from features.context_files import context_to_bytes
from features.engine.context import BOOK, Context
from features.packing import pack_portfolio
from features.sources.simulator import simulate_portfolio
from serving.months import make_context, make_month
from serving.store import schema
from serving.store.books import read_book
from serving.store.connect import Store
from serving.store.contexts import read_context
from serving.store.facts import stored_portfolio
from serving.store.ledger import post_ledger
from serving.store.loading import load_portfolio
from serving.store.packing import pack_in_order
from tests.serving.store.conftest import database_url, store  # noqa: F401  (fixtures)

LOADED = datetime(2026, 7, 3, 12, tzinfo=UTC)
END = datetime(2026, 8, 31, 21, 59, 59)
"""End of August where the seller is; the books were loaded up to the end of June."""


@pytest.fixture
def loaded(store: Store) -> Store:  # noqa: F811  (a fixture)
    load_portfolio(store, simulate_portfolio(40, 2, 7), history=True, now=LOADED)
    return store


def release_of(store: Store) -> Release:  # noqa: F811  (a fixture of the same name)
    with store.reading() as connection:
        seller_id = stored_portfolio(connection).seller.seller_id
    return Release("r1", seller_id, {}, {}, Policy.default())


def post(store: Store, day: datetime, currencies: tuple[str, ...]) -> None:  # noqa: F811
    """Post invoices of several buyers, each paid late in part, and rates of some currencies only."""
    with store.reading() as connection:
        buyers = list(connection.scalars(select(schema.dossiers.c.buyer_id)))[:12]
    rates = [{"table": "fx", "currency": "CHF", "on_date": f"{day:%Y-%m-%d}", "rate": "1.05"}]
    invoices = [
        {
            "table": "invoices", "invoice_id": f"new{number}{code}", "buyer_id": buyer_id,
            "issued_on": f"{day:%Y-%m-%d}", "due_on": f"{day + timedelta(days=5):%Y-%m-%d}",
            "amount": str(100 + number), "currency": code,
        }
        for number, buyer_id in enumerate([*buyers, "a new one"])
        for code in currencies
    ]  # fmt: skip
    payments = [
        {
            "table": "allocations", "allocation_id": f"p{each['invoice_id']}", "amount": "40",
            "kind": "payment", "invoice_id": each["invoice_id"],
            "settled_on": f"{day + timedelta(days=20):%Y-%m-%d}",
        }
        for each in invoices[::2]
    ]  # fmt: skip
    for facts, now in ((rates + invoices, day), (payments, day + timedelta(days=21))):
        told = post_ledger(store, facts, now=now).items
        assert {each["status"] for each in told} == {"accepted"}


def of_tables(store: Store) -> tuple[Context, bytes]:  # noqa: F811
    """Return the figures at `END` as they are made of all tables, and the book."""
    with store.reading() as connection:
        packed = pack_in_order(stored_portfolio(connection))
    until = pd.Timestamp(END) + pd.Timedelta(seconds=1)
    context = book_context(packed.block, packed.observed_from, until, packed.seller.timezone)
    book = Books(packed, release_of(store)).before(until)
    assert book is not None
    return context, book_to_bytes(book)


def kept(store: Store) -> dict[datetime, bytes]:  # noqa: F811
    with store.reading() as connection:
        rows = connection.execute(select(schema.contexts))
        return {row.month_end: bytes(row.body) for row in rows}


@pytest.mark.parametrize("currencies", [("EUR",), ("CHF", "EUR", "JPY", "AED")])
def test_month_ends_after_posts_are_those_of_the_tables(loaded: Store, currencies: tuple[str, ...]) -> None:
    # given facts posted after the load, also in currencies without any rate
    before = kept(loaded)
    post(loaded, datetime(2026, 7, 6, 9, tzinfo=UTC), currencies)

    # when the end of August is made
    assert make_month(loaded, release_of(loaded), END)

    # then every byte is that of the tables, and what was kept is as it was
    expected, book = of_tables(loaded)
    with loaded.reading() as connection:
        found, made = read_context(connection), read_book(connection, END, "r1")
    assert context_to_bytes(found) == context_to_bytes(expected)
    assert np.isnan(found.values[-1, BOOK]).all() == ("JPY" in currencies)
    assert made is not None
    assert book_to_bytes(made) == book
    after = kept(loaded)
    assert {end: after[end] for end in before} == before
    assert [end.month for end in sorted(after.keys() - before.keys())] == [7, 8]


def test_what_comes_later_changes_no_month_end(loaded: Store) -> None:
    make_month(loaded, release_of(loaded), END)
    before = kept(loaded)
    with loaded.reading() as connection:
        book = read_book(connection, END, "r1")

    # when facts of August come in September, with a time in August at which they were recorded elsewhere
    with loaded.reading() as connection:
        buyer_id = connection.scalars(select(schema.dossiers.c.buyer_id)).first()
    late = {
        "table": "invoices", "invoice_id": "late", "buyer_id": buyer_id, "issued_on": "2026-08-01",
        "due_on": "2026-08-02", "amount": "1000000", "currency": "EUR", "recorded_at": "2026-08-05T00:00:00Z",
    }  # fmt: skip
    told = post_ledger(loaded, [late], now=datetime(2026, 9, 2, tzinfo=UTC)).items
    assert told[0]["status"] == "accepted"

    # then nothing is made again, and what would be made is the same: the store did not know it then
    assert make_context(loaded, END) == 0
    assert not make_month(loaded, release_of(loaded), END)
    with loaded.reading() as connection:
        assert read_book(connection, END, "r1") == book
    assert kept(loaded) == before
    expected, _ = of_tables(loaded)
    with loaded.reading() as connection:
        assert context_to_bytes(read_context(connection)) == context_to_bytes(expected)


def test_a_month_end_before_the_books_is_not_made(loaded: Store) -> None:
    assert make_context(loaded, datetime(2019, 12, 31, 22, 59, 59)) == 0
    assert not make_month(loaded, release_of(loaded), datetime(2019, 12, 31, 22, 59, 59))


def test_without_a_ledger_there_are_no_figures_across_buyers(store: Store) -> None:  # noqa: F811
    portfolio = simulate_portfolio(12, 2, 7)
    kept_tables = {name: portfolio.tables[name] for name in ("buyers", "statements", "events")}
    alone = replace(portfolio, tables=kept_tables)
    load_portfolio(store, alone, history=True, now=LOADED)
    assert pack_portfolio(alone).context.month_end.tolist() == []
    assert make_month(store, release_of(store), END)
    assert kept(store) == {}
