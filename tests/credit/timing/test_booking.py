from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from credit.timing.booking import unbooked_payments, unbooked_shares
from credit.timing.dates import PayDates
from features.build import pack_portfolio
from features.portfolio import Seller, from_frames

SELLER = Seller("me", reporting_currency="EUR", timezone="Europe/Berlin")


def ledger(lags: list[int], start: str = "2025-02-03"):
    """A payment of one invoice a day, each booked so many days after it was made."""
    days = pd.date_range(start, periods=len(lags))
    names = [f"i{at}" for at in range(len(lags))]
    invoices = pd.DataFrame({
        "invoice_id": names, "buyer_id": "A", "issued_on": "2025-01-02", "due_on": "2025-02-01",
        "amount": "10.00", "currency": "EUR", "recorded_at": "2025-01-02T12:00:00Z",
    })  # fmt: skip
    booked = [
        f"{day + pd.Timedelta(days=lag):%Y-%m-%d}T10:00:00Z" for day, lag in zip(days, lags, strict=True)
    ]
    paid = pd.DataFrame({
        "invoice_id": names, "settled_on": days.strftime("%Y-%m-%d"), "amount": "10.00", "kind": "payment",
        "recorded_at": booked,
    })  # fmt: skip
    books = from_frames({"invoices": invoices, "allocations": paid}, SELLER, observed_until="2026-12-31")
    return pack_portfolio(books).block.ledger


def test_shares_say_how_many_payments_of_a_day_are_not_booked_yet():
    # given a half that is booked on the day, a quarter a day later, a quarter three days later
    told = unbooked_shares(ledger([0, 0, 1, 3] * 25), pd.Timestamp("2025-12-31T22:59:59"), "Europe/Berlin")
    assert told.tolist() == [0.5, 0.25, 0.25]


def test_bookings_that_nobody_knew_yet_tell_nothing():
    lags = [0] * 60 + [3] * 60
    early = unbooked_shares(ledger(lags), pd.Timestamp("2025-05-05T21:59:59"), "Europe/Berlin")
    assert early.tolist() == []


@pytest.mark.parametrize("lags", [[0] * 100, [2] * 20])
def test_without_lags_or_with_few_payments_nothing_is_hidden(lags: list[int]):
    assert not len(unbooked_shares(ledger(lags), pd.Timestamp("2025-12-31T22:59:59"), "Europe/Berlin"))


def test_an_item_that_looks_open_may_be_paid_by_the_rule_of_bayes():
    # given items that were paid with 30 % yesterday and with 20 % today, and one that nobody speaks of
    days = np.array([-1, 0, 60])
    paid = np.array([[0.3, 0.5, 0.9], [np.nan] * 3])
    rest = np.where(np.isnan(paid), np.nan, 0.0)
    status = np.array(["ok", "unseen_pattern"], object)
    said = PayDates(status, days, paid, rest, rest, np.array([-2.0, -2.0]))
    # when four fifths of today's payments and half of yesterday's are not booked
    told = unbooked_payments(said, np.array([0, 0]), np.array([0.8, 0.5]))
    # then what looks open is paid with 0.31 of 0.81
    hidden = 0.2 * 0.8 + 0.3 * 0.5
    assert told.tolist() == pytest.approx([hidden / (0.5 + hidden), 0.0])
