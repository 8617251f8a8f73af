from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from features.errors import InputError
from features.openings import latest, open_items, totals
from features.sources.importing import Imported, import_files
from features.sources.mapping import load_mapping
from tests.features.sources import ledgers as make

DAY = date(2025, 1, 10)
SALE = make.Sale(1, 7, DAY, 30, 100_000, "open", DAY + timedelta(days=40), 1)


def line(document: str, kind: str, side: str, cents: int, day: date = DAY, **more: Any) -> dict[str, Any]:
    return make._line(SALE, document, kind, side, cents, day) | more


def load(tmp_path: Path, *lines: dict[str, Any], content: bytes | None = None) -> Imported:
    """Import lines as BSID and BSAD hold them, or one file."""
    tables = {"bsid.txt": [], "bsad.txt": []}
    for row in lines:
        tables["bsad.txt" if row["AUGBL"] else "bsid.txt"].append(row)
    files = {name: make.sap_table(rows) for name, rows in tables.items() if rows}
    return load_files(tmp_path, "sap_tables", {"bseg.txt": content} if content else files)


def load_files(tmp_path: Path, mapping: str, files: dict[str, bytes]) -> Imported:
    for name, text in files.items():
        (tmp_path / name).write_bytes(text)
    return import_files([tmp_path / name for name in files], load_mapping(mapping))


@pytest.mark.parametrize(
    ("terms", "days"), [((14, 30, 60), 60), ((14, 30, 0), 30), ((30, 0, 0), 30), ((0, 0, 0), 0)]
)
def test_the_last_of_the_three_terms_is_net(tmp_path, terms, days):
    names = dict(zip(("ZBD1T", "ZBD2T", "ZBD3T"), terms, strict=True))
    imported = load(tmp_path, line("1800000001", "RV", "S", 100, **names))
    assert imported.portfolio.tables["invoices"]["due_on"].dt.date.tolist() == [DAY + timedelta(days=days)]


def test_a_credit_memo_without_reference_is_due_at_its_baseline(tmp_path):
    imported = load(tmp_path, line("1700000001", "DG", "H", 100, ZBD1T=30))
    (row,) = imported.portfolio.tables["invoices"].itertuples()
    assert (row.kind, row.due_on.date()) == ("credit_memo", DAY)


def test_a_bill_takes_the_place_of_the_invoice(tmp_path):
    paid = DAY + timedelta(days=20)
    cleared = {"AUGDT": paid, "AUGBL": "1400000001"}
    imported = load(
        tmp_path,
        line("1800000001", "RV", "S", 100_000, ZBD1T=30, **cleared),
        line("1400000001", "DZ", "H", 100_000, paid, **cleared),
        line("1400000001", "DZ", "S", 100_000, paid, BUZEI="002", UMSKZ="W", ZBD1T=90),
    )
    tables = imported.portfolio.tables
    assert sorted(tables["invoices"]["kind"]) == ["bill", "invoice"]
    (moved,) = tables["allocations"].itertuples()
    assert (moved.kind, moved.amount_minor, moved.successor_id) == (
        "bill",
        100_000,
        "1000-1400000001-2025/002",
    )
    assert open_items(imported.portfolio).set_index("invoice_id")["open_minor"].to_dict() == {
        "1000-1800000001-2025": 0,
        "1000-1400000001-2025/002": 100_000,
    }
    assert imported.reconciliation.status == "reconciled"


def test_a_down_payment_is_a_prepayment_and_other_money_stays_on_account(tmp_path):
    imported = load(
        tmp_path,
        line("1800000001", "RV", "S", 100_000),
        line("1400000001", "DZ", "H", 30_000, UMSKZ="A"),
        line("1400000002", "DZ", "H", 20_000),
        line("1400000003", "DZ", "S", 5_000),
    )
    tables = imported.portfolio.tables
    assert sorted(tables["invoices"]["kind"]) == ["invoice", "prepayment"]
    assert sorted(tables["allocations"]["amount_minor"]) == [-5_000, 20_000]
    # 1,000 less 300 less 200 plus 50 paid back.
    assert totals(imported.portfolio)["open", "EUR"] == 55_000


def test_a_payment_of_several_invoices_pays_what_is_due_first(tmp_path):
    paid = DAY + timedelta(days=50)
    cleared = {"AUGDT": paid, "AUGBL": "1400000009"}
    rest = {"BUZEI": "002", "REBZG": "1800000002", "REBZJ": "2025", "REBZZ": "001"}
    imported = load(
        tmp_path,
        line("1800000002", "RV", "S", 50_000, ZBD1T=60, **cleared),
        line("1800000001", "RV", "S", 40_000, ZBD1T=30, **cleared),
        line("1400000009", "DZ", "H", 90_000, paid, **cleared),
        line("1400000009", "DZ", "S", 15_000, paid, **rest),
    )
    rows = latest(imported.portfolio, "allocations")
    assert {(r.invoice_id[5:15], r.amount_minor, r.kind) for r in rows.itertuples()} == {
        ("1800000001", 40_000, "payment"),
        ("1800000002", 35_000, "payment"),
        ("1800000002", 15_000, "transfer"),
    }
    assert imported.reconciliation.status == "reconciled"


def test_what_no_other_line_explains_was_paid_on_the_day_of_the_clearing(tmp_path):
    paid = DAY + timedelta(days=50)
    lines = line("1800000001", "RV", "S", 40_000, AUGDT=paid, AUGBL="1400000009")
    (row,) = load(tmp_path, lines).portfolio.tables["allocations"].itertuples()
    assert (row.kind, row.amount_minor, row.settled_on.date()) == ("payment", 40_000, paid)


def test_a_line_that_is_open_in_one_file_and_cleared_in_another_is_cleared(tmp_path):
    paid = DAY + timedelta(days=50)
    lines = [
        line("1800000001", "RV", "S", 40_000),
        line("1800000001", "RV", "S", 40_000, AUGDT=paid, AUGBL="1400000009"),
    ]
    imported = load(tmp_path, *lines)
    assert open_items(imported.portfolio)["open_minor"].tolist() == [0]
    assert imported.left_out == {"lines given before": 1}


def test_unreadable_lines_are_set_aside_with_their_reason(tmp_path):
    lines = [line(f"18{n:08d}", "RV", "S", 100) for n in range(1, 31)]
    content = make.sap_table(lines).decode("utf-16").replace("10.01.2025", "32.01.2025", 1)
    imported = load(tmp_path, content=content.encode("utf-16"))
    (item,) = imported.rejects.reasons()
    assert item["reason"] == "BLDAT: expected a date like %d.%m.%Y; found something else"
    assert (imported.rejects.rows, imported.rows_read) == (1, 30)
    assert imported.rejects.frame()["row"].tolist() == [5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no list at all\nof anything\n", "a line that names columns"),
        ("KUNNR\tBELNR\tBLDAT\tWAERS\n1\t2\t10.01.2025\tEUR\n", "WRBTR"),
        ("KUNNR\tBELNR\tWRBTR\tWAERS\n1\t2\t3,00\tEUR\n", "BLDAT or BUDAT"),
        ("KUNNR\tBELNR\tWRBTR\tWAERS\n", "rows below a header"),
    ],
)
def test_other_files_are_refused(tmp_path, text, expected):
    with pytest.raises(InputError, match=expected):
        load(tmp_path, content=text.encode())
