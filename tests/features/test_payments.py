"""Payment behaviour by hand: what each kind of booking means."""

from __future__ import annotations

import pandas as pd
import pytest

from features.build import build
from features.portfolio import Seller, from_frames

ITEM = {
    "buyer_id": "A",
    "issued_on": "2026-01-01",
    "due_on": "2026-01-31",
    "amount": "1000",
    "currency": "EUR",
}


def features(items: list[dict], booked: list[dict], as_of: str = "2026-04-01 12:00:00") -> pd.Series:
    """Features of buyer A; items are named 1, 2, ... and booked on item 1 unless said otherwise."""
    invoices = pd.DataFrame([ITEM | {"invoice_id": str(n)} | item for n, item in enumerate(items, 1)])
    columns = ["invoice_id", "settled_on", "amount", "kind", "successor_id", "buyer_id", "currency"]
    rows = [{"invoice_id": "1", "kind": "payment", "amount": "1000"} | row for row in booked]
    tables = {"invoices": invoices, "allocations": pd.DataFrame(rows, columns=columns)}
    portfolio = from_frames(tables, Seller("me", reporting_currency="EUR"), observed_until="2026-12-31")
    return build(portfolio, pd.DataFrame({"buyer_id": ["A"], "as_of": pd.to_datetime([as_of])})).iloc[0]


def test_an_unpaid_invoice_enters_at_its_current_days_past_due():
    values = features([{}], [])
    assert values["mean_days_late_365d"] == 60
    assert values["share_late_30_amount_365d"] == 1
    assert values["overdue_amount"] == 1000
    assert values["oldest_open_days_past_due"] == 60


@pytest.mark.parametrize(
    ("settled_on", "days", "late", "late_30", "early"),
    [
        ("2026-01-21", -10, 0, 0, 1),
        ("2026-01-31", 0, 0, 0, 0),
        ("2026-02-01", 1, 1, 0, 0),
        ("2026-03-02", 30, 1, 0, 0),
        ("2026-03-03", 31, 1, 1, 0),
    ],
)
def test_days_late_are_counted_from_the_due_date(settled_on, days, late, late_30, early):
    values = features([{}], [{"settled_on": settled_on}])
    assert values["mean_days_late_365d"] == days
    assert values["share_late_amount_365d"] == late
    assert values["share_late_30_amount_365d"] == late_30
    assert values["share_early_amount_365d"] == early


@pytest.mark.parametrize("kind", ["payment", "set_off", "withholding_tax", "bank_fee", "fx", "discount"])
def test_kinds_that_count_as_paid(kind):
    values = features([{}], [{"settled_on": "2026-02-10", "kind": kind}])
    assert (values["exposure"], values["mean_days_late_365d"]) == (0, 10)


@pytest.mark.parametrize("kind", ["credit_note", "return", "rebate"])
def test_what_is_credited_is_neither_on_time_nor_late(kind):
    booked = [
        {"settled_on": "2026-03-15", "kind": kind, "amount": "400"},
        {"settled_on": "2026-02-10", "amount": "600"},
    ]
    values = features([{}], booked)
    assert (values["exposure"], values["mean_days_late_365d"], values["due_amount_365d"]) == (0, 10, 600)
    assert values["share_diluted_amount_365d"] == 0.4


def test_what_is_written_off_is_closed_and_late():
    values = features([{}], [{"settled_on": "2026-03-15", "kind": "write_off"}])
    assert (values["exposure"], values["mean_days_late_365d"], values["written_off_amount"]) == (0, 60, 1000)


def test_a_recovery_closes_nothing():
    assert features([{}], [{"settled_on": "2026-03-15", "kind": "recovery"}])["exposure"] == 1000


def test_a_factored_invoice_says_nothing_of_lateness_and_owes_nothing():
    values = features([{}], [{"settled_on": "2026-01-10", "kind": "transfer"}])
    assert values["exposure"] == 0
    assert pd.isna(values["mean_days_late_365d"])


def test_a_residual_keeps_the_first_due_date_and_is_no_new_sale():
    items = [{}, {"issued_on": "2026-02-10", "due_on": "2026-05-10", "amount": "300"}]
    booked = [
        {"settled_on": "2026-02-10", "amount": "700"},
        {"settled_on": "2026-02-10", "amount": "300", "kind": "transfer", "successor_id": "2"},
    ]
    values = features(items, booked)
    assert (values["exposure"], values["overdue_amount"], values["oldest_open_days_past_due"]) == (
        300,
        300,
        60,
    )
    assert (values["count_invoices_365d"], values["invoiced_amount_365d"]) == (1, 1000)
    assert values["mean_days_late_365d"] == pytest.approx((700 * 10 + 300 * 60) / 1000)


def test_a_bill_holds_the_exposure_until_it_matures():
    items = [{}, {"issued_on": "2026-01-31", "due_on": "2026-04-30", "kind": "bill"}]
    booked = [{"settled_on": "2026-01-31", "kind": "bill", "successor_id": "2"}]
    running = features(items, booked)
    assert (running["exposure"], running["overdue_amount"], running["count_invoices_365d"]) == (1000, 0, 1)
    matured = features(items, booked, "2026-05-02 12:00:00")
    assert (matured["exposure"], matured["mean_days_late_365d"]) == (0, 0)


