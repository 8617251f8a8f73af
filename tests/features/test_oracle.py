"""Every feature against a slow recomputation, on small random ledgers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from features.build import build
from features.catalog import NAMES
from features.catalog.context import CONTEXT_FEATURES
from tests.features.ledgers import RandomLedger
from tests.features.oracle_accounts import features_of
from tests.features.oracle_books import Books
from tests.features.oracle_context import context, figures

SUBJECTS = 6


@pytest.mark.parametrize("seed", range(12))
def test_every_feature_equals_its_slow_recomputation(seed):
    ledger = RandomLedger(seed)
    portfolio, subjects = ledger.portfolio(), ledger.subjects(SUBJECTS)
    values = build(portfolio, subjects)
    for row, subject in enumerate(subjects.to_dict("records")):
        expected = features_of(portfolio, {name: _plain(value) for name, value in subject.items()})
        found = values.iloc[row]
        wrong = {name: (float(expected.get(name, math.nan)), found[name]) for name in NAMES}
        wrong = {name: pair for name, pair in wrong.items() if not _close(*pair)}
        assert not wrong, f"subject {row}"


def test_buyers_among_their_peers_equal_their_slow_recomputation():
    # given buyers of few industries, at the middle of each month
    middles = pd.date_range("2024-03-15", "2025-06-15", freq="MS") + pd.Timedelta(days=14, hours=9)
    rows = [(buyer, moment) for buyer in ("P0", "P1") for moment in middles]
    subjects = pd.DataFrame(rows, columns=["buyer_id", "as_of"]).astype({"as_of": "datetime64[s]"})
    known = dict.fromkeys((feature.name for feature in CONTEXT_FEATURES), 0)
    for seed in range(4, 9):
        portfolio = RandomLedger(seed).portfolio()
        values = build(portfolio, subjects)
        for row, (buyer, moment) in enumerate(rows):
            own = figures(Books(portfolio, moment.to_pydatetime()), {buyer})
            expected = context(portfolio, {"buyer_id": buyer, "as_of": moment.to_pydatetime()}, own)
            for name in known:
                value = float(expected.get(name, math.nan))
                assert _close(value, values[name].iloc[row]), (name, buyer, moment)
                known[name] += not math.isnan(value)
    # then they agree, and every figure was known at times
    assert all(known.values()), known


def _close(expected: float, found: float) -> bool:
    if math.isnan(expected) or math.isnan(found):
        return math.isnan(expected) and math.isnan(found)
    return abs(expected - found) <= 1e-9 * max(1.0, abs(expected))


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    if not hasattr(value, "to_pydatetime"):
        return value
    moment = value.to_pydatetime()
    return moment if moment.time().second else moment.date()
