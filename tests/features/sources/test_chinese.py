"""金蝶 and 用友: due dates that lack, documents without a number, rows that are no documents."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from features.openings import latest, open_items
from features.sources.importing import Imported, import_files
from features.sources.mapping import load_mapping
from tests.features.sources.test_parts import same

SYSTEMS = pytest.mark.parametrize("system", ["kingdee", "yonyou"])
HEAD = "客户编码,客户名称,单据类型,单据编号,单据日期,到期日,币别,价税合计,未核销金额"
CLOSED = "应收单号,核销单据类型,收款单号,收款日期,核销日期,本次核销金额"
NO_TERMS = "no 到期日 and no terms that can be read: due on 单据日期, so days late count from there"
NO_NUMBER = "no 单据编号: the id is made of the row and its ordinal among equal ones"


def files(tmp_path: Path, rows: list[str], closed: list[str], head: str = HEAD) -> list[Path]:
    paths = [tmp_path / "应收单列表.csv", tmp_path / "核销明细.csv"]
    for path, lines in zip(paths, ([head, *rows], [CLOSED, *closed]), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="gb18030")
    return paths


def row(number: str, due: str, amount: str = "100.00", still: str | None = None, kind: str = "应收单") -> str:
    return f"C1,甲公司,{kind},{number},2025-01-10,{due},人民币,{amount},{amount if still is None else still}"


def load(tmp_path: Path, system: str, rows: list[str], closed: list[str], head: str = HEAD) -> Imported:
    return import_files(files(tmp_path, rows, closed, head), load_mapping(system))


PAID = "AR0,收款单,SK0,2025-02-01,2025-02-01,100.00"


@SYSTEMS
def test_a_due_date_that_lacks_is_the_day_of_the_document_and_counted(tmp_path, system):
    rows = [row("AR0", "2025-02-09", still="0"), row("AR1", ""), row("AR2", "-"), row("AR3", "", "-5.00")]
    imported = load(tmp_path, system, rows, [PAID])
    invoices = imported.portfolio.tables["invoices"]
    assert invoices["due_on"].dt.strftime("%m-%d").tolist() == ["02-09", "01-10", "01-10", "01-10"]
    # A credit memo is due when it is issued; nothing is assumed of it.
    assert imported.assumed == {NO_TERMS: 2}
    assert imported.reconciliation.status == "reconciled"


TERMS = [
    ("45", "", "02-24", "no 到期日: due 账期天数 after 单据日期"),
    ("30天", "月结60天", "02-09", "no 到期日: due 账期天数 after 单据日期"),
    ("", "月结３０天", "03-02", "no 到期日: due by 收款条件 月结, its days after the end of the month"),
    ("", "月结", "01-31", "no 到期日: due by 收款条件 月结, its days after the end of the month"),
    ("", "货到30天付款", "02-09", "no 到期日: due by 收款条件, its days after 单据日期"),
    ("", "现结", "01-10", "no 到期日: due by 收款条件, its days after 单据日期"),
    ("", "月结 次月10日", "01-10", NO_TERMS),
    ("另议", "", "01-10", NO_TERMS),
]


@SYSTEMS
def test_terms_give_the_due_date_that_lacks(tmp_path, system):
    head = f"{HEAD},账期(天),付款条件"
    rows = [row("AR0", "2025-02-20", still="0") + ",45,月结"]
    rows += [row(f"AR{n}", "") + f",{days},{words}" for n, (days, words, _, _) in enumerate(TERMS, start=1)]
    imported = load(tmp_path, system, rows, [PAID], head)
    due = imported.portfolio.tables["invoices"]["due_on"].dt.strftime("%m-%d").tolist()
    assert due == ["02-20", *(due for _, _, due, _ in TERMS)]
    assert imported.assumed == Counter(reason for *_, reason in TERMS)
    assert imported.rejects.rows == 0


@SYSTEMS
def test_a_due_date_that_cannot_be_read_refuses_its_row(tmp_path, system):
    rows = [row("AR0", "2025-02-09", still="0"), row("AR1", "下月")]
    imported = load(tmp_path, system, rows, [PAID])
    (reason,) = imported.rejects.reasons()
    assert reason["column"] == "due_on"
    assert (imported.assumed, imported.rejects.rows) == ({}, 1)


@SYSTEMS
def test_two_equal_bills_without_a_number_are_two_and_loading_again_changes_nothing(tmp_path, system):
    bill = row("", "2025-04-10", "700.00")
    rows = [row("AR0", "2025-02-09", still="0"), bill, bill, row("", "2025-04-10", "-50.00")]
    paths = files(tmp_path, rows, [PAID])
    once = import_files(paths, load_mapping(system))
    items = open_items(once.portfolio)
    assert sorted(items["open_minor"]) == [0, 5_000, 70_000, 70_000]
    assert items["invoice_id"].is_unique
    assert once.assumed == {NO_NUMBER: 3}
    assert (once.reconciliation.status, once.reconciliation.compared) == ("reconciled", 4)
    twice = import_files([*paths, *paths], load_mapping(system))
    ids = [set(latest(found.portfolio, "invoices")["invoice_id"]) for found in (once, twice)]
    assert ids[0] == ids[1]
    assert len(latest(twice.portfolio, "invoices")) == 4
    assert twice.portfolio.repeated == {"invoices": 4, "allocations": 1}
    # A later export has one more of the same.
    more = load(tmp_path, system, [*rows, bill], [PAID])
    assert set(more.portfolio.tables["invoices"]["invoice_id"]) > ids[0]


@SYSTEMS
def test_a_document_with_a_number_that_stands_twice_is_one(tmp_path, system):
    rows = [row("AR0", "2025-02-09", still="0"), *[row("AR1", "2025-02-09")] * 2]
    imported = load(tmp_path, system, rows, [PAID])
    assert len(imported.portfolio.tables["invoices"]) == 2
    assert imported.portfolio.repeated == {"invoices": 1}


@SYSTEMS
def test_two_equal_allocations_are_two(tmp_path, system):
    half = PAID.replace("100.00", "50.00")
    imported = load(tmp_path, system, [row("AR0", "2025-02-09", still="0")], [half, half])
    assert imported.portfolio.tables["allocations"]["amount_minor"].tolist() == [5_000, 5_000]
    assert imported.reconciliation.status == "reconciled"


@SYSTEMS
def test_sums_are_left_out_and_what_may_be_one_is_set_aside(tmp_path, system):
    rows = [
        row("AR0", "2025-02-09", still="0"),
        "甲公司小计,,,,,,,100.00,0.00".replace("甲公司小计", "小计"),
        ",,,,合计：,,,100.00,0.00",
        "C1,甲公司,本期合计,,2025-01-31,,,100.00,0.00",
        "C1,甲公司,,,2025-01-31,,人民币,100.00,0.00",
    ]
    closed = [PAID, ",,合计,,,100.00", ",收款单,SK9,2025-02-01,2025-02-01,100.00"]
    imported = load(tmp_path, system, rows, closed)
    assert imported.left_out == {"subtotals and footers": 4}
    reasons = {item["reason"] for item in imported.rejects.reasons()}
    assert "neither 单据编号 nor 单据类型: a document or a subtotal" in reasons
    assert (imported.rejects.rows, len(imported.portfolio.tables["allocations"])) == (2, 1)


@SYSTEMS
def test_a_file_cut_in_its_last_row_sets_that_row_aside(tmp_path, system):
    paths = files(tmp_path, [row("AR0", "2025-02-09", still="0"), row("AR1", "2025-02-09")], [PAID])
    paths[0].write_bytes(paths[0].read_bytes()[:-10])
    imported = import_files(paths, load_mapping(system))
    (reason,) = imported.rejects.reasons()
    assert (reason["reason"], reason["rows"]) == ("expected 9 fields as in the header; found 8", 1)


def test_parts_give_the_same_ids_and_counts(tmp_path):
    bill = row("", "2025-04-10", "700.00")
    rows = [row(f"AR{number}", "", still="0" if not number else None) for number in range(30)] + [bill, bill]
    paths = files(tmp_path, rows, [PAID])
    parts = same(paths, load_mapping("kingdee"), tmp_path, rows=5)
    assert parts.assumed == {NO_TERMS: 30, NO_NUMBER: 2}
    assert parts.reconciliation.compared == 32
