"""The default repair leaves no contradiction, loses no money, and says what it did."""

from __future__ import annotations

import json
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.columns import TABLES
from features.contradictions.findings import examine
from features.contradictions.mending import LINES
from features.contradictions.repairs import repair
from features.contradictions.table import CHECKS
from features.errors import Refused
from features.files import read, write
from features.openings import latest, open_items
from features.portfolio import Portfolio, Seller, from_frames
from features.schemas import schema_of
from tests.features.contradictions.cases import (
    CASES,
    Case,
    about_entries,
    dispute,
    entry,
    event,
    invoice,
    portfolio_of,
    statement,
)
from tests.features.ledgers import RandomLedger

MORE = entry("q", settled_on="2026-03-01")
ERRORS = {(check.code, check.table) for check in CHECKS if check.severity == "error"}


def errors(portfolio: Portfolio) -> list[str]:
    return [found.check.code for found in examine(portfolio) if found.check.severity == "error"]


def cash(portfolio: Portfolio) -> Counter[str]:
    """Money in force that came in, by kind: what a repair may move and must not lose."""
    allocations = latest(portfolio, "allocations")
    paid = allocations[allocations["kind"].isin(["payment", "recovery"])]
    return Counter({"cash": int(paid["amount_minor"].sum())})


def of(portfolio: Portfolio, allocation_id: str) -> dict[str, object]:
    allocations = latest(portfolio, "allocations").set_index("allocation_id")
    row = allocations.loc[allocation_id]
    invoice_id = None if pd.isna(row["invoice_id"]) else row["invoice_id"]
    return {"kind": row["kind"], "minor": int(row["amount_minor"]), "invoice": invoice_id}


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if (case.code, case.table) in ERRORS],
    ids=lambda case: f"{case.code}-{case.table}",
)
def test_no_error_is_left(case: Case):
    tables = {**case.wrong, "events": [*case.wrong.get("events", []), event(buyer_id="Z", kind="lien")]}
    repaired = repair(portfolio_of(tables))
    assert errors(repaired.portfolio) == []
    assert len(repaired.lines) >= case.rows


def test_notices_are_left_alone():
    portfolio = portfolio_of({"invoices": [invoice(), invoice("2")]})
    repaired = repair(portfolio)
    assert len(repaired.lines) == 0
    assert [one.told for one in examine(repaired.portfolio)] == [one.told for one in examine(portfolio)]


@settings(max_examples=5)
@example(8049)
@given(st.integers(0, 10**6))
def test_repaired_random_ledgers_are_clean_complete_and_can_be_read_again(tmp_path_factory, seed):
    portfolio = messy_portfolio(seed)
    repaired = repair(portfolio)
    assert errors(repaired.portfolio) == []
    assert (open_items(repaired.portfolio)["open_minor"] >= 0).all()
    folder = tmp_path_factory.mktemp("repaired")
    write(repaired.portfolio, folder)
    again = read(folder)
    for name, frame in repaired.portfolio.tables.items():
        schema_of(TABLES[name], frame).validate(frame)
        pd.testing.assert_frame_equal(again.tables[name], frame)
        assert_all_that_changed_is_listed(name, portfolio.tables[name], frame, repaired.lines)


def messy_portfolio(seed: int) -> Portfolio:
    """A random ledger with slips of the hand in its dates."""
    ledger, draw = RandomLedger(seed), random.Random(seed)  # noqa: S311 - a draw for tests
    slips = {"issued_on": "1970-01-01", "due_on": "2190-01-01", "settled_on": "2199-12-31", "months": 40}
    slips |= {"recorded_at": "2150-01-01T00:00:00Z", "occurred_on": "2062-05-05", "raised_on": "1900-01-01"}
    for rows in ledger.rows.values():
        for column in sorted(set(slips) & set(rows[0])):
            if draw.random() < 0.5:
                row = draw.choice(rows)
                # Reason: an invoice due before its issue is refused whole; it is no contradiction to repair.
                slipped = {**row, column: slips[column]}
                if slipped.get("issued_on", "") <= slipped.get("due_on", "9999"):
                    row.update(slipped)
    return ledger.portfolio()


