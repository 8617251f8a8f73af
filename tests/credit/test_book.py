from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from credit.book import make_book
from credit.budget import book_loss
from credit.loss import loss_rate
from features.portfolio import Seller

SELLER = Seller("acme", reporting_currency="EUR")


def make_values(**columns):
    given = {
        "exposure": [100_000.0, 50_000.0, np.nan],
        "invoiced_amount_365d": [2_000_000.0, 500_000.0, np.nan],
        "tenure_days": [900.0, 900.0, np.nan],
        "median_terms_days_365d": [60.0, 30.0, np.nan],
        "peak_month_factor_365d": [1.3, 1.2, np.nan],
        "in_default": [0.0, 0.0, 0.0],
        "has_payments": [1.0, 1.0, 0.0],
        "count_settled_365d": [40.0, 12.0, np.nan],
    }
    return pd.DataFrame(given | columns)


def test_a_book_adds_up_what_is_known(policy):
    book = make_book(make_values(), np.array([0.01, 0.2, np.nan]), SELLER, policy)

    assert book.receivables == 150_000
    assert book.yearly_sales == 2_500_000
    assert book.budget == pytest.approx(policy.economics.expected_loss_budget_share_of_sales * 2_500_000)
    assert book.margin == policy.economics.margin
    assert book.buyers == 3
    assert book.reference_pds == (0.01, 0.2)


def test_the_seller_knows_better(policy):
    seller = Seller("acme", reporting_currency="EUR", equity=9e6, yearly_credit_sales=3e6, margin=0.08)

    book = make_book(make_values(), np.array([0.01, 0.2, np.nan]), seller, policy)

    assert (book.yearly_sales, book.margin, book.equity) == (3e6, 0.08, 9e6)


def test_the_price_of_risk_keeps_the_needs_within_the_budget(policy):
    book = make_book(make_values(), np.array([0.05, 0.2, np.nan]), SELLER, policy)

    tolerance = policy.need.tolerance_days
    needs = np.array([2e6 / 365 * (60 + tolerance) * 1.3, 5e5 / 365 * (30 + tolerance) * 1.2])
    rates = loss_rate(np.array([0.05, 0.2]), 0.8)
    assert book.shadow_price > 0.0
    assert book_loss(needs, rates, book.margin, book.shadow_price) == pytest.approx(book.budget)


def test_buyers_in_default_take_no_part_of_the_budget(policy):
    healthy = make_book(make_values(), np.array([0.05, np.nan, np.nan]), SELLER, policy)

    book = make_book(make_values(in_default=[0.0, 1.0, 0.0]), np.array([0.05, 0.9, np.nan]), SELLER, policy)

    assert book.shadow_price == healthy.shadow_price
    assert book.reference_pds == (0.05,)


def test_without_sales_there_is_no_price(policy):
    values = pd.DataFrame({"exposure": [np.nan, np.nan]})

    book = make_book(values, np.array([0.05, 0.9]), SELLER, policy)

    assert book.shadow_price is None
    assert book.receivables == 0.0
