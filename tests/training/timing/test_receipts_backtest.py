from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from credit.timing.open_ledger import open_ledger
from credit.timing.weeks import Weeks
from features.build import pack_portfolio
from features.portfolio import Seller, from_frames
from training.timing.receipts_backtest import Backtest, Origin, paid_by_day, received_by_week

SELLER = Seller("me", reporting_currency="EUR", timezone="Europe/Berlin")
AS_OF = pd.Timestamp("2026-02-28T22:59:59")


def rows(names: str, texts: list[str]) -> pd.DataFrame:
    return pd.DataFrame([line.split() for line in texts], columns=names.split())


def test_what_came_in_is_counted_by_week_and_what_was_paid_before_apart():
    # given payments in two weeks, one made before the month end and booked after it, one known before,
    # and a bill that matures in the second week without a booking
    invoices = rows(
        "invoice_id issued_on due_on amount kind",
        ["a 2026-01-05 2026-03-04 100.00 invoice", "b 2026-01-05 2026-02-20 50.00 invoice",
         "c 2026-01-05 2026-02-20 70.00 invoice", "bill 2026-01-05 2026-03-10 30.00 bill"],
    )  # fmt: skip
    paid = rows(
        "invoice_id settled_on amount kind recorded_at",
        ["a 2026-03-03 40.00 payment 2026-03-03T10:00:00Z",
         "a 2026-03-09 59.00 payment 2026-03-12T10:00:00Z",
         "a 2026-03-09 1.00 discount 2026-03-12T10:00:00Z",
         "b 2026-02-27 50.00 payment 2026-03-02T10:00:00Z",
         "c 2026-02-10 20.00 payment 2026-02-10T10:00:00Z",
         "c 2026-03-20 5.00 credit_note 2026-03-20T10:00:00Z"],
    )  # fmt: skip
    raw = {
        "invoices": invoices.assign(buyer_id="A", currency="EUR", recorded_at="2026-01-05T10:00:00Z"),
        "allocations": paid,
    }
    packed = pack_portfolio(from_frames(raw, SELLER, observed_until="2026-12-31"))
    opened = open_ledger(packed, AS_OF)
    # when the weeks after the month end, a Saturday, are told
    weeks, unbooked = received_by_week(packed, opened, Weeks(opened.today, 3), paid_by_day(packed))
    # then each payment is in its week, the discount goes as paid, the credit note does not
    by_open = {minor: at for at, minor in enumerate(opened.items["open_minor"])}
    assert sorted(by_open) == [30_00, 50_00, 100_00]
    assert weeks.sum(axis=0).tolist() == [0, 40_00, 60_00 + 30_00]
    assert weeks[by_open[100_00]].tolist() == [0, 40_00, 60_00]
    assert weeks[by_open[30_00]].tolist() == [0, 0, 30_00]
    assert unbooked.sum() == 50_00


def origin(expected: list[float], received: list[float], width: float = 1.0, month: int = 1) -> Origin:
    told, came = np.array(expected), np.array(received)
    so_far = np.cumsum(told)
    return Origin(
        pd.Timestamp(2026, month, 28), 100.0, told, told - width, told + width, so_far - width,
        so_far + width, np.full(len(told), 5.0), came, 3.0, 2.0,
    )  # fmt: skip


def test_figures_are_of_single_weeks_and_of_their_sums():
    told = Backtest([origin([10, 20], [12, 20]), origin([8], [4], month=2)], weeks=2).to_json()
    total = told["total"]
    assert (told["month_ends"], total["weeks"]) == (2, 3)
    assert (total["expected"], total["received"]) == (38.0, 36.0)
    assert total["error"] == pytest.approx(2 / 36)
    assert total["weighted_absolute_error"] == pytest.approx((2 + 0 + 4) / 36)
    assert total["weighted_absolute_error_terms"] == pytest.approx((7 + 15 + 1) / 36)
    assert total["coverage"] == pytest.approx(1 / 3)
    assert total["coverage_so_far"] == pytest.approx(0.0)
    assert told["unbooked"] == {"expected": 6.0, "received": 4.0}
    assert [row["week_ahead"] for row in told["by_week_ahead"]] == [1, 2]
    assert [row["as_of"] for row in told["by_month_end"]] == ["2026-01-28", "2026-02-28"]


def test_without_a_month_end_nothing_is_said():
    told = Backtest([]).to_json()
    assert (told["month_ends"], told["by_week_ahead"]) == (0, [])
    assert told["total"]["error"] is None
    assert told["total"]["coverage"] is None