def assert_all_that_changed_is_listed(
    name: str, before: pd.DataFrame, after: pd.DataFrame, lines: pd.DataFrame
) -> None:
    columns = list(before.columns)
    same = before.merge(after[columns], how="left", on=columns, indicator=True)["_merge"] == "both"
    changed = {str(label + 1) for label in before.index[~same.to_numpy()]}
    mine = lines[lines["table"] == name]
    assert changed == set(mine["row"]) - {""}
    assert len(before) - (mine["action"] == "set aside").sum() <= len(after)


def test_sound_books_are_left_alone():
    portfolio = portfolio_of({"invoices": [invoice()], "allocations": [entry()]})
    repaired = repair(portfolio)
    assert (len(repaired.lines), repaired.rows_set_aside, list(repaired.lines.columns)) == (0, 0, list(LINES))
    for name, frame in portfolio.tables.items():
        pd.testing.assert_frame_equal(repaired.portfolio.tables[name], frame)


def test_money_above_an_invoice_becomes_the_buyers():
    portfolio = portfolio_of(about_entries(entry(amount="70"), MORE | {"amount": "50"}))
    repaired = repair(portfolio)
    assert of(repaired.portfolio, "q") == {"kind": "payment", "minor": 3000, "invoice": "1"}
    assert of(repaired.portfolio, "q~excess") == {"kind": "payment", "minor": 2000, "invoice": None}
    assert cash(repaired.portfolio) == cash(portfolio)
    (line,) = repaired.lines.to_dict("records")
    assert (line["table"], line["row"], line["code"]) == ("allocations", "2", "closed_above_amount")
    assert line["action"] == "20.00 of it now unmatched money"
    assert json.loads(line["raw"])["amount"] == "50.00"


def test_a_whole_payment_too_much_keeps_its_id():
    portfolio = portfolio_of(about_entries(entry(), MORE))
    repaired = repair(portfolio).portfolio
    assert of(repaired, "q") == {"kind": "payment", "minor": 10000, "invoice": None}
    assert len(repaired.tables["allocations"]) == 2


def test_money_after_a_write_off_is_a_recovery():
    rows = [entry("w", kind="write_off"), MORE, entry("r", settled_on="2026-04-01")]
    repaired = repair(portfolio_of(about_entries(*rows))).portfolio
    assert of(repaired, "w") == {"kind": "write_off", "minor": 10000, "invoice": "1"}
    assert of(repaired, "q") == {"kind": "recovery", "minor": 10000, "invoice": "1"}
    assert of(repaired, "r") == {"kind": "recovery", "minor": 10000, "invoice": "1"}


def test_a_write_off_after_full_payment_is_set_aside_with_all_its_versions():
    written = {"kind": "write_off", "settled_on": "2026-03-01"}
    rows = [
        entry(),
        entry("w", amount="5", **written),
        entry("w", recorded_at="2026-03-05T00:00:00Z", **written),
    ]
    repaired = repair(portfolio_of(about_entries(*rows)))
    assert repaired.portfolio.tables["allocations"]["allocation_id"].tolist() == ["p"]
    assert repaired.lines["row"].tolist() == ["2", "3"]


def test_a_discount_too_much_is_set_aside_in_part():
    rows = [entry(amount="98"), entry("d", amount="3", kind="discount")]
    repaired = repair(portfolio_of(about_entries(*rows)))
    assert of(repaired.portfolio, "d")["minor"] + of(repaired.portfolio, "p")["minor"] == 10000
    assert of(repaired.portfolio, "p")["invoice"] == "1"


