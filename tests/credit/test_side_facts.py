from __future__ import annotations

import math

import pandas as pd
import pytest

from credit.cover import Security
from credit.policy import Policy
from credit.side_facts import Moment, SideFacts, Sides
from tests.credit.ledgers import allocation, books, invoice, payment

RULES = Policy.default().orders


def at(packed, on="2025-06-30", buyer="B", exposures=None, **options) -> Sides:
    second = int(pd.Timestamp(f"{on}T23:59:59").timestamp())
    facts = SideFacts(packed, RULES)
    position = packed.block.position(buyer)
    return facts.of(position, Moment(second, second // 86_400), exposures or {}, **options)


def security(**more):
    row = {
        "security_id": "S1", "buyer_id": "B", "kind": "guarantee", "amount": "500.00", "currency": "EUR",
        "valid_from": "2025-01-01", "recorded_at": "2025-01-10T09:00:00Z",
    }  # fmt: skip
    return row | more


def limit(**more):
    row = {
        "limit_id": "L1", "buyer_id": "B", "kind": "bank", "amount": "900.00", "currency": "EUR",
        "valid_from": "2025-01-01", "recorded_at": "2025-01-10T09:00:00Z",
    }  # fmt: skip
    return row | more


def order(order_id="O1", **more):
    row = {
        "order_id": order_id, "buyer_id": "B", "amount": "40.00", "currency": "EUR",
        "ordered_on": "2025-06-01", "deliver_on": "2025-07-15", "state": "open",
        "recorded_at": "2025-06-01T09:00:00Z",
    }  # fmt: skip
    return row | more


def buyer(buyer_id="B", **more):
    return {"buyer_id": buyer_id, "country": "DE", "recorded_at": "2025-01-01T00:00:00Z"} | more


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2025-01-09", ()), ("2025-01-10", (Security("guarantee", 500.0, 0.8),)), ("2025-09-01", ())],
)
def test_a_security_counts_from_when_it_is_known_until_it_ends(on, expected):
    packed = books([invoice()], securities=[security(share="0.8", valid_to="2025-08-31")])

    assert at(packed, on).securities == expected


def test_a_later_version_replaces_a_security_and_a_withdrawal_ends_it():
    smaller = security(amount="300.00", recorded_at="2025-03-01T09:00:00Z")
    gone = smaller | {"withdrawn": True, "recorded_at": "2025-05-01T09:00:00Z"}
    packed = books([invoice()], securities=[security(), smaller, gone])

    found = [at(packed, on).securities for on in ("2025-02-01", "2025-04-01", "2025-06-01")]

    assert found == [(Security("guarantee", 500.0),), (Security("guarantee", 300.0),), ()]


def test_money_is_converted_at_the_rate_known_then_and_without_one_it_is_unknown():
    rows = [security(currency="USD"), security(security_id="S2", currency="SEK")]
    packed = books(
        [invoice(currency="USD")], securities=rows,
        fx=[{"currency": "USD", "on_date": "2025-01-01", "rate": 0.9},
            {"currency": "USD", "on_date": "2025-05-01", "rate": 0.8}],
    )  # fmt: skip

    early, late = (at(packed, on).securities for on in ("2025-04-30", "2025-05-01"))

    assert (early[0].amount, late[0].amount) == (pytest.approx(450.0), pytest.approx(400.0))
    assert math.isnan(late[1].amount)


def test_bank_limits_in_force_add_up_and_others_are_none():
    packed = books(
        [invoice()], limits=[limit(), limit(limit_id="L2", amount="100.00"), limit(limit_id="L3", kind="own")]
    )

    assert at(packed).values["bank_limit"] == 1_000.0
    assert "bank_limit" not in at(packed, "2025-01-05").values


def test_open_orders_count_within_the_credit_horizon_and_later_apart():
    packed = books(
        [invoice()],
        orders=[
            order(), order("O2", amount="7.00", deliver_on="2025-09-30"), order("O3", state="Delivered"),
            order("O4", state=None, deliver_on=None, amount="1.00"), order("O5", ordered_on="2025-07-05"),
            order("O6", state="held", amount="2.00"),
        ],
    )  # fmt: skip

    values = at(packed).values

    assert (values["open_orders_amount"], values["open_orders_later_amount"]) == (43.0, 7.0)
    assert at(packed, without_order="O1").values["open_orders_amount"] == 3.0
    assert at(packed, "2025-05-31").values["open_orders_amount"] == 0.0


def test_an_order_leaves_when_the_books_know_that_it_was_delivered():
    packed = books(
        [invoice()], orders=[order(), order(state="delivered", recorded_at="2025-06-20T09:00:00Z")]
    )

    assert at(packed, "2025-06-19").values["open_orders_amount"] == 40.0
    assert at(packed, "2025-06-20").values["open_orders_amount"] == 0.0


def test_a_bill_is_a_part_of_what_is_owed_until_it_is_paid():
    # given an invoice that a bill of 600 took over, due on 1 September
    packed = books(
        [invoice(), invoice("bill", "600.00", kind="bill", issued_on="2025-02-01", due_on="2025-09-01")],
        [allocation("bill", "600.00", "2025-02-01", successor_id="bill"), payment("400.00", "2025-02-01")],
    )

    assert at(packed, "2025-01-31").values["bills_amount"] == 0.0
    assert at(packed).values["bills_amount"] == 600.0
    assert at(packed, "2025-09-01").values["bills_amount"] == 0.0


def test_the_others_of_a_group_are_those_known_then():
    # given a link that became known in May, and one that was taken back in June
    packed = books(
        [invoice(), invoice("2", buyer_id="C"), invoice("3", buyer_id="D")],
        buyers=[
            buyer(group_id="G"), buyer("C"), buyer("C", group_id="G", recorded_at="2025-05-01T00:00:00Z"),
            buyer("D", group_id="G"), buyer("D", recorded_at="2025-06-01T00:00:00Z"),
        ],
    )  # fmt: skip
    owed = {"B": 1_000.0, "C": 200.0, "D": 30.0}

    found = [at(packed, on, exposures=owed).values for on in ("2025-04-30", "2025-05-02", "2025-06-02")]

    assert [each["group_others_exposure"] for each in found] == [30.0, 230.0, 200.0]
    assert [each["group_others_count"] for each in found] == [1.0, 2.0, 1.0]
    assert "group_others_exposure" not in at(packed, "2025-06-02", "D", owed).values


def test_a_member_whose_exposure_has_no_rate_makes_the_sum_unknown():
    packed = books(
        [invoice(), invoice("2", buyer_id="C")], buyers=[buyer(group_id="G"), buyer("C", group_id="G")]
    )

    assert math.isnan(at(packed, exposures={"C": math.nan}).values["group_others_exposure"])


def test_country_is_that_known_then():
    packed = books([invoice()], buyers=[buyer(), buyer(country="FR", recorded_at="2025-06-01T00:00:00Z")])

    assert (at(packed, "2025-05-30").country, at(packed).country) == ("DE", "FR")
    assert at(books([invoice()])).country == ""


def test_references_of_other_suppliers_give_their_median_and_an_unreadable_one_is_counted():
    def reference(name, value, **more):
        return {
            "buyer_id": "B", "name": f"reference_high_credit{name}", "value": value,
            "recorded_at": "2025-01-01T00:00:00Z",
        } | more  # fmt: skip

    packed = books(
        [invoice()],
        attributes=[
            reference("_a", "100"), reference("_b", "300.50"), reference("_d", "a lot"),
            reference("_e", "-5"),
            reference("_c", "900", expires_on="2025-06-29"),
        ],
    )  # fmt: skip

    assert at(packed).values["reference_high_credit"] == pytest.approx(200.25)
    assert at(packed).values["unreadable_references"] == 2.0
    assert at(packed, "2025-06-29").values["reference_high_credit"] == 300.5
