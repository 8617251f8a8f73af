"""Figures of random accounts against their slow recomputation, and of many subjects against one."""

from __future__ import annotations

import math
import random

import numpy as np
import pandas as pd
import pytest

from features.build import pack_portfolio, subject_arrays
from features.columns import LINE_ITEMS
from features.engine.accounts import accounts
from features.engine.figures import ACCOUNTS
from features.portfolio import Portfolio, Seller, from_frames
from tests.features.oracle_accounts import accounts as slow_accounts
from tests.features.oracle_books import Books

AS_OF = pd.Timestamp("2025-06-30 12:00:00")
BUYERS = [f"b{number:02d}" for number in range(30)]


def random_portfolio(seed: int) -> Portfolio:
    draw = random.Random(seed)  # noqa: S311 - a draw for tests, no secret
    rows = [
        {
            "buyer_id": buyer,
            "currency": draw.choice(["EUR", "EUR", "USD", "GBP"]),
            "period_end": f"{year}-12-31",
            "received_at": f"{year + 1}-04-01T00:00:00Z",
            "months": draw.choice([12, 12, 12, 6]),
            "audited": draw.choice(["true", "false", None]),
            **{item: draw.uniform(0, 100) * draw.choice([1, 1, 1, 1, 1, 0, -1]) for item in LINE_ITEMS},
        }
        for buyer in BUYERS
        for year in (2023, 2024)
        if draw.random() < 0.9
    ]
    for row in rows:
        row.update(dict.fromkeys(draw.sample(LINE_ITEMS, 2)))
    fx = pd.DataFrame({"currency": ["USD"] * 2, "on_date": ["2023-01-02", "2025-01-02"], "rate": [0.9, 0.95]})
    seller = Seller("me", reporting_currency="EUR")
    frames = {"statements": pd.DataFrame(rows), "fx": fx}
    return from_frames(frames, seller, observed_until="2025-12-31")


def figures_of(portfolio: Portfolio, buyers: list[str]) -> np.ndarray:
    packed = pack_portfolio(portfolio)
    subjects = subject_arrays(packed, pd.DataFrame({"buyer_id": buyers, "as_of": AS_OF}))
    out = np.empty((len(ACCOUNTS), len(buyers)))
    accounts(packed.block.statements, packed.block.ledger, subjects, out)
    return out


@pytest.mark.parametrize("seed", range(8))
def test_figures_equal_their_slow_recomputation(seed):
    portfolio = random_portfolio(seed)
    found, books = figures_of(portfolio, BUYERS), Books(portfolio, AS_OF.to_pydatetime())
    for number, buyer in enumerate(BUYERS):
        expected = slow_accounts(books, buyer)
        slow = [float(expected.get(name, math.nan)) for name in ACCOUNTS]
        np.testing.assert_allclose(found[:, number], slow, rtol=1e-9, atol=1e-9, err_msg=buyer)


def test_every_figure_is_known_for_some_of_the_random_accounts():
    known = np.zeros(len(ACCOUNTS), bool)
    for seed in range(8):
        known |= ~np.isnan(figures_of(random_portfolio(seed), BUYERS)).all(axis=1)
    assert known.all()


def test_many_subjects_have_the_bytes_of_one():
    portfolio = random_portfolio(1)
    buyers = [*BUYERS, "nobody"]
    together = figures_of(portfolio, buyers)
    alone = np.column_stack([figures_of(portfolio, [buyer])[:, 0] for buyer in buyers])
    assert together.tobytes() == alone.tobytes()
