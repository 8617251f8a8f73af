from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from credit.book import Book, LossBasis, lgd_of, make_book
from credit.loss_inputs import loss_inputs
from credit.policy import Policy
from credit.workout import Workout, workout_of
from tests.credit.builders import make_a_book
from tests.credit.ledgers import allocation, books, invoice, payment
from tests.credit.test_book import SELLER, make_values

POLICY = Policy.default()
RULES = POLICY.own_recoveries


def workout(packed, on="2026-12-31"):
    moment = pd.Timestamp(f"{on}T23:59:59")
    second = int(moment.timestamp())
    return workout_of(packed.block, second, second // 86_400, RULES)


def written_off(*further, amount="600.00", on="2025-09-01"):
    """Of 1,000 due on 1 February 2025, 100 came in time, 300 after 90 days; 600 was written off."""
    return books(
        [invoice()],
        [payment("100.00", "2025-02-20"), payment("300.00", "2025-07-01"),
         allocation("write_off", amount, on), *further],
    )  # fmt: skip


def test_the_loss_is_against_what_was_open_at_default():
    found = workout(written_off())

    assert (found.cases, found.exposure, found.lgd) == (1, 900.0, pytest.approx(600 / 900))


def test_what_comes_in_afterwards_lowers_the_loss():
    recovered = written_off(allocation("recovery", "150.00", "2026-02-01"))

    assert workout(recovered).lgd == pytest.approx(450 / 900)
    # and not before it is known
    assert workout(recovered, "2026-09-30").lgd == pytest.approx(450 / 900)
    assert workout(written_off(allocation("recovery", "150.00", "2026-11-01")), "2026-10-01").lgd == (
        pytest.approx(600 / 900)
    )


def test_a_recovery_above_the_loss_is_no_gain():
    assert workout(written_off(allocation("recovery", "5000.00", "2026-02-01"))).lgd == 0.0


def test_a_young_write_off_does_not_count_yet():
    # given one of 1 September 2025: recoveries have a year
    assert workout(written_off(), "2026-08-31") is None
    assert workout(written_off(), "2026-09-01") is not None


def test_a_write_off_that_was_taken_back_does_not_count():
    undone = allocation(
        "write_off", "600.00", "2025-09-01", allocation_id="w", recorded_at="2025-09-01T10:00:00Z"
    )
    packed = books(
        [invoice()],
        [payment("400.00", "2025-02-20", allocation_id="p", recorded_at="2025-02-20T10:00:00Z"), undone,
         undone | {"withdrawn": True, "recorded_at": "2025-10-01T10:00:00Z"}],
    )  # fmt: skip

    assert workout(packed) is None


def test_buyers_are_counted_once_and_currencies_are_converted():
    packed = books(
        [invoice(), invoice("2", buyer_id="C", currency="USD"), invoice("3", buyer_id="C", currency="USD")],
        [allocation("write_off", "1000.00", "2025-09-01"),
         *(allocation("write_off", "500.00", "2025-09-01") | {"invoice_id": name} for name in ("2", "3")),
         *(payment("500.00", "2025-08-01") | {"invoice_id": name} for name in ("2", "3"))],
        fx=[{"currency": "USD", "on_date": "2024-01-01", "rate": 0.5}],
    )  # fmt: skip

    found = workout(packed)

    assert (found.cases, found.exposure) == (2, 2_000.0)
    assert found.lgd == pytest.approx((1_000 + 2 * 250) / 2_000)


def test_a_ledger_without_losses_says_nothing():
    assert workout(books([invoice()], [payment("1000.00", "2025-02-01")])) is None
    assert workout(books([invoice()])) is None


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, (0.8, "policy")),
        (Workout(0.4, RULES.least_cases - 1, 1e6), (0.8, "policy")),
        (Workout(0.4, RULES.least_cases, 1e6), (0.4, "own_recoveries")),
        (Workout(0.0, RULES.least_cases, 1e6), (0.1, "own_recoveries")),
    ],
)
def test_own_experience_counts_where_there_is_enough_and_not_below_the_floor(found, expected):
    assert lgd_of(POLICY, "default_obligor_90", found) == expected


def test_own_experience_takes_the_place_of_the_range_too():
    own: Book = replace(make_a_book(), workout=Workout(0.4, 50, 1e6))

    assumed, experienced = (loss_inputs(POLICY, "default_obligor_90", book) for book in (None, own))

    assert (assumed.lgd, assumed.lgd_from, assumed.lgd_range) == (0.8, "policy", (0.6, 0.9))
    assert (experienced.lgd, experienced.lgd_from, experienced.lgd_range) == (0.4, "own_recoveries", None)
    assert experienced.lgd_cases == 50


def test_smaller_own_losses_leave_larger_limits_in_the_same_budget():
    pds = np.array([0.05, 0.2, np.nan])
    assumed = make_book(make_values(), pds, SELLER, POLICY)
    own = make_book(make_values(), pds, SELLER, POLICY, basis=LossBasis("", Workout(0.4, 50, 1e6)))

    # a limit keeps ``1 - price x PD x LGD / margin`` of its need
    assert own.shadow_price * 0.4 < assumed.shadow_price * 0.8
