from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from credit.timing.open_ledger import OpenLedger, open_ledger, open_subjects, open_values, reporting_rates
from features.build import Packed, build_packed, pack_portfolio
from features.catalog import NAMES
from features.portfolio import Seller, from_frames

SELLER = Seller("me", reporting_currency="EUR", timezone="Europe/Berlin")


def invoice(name: str, due: str, amount: str, kind: str = "invoice", **more: str) -> dict[str, str]:
    issued = due if kind == "credit_memo" else "2026-01-05"
    return {
        "invoice_id": name, "buyer_id": "A", "issued_on": issued, "due_on": due, "amount": amount,
        "currency": "EUR", "kind": kind, "recorded_at": "2026-01-05T12:00:00Z", **more,
    }  # fmt: skip


def opened_of(invoices: list[dict[str, str]], allocations: list[dict[str, str]], as_of: str) -> OpenLedger:
    raw = {"invoices": pd.DataFrame(invoices), "allocations": pd.DataFrame(allocations)}
    if not allocations:
        del raw["allocations"]
    portfolio = from_frames(raw, SELLER, observed_until="2026-12-31")
    return open_ledger(pack_portfolio(portfolio), pd.Timestamp(as_of))


def test_only_what_was_known_and_is_open_counts():
    # given one invoice that is half paid, one that is paid, one that is booked later
    invoices = [
        invoice("half", "2026-02-04", "100.00"),
        invoice("paid", "2026-02-04", "50.00"),
        invoice("late", "2026-02-04", "70.00", recorded_at="2026-03-02T00:00:00Z"),
    ]
    paid = [
        {"invoice_id": "half", "settled_on": "2026-02-01", "amount": "60.00", "kind": "payment",
         "recorded_at": "2026-02-01T12:00:00Z"},
        {"invoice_id": "half", "settled_on": "2026-02-02", "amount": "30.00", "kind": "payment",
         "recorded_at": "2026-03-05T12:00:00Z"},
        {"invoice_id": "paid", "settled_on": "2026-02-03", "amount": "50.00", "kind": "payment",
         "recorded_at": "2026-02-03T12:00:00Z"},
    ]  # fmt: skip
    # when the books are looked at in between
    opened = opened_of(invoices, paid, "2026-02-28T12:00:00")
    # then the second payment of the half-paid invoice is not known yet
    assert opened.items[["open_minor", "amount_minor"]].to_numpy().tolist() == [[4000, 10000]]
    assert pd.Timestamp(opened.today, unit="D") == pd.Timestamp("2026-02-28")


def test_memos_and_unapplied_money_are_set_off_against_what_falls_due_first():
    invoices = [
        invoice("second", "2026-03-04", "100.00"),
        invoice("first", "2026-02-04", "80.00"),
        invoice("memo", "2026-01-20", "90.00", kind="credit_memo"),
        invoice("theirs", "2026-02-04", "500.00", buyer_id="B"),
    ]
    unapplied = [{"buyer_id": "A", "currency": "EUR", "settled_on": "2026-02-01", "amount": "20.00",
                  "kind": "payment", "recorded_at": "2026-02-01T12:00:00Z"}]  # fmt: skip
    opened = opened_of(invoices, unapplied, "2026-02-28T12:00:00")
    rows = opened.items.sort_values("due_day")[["open_minor", "set_off_minor", "expected_minor"]]
    assert sorted(rows.to_numpy().tolist()) == [[8000, 8000, 0], [10000, 3000, 7000], [50000, 0, 50000]]
    assert opened.credit_minor == {}


def test_what_is_owed_back_beyond_the_items_is_told_apart():
    invoices = [
        invoice("only", "2026-02-04", "80.00"),
        invoice("memo", "2026-01-20", "90.00", kind="credit_memo"),
    ]
    opened = opened_of(invoices, [], "2026-02-28T12:00:00")
    assert opened.items["expected_minor"].tolist() == [0]
    assert opened.credit_minor == {"EUR": 1000}


@pytest.mark.parametrize("as_of", ["2024-03-31T21:59:59", "2025-11-12T10:00:00", "2026-06-30T21:59:59"])
def test_open_items_less_credits_are_the_exposure_of_every_buyer(demo_packed: Packed, as_of: str):
    # given the exposure that the engine computes
    moment = pd.Timestamp(as_of)
    ids = list(demo_packed.block.buyer_ids)
    subjects = pd.DataFrame({"buyer_id": ids, "as_of": moment}).astype({"as_of": "datetime64[s]"})
    exposure = build_packed(demo_packed, subjects)["exposure"].fillna(0.0).to_numpy()
    # when the items are summed in the reporting currency
    opened, rates = open_ledger(demo_packed, moment), reporting_rates(demo_packed.block, moment)
    owed = (opened.items["expected_minor"] * opened.items["currency"].map(rates)).groupby(
        opened.items["buyer"]
    )
    sums = owed.sum().reindex(range(len(ids))).fillna(0.0).to_numpy()
    # then they agree for all buyers who owe more than is owed to them
    assert len(opened.items) > 100
    owing = exposure > 0
    assert sums[owing] == pytest.approx(exposure[owing], rel=1e-9, abs=0.02)
    back = sum(minor * rates[currency] for currency, minor in opened.credit_minor.items())
    assert sums.sum() - back == pytest.approx(exposure.sum(), rel=1e-9)


def test_an_open_item_is_its_own_subject(demo_packed: Packed):
    # given the items as a frame of subjects by their names
    moment = pd.Timestamp("2025-11-30T22:59:59")
    opened = open_ledger(demo_packed, moment)
    invoices = demo_packed.portfolio.cut(moment).tables["invoices"]
    known = invoices.sort_values("recorded_at").drop_duplicates(["invoice_id", "instalment"], keep="last")
    named = known.assign(as_of=moment.as_unit("s"), amount=known["amount_minor"] / 100)
    named["terms_days"] = (named["due_on"] - named["issued_on"]).dt.days.astype(float)
    from features.build import subject_arrays

    arrays = subject_arrays(demo_packed, named)
    place = {int(item): row for row, item in enumerate(arrays.own_item)}
    rows = [place[item] for item in opened.items["item"]]
    mine, theirs = open_subjects(demo_packed, opened), arrays.take(rows)
    # then both ways make the same subjects, and the values have a row for each
    for name in ("buyer", "as_of", "day", "own_item", "terms_days", "days_until_due", "due_day"):
        assert getattr(mine, name).tolist() == getattr(theirs, name).tolist(), name
    assert mine.amount == pytest.approx(theirs.amount)
    values = open_values(demo_packed, opened)
    assert values.shape == (len(opened.items), len(NAMES))
    assert np.isfinite(values[:, NAMES.index("request_amount")]).all()
