from __future__ import annotations

import math

import pytest

from features.errors import InputError
from training.options import check_days, check_options, references_of


@pytest.mark.parametrize("rate", [0.0001, 0.02, 0.5, None])
def test_a_rate_within_is_taken(rate: float | None):
    check_options(population_rate=rate)


@pytest.mark.parametrize("rate", [math.nan, math.inf, 1e-300, 0.0, -0.1, 0.51, 1.0])
def test_a_rate_out_of_range_is_refused(rate: float):
    with pytest.raises(InputError, match=r"a --population-rate between 0\.0001 and 0\.5"):
        check_options(population_rate=rate)


@pytest.mark.parametrize("day", ["soon", "31.12.2025", "2026-02-30", ""])
def test_a_day_that_is_none_is_refused(day: str):
    with pytest.raises(InputError, match="--test-from"):
        check_options(day)
    with pytest.raises(InputError, match="--from and --to"):
        check_days(None, day)


def test_names_stand_for_features_and_for_columns_of_any_table():
    assert references_of("share_late_amount_90d") == {"share_late_amount_90d"}
    assert references_of("invoices.due_on") == {"invoices.due_on"}
    assert {"invoices.buyer_id", "buyers.buyer_id"} <= references_of("buyer_id")
    with pytest.raises(InputError, match="'nothing_such'"):
        check_options(without=("due_on", "nothing_such"))
