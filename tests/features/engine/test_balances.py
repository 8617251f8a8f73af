"""What is owed now, with numbers made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from features.engine.balances import BALANCES, balances
from features.engine.moments import Moments
from tests.features.engine.packed import DAY, Rows


def figures(rows: Rows, day: int, own: int = -1) -> dict[str, float]:
    out = np.empty((len(BALANCES), 1))
    moment = [np.array([value], np.int64) for value in (0, day * DAY + 43_200, day, own)]
    balances(rows.ledger(), Moments(*moment), out)
    return dict(zip(BALANCES, out[:, 0].tolist(), strict=True))


def unpaid() -> Rows:
    rows = Rows()
    rows.item(0, 19_000, 19_030, 100_000)
    return rows


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, "open_not_due_amount"), (1, "open_1_30_amount"), (30, "open_1_30_amount"),
        (31, "open_31_60_amount"), (60, "open_31_60_amount"), (61, "open_61_90_amount"),
        (91, "open_91_120_amount"), (121, "open_121_180_amount"), (180, "open_121_180_amount"),
        (181, "open_over_180_amount"),
    ],
)  # fmt: skip
def test_ageing_is_by_days_past_due(days, bucket):
    told = figures(unpaid(), 19_030 + days)
    aged = {name: told[name] for name in BALANCES if name.startswith("open_")}
    assert aged == {name: 1000 * (name == bucket) for name in aged}
    assert told["oldest_open_days_past_due"] == told["mean_days_past_due_open"] == days
    assert told["count_overdue"] == (days > 0)


def test_an_item_that_is_paid_twice_makes_no_other_one_less_overdue():
    rows = unpaid()
    rows.item(1, 19_000, 19_030, 20_000)
    rows.allocate(1, 19_010, 20_000)
    rows.allocate(1, 19_011, 20_000)
    told = figures(rows, 19_040)
    assert (told["exposure"], told["overdue_amount"], told["count_open"]) == (800, 1000, 1)
    assert told["overdue_share"] == 1


def test_what_bills_hold_and_what_is_disputed_is_open_but_not_overdue():
    rows = unpaid()
    rows.allocate(0, 19_031, 30_000, "bill")
    rows.dispute(0, 19_035, 19_050, 25_000)
    told = figures(rows, 19_040)
    assert (told["open_1_30_amount"], told["overdue_amount"], told["disputed_amount"]) == (1000, 450, 250)
    assert told["disputed_share"] == 0.25
    assert figures(rows, 19_050)["overdue_amount"] == 700


def test_credit_is_unapplied_by_item():
    rows = unpaid()
    rows.item(1, 19_000, 19_000, 30_000, sign=-1, payable=0)
    rows.item(2, 19_000, 19_000, 10_000, sign=-1, payable=0)
    rows.allocate(2, 19_001, 15_000)
    told = figures(rows, 19_010)
    assert (told["exposure"], told["unapplied_amount"], told["unapplied_share"]) == (750, 300, 0.3)


def test_a_write_off_closes_and_is_told():
    rows = unpaid()
    rows.allocate(0, 19_100, 40_000, "write_off")
    told = figures(rows, 19_100)
    assert (told["written_off_amount"], told["overdue_amount"]) == (400, 600)


def test_nothing_is_said_of_a_buyer_without_items():
    assert all(np.isnan(value) for value in figures(unpaid(), 18_999).values())
    assert all(np.isnan(value) for value in figures(unpaid(), 19_010, own=0).values())


def test_many_items_and_moments_of_one_buyer_take_no_pairs_of_them():
    # given as many items and moments as would take minutes if each looked at each
    rows, count = Rows(), 20_000
    rows.items = [rows.item(n, 18_000 + n // 20, 18_030 + n // 20, 100) for n in range(count)]
    rows.allocations = []
    for n in range(0, count, 2):
        rows.allocate(n, 18_040 + n // 20, 100)
    day = np.arange(count, dtype=np.int64) // 20 + 18_000
    columns = (np.zeros(count, np.int64), day * DAY + 86_399, day, np.arange(count, dtype=np.int64))
    out = np.empty((len(BALANCES), count))
    balances(rows.ledger(), Moments(*columns), out)
    # then: on the last day half of the items are open, and those of the last 40 days that are paid later
    assert out[BALANCES.index("count_open"), -1] == 10_000 + 400 - 1
