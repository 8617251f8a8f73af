from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.build import Packed
from features.instants import day_of
from tests.credit.ledgers import allocation, books, invoice, payment
from training.timing.subjects import HORIZON_DAYS, timing_subjects


def seen(packed: Packed) -> pd.DataFrame:
    return timing_subjects(packed).subjects


def test_an_invoice_is_looked_at_when_it_is_issued_and_every_30_days_while_it_is_open():
    # given an invoice of 2 January that is paid 118 days later
    told = seen(books([invoice()], [payment("1000", "2025-04-30")]))
    # then
    assert told["is_first"].tolist() == [True, *[False] * (len(told) - 1)]
    assert told["as_of"].iloc[0] == pd.Timestamp("2025-01-02T23:59:59")
    days = told["as_of_day"].to_numpy()
    assert 1 <= days[1] - days[0] <= 30
    assert (np.diff(days[1:]) == 30).all()
    assert days[-1] < told["closed_day"].iloc[0] <= days[-1] + 30
    assert (told["cause"] == 1).all()
    assert (told["closed_day"] - told["due_day"]).unique().tolist() == [88.0]


def test_an_open_invoice_is_censored_at_the_end_of_the_books_and_not_called_unpaid():
    told = seen(books([invoice()], until="2025-03-15"))
    assert (told["cause"] == 0).all()
    assert np.isinf(told["closed_day"]).all()
    assert (told["seen_day"] == pd.Timestamp("2025-03-15").timestamp() // 86400).all()


def test_what_was_sold_is_censored_on_that_day():
    told = seen(books([invoice()], [allocation("transfer", "1000", "2025-03-15")]))
    assert (told["seen_day"] == pd.Timestamp("2025-03-15").timestamp() // 86400).all()
    assert (told["cause"] == 0).all()
    assert (told["as_of_day"] < told["seen_day"]).all()


def test_what_goes_into_a_bill_is_open_until_it_matures():
    bill = invoice("2", kind="bill", issued_on="2025-02-10", due_on="2025-05-10")
    told = seen(books([invoice(), bill], [allocation("bill", "1000", "2025-02-10", successor_id="2")]))
    of_invoice = told[told["invoice_id"] == "1"]
    assert (of_invoice["closed_day"] == pd.Timestamp("2025-05-10").timestamp() // 86400).all()


def test_an_amended_due_date_counts_from_when_it_was_known():
    first = invoice(recorded_at="2025-01-02T10:00:00Z")
    later = invoice(due_on="2025-03-01", recorded_at="2025-02-20T10:00:00Z")
    told = seen(books([first, later], [payment("1000", "2025-06-30")]))
    known = told["as_of"] >= pd.Timestamp("2025-02-20T10:00:00")
    assert known.any()
    assert (~known).any()
    assert (told["due_on"][known] == pd.Timestamp("2025-03-01")).all()
    assert (told["due_on"][~known] == pd.Timestamp("2025-02-01")).all()
    assert (told["terms_days"][known] == 58).all()


def test_every_candidate_is_a_subject_or_left_out_with_a_reason():
    invoices = [
        invoice("before", issued_on="2019-12-01", due_on="2020-01-10"),
        invoice("at once"),
        invoice("paid"),
        invoice("tiny", amount="0.50"),
        invoice("booked late", recorded_at="2026-06-01T10:00:00Z"),
        invoice("last day", issued_on="2026-12-31", due_on="2027-01-31"),
        invoice("sold at once"),
    ]
    rows = [
        payment("1000", "2025-01-02", invoice_id="at once"),
        payment("1000", "2025-01-08", invoice_id="paid"),
        payment("1000", "2019-12-20", invoice_id="before"),
        allocation("transfer", "1000", "2025-01-02", invoice_id="sold at once"),
    ]
    sample = timing_subjects(books(invoices, rows))
    assert set(sample.subjects["invoice_id"]) == {"paid"}
    assert sample.excluded == {
        "unobserved": 1, "nothing_owed": 1, "settled": 1, "moved": 1, "past_horizon": 1, "no_follow_up": 1
    }  # fmt: skip
    assert sample.waterfall[0]["left"] == len(sample.subjects) + sum(sample.excluded.values())
    assert sample.waterfall[-1]["left"] == len(sample.subjects)


def test_no_subject_lies_beyond_the_horizon():
    told = seen(books([invoice()]))
    assert (told["as_of_day"] < told["due_day"] + HORIZON_DAYS).all()
    assert len(told) > 10


def test_of_many_invoices_some_are_drawn_by_their_ids():
    # given twice as many invoices as are wanted, then some more
    wanted = [invoice(f"i{number}") for number in range(40)]
    packed, more = books(wanted), books([*wanted, *[invoice(f"j{number}") for number in range(5)]])
    # when
    drawn = timing_subjects(packed, seed=3, most_invoices=20)
    # then
    assert (drawn.invoices, drawn.drawn) == (40, 20)
    again = timing_subjects(packed, seed=3, most_invoices=20)
    pd.testing.assert_frame_equal(drawn.subjects, again.subjects)
    others = timing_subjects(packed, seed=4, most_invoices=20)
    assert set(others.subjects["invoice_id"]) != set(drawn.subjects["invoice_id"])
    grown = set(timing_subjects(more, seed=3, most_invoices=20).subjects["invoice_id"])
    assert len(grown & set(drawn.subjects["invoice_id"])) >= 15


@pytest.mark.parametrize("timezone", ["Asia/Shanghai", "America/New_York"])
def test_days_are_the_sellers(timezone):
    told = seen(books([invoice()], [payment("1000", "2025-04-30")], timezone=timezone))
    days = day_of(told["as_of"], timezone)
    assert (days.to_numpy().astype("datetime64[D]").astype(int) == told["as_of_day"]).all()
    assert told["as_of_day"].iloc[0] == pd.Timestamp("2025-01-02").timestamp() // 86400
