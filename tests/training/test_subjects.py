from __future__ import annotations

import pandas as pd
import pytest

from credit.definition import DefaultDefinition
from features.build import Packed, pack_portfolio
from features.errors import InputError
from tests.credit.ledgers import allocation, books, invoice, payment
from training.subjects import ACTIVE_DAYS, Outcome, default_subjects, late_subjects, sample_of

DEFAULT = Outcome("default", definition=DefaultDefinition.load())


def moments(subjects: pd.DataFrame) -> list[str]:
    return subjects["as_of"].dt.strftime("%Y-%m-%dT%H:%M:%S").tolist()


@pytest.mark.parametrize(
    ("recorded_at", "as_of"),
    [
        ("2025-01-09T08:30:00Z", "2025-01-09T08:30:00"),
        ("2025-01-02T08:30:00Z", "2025-01-02T08:30:00"),
        ("2024-12-20T08:30:00Z", "2025-01-02T22:59:59"),
        ("2025-01-01T23:30:00Z", "2025-01-01T23:30:00"),
    ],
    ids=["booked later", "booked on the day", "booked before", "booked on the sellers day"],
)
def test_an_invoice_is_scored_at_the_later_of_issue_and_booking(recorded_at, as_of):
    packed = books([invoice(recorded_at=recorded_at)], timezone="Europe/Berlin")
    assert moments(late_subjects(packed)) == [as_of]


def test_a_subject_is_the_invoice_as_it_was_known_at_first():
    first = invoice(recorded_at="2025-01-03T10:00:00Z")
    amended = invoice(amount="5.00", due_on="2025-12-01", recorded_at="2025-01-20T10:00:00Z")
    (row,) = late_subjects(books([amended, first])).itertuples()
    assert (row.amount, row.amount_minor, row.terms_days) == (1000.0, 100_000, 30.0)
    assert row.due_on == pd.Timestamp("2025-02-01")


def test_only_what_is_to_be_paid_is_a_subject():
    kinds = ["invoice", "debit_note", "bill", "credit_memo", "prepayment"]
    packed = books([invoice(kind, kind=kind) for kind in kinds])
    assert sorted(late_subjects(packed)["invoice_id"]) == ["bill", "debit_note", "invoice"]


def test_amounts_are_in_units_of_their_currency():
    packed = books([invoice("1", "50", currency="JPY"), invoice("2", "1.234", currency="KWD")])
    assert late_subjects(packed)["amount"].tolist() == [50.0, 1.234]


def test_a_portfolio_without_a_ledger_has_no_invoices_to_learn_from():
    accounts = {"buyer_id": "B", "period_end": "2024-12-31", "currency": "EUR", "revenue": 1.0}
    with pytest.raises(InputError, match="load a ledger"):
        late_subjects(books([], statements=[accounts]))
    with pytest.raises(InputError, match="invoices or statements"):
        default_subjects(books([], events=[{"buyer_id": "B", "kind": "lien", "occurred_on": "2025-01-01"}]))


def test_excluded_subjects_are_counted_and_never_coded_good():
    invoices = [
        invoice("good"),
        invoice("bad"),
        invoice("early"),
        invoice("young", issued_on="2026-12-01", due_on="2026-12-20"),
    ]
    paid = [
        payment("1000", "2025-02-01", invoice_id="good"),
        payment("1000", "2025-01-02", invoice_id="early"),
    ]
    sample = sample_of(books(invoices, paid), Outcome("late"))
    assert dict(sample.excluded) == {"immature": 1, "settled": 1}
    assert dict(zip(sample.subjects["invoice_id"], sample.subjects["outcome"], strict=True)) == {
        "good": 0,
        "bad": 1,
    }


def test_samples_are_ordered_by_time(demo_packed: Packed):
    for outcome in (Outcome("late"), DEFAULT):
        subjects = sample_of(demo_packed, outcome).subjects
        assert subjects["as_of"].is_monotonic_increasing
        assert subjects["outcome"].isin([0, 1]).all()
        assert subjects.index.tolist() == list(range(len(subjects)))
        assert (subjects["window_end"] <= demo_packed.portfolio.observed_until).all()


def test_a_buyer_of_a_ledger_is_scored_at_month_ends_and_never_at_accounts():
    accounts = {"buyer_id": "B", "period_end": "2024-12-31", "currency": "EUR", "revenue": 1.0}
    packed = books([invoice()], [payment("1000", "2025-02-01")], statements=[accounts], until="2026-12-31")
    found = moments(default_subjects(packed))
    assert found[0] == "2025-01-31T23:59:59"
    assert found == sorted(found)
    assert found[-1] == "2025-12-31T23:59:59"
    assert len(found) == 12


def test_a_buyer_stays_a_subject_while_something_is_open():
    packed = books([invoice()], [payment("999", "2025-02-01")], until="2027-12-31")
    assert moments(default_subjects(packed))[-1] == "2027-12-31T23:59:59"
    settled_late = books([invoice()], [payment("1000", "2027-06-15")], until="2027-12-31")
    assert moments(default_subjects(settled_late))[-1] == "2027-05-31T23:59:59"
    assert ACTIVE_DAYS == 365


def test_a_buyer_without_a_ledger_is_scored_at_each_receipt_of_accounts():
    def accounts(buyer: str, year: int, received: str) -> dict[str, object]:
        return {"buyer_id": buyer, "period_end": f"{year}-12-31", "currency": "EUR", "received_at": received}

    rows = [
        accounts("A", 2023, "2024-06-30"),
        accounts("A", 2024, "2025-06-30"),
        accounts("B", 2023, "2024-05-31"),
    ]
    found = default_subjects(books([], statements=rows))
    assert sorted(zip(found["buyer_id"], moments(found), strict=True)) == [
        ("A", "2024-06-30T23:59:59"), ("A", "2025-06-30T23:59:59"), ("B", "2024-05-31T23:59:59"),
    ]  # fmt: skip


def test_outcomes_know_their_names_and_days():
    assert (Outcome("late", 0).tag, Outcome("late", 0).hash, Outcome("late", 0).days) == (
        "late_0",
        "late_0",
        0,
    )
    assert (DEFAULT.tag, DEFAULT.days) == ("default_obligor_90", 365)
    assert DEFAULT.definition is not None
    assert DEFAULT.hash == DEFAULT.definition.hash


def test_later_books_change_no_outcome_of_a_mature_subject(demo_packed: Packed):
    # given the books as they were a year before their end
    until = pd.Timestamp("2025-06-30T21:59:59")
    cut = pack_portfolio(demo_packed.portfolio.cut(until))
    key = ["invoice_id", "instalment"]
    before = sample_of(cut, Outcome("late")).subjects.set_index(key)["outcome"]
    after = sample_of(demo_packed, Outcome("late")).subjects.set_index(key)["outcome"]
    # then a few late bookings alone make a difference
    both = pd.concat([before, after], axis=1, keys=["before", "after"], join="inner")
    assert len(both) > 5000
    assert (both["before"] != both["after"]).mean() < 0.01


def test_a_bill_that_is_sold_is_censored_in_the_sample():
    packed = books([invoice()], [allocation("transfer", "1000", "2025-01-10")])
    assert dict(sample_of(packed, Outcome("late")).excluded) == {"moved": 1}
