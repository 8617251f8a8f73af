from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.discount import discount_cost, discount_cost_compounded, largest_discount


def test_two_ten_net_thirty_costs_what_every_textbook_says():
    # golden figures of a discount of 2 % in 10 days, net 30
    assert discount_cost(0.02, 10, 30, year=360) == pytest.approx(0.3673469387755103, rel=1e-12)
    assert discount_cost(0.02, 10, 30) == pytest.approx(0.37244897959183676, rel=1e-12)
    assert discount_cost_compounded(0.02, 10, 30) == pytest.approx(0.4458529273124856, rel=1e-12)


@pytest.mark.parametrize(
    ("discount", "day", "net", "simple_360"),
    [(0.01, 10, 30, 0.182), (0.02, 10, 60, 0.147), (0.03, 10, 60, 0.223)],
)
def test_other_usual_discounts_agree_with_the_reference(discount, day, net, simple_360):
    assert discount_cost(discount, day, net, year=360) == pytest.approx(simple_360, abs=6e-4)


def test_the_largest_worthwhile_discount_agrees_with_the_worked_example():
    # golden: max_discount, with the golden pd_turn
    found = largest_discount(0.07, 10, 66, loss_in_window=0.004383017677335177 * 0.8, collection_share=0.002)

    assert found == pytest.approx(0.016132024030190872, rel=1e-12)


def test_a_buyer_who_pays_early_anyhow_is_worth_no_discount():
    assert largest_discount(0.07, 10, 9, loss_in_window=0.01) == 0.0
    assert math.isinf(discount_cost(0.02, 10, 10))
    assert math.isinf(discount_cost_compounded(0.02, 10, 5))
    assert discount_cost(0.0, 10, 5) == discount_cost_compounded(0.0, 10, 5) == 0.0


@given(st.floats(0.001, 0.3), st.floats(0, 60), st.floats(1, 200), st.floats(1, 200))
def test_a_discount_is_cheaper_with_a_slower_payer(discount, day, one, other):
    sooner, later = sorted((one, other))

    assert discount_cost(discount, day, day + later) <= discount_cost(discount, day, day + sooner)
    assert largest_discount(0.07, day, day + later) >= largest_discount(0.07, day, day + sooner)


@given(st.floats(0.01, 0.5), st.floats(0, 30), st.floats(1, 200))
def test_the_largest_discount_costs_what_the_money_costs(rate, day, saved):
    pay_day = day + saved
    d = largest_discount(rate, day, pay_day)

    assert discount_cost(d, day, pay_day) == pytest.approx(rate, rel=1e-6)
