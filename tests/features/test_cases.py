"""Figures worked out by hand: the slow recomputation and the engine both give them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from features.build import build
from features.catalog.context import CONTEXT_FEATURES
from features.catalog.payments import PAYMENT_FEATURES
from features.portfolio import Portfolio, Seller, from_frames
from tests.features.cases import balances, flows, lateness, peers
from tests.features.cases.making import Case
from tests.features.oracle_accounts import features_of

CASES: dict[str, Case] = {
    name.lower(): value
    for module in (flows, lateness, balances, peers)
    for name, value in vars(module).items()
    if isinstance(value, Case)
}


def portfolio_of(case: Case) -> Portfolio:
    shared: dict[str, dict[str, Any]] = {
        "limits": {"buyer_id": "A", "currency": "EUR"},
        "buyers": {"recorded_at": "2025-01-01"},
    }
    frames = {
        name: pd.DataFrame([shared.get(name, {}) | row for row in rows]) for name, rows in case.tables.items()
    }
    seller = Seller("me", reporting_currency="EUR")
    return from_frames(frames, seller, observed_from="2024-01-01", observed_until="2026-12-31")


def by_oracle(case: Case) -> dict[str, Any]:
    subject = {"buyer_id": case.buyer_id, "as_of": pd.Timestamp(case.as_of).to_pydatetime()}
    nothing = dict.fromkeys(("amount", "currency", "terms_days", "due_on"))
    return features_of(portfolio_of(case), {**subject, **nothing, "invoice_id": case.own, "instalment": 1})


def by_engine(case: Case) -> dict[str, Any]:
    columns = {"buyer_id": [case.buyer_id], "as_of": pd.to_datetime([case.as_of]), "invoice_id": [case.own]}
    subject = pd.DataFrame(columns)
    return build(portfolio_of(case), subject).iloc[0].to_dict()


@pytest.mark.parametrize("values_of", [by_oracle, by_engine])
@pytest.mark.parametrize("name", CASES)
def test_a_figure_worked_out_by_hand(values_of, name):
    case = CASES[name]
    found = values_of(case)
    values = {feature: float(found.get(feature, float("nan"))) for feature in case.expected}
    assert values == pytest.approx(case.expected, rel=1e-12, abs=1e-12, nan_ok=True)


def test_every_payment_feature_has_a_case():
    names = {feature.name for feature in (*PAYMENT_FEATURES, *CONTEXT_FEATURES)}
    assert not names - {feature for case in CASES.values() for feature in case.expected}


def test_ageing_adds_up_to_the_open_items():
    found = by_oracle(CASES["ageing"])
    assert sum(value for name, value in found.items() if name.startswith("open_")) == 1300
