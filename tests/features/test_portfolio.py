"""What a portfolio refuses, what it fills in, and what it leaves alone."""

from __future__ import annotations

import pandas as pd
import pytest

from features.errors import InputError
from features.portfolio import Seller, from_frames

INVOICE = {
    "invoice_id": "1",
    "buyer_id": "Zhang Wei GmbH",
    "issued_on": "2026-01-05",
    "due_on": "2026-02-04",
    "amount": "12345.67",
    "currency": "EUR",
}
PAYMENT = {
    "allocation_id": "p",
    "invoice_id": "1",
    "settled_on": "2026-02-01",
    "amount": "10",
    "kind": "payment",
}
SELLER = Seller("me", reporting_currency="EUR")


def frames(
    *invoices: dict, allocations: list[dict] | None = None, **tables: list[dict]
) -> dict[str, pd.DataFrame]:
    rows = {"invoices": list(invoices) or [INVOICE], **tables}
    if allocations is not None:
        rows["allocations"] = allocations
    return {name: pd.DataFrame(each) for name, each in rows.items()}


def read(*invoices: dict, **tables: list[dict]):
    return from_frames(frames(*invoices, **tables), SELLER)


def without(column: str) -> dict:
    return {name: value for name, value in INVOICE.items() if name != column}


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (frames(without("due_on")), r"table 'invoices': expected columns \['due_on'\]"),
        (frames(INVOICE | {"colour": "red"}), r"unknown columns \['colour'\]; remove or rename them"),
        (frames(INVOICE | {"due_on": "04.02.2026"}), r"column 'due_on', 1 row \(1\): expected a date like"),
        (frames(INVOICE | {"due_on": "2026-02-30"}), r"column 'due_on', 1 row \(1\): expected a date like"),
        (
            frames(INVOICE, INVOICE | {"amount": "9"}),
            r"invoice_id, instalment', 2 rows \(1, 2\): expected one content",
        ),
        (frames(INVOICE, INVOICE | {"issued_on": "2026-01-06"}), r"2 rows \(1, 2\): expected one content"),
        (
            frames(allocations=[PAYMENT | {"invoice_id": "2"}]),
            r"table 'allocations', column 'invoice_id', 1 row",
        ),
        (frames(allocations=[PAYMENT | {"instalment": 2}]), "expected the id of a known invoice"),
        (frames(allocations=[PAYMENT | {"successor_id": "9"}]), "column 'successor_id'"),
        (
            frames(allocations=[PAYMENT | {"invoice_id": None}]),
            "expected invoice_id, or buyer_id and currency",
        ),
        (frames(allocations=[PAYMENT | {"currency": "USD"}]), "expected the invoice's currency"),
        (frames(allocations=[PAYMENT | {"amount": "0"}]), "expected a number other than 0"),
        (frames(allocations=[PAYMENT | {"kind": "gift"}]), "expected one of payment, set_off"),
        (frames(INVOICE | {"amount": "-5"}), r"column 'amount', 1 row \(1\): expected a number above 0"),
        (
            frames(INVOICE | {"amount": "NaN"}),
            r"column 'amount', 1 row \(1\): expected a value; found nothing",
        ),
        (
            frames(INVOICE | {"amount": float("nan")}),
            r"column 'amount', 1 row \(1\): expected a value; found nothing",
        ),
        (frames(INVOICE | {"amount": float("inf")}), "expected a decimal number"),
        (frames(INVOICE | {"amount": "1.234,50"}), "expected a decimal number"),
        (frames(INVOICE | {"amount": "1.005"}), "no more decimals than the currency has"),
        (frames(INVOICE | {"currency": "EURO"}), "column 'currency', 1 row .* expected an ISO 4217 code"),
        (
            frames(INVOICE | {"due_on": "2026-01-04"}),
            "expected due_on on or after issued_on; found an earlier date",
        ),
        (frames(INVOICE | {"buyer_id": " "}), "column 'buyer_id', 1 row .* expected a value; found nothing"),
        (frames(INVOICE | {"kind": "receipt"}), "expected one of invoice, debit_note"),
        (frames(INVOICE | {"instalment": "1.5"}), "expected a whole number"),
        (frames(buyers=[{"buyer_id": "B", "country": "Germany"}]), "expected an ISO 3166-1 alpha-2 code"),
        (
            frames(
                statements=[{"buyer_id": "B", "period_end": "2025-12-31", "currency": "EUR", "cash": "inf"}]
            ),
            "finite",
        ),
        (
            {"invoices": pd.DataFrame(columns=list(INVOICE))},
            "found no rows; check that the export is not empty",
        ),
        ({"bills": pd.DataFrame([INVOICE])}, r"found \['bills'\]; rename or remove them"),
    ],
)
def test_bad_input_is_refused_with_its_place_and_the_next_step(tables, told):
    with pytest.raises(InputError, match=told) as caught:
        from_frames(tables, SELLER)
    assert "Zhang" not in str(caught.value)
    assert "12345" not in str(caught.value)


def test_everything_that_is_wrong_is_told_at_once():
    bad = INVOICE | {"due_on": "soon", "currency": "EURO", "amount": "much"}
    with pytest.raises(InputError) as caught:
        read(bad, INVOICE | {"invoice_id": "2"}, allocations=[PAYMENT | {"invoice_id": "7"}])
    places = {(problem.table, problem.column) for problem in caught.value.problems}
    assert places >= {
        ("invoices", "due_on"),
        ("invoices", "currency"),
        ("invoices", "amount"),
        ("allocations", "invoice_id"),
    }


