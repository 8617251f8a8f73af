"""Which accounts count, and what their ratios are."""

from __future__ import annotations

import pandas as pd
import pytest

from features.build import build
from features.portfolio import Seller, from_frames

BASE = {"buyer_id": "A", "currency": "EUR", "period_end": "2024-12-31", "received_at": "2025-04-01T00:00:00Z"}
# golden.json, fixture_t and fixture_prev: one firm, two years.
FIRM = {
    "cash": 420, "receivables": 1850, "inventory": 1400, "prepaid_expenses": 130, "current_assets": 3800,
    "total_assets": 7000, "accounts_payable": 1500, "current_liabilities": 2500, "long_term_debt": 1500,
    "total_liabilities": 4300, "retained_earnings": 1600, "equity": 2700, "revenue": 12000,
    "cost_of_goods_sold": 9000, "ebit": 750, "interest_expense": 180, "net_income": 430,
    "operating_cash_flow": 520, "depreciation_amortization": 350,
}  # fmt: skip


def features(*rows: dict, as_of: str = "2025-06-30 12:00:00", **tables) -> pd.Series:
    frame = pd.DataFrame([BASE | row for row in rows])
    seller = Seller("me", reporting_currency="EUR")
    portfolio = from_frames({"statements": frame, **tables}, seller, observed_until="2026-12-31")
    return build(portfolio, pd.DataFrame({"buyer_id": ["A"], "as_of": pd.to_datetime([as_of])})).iloc[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("current_ratio", 3800 / 2500),
        ("quick_ratio", (3800 - 1400 - 130) / 2500),
        ("cash_ratio", 420 / 2500),
        ("liabilities_to_assets", 4300 / 7000),
        ("retained_earnings_to_assets", 1600 / 7000),
        ("ebit_to_interest", 750 / 180),
        ("ebitda_to_liabilities", 1100 / 4300),
        ("net_margin", 430 / 12000),
        ("gross_margin", 3000 / 12000),
        ("dso_days", 1850 / 12000 * 365),
        ("dio_days", 1400 / 9000 * 365),
        ("dpo_days", 1500 / 9000 * 365),
        ("tangible_net_worth", 2700),
    ],
)
def test_ratios_follow_their_definitions(name, value):
    assert features(FIRM)[name] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("below", [0, -5, None])
def test_a_ratio_over_nothing_is_missing(below):
    assert pd.isna(features({"current_assets": 10, "current_liabilities": below})["current_ratio"])


def test_flows_of_half_a_year_are_taken_twice():
    values = features({"months": 6, "revenue": 100.0, "receivables": 50.0})
    assert (values["revenue"], values["dso_days"]) == (200.0, 91.25)


def test_accounts_count_from_their_receipt_for_thirty_months_after_their_period():
    row = {"revenue": 1.0}
    assert features(row, as_of="2025-03-31 23:59:59")["has_accounts"] == 0
    assert features(row, as_of="2025-04-01 00:00:00")["has_accounts"] == 1
    assert features(row, as_of="2027-07-02 12:00:00")["has_accounts"] == 1
    assert features(row, as_of="2027-07-03 12:00:00")["has_accounts"] == 0


def test_without_a_date_of_receipt_accounts_count_six_months_after_their_period():
    row = {"received_at": None, "revenue": 1.0}
    assert features(row, as_of="2025-06-30 23:59:58")["has_accounts"] == 0
    assert features(row, as_of="2025-06-30 23:59:59")["has_accounts"] == 1


def test_a_restatement_counts_from_its_receipt():
    later = {"received_at": "2025-05-01T00:00:00Z", "revenue": 2.0}
    assert features({"revenue": 1.0}, later, as_of="2025-04-30 12:00:00")["revenue"] == 1.0
    assert features({"revenue": 1.0}, later, as_of="2025-05-01 12:00:00")["revenue"] == 2.0


def test_of_accounts_of_one_day_the_longer_and_the_consolidated_ones_count():
    rows = [
        {"months": 6, "revenue": 1.0},
        {"months": 12, "revenue": 2.0},
        {"months": 12, "consolidated": "true", "revenue": 3.0},
    ]
    assert features(*rows)["revenue"] == 3.0


def test_the_year_before_has_as_many_months_and_the_same_scope():
    rows = [
        {"revenue": 110.0},
        {"period_end": "2023-12-31", "months": 6, "revenue": 1.0},
        {"period_end": "2023-12-20", "revenue": 100.0},
        {"period_end": "2023-12-31", "consolidated": "true", "revenue": 7.0},
    ]
    assert features(*rows)["change_revenue_1y"] == pytest.approx(0.0953101798043249)


def test_growth_is_told_in_one_currency():
    fx = pd.DataFrame({"currency": ["HRK"], "on_date": ["2022-12-30"], "rate": [0.125]})
    rows = [
        {"revenue": 110.0, "receivables": 11.0},
        {"period_end": "2023-12-31", "currency": "HRK", "revenue": 800.0, "receivables": 80.0},
    ]
    values = features(*rows, fx=fx)
    assert values["change_revenue_1y"] == pytest.approx(0.0953101798043249)
    assert features(*rows)["change_dso_days_1y"] == pytest.approx(0.0)


def test_a_loss_that_nobody_knows_is_missing():
    assert pd.isna(features({"revenue": 1.0})["loss_years_last_2"])
    assert features({"net_income": -1.0})["loss_years_last_2"] == 1
