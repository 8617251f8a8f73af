from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.build import Packed
from features.portfolio import Portfolio
from training.report.shocks import SHOCKS


@pytest.fixture(scope="module")
def portfolio(demo_packed: Packed) -> Portfolio:
    return demo_packed.portfolio


def shocked(portfolio: Portfolio, code: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    shock = SHOCKS[code]
    after = shock.change(portfolio)
    same = [name for name in portfolio.tables if name != shock.table]
    assert all(after.tables[name] is portfolio.tables[name] for name in same)
    return portfolio.tables[shock.table], after.tables[shock.table]


def test_sales_fall_and_take_their_gross_profit_with_them(portfolio: Portfolio):
    before, after = shocked(portfolio, "sales_fall_20_percent")
    np.testing.assert_allclose(after["revenue"], 0.8 * before["revenue"])
    profit = before["gross_profit"].fillna(before["revenue"] - before["cost_of_goods_sold"])
    lost = 0.2 * profit.fillna(before["revenue"]).fillna(0.0)
    for name in ("ebit", "net_income"):
        np.testing.assert_allclose(before[name] - after[name], lost.where(before[name].notna()), atol=1e-4)
    pd.testing.assert_series_equal(after["total_assets"], before["total_assets"])


def test_interest_rises_with_debt_and_lowers_what_is_left(portfolio: Portfolio):
    before, after = shocked(portfolio, "interest_rises_2_points")
    more = 0.02 * (before["short_term_debt"].fillna(0) + before["long_term_debt"].fillna(0))
    np.testing.assert_allclose(after["interest_expense"] - before["interest_expense"],
                               more.where(before["interest_expense"].notna()), atol=1e-4)  # fmt: skip
    np.testing.assert_allclose(
        before["net_income"] - after["net_income"], more.where(before["net_income"].notna()), atol=1e-4
    )
    pd.testing.assert_series_equal(after["ebit"], before["ebit"])


def test_settlements_come_and_are_known_fifteen_days_later(portfolio: Portfolio):
    before, after = shocked(portfolio, "payments_15_days_later")
    for name in ("settled_on", "recorded_at"):
        assert (after[name] - before[name] == pd.Timedelta(days=15)).all()
    assert after["amount_minor"].equals(before["amount_minor"])
