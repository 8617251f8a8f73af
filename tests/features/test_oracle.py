"""Every feature against a slow recomputation, on small random ledgers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from features.build import build
from features.catalog import NAMES
from tests.features.ledgers import RandomLedger
from tests.features.oracle_accounts import features_of

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
