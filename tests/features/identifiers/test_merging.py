"""Mergers that a person decided: what is refused, what moves, what is counted."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from features.errors import InputError
from features.files import read, write
from features.identifiers.merging import decided, merge_buyers
from features.openings import totals
from features.portfolio import Portfolio, Seller, from_frames

MERGE, APART = "merge", "apart"


def table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["buyer_id", "into", "decision"], dtype="str")


def ledger() -> Portfolio:
    invoices = {
        "invoice_id": ["1", "2", "3"],
        "buyer_id": ["甲", "b", "c"],
        "issued_on": "2024-01-05",
        "due_on": "2024-02-05",
        "amount": ["10", "20", "30"],
        "currency": "EUR",
    }
    money = {
        "buyer_id": ["b"],
        "currency": "EUR",
        "settled_on": "2024-02-01",
        "amount": "5",
        "kind": "payment",
    }
    balances = {
        "buyer_id": ["甲", "b", "b", "c"],
        "on_date": ["2024-01-31", "2024-01-31", "2024-02-29", "2024-01-31"],
        "currency": "EUR",
        "amount": ["10", "20", "15", "30"],
    }
    statements = {
        "buyer_id": ["甲", "b"],
        "period_end": "2023-12-31",
        "currency": "EUR",
        "revenue": [1.0, 2.0],
    }
    buyers = {"buyer_id": ["甲", "b", "c"], "name": ["x", "y", "z"], "group_id": [None, None, "b"]}
    frames = {
        "buyers": pd.DataFrame(buyers),
        "invoices": pd.DataFrame(invoices),
        "allocations": pd.DataFrame(money),
        "statements": pd.DataFrame(statements),
        "balances": pd.DataFrame(balances),
    }
    return from_frames(frames, Seller("me"), sources={"export.csv": "00"})


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("a", "b", MERGE), ("b", "c", MERGE)], "goes in another row"),
        ([("a", "b", MERGE), ("b", "a", MERGE)], "circle"),
        ([("a", "b", MERGE), ("b", "c", MERGE), ("c", "a", MERGE)], "circle"),
        ([("a", "a", MERGE)], "circle"),
        ([("a", "z", MERGE)], "an id that it does not have"),
        ([("z", "a", APART)], "an id that it does not have"),
        ([("a", "b", MERGE), ("a", "b", APART)], "merge and apart"),
        ([("a", "b", MERGE), ("b", "a", APART)], "merge and apart"),
        ([("a", "b", MERGE), ("a", "c", MERGE)], "found two"),
        ([("a", "b", "perhaps")], "another word"),
    ],
)
def test_decisions_that_cannot_be_carried_out_are_refused(rows: list[tuple[str, str, str]], found: str):
    with pytest.raises(InputError) as caught:
        decided(table(*rows), "abc")
    assert found in str(caught.value)
    assert "expected" in str(caught.value)


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(InputError, match="columns buyer_id, into and decision"):
        decided(pd.DataFrame({"buyer_id": ["a"]}), "a")


def test_only_decided_mergers_count_and_repeating_one_changes_nothing():
    rows = table(("a", "b", " Merge "), ("a", "b", MERGE), ("c", "b", ""), ("d", "b", APART))
    assert decided(rows, "abcd") == {"a": "b"}


def test_facts_move_to_the_buyer_that_stays_and_the_ledger_keeps_its_sums(tmp_path):
    before = ledger()
    merged = merge_buyers(before, {"b": "甲"}, {"merge table pairs.csv": "ff"})
    after = merged.portfolio
    assert after.buyer_ids() == ["c", "甲"]
    assert totals(after) == totals(before)
    assert merged.moved == {"buyers": 2, "invoices": 1, "allocations": 1, "statements": 1, "balances": 2}
    assert merged.left == {"buyers": 1, "statements": 1, "balances": 1}
    assert after.tables["statements"]["revenue"].tolist() == [1.0]
    assert after.tables["buyers"].set_index("buyer_id")["group_id"]["c"] == "甲"
    stated = after.tables["balances"].set_index("buyer_id")["amount_minor"]
    assert stated.to_dict() == {"甲": 3000, "c": 3000}
    assert dict(after.sources) == {"export.csv": "00", "merge table pairs.csv": "ff"}
    write(after, tmp_path / "p", "csv")
    assert dict(read(tmp_path / "p").sources) == dict(after.sources)


def test_master_data_moves_where_the_buyer_that_stays_has_none():
    before = ledger()
    kept = before.tables["buyers"]
    tables = {**before.tables, "buyers": kept[kept["buyer_id"] == "b"].reset_index(drop=True)}
    merged = merge_buyers(replace(before, tables=tables), {"b": "甲"}, {})
    assert merged.portfolio.tables["buyers"][["buyer_id", "name"]].to_numpy().tolist() == [["甲", "y"]]
    assert "buyers" not in merged.left


def test_three_buyers_become_one():
    merged = merge_buyers(ledger(), {"b": "甲", "c": "甲"}, {})
    stated = merged.portfolio.tables["balances"]
    assert stated[["buyer_id", "amount_minor"]].to_numpy().tolist() == [["甲", 6000]]
    assert merged.left["balances"] == 1
