"""The sweeps against a slow look at the same books, day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from features.engine.arrears import ARREARS, arrears
from features.engine.balances import BALANCES, balances
from features.engine.disputes import DISPUTES, disputes
from features.engine.moments import Moments
from tests.features.engine.packed import moments_of, random_rows, single
from tests.features.engine.slow import Slow, table

SWEEPS = {
    "balances": (BALANCES, balances, Slow.balances),
    "arrears": (ARREARS, arrears, Slow.arrears),
    "disputes": (DISPUTES, disputes, Slow.dispute_figures),
}


def filled(name: str, ledger: Any, moments: Moments) -> np.ndarray:
    out = np.full((len(SWEEPS[name][0]), len(moments.buyer)), 7.0)
    SWEEPS[name][1](ledger, moments, out)
    return out


def places(moments: Moments) -> list[tuple[int, int, int]]:
    columns = (moments.buyer.tolist(), moments.as_of.tolist(), moments.own_item.tolist())
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("name", SWEEPS)
@pytest.mark.parametrize("seed", range(40))
def test_a_sweep_says_what_a_slow_look_says(name, seed):
    rows = random_rows(seed)
    moments = moments_of(rows, 12, seed)
    columns, _, slowly = SWEEPS[name]
    told = [slowly(Slow(rows, *where)) for where in places(moments)]
    expected = table(columns, told)
    found = filled(name, rows.ledger(), moments)
    for column, values, wanted in zip(columns, found, expected, strict=True):
        np.testing.assert_allclose(values, wanted, rtol=1e-9, atol=1e-9, err_msg=column)


@pytest.mark.parametrize("name", SWEEPS)
@pytest.mark.parametrize("seed", range(40, 60))
def test_many_moments_give_the_bytes_of_one_at_a_time_from_books_that_end_there(name, seed):
    rows = random_rows(seed)
    moments = moments_of(rows, 30, seed)
    together = filled(name, rows.ledger(), moments)
    for s, as_of in enumerate(moments.as_of.tolist()):
        alone = filled(name, rows.known_by(as_of).ledger(), single(moments, s))
        assert alone.tobytes() == together[:, s : s + 1].tobytes()