def test_money_before_its_invoice_keeps_its_date_as_a_prepayment():
    early = entry(settled_on="2026-01-02", recorded_at="2026-01-02T12:00:00Z")
    portfolio = portfolio_of(about_entries(early))
    repaired = repair(portfolio).portfolio
    rows = repaired.tables["allocations"]
    assert rows["settled_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-02"] * 2
    assert rows["invoice_id"].isna().tolist() == [True, False]
    assert rows["recorded_at"].astype("str").tolist() == ["2026-01-02 12:00:00", "2026-01-05 23:59:59"]
    assert (rows["buyer_id"][0], rows["currency"][0]) == (invoice()["buyer_id"], "EUR")
    assert cash(repaired) == cash(portfolio)
    assert int(open_items(repaired)["open_minor"].sum()) == 0


def test_money_recorded_late_is_matched_a_second_later():
    early = entry(settled_on="2026-01-02", recorded_at="2026-01-20T12:00:00Z")
    rows = repair(portfolio_of(about_entries(early))).portfolio.tables["allocations"]
    assert rows["recorded_at"].astype("str").tolist() == ["2026-01-20 12:00:00", "2026-01-20 12:00:01"]


def test_what_is_no_money_takes_the_issue_date():
    early = entry(settled_on="2026-01-02", kind="write_off")
    (row,) = repair(portfolio_of(about_entries(early))).portfolio.tables["allocations"].to_dict("records")
    assert str(row["settled_on"].date()) == "2026-01-05"


def test_an_invoice_goes_with_its_allocations_and_disputes():
    bad = {"issued_on": "2062-01-05", "due_on": "2062-02-04"}
    tables = {
        "invoices": [invoice(), invoice("2", **bad), invoice("1", instalment=2, amount="7")],
        "allocations": [
            entry(),
            entry("q", invoice_id="2", recorded_at="2026-02-02T00:00:00Z"),
            entry("s", instalment=2, amount="7", kind="transfer", successor_id="2"),
        ],
        "disputes": [dispute(), dispute(invoice_id="2")],
    }
    repaired = repair(portfolio_of(tables))
    assert repaired.portfolio.tables["invoices"]["invoice_id"].tolist() == ["1", "1"]
    assert repaired.portfolio.tables["allocations"]["allocation_id"].tolist() == ["p"]
    assert repaired.portfolio.tables["disputes"]["invoice_id"].tolist() == ["1"]
    assert repaired.rows_set_aside == 4
    assert sorted(repaired.lines["table"]) == ["allocations", "allocations", "disputes", "invoices"]
    assert "the invoice that it refers to was set aside" in set(repaired.lines["reason"])


def test_a_figure_that_cannot_be_leaves_its_statement():
    repaired = repair(portfolio_of({"statements": [statement(revenue=-5.0)]}))
    (row,) = repaired.portfolio.tables["statements"].to_dict("records")
    assert pd.isna(row["revenue"])
    assert Fraction(row["total_assets"]) == 1000
    assert json.loads(repaired.lines["raw"][0])["revenue"] == "-5.0"


def test_a_mistyped_year_moves_neither_the_end_nor_the_start_of_the_books(tmp_path: Path):
    rows = [invoice(str(number), amount=str(number)) for number in range(1, 41)]
    strays = [
        invoice("x", issued_on="2199-01-05", due_on="2199-02-04", recorded_at=None),
        invoice("y", issued_on="1900-01-01", due_on="1900-02-04"),
    ]
    frames = {"invoices": pd.DataFrame([*rows, *strays])}
    portfolio = from_frames(frames, Seller("me", reporting_currency="EUR"))
    repaired = repair(portfolio)
    assert str(repaired.portfolio.observed_until) == "2026-01-05 12:00:00"
    assert str(repaired.portfolio.observed_from) == "2026-01-05 00:00:00"
    assert len(repaired.portfolio.tables["invoices"]) == 40


def test_where_nothing_is_left_the_repair_is_refused():
    with pytest.raises(Refused, match="no row is left"):
        repair(portfolio_of({"statements": [statement(months=40)]}))
