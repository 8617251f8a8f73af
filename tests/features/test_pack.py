"""The compiled pack gives the same arrays as pandas joins, from files and from frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.engine.ledger import Ledger
from features.facts import FactTables
from features.files import read, write
from features.pack import pack, pack_items
from features.portfolio import Portfolio, Seller, from_frames
from features.texts import texts_of
from tests.features import pack_oracle
from tests.features.ledgers import RandomLedger

NARROW = ("meaning",)


def assert_same_ledger(got: Ledger, want: Ledger) -> None:
    for name in Ledger._fields:
        mine, theirs = getattr(got, name), getattr(want, name)
        if name not in NARROW:
            assert mine.dtype == theirs.dtype, name
        np.testing.assert_array_equal(mine, theirs, err_msg=name)


@pytest.mark.parametrize("seed", range(12))
def test_random_ledgers_give_the_same_arrays(seed, tmp_path):
    portfolio = RandomLedger(seed).portfolio()
    want = pack_oracle.pack(portfolio)
    assert_same_ledger(pack(portfolio).ledger, want)
    write(portfolio, tmp_path)
    from_files = read(tmp_path)
    assert isinstance(from_files.tables, FactTables)
    assert_same_ledger(pack(from_files).ledger, want)


@pytest.mark.parametrize("seed", range(5))
def test_a_portfolio_cut_in_time_gives_the_same_arrays(seed):
    portfolio = RandomLedger(seed).portfolio().cut(pd.Timestamp("2024-10-01"))
    assert_same_ledger(pack(portfolio).ledger, pack_oracle.pack(portfolio))


@pytest.mark.parametrize("seed", range(10))
def test_items_are_found_by_buyer_invoice_and_instalment(seed):
    portfolio = RandomLedger(seed).portfolio()
    block, items = pack_items(portfolio)
    named = pack_oracle.item_ids(portfolio)
    named = named[~named["invoice_id"].str.startswith("\x1f")]
    buyers = np.array([block.position(buyer) for buyer in named["buyer_id"]])
    instalments = named["instalment"].to_numpy(np.int64)
    found = items.find(buyers, texts_of(named["invoice_id"]), instalments)
    np.testing.assert_array_equal(found, named["item"])
    assert (items.find(buyers - 5, texts_of(named["invoice_id"]), instalments) == -1).all()
    assert (items.find(buyers, texts_of(named["invoice_id"]), instalments + 9) == -1).all()


def test_two_buyers_of_one_invoice_in_its_versions_are_two_items_with_the_same_bookings():
    invoice = {
        "invoice_id": "1",
        "buyer_id": "A",
        "issued_on": "2026-01-05",
        "due_on": "2026-02-04",
        "amount": "100",
        "currency": "EUR",
        "kind": "bill",
        "recorded_at": "2026-01-05T10:00:00Z",
    }
    later = invoice | {"buyer_id": "B", "recorded_at": "2026-01-09T10:00:00Z"}
    paid = {
        "allocation_id": "p",
        "invoice_id": "1",
        "settled_on": "2026-03-01",
        "amount": "9",
        "kind": "payment",
    }
    frames = {"invoices": pd.DataFrame([later, invoice]), "allocations": pd.DataFrame([paid])}
    portfolio: Portfolio = from_frames(frames, Seller("me", reporting_currency="EUR"))
    assert_same_ledger(pack(portfolio).ledger, pack_oracle.pack(portfolio))
    assert pack(portfolio).ledger.allocation_start.tolist() == [0, 3, 6]
