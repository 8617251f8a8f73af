"""What must not change a feature, whatever the ledger."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import build as build_module
from features.block_files import block_from_bytes, block_to_bytes
from features.build import Asked, build, build_packed, one_subject, pack_portfolio
from features.catalog import FEATURES, NAMES
from features.engine.compute import compute
from features.portfolio import from_frames
from tests.features.ledgers import BUYERS, RandomLedger
from tests.features.oracle import items_of
from tests.features.oracle_books import Books
from tests.features.oracle_items import balance, payable_of

SEEDS = st.integers(2_000, 20_000)
OWN_FIGURES = [name for name in NAMES if FEATURES[name].source != "book"]
BUCKETS = [name for name in NAMES if name.startswith("open_") and name.endswith("_amount")]
few = settings(max_examples=8, deadline=None)


def frames_of(ledger: RandomLedger, prefix: str = "") -> dict[str, pd.DataFrame]:
    """Raw frames, with other names for everything where there is a prefix."""
    named = ("buyer_id", "invoice_id", "allocation_id", "successor_id", "dispute_id", "event_id", "limit_id")
    frames = {}
    for name, frame in ledger.frames.items():
        changed = {column: prefix + frame[column] for column in named if prefix and column in frame}
        frames[name] = frame.assign(**changed)
    return frames


def portfolio_of(ledger: RandomLedger, frames: dict[str, pd.DataFrame]):
    whole = ledger.portfolio()
    dates = {"observed_from": whole.observed_from, "observed_until": whole.observed_until}
    return from_frames(frames, whole.seller, **dates)


@few
@given(SEEDS)
def test_loading_twice_changes_nothing(seed):
    ledger = RandomLedger(seed)
    subjects, frames = ledger.subjects(5), frames_of(ledger)
    twice = {name: pd.concat([frame, frame], ignore_index=True) for name, frame in frames.items()}
    once = build(portfolio_of(ledger, frames), subjects)
    again = build(portfolio_of(ledger, twice), subjects)
    assert once.to_numpy().tobytes() == again.to_numpy().tobytes()


@few
@given(SEEDS)
def test_unrelated_buyers_change_only_what_is_told_of_all(seed):
    ledger, other = RandomLedger(seed), RandomLedger(seed + 1)
    mine, theirs = frames_of(ledger), frames_of(other, "other ")
    theirs.pop("fx", None)
    merged = {
        name: pd.concat([mine[name], theirs[name]], ignore_index=True) if name in theirs else mine[name]
        for name in mine
    }
    subjects = ledger.subjects(5)
    alone = build(portfolio_of(ledger, mine), subjects)[OWN_FIGURES]
    beside = build(portfolio_of(ledger, merged), subjects)[OWN_FIGURES]
    vs_peers = [name for name in OWN_FIGURES if "_vs_" in name or name == "group_size"]
    same = [name for name in OWN_FIGURES if name not in vs_peers]
    assert alone[same].to_numpy().tobytes() == beside[same].to_numpy().tobytes()


@few
@given(SEEDS)
def test_the_ageing_buckets_add_up_to_the_open_ledger(seed):
    ledger = RandomLedger(seed)
    portfolio, as_of = ledger.portfolio(), pd.Timestamp("2025-03-15 12:00:00")
    found = build(portfolio, pd.DataFrame({"buyer_id": BUYERS, "as_of": as_of}))
    books = Books(portfolio, as_of.to_pydatetime())
    for buyer, row in zip(BUYERS, found[BUCKETS].to_numpy(), strict=True):
        items = items_of(books, {buyer})
        if items:
            open_ = [(i["currency"], max(balance(i, books.day), 0)) for i in payable_of(items)]
            assert row.sum() == pytest.approx(float(books.money(open_)), nan_ok=True)


@few
@given(SEEDS)
def test_online_is_batch_to_the_bit(seed):
    ledger = RandomLedger(seed)
    packed, as_of = pack_portfolio(ledger.portfolio()), pd.Timestamp("2025-02-28 10:00:00")
    batch = build_packed(packed, pd.DataFrame({"buyer_id": BUYERS, "as_of": as_of})).to_numpy()
    for buyer, row in zip(BUYERS, batch, strict=True):
        subject = one_subject(packed, buyer, as_of, Asked())
        assert compute(packed.block, subject, packed.context)[0].tobytes() == row.tobytes()
        if subject.buyer[0] >= 0:
            alone = block_from_bytes(block_to_bytes(packed.block.of_buyer(int(subject.buyer[0]))))
            only = dataclasses.replace(subject, buyer=np.zeros(1, np.int64))
            assert compute(alone, only, packed.context)[0].tobytes() == row.tobytes()


@pytest.mark.parametrize("size", [1, 3, 8, 1000])
def test_blocks_of_any_size_give_the_same_bytes(size, monkeypatch):
    ledger = RandomLedger(1234)
    packed, subjects = pack_portfolio(ledger.portfolio()), ledger.subjects(17)
    whole = build_packed(packed, subjects)
    monkeypatch.setattr(build_module, "_CHUNK", size)
    assert build_packed(packed, subjects).to_numpy().tobytes() == whole.to_numpy().tobytes()