def test_a_bill_on_which_something_was_booked_is_judged_by_that():
    items = [{}, {"issued_on": "2026-01-31", "due_on": "2026-03-02", "kind": "bill"}]
    booked = [
        {"settled_on": "2026-01-31", "kind": "bill", "successor_id": "2"},
        {"settled_on": "2026-03-07", "invoice_id": "2", "amount": "400"},
    ]
    values = features(items, booked)
    assert (values["exposure"], values["overdue_amount"]) == (600, 600)
    assert values["mean_days_late_365d"] == pytest.approx((400 * 5 + 600 * 30) / 1000)


def test_a_bill_that_is_no_item_leaves_the_exposure_but_is_not_overdue():
    values = features([{}], [{"settled_on": "2026-01-31", "kind": "bill"}])
    assert (values["exposure"], values["overdue_amount"]) == (1000, 0)


def test_a_payment_that_bounced_is_unpaid_again_from_that_day_on():
    values = features([{}], [{"settled_on": "2026-02-05"}, {"settled_on": "2026-02-20", "amount": "-1000"}])
    assert values["exposure"] == 1000
    assert values["mean_days_late_365d"] == 5 + 40
    assert values["days_since_last_settlement"] == 55


def test_an_over_payment_earns_no_merit():
    values = features([{}], [{"settled_on": "2026-01-21", "amount": "5000"}])
    assert (values["mean_days_late_365d"], values["share_early_amount_365d"]) == (-10, 1)
    assert (values["exposure"], values["count_open"]) == (-4000, 0)


def test_an_item_that_is_paid_twice_does_not_make_another_less_overdue():
    items = [{}, {"invoice_id": "2"}]
    values = features(items, [{"settled_on": "2026-02-10", "amount": "1600"}], "2026-06-30 12:00:00")
    assert values["overdue_amount"] == 1000
    assert values["days_material_overdue"] == 150


def test_money_without_an_invoice_reduces_the_exposure_and_is_no_payment_experience():
    loose = {
        "invoice_id": None,
        "buyer_id": "A",
        "currency": "EUR",
        "settled_on": "2026-01-20",
        "amount": "250",
    }
    values = features([{}], [loose])
    assert (values["exposure"], values["overdue_amount"], values["overdue_share"]) == (750, 1000, 1)
    assert pd.isna(values["days_since_last_settlement"])


def test_credit_memos_and_prepayments_owe_back_and_are_never_late():
    values = features(
        [{}, {"kind": "credit_memo", "amount": "300"}, {"kind": "prepayment", "amount": "100"}], []
    )
    assert (values["exposure"], values["count_open"], values["count_due_365d"]) == (600, 1, 1)


def test_a_late_part_makes_an_invoice_late_whatever_was_paid_early():
    booked = [{"settled_on": "2026-01-02", "amount": "900"}, {"settled_on": "2026-02-03", "amount": "100"}]
    values = features([{}], booked)
    assert values["mean_days_late_365d"] < 0
    assert values["share_late_count_365d"] == 1


def test_the_last_three_are_the_last_three_by_due_date():
    dues = ["2026-02-01", "2026-02-04", "2026-02-04", "2026-02-04", "2026-02-04"]
    items = [{"due_on": due} for due in dues]
    booked = [{"invoice_id": str(n), "settled_on": "2026-02-04"} for n in (3, 4)]
    values = features(items, [*booked, {"invoice_id": "5", "settled_on": "2026-02-07"}])
    assert values["mean_days_late_last_3"] == 1


def test_the_peak_of_the_year_does_not_reach_back_a_day_further():
    items = [{"issued_on": "2025-01-01", "due_on": "2025-01-31"}]
    booked = [{"settled_on": "2025-06-01"}]
    assert features(items, booked, "2026-05-31 12:00:00")["high_credit_365d"] == 0
    assert features(items, booked, "2026-05-30 12:00:00")["high_credit_365d"] == 1000


def test_the_payment_index_is_weighted_by_amount():
    # domain.md 2.3: 50k at 80 points (prompt), 30k at 70 (15 days), 20k at 50 (30 days) give 71.0.
    items = [{"amount": amount} for amount in ("50000", "30000", "20000")]
    settled = ["2026-01-31", "2026-02-15", "2026-03-02"]
    booked = [
        {"invoice_id": str(n), "settled_on": day, "amount": items[n - 1]["amount"]}
        for n, day in enumerate(settled, 1)
    ]
    assert features(items, booked)["payment_index_365d"] == pytest.approx(71.0)
    assert pd.isna(features(items[:2], booked[:2])["payment_index_365d"])


@pytest.mark.parametrize(
    ("as_of", "days", "in_default"),
    [("2026-05-01 12:00:00", 90, 1), ("2026-04-30 12:00:00", 89, 0)],
)
def test_ninety_days_of_material_arrears_are_a_default(as_of, days, in_default):
    values = features([{}], [], as_of)
    assert (values["days_material_overdue"], values["in_default"]) == (days, in_default)


def test_small_arrears_are_not_material():
    values = features([{"amount": "500"}], [], "2026-06-30 12:00:00")
    assert (values["overdue_amount"], values["days_material_overdue"], values["in_default"]) == (500, 0, 0)


def test_a_sum_without_a_rate_is_unknown_rather_than_zero():
    values = features([{"currency": "USD"}], [])
    assert values[["exposure", "overdue_amount", "days_material_overdue", "in_default"]].isna().all()
    assert values["count_open"] == 1
