from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.dossier import Dossier
from credit.dossiers import dossier_of, dossiers_of
from credit.policy import Policy
from credit.side_facts import SideFacts, SideTables
from credit.sides import Moment, SideReader
from features.build import Packed, build_packed, pack_portfolio
from features.engine.compute import compute
from features.errors import InputError
from features.one_subject import Asked, subject_of
from features.shared import Rates
from tests.credit.ledgers import allocation, books, invoice, payment
from tests.features.ledgers import RandomLedger

RULES = Policy.default().orders
EXPOSURES = {"A": 10.0, "B": 20.0, "C": 30.5}


def rich() -> Packed:
    """Three buyers with a group, bills, orders, securities, references and foreign money."""
    known = "2025-01-10T09:00:00Z"
    money = {"amount": "500.00", "currency": "USD", "valid_from": "2025-01-01", "recorded_at": known}
    buyers = [{"buyer_id": "A"}, {"buyer_id": "B", "group_id": "G1"}, {"buyer_id": "C", "group_id": "G1"}]
    return books(
        [invoice("0", buyer_id="A"), invoice(),
         invoice("2", "600.00", kind="bill", issued_on="2025-02-01", due_on="2025-09-01"),
         invoice("3", buyer_id="C", currency="SEK")],
        [allocation("bill", "600.00", "2025-02-01", successor_id="2"), payment("400.00", "2025-02-01")],
        buyers=[row | {"country": "DE", "recorded_at": "2025-01-01T00:00:00Z"} for row in buyers],
        securities=[{"security_id": "S", "buyer_id": "B", "kind": "guarantee", "share": "0.8"} | money],
        limits=[{"limit_id": "L", "buyer_id": "C", "kind": "bank"} | money],
        orders=[{"order_id": f"O{n}", "buyer_id": "B", "amount": "40.00", "currency": "EUR",
                 "ordered_on": "2025-02-01", "deliver_on": "2025-02-20", "state": state, "recorded_at": known}
                for n, state in enumerate(("open", "Closed ", ""))],
        attributes=[{"buyer_id": "B", "name": "reference_high_credit_x", "value": "900",
                     "recorded_at": known}],
        fx=[{"currency": "USD", "on_date": "2025-01-01", "rate": 0.9},
            {"currency": "SEK", "on_date": "2025-02-01", "rate": 0.1}],
    )  # fmt: skip


@pytest.mark.parametrize("on", ["2025-01-09", "2025-02-05", "2025-03-31"])
def test_side_facts_of_a_dossier_are_those_of_the_portfolio(on):
    packed, second = rich(), int(pd.Timestamp(f"{on}T23:59:59").timestamp())
    tables, rates, moment = SideTables(packed), Rates.of_block(packed.block), Moment(second, second // 86_400)
    whole = SideFacts(packed, RULES, tables)
    reader = SideReader(RULES, "EUR", rates, tables.members)

    for position, dossier in enumerate(dossiers_of(packed)):
        again = Dossier.from_bytes(dossier.to_bytes())
        for order in ("", "O0"):
            found = reader.of(again.holding(rates, tables.members), moment, EXPOSURES, without_order=order)
            assert repr(found) == repr(whole.of(position, moment, EXPOSURES, without_order=order))


def test_an_order_that_is_asked_about_does_not_count_twice():
    packed = rich()
    tables, rates, moment = SideTables(packed), Rates.of_block(packed.block), Moment(1_738_800_000, 20_125)
    reader = SideReader(RULES, "EUR", rates, tables.members)
    dossier = Dossier.from_bytes(list(dossiers_of(packed))[1].to_bytes())

    sums = [
        reader.of(dossier.holding(rates, tables.members), moment, {}, without_order=order).values
        for order in ("", "O0")
    ]

    assert [each["open_orders_amount"] for each in sums] == [80.0, 40.0]
    assert sums[0]["bills_amount"] == 600.0
    assert sums[0]["group_others_count"] == 1.0


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000))
def test_features_of_a_dossier_are_those_of_the_whole_block(seed):
    ledger = RandomLedger(seed)
    packed = pack_portfolio(ledger.portfolio())
    tables, rates = SideTables(packed), Rates.of_block(packed.block)
    for dossier in dossiers_of(packed):
        holding = Dossier.from_bytes(dossier.to_bytes()).holding(rates, tables.members)
        for as_of in ledger.subjects(3)["as_of"]:
            subjects = pd.DataFrame({"buyer_id": [dossier.buyer_id], "as_of": [as_of]})
            expected = build_packed(packed, subjects, assumes_usual=True).to_numpy()
            second = int(pd.Timestamp(as_of).timestamp())
            subject = subject_of(0, second, packed.seller.timezone, Asked())
            found = compute(holding.block, subject, packed.context, assumes_usual=True)
            assert found.tobytes() == expected.tobytes()


def test_the_facts_of_one_buyer_alone_give_the_same_bytes_as_among_all():
    packed = rich()
    for dossier in dossiers_of(packed):
        own = {
            name: frame[frame["buyer_id"] == dossier.buyer_id].reset_index(drop=True)
            for name, frame in packed.portfolio.tables.items()
            if "buyer_id" in frame
        }
        invoices = own["invoices"]["invoice_id"]
        paid = packed.portfolio.table("allocations")
        own["allocations"] = paid[paid["invoice_id"].isin(invoices)].reset_index(drop=True)
        alone = dossier_of(replace(packed.portfolio, tables=own))
        assert alone.to_bytes() == dossier.to_bytes()


def test_a_dossier_is_of_one_buyer():
    with pytest.raises(InputError, match="found several"):
        dossier_of(rich().portfolio)
