"""The figures of a profile against slow sums and worked cases."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from features.contradictions.books import Books
from features.description.activity import monthly, seasons
from features.description.behaviour import days_late_counts, late_by_month, terms_counts
from features.description.describe import describe
from features.description.items import AGE_BUCKETS, items_of
from features.openings import totals
from features.portfolio import Portfolio, Seller, from_frames
from features.sources.simulator import simulate_portfolio


def ledger(*rows: dict[str, Any], until: str = "2024-06-30") -> Portfolio:
    """Invoices of 100 on terms of 31 days; `closings` are (day, amount, kind)."""
    invoices, allocations = [], []
    for number, row in enumerate(rows):
        closings = row.pop("closings", ())
        dates = {"issued_on": "2024-01-01", "due_on": "2024-02-01", "amount": "100", "currency": "EUR"}
        invoices.append({"invoice_id": str(number), "buyer_id": "甲", "kind": "invoice"} | dates | row)
        for day, amount, kind in closings:
            allocations.append({"invoice_id": str(number), "settled_on": day, "amount": amount, "kind": kind})
    frames = {"invoices": pd.DataFrame(invoices)}
    if allocations:
        frames["allocations"] = pd.DataFrame(allocations)
    return from_frames(frames, Seller("me"), observed_until=until)


def items(portfolio: Portfolio) -> pd.DataFrame:
    return items_of(Books(portfolio, portfolio.observed_until))


@pytest.mark.parametrize(
    ("until", "bucket"),
    [
        ("2024-02-01", "not_due"),
        ("2024-02-02", "1-30"),
        ("2024-03-02", "1-30"),
        ("2024-03-03", "31-60"),
        ("2024-05-01", "61-90"),
        ("2024-05-31", "91-120"),
        ("2024-07-30", "121-180"),
        ("2024-07-31", "over_180"),
    ],
)
def test_an_open_item_is_in_the_bucket_of_its_days_past_due(until: str, bucket: str):
    row = describe(ledger({}, until=until)).ageing.loc["EUR"]
    assert row[bucket] == row["open"] == 10_000


def test_buckets_and_credits_add_up_to_the_open_ledger():
    portfolio = simulate_portfolio(60, 2, 5)
    described = describe(portfolio)
    for currency, row in described.ageing.iterrows():
        assert row[[*AGE_BUCKETS, "credits"]].sum() == row["open"] == totals(portfolio)["open", str(currency)]


def test_items_are_paid_on_their_last_payment_and_only_when_nothing_is_open():
    portfolio = ledger(
        {"closings": [("2024-02-10", "60", "payment"), ("2024-02-20", "40", "payment")]},
        {"closings": [("2024-02-10", "60", "payment")]},
        {"closings": [("2024-02-05", "100", "credit_note")]},
        {"closings": [("2024-02-05", "90", "payment"), ("2024-05-05", "10", "write_off")]},
        {"closings": [("2024-01-28", "100", "payment")]},
        {"kind": "credit_memo", "due_on": "2024-01-01"},
    )
    told = items(portfolio)
    assert len(told) == 5
    assert told["paid_on"].dt.strftime("%m-%d").fillna("").tolist() == ["02-20", "", "", "02-05", "01-28"]
    assert told["open_minor"].tolist() == [0, 4_000, 0, 0, 0]
    assert told["is_diluted"].tolist() == [False, False, True, False, False]
    counts = days_late_counts(told)
    assert counts[counts > 0].to_dict() == {"-4 to -1": 1, "1 to 5": 1, "16 to 30": 1}
    month = late_by_month(told).loc["2024-02-01"]
    assert month.tolist() == [4, 0.75, 4, 0.5]


def test_the_last_months_are_not_flattered():
    shares = late_by_month(items(ledger({"due_on": "2024-06-10"}, until="2024-06-30")))
    assert shares["share_late"].tolist() == [1.0]
    assert shares["share_late_30"].isna().all()
    assert len(late_by_month(items(ledger({"due_on": "2024-07-10"})))) == 0


def test_rare_terms_are_told_together():
    counts = terms_counts(items(ledger({}, {}, {"due_on": "2024-01-08"}, {"due_on": "2024-01-09"})), shown=2)
    assert counts.to_dict() == {7: 1, 31: 2, -1: 1}


def days(*counts: int) -> pd.Series[Any]:
    first = pd.Timestamp("2024-01-01")
    months = [first + pd.DateOffset(months=at) for at, count in enumerate(counts) for _ in range(count)]
    return pd.Series(months)


@pytest.mark.parametrize(
    ("counts", "remarks"),
    [
        ((100, 110, 95, 105, 100, 98, 103), ""),
        ((100, 110, 95, 15, 100, 98, 103), "2024-04 suspicious"),
        ((100, 110, 95, 700, 100, 98, 103), "2024-04 suspicious"),
        ((100, 110, 95, 0, 100, 98, 103), "2024-04 gap"),
        ((3, 1, 2, 4, 1, 3, 1), ""),
        ((100, 120, 145, 175, 210, 250, 300), ""),
        ((5,), ""),
    ],
)
def test_months_that_look_wrong(counts: tuple[int, ...], remarks: str):
    told = monthly(days(*counts), pd.Timestamp("2024-12-31"))
    odd = told[told["remark"] != ""]
    texts = [f"{month:%Y-%m} {remark}" for month, remark in zip(odd.index, odd["remark"], strict=True)]
    assert ", ".join(texts) == remarks
    assert told["rows"].tolist() == list(counts)


def test_a_month_that_has_not_ended_is_incomplete_and_not_judged():
    told = monthly(days(100, 100, 100, 100, 10), pd.Timestamp("2024-05-12"))
    assert told["remark"].tolist() == ["", "", "", "", "incomplete"]
    assert monthly(days(100, 90), pd.Timestamp("2024-02-29"))["remark"].tolist() == ["", ""]


def test_seasons_count_month_and_weekday():
    told = seasons(pd.Series(pd.to_datetime(["2024-01-01", "2025-01-06", "2024-12-29"])))
    assert told.to_numpy().sum() == 3
    assert (told.loc[1, 0], told.loc[12, 6]) == (2, 1)


def test_concentration_is_of_what_is_owed():
    described = describe(ledger({}, {"buyer_id": "b", "amount": "300", "due_on": "2024-12-01"}))
    assert described.concentration == {"hhi": 0.625, "top_1": 0.75, "top_10": 1.0}
    assert described.largest[["buyer_id", "overdue_minor"]].to_numpy().tolist() == [["b", 0], ["甲", 10_000]]


def test_only_statements_have_a_profile_too():
    statement = {"buyer_id": ["a"], "period_end": ["2024-12-31"], "currency": ["EUR"], "revenue": [1.0]}
    described = describe(from_frames({"statements": pd.DataFrame(statement)}, Seller("me")))
    assert (described.months, described.concentration, len(described.ageing)) == ({}, {}, 0)
    assert described.buyers == 1
