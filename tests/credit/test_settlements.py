from __future__ import annotations

import pandas as pd
import pytest

from credit.settlements import effects_of, final_amounts, paid_and_diluted
from tests.credit.ledgers import allocation, books, invoice, payment

LEDGER = [
    payment("300", "2025-01-10"),
    allocation("discount", "10", "2025-01-10"),
    allocation("return", "50", "2025-01-20"),
    payment("-300", "2025-01-25"),
    allocation("transfer", "200", "2025-01-30"),
    allocation("write_off", "740", "2025-02-10"),
]


@pytest.mark.parametrize(
    ("day", "paid", "diluted", "moved"),
    [
        ("2025-01-09", 0, 0, False),
        ("2025-01-10", 31_000, 0, False),
        ("2025-01-20", 31_000, 5_000, False),
        ("2025-01-25", 1_000, 5_000, False),
        ("2025-01-30", 1_000, 5_000, True),
        ("2026-12-31", 1_000, 5_000, True),
    ],
)
def test_sums_grow_with_the_day(day, paid, diluted, moved):
    items = pd.DataFrame({"invoice_id": ["unknown", "1"], "instalment": 1}, index=[7, 3])
    days = pd.Series(pd.Timestamp(day), index=items.index)
    sums = paid_and_diluted(effects_of(books([invoice()], LEDGER).portfolio), items, days)
    assert sums.index.tolist() == [7, 3]
    assert sums.loc[3].tolist() == [paid, diluted, moved]
    assert sums.loc[7].tolist() == [0, 0, False]


def test_each_subject_has_a_day_of_its_own():
    items = pd.DataFrame({"invoice_id": "1", "instalment": 1}, index=range(3))
    days = pd.to_datetime(pd.Series(["2025-01-10", "2025-01-09", "2025-01-25"]))
    sums = paid_and_diluted(effects_of(books([invoice()], LEDGER).portfolio), items, days)
    assert sums["paid"].tolist() == [31_000, 0, 1_000]


def test_money_that_no_invoice_has_pays_none():
    loose = {
        "buyer_id": "B",
        "currency": "EUR",
        "kind": "payment",
        "amount": "1000",
        "settled_on": "2025-01-10",
    }
    items = pd.DataFrame({"invoice_id": ["1"], "instalment": [1]})
    days = pd.Series([pd.Timestamp("2026-01-01")])
    assert paid_and_diluted(effects_of(books([invoice()], [loose]).portfolio), items, days)[
        "paid"
    ].tolist() == [0]
    assert paid_and_diluted(effects_of(books([invoice()]).portfolio), items, days)["paid"].tolist() == [0]


def test_final_amounts_are_those_of_the_last_version():
    first = [invoice(name, recorded_at="2025-01-02T10:00:00Z", withdrawn=False) for name in ("1", "2", "3")]
    lower = invoice("2", amount="600.00", recorded_at="2025-01-20T10:00:00Z", withdrawn=False)
    gone = invoice("3", recorded_at="2025-01-20T10:00:00Z", withdrawn=True)
    items = pd.DataFrame({"invoice_id": ["3", "2", "1"], "instalment": 1}, index=[5, 6, 7])
    found = final_amounts(books([*first, lower, gone]).portfolio, items)
    assert found.index.tolist() == [5, 6, 7]
    assert found.isna().tolist() == [True, False, False]
    assert found[1:].tolist() == [60_000, 100_000]