@pytest.mark.parametrize(
    "seller",
    [
        {"seller_id": ""},
        {"seller_id": "me", "reporting_currency": "EURO"},
        {"seller_id": "me", "timezone": "Berlin"},
    ],
)
def test_a_seller_without_name_currency_or_time_zone_is_refused(seller):
    with pytest.raises(InputError):
        Seller(**seller)


def test_money_is_kept_in_minor_units_of_each_currency():
    invoices = [
        INVOICE | {"invoice_id": code, "currency": code, "amount": amount}
        for code, amount in (
            ("EUR", "12.5"),
            ("JPY", "1250"),
            ("KWD", "1.250"),
            ("CLF", "0.1250"),
            ("XXX", "1"),
        )
    ]
    payment = PAYMENT | {"invoice_id": "KWD", "amount": "-0.125"}
    portfolio = read(*invoices, allocations=[payment])
    assert portfolio.table("invoices")["amount_minor"].tolist() == [1250, 1250, 1250, 1250, 100]
    assert portfolio.table("allocations")["amount_minor"].tolist() == [-125]


def test_without_a_knowledge_time_a_fact_is_known_at_the_end_of_its_day():
    portfolio = from_frames(frames(allocations=[PAYMENT]), Seller("me", timezone="Asia/Shanghai"))
    assert portfolio.table("invoices")["recorded_at"].astype(str).tolist() == ["2026-01-05 15:59:59"]
    assert portfolio.table("allocations")["recorded_at"].astype(str).tolist() == ["2026-02-01 15:59:59"]
    assert portfolio.knowledge == {"invoices": "assumed", "allocations": "assumed"}
    assert str(portfolio.observed_until) == "2026-02-01 15:59:59"
    assert str(portfolio.observed_from) == "2026-01-04 16:00:00"


def test_rows_of_one_key_recorded_at_different_times_are_versions():
    portfolio = read(
        INVOICE | {"recorded_at": "2026-01-05T09:00:00Z"},
        INVOICE | {"recorded_at": "2026-01-07T09:00:00Z", "amount": "9"},
    )
    assert len(portfolio.table("invoices")) == 2
    assert portfolio.knowledge["invoices"] == "given"


def test_versions_stay_versions_beside_a_row_without_a_knowledge_time():
    portfolio = read(
        INVOICE | {"recorded_at": "2026-01-05T09:00:00Z"},
        INVOICE | {"recorded_at": "2026-01-07T09:00:00Z", "amount": "9"},
        INVOICE | {"invoice_id": "2", "recorded_at": None},
    )
    assert len(portfolio.table("invoices")) == 3
    assert portfolio.knowledge["invoices"] == "assumed"


def test_one_key_recorded_twice_at_once_is_one_fact_or_a_contradiction():
    row = INVOICE | {"recorded_at": "2026-01-05T09:00:00Z"}
    portfolio = read(row, row, row)
    assert len(portfolio.table("invoices")) == 1
    assert portfolio.repeated == {"invoices": 2}
    with pytest.raises(InputError, match="expected one content for one key and recorded_at"):
        read(row, row | {"amount": "9"})


def test_derived_ids_do_not_depend_on_the_order_of_rows():
    rows = [PAYMENT | {"amount": amount} for amount in ("1", "2", "2", "3")]
    rows = [{name: value for name, value in row.items() if name != "allocation_id"} for row in rows]
    one, other = (read(allocations=order).table("allocations") for order in (rows, rows[::-1]))
    assert one["allocation_id"].is_unique
    assert sorted(zip(one["allocation_id"], one["amount_minor"], strict=True)) == sorted(
        zip(other["allocation_id"], other["amount_minor"], strict=True)
    )


def test_a_cut_takes_away_what_was_recorded_later():
    portfolio = read(INVOICE, allocations=[PAYMENT])
    cut = portfolio.cut(pd.Timestamp("2026-01-31"))
    assert (len(cut.table("invoices")), len(cut.table("allocations"))) == (1, 0)
    assert cut.observed_until == pd.Timestamp("2026-01-31")


def test_a_table_that_is_not_there_has_no_rows_and_the_columns_of_its_rules():
    events = read().table("events")
    assert len(events) == 0
    assert {"event_id", "buyer_id", "recorded_at", "withdrawn"} <= set(events)


def test_a_portfolio_tells_what_its_source_gave():
    portfolio = read(
        statements=[{"buyer_id": "B", "period_end": "2025-12-31", "currency": "EUR", "cash": 1.0}]
    )
    assert portfolio.has("invoices.amount")
    assert portfolio.has("statements.received_at")
    assert not portfolio.has("statements.revenue")
    assert not portfolio.has("events")
    assert not portfolio.without("statements.cash").has("statements.cash")
    assert portfolio.buyer_ids() == ["B", "Zhang Wei GmbH"]


def test_buyers_without_any_date_need_the_start_of_the_books():
    buyers = {"buyers": pd.DataFrame({"buyer_id": ["Zhang Wei GmbH"]})}
    with pytest.raises(InputError, match="a date in some table, or observed_from; found neither"):
        from_frames(buyers, SELLER)
    started = from_frames(buyers, SELLER, observed_from="2024-01-01")
    assert str(started.observed_until) == "2024-01-01 00:00:00"
    recorded = from_frames({"buyers": buyers["buyers"].assign(recorded_at="2024-05-01")}, SELLER)
    assert str(recorded.observed_until) == "2024-05-01 23:59:59"
