from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.timing.draws import Dependence, draw_receipts

ALONE = Dependence(0.0, 0.0)


def ledger(buyers: int = 40, items: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    count = buyers * items
    paid_by = np.cumsum(random.dirichlet([1.0, 2.0, 1.0, 1.0], count)[:, :3], axis=1)
    return paid_by, random.uniform(10, 100, count), np.repeat(np.arange(buyers), items)


@pytest.mark.parametrize("dependence", [ALONE, Dependence(0.5, 0.0), Dependence(0.3, 0.2)])
def test_the_mean_of_the_futures_is_the_expectation(dependence: Dependence):
    paid_by, amount, buyer = ledger()
    drawn = draw_receipts(paid_by, {"all": amount}, buyer, dependence)["all"]
    spread = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert np.abs(drawn.mean(axis=0) - amount @ paid_by).max() < (4.5 * spread).max()


def test_items_alone_vary_as_independent_ones_and_together_more():
    paid_by, amount, buyer = ledger()
    variance = (amount**2) @ (paid_by * (1 - paid_by))
    alone = draw_receipts(paid_by, {"all": amount}, buyer, ALONE)["all"]
    together = draw_receipts(paid_by, {"all": amount}, buyer, Dependence(0.6, 0.0))["all"]
    assert alone.var(axis=0) == pytest.approx(variance, rel=0.15)
    assert (together.var(axis=0) > 2 * variance).all()


def test_receipts_never_fall_and_never_pass_the_ledger():
    paid_by, amount, buyer = ledger(5, 3)
    drawn = draw_receipts(paid_by, {"all": amount}, buyer)["all"]
    assert (np.diff(drawn, axis=1) >= 0).all()
    assert drawn.max() <= amount.sum() + 1e-9


def test_the_same_seed_draws_the_same_futures():
    paid_by, amount, buyer = ledger(5, 3)
    first, again, other = (draw_receipts(paid_by, {"all": amount}, buyer, seed=s)["all"] for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 700), max_size=6))
def test_sums_of_parts_add_up_however_many_items_a_buyer_has(sizes: list[int]):
    buyer = np.repeat(np.arange(len(sizes)), sizes).astype(np.int64)
    paid_by = np.tile([0.2, 0.9], (len(buyer), 1))
    amount = np.ones(len(buyer))
    is_first = (np.arange(len(buyer)) % 2 == 0).astype(float)
    parts = {"all": amount, "first": amount * is_first, "second": amount * (1 - is_first)}
    drawn = draw_receipts(paid_by, parts, buyer)
    assert drawn["first"] + drawn["second"] == pytest.approx(drawn["all"])
    assert drawn["all"].shape[1] == 2
