from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from credit.budget import allowed_share, book_loss, shadow_price

ROWS = st.integers(1, 20)
NEEDS, RATES = st.floats(0, 1e7), st.floats(1e-4, 0.9)
BOOKS = ROWS.flatmap(
    lambda n: st.tuples(arrays(np.float64, n, elements=NEEDS), arrays(np.float64, n, elements=RATES))
)
BUDGETS = st.floats(0, 1e6)


@given(BOOKS, BUDGETS)
def test_the_price_keeps_the_book_within_its_budget(book, budget):
    needs, rates = book

    price = shadow_price(needs, rates, 0.2, budget)

    assert book_loss(needs, rates, 0.2, price) <= budget


@given(BOOKS, BUDGETS)
def test_a_price_above_zero_uses_the_budget_up(book, budget):
    needs, rates = book

    price = shadow_price(needs, rates, 0.2, budget)

    lower = price * (1.0 - 1e-6)
    assert price == 0.0 or book_loss(needs, rates, 0.2, lower) >= budget


@given(BOOKS, BUDGETS, BUDGETS)
def test_a_larger_budget_never_costs_more(book, one, other):
    needs, rates = book
    small, large = sorted((one, other))

    assert shadow_price(needs, rates, 0.2, large) <= shadow_price(needs, rates, 0.2, small)


@given(st.floats(0, 100), st.floats(1e-4, 1), st.floats(1e-4, 1))
def test_a_riskier_buyer_never_keeps_a_larger_share(price, one, other):
    safer, riskier = sorted((one, other))

    shares = allowed_share(np.array([safer, riskier]), 0.2, price)

    assert shares[0] >= shares[1] >= 0.0


def test_a_budget_that_does_not_bind_has_no_price():
    assert shadow_price(np.array([1e5]), np.array([0.01]), 0.2, 1e9) == 0.0


def test_buyers_of_whom_nothing_is_known_take_no_part():
    needs, rates = np.array([1e5, np.nan, 1e5]), np.array([0.1, 0.1, np.nan])

    assert shadow_price(needs, rates, 0.2, 5e3) == shadow_price(needs[:1], rates[:1], 0.2, 5e3) > 0.0


def test_without_any_budget_nobody_with_a_loss_keeps_a_limit():
    needs, rates = np.array([1e5, 1e6]), np.array([0.01, 0.1])

    price = shadow_price(needs, rates, 0.2, 0.0)

    assert allowed_share(rates, 0.2, price).tolist() == [0.0, 0.0]
