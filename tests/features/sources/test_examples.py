"""The shipped examples, each with the rows that a person read off the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.openings import latest
from features.sources.importing import Imported, import_files
from features.sources.mapping import load_mapping

EXAMPLES = Path(__file__).parents[3] / "examples"


def load(name: str) -> Imported:
    return import_files(sorted((EXAMPLES / name).iterdir()), load_mapping(name))


def invoices(imported: Imported) -> set[tuple[str, ...]]:
    rows = latest(imported.portfolio, "invoices")
    return {
        (
            r.invoice_id,
            r.buyer_id,
            f"{r.issued_on:%m-%d}",
            f"{r.due_on:%m-%d}",
            r.amount_minor,
            r.currency,
            r.kind,
        )
        for r in rows.itertuples()
    }


def settlements(imported: Imported) -> set[tuple[str, ...]]:
    rows = latest(imported.portfolio, "allocations")
    return {
        (r.invoice_id, f"{r.settled_on:%m-%d}", f"{r.recorded_at:%m-%d}", r.amount_minor, r.kind)
        for r in rows.itertuples()
    }


A, B = "0000100234", "0000100777"
SAP_INVOICES = {
    ("1000-1800000001-2025", A, "03-03", "04-02", 123450, "EUR", "invoice"),
    ("1000-1800000002-2025", A, "01-07", "02-06", 250000, "EUR", "invoice"),
    ("1000-1800000003-2025", B, "02-10", "02-24", 99999, "EUR", "invoice"),
    ("1000-1800000004-2025", B, "01-20", "02-19", 480000, "EUR", "invoice"),
    # What the payment left of 1800000004: posted on 28 February, due since 19 February.
    ("1000-1400000004-2025/002", B, "02-28", "02-28", 20000, "EUR", "invoice"),
    ("1000-1800000005-2025", A, "01-15", "03-16", 75010, "EUR", "invoice"),
    ("1000-1700000005-2025", A, "03-10", "03-16", 5010, "EUR", "credit_memo"),
    ("1000-1800000006-2025", B, "02-03", "03-05", 5000, "EUR", "invoice"),
}
SAP_SETTLEMENTS = {
    ("1000-1800000002-2025", "02-14", "02-14", 250000, "payment"),
    ("1000-1800000003-2025", "03-05", "03-05", 40000, "payment"),
    ("1000-1800000004-2025", "02-28", "02-28", 460000, "payment"),
    ("1000-1800000004-2025", "02-28", "02-28", 20000, "transfer"),
    ("1000-1800000005-2025", "03-10", "03-10", 5010, "credit_note"),
    ("1000-1800000005-2025", "03-10", "03-10", 70000, "payment"),
    ("1000-1700000005-2025", "03-10", "03-10", 5010, "credit_note"),
    # Paid on account on 24 February, cleared on 1 March.
    ("1000-1800000006-2025", "02-24", "03-01", 5000, "payment"),
}


@pytest.mark.parametrize(
    ("name", "left_out"), [("sap_fbl5n", {"subtotals": 3}), ("sap_tables", {"noted items": 1})]
)
def test_sap(name, left_out):
    imported = load(name)
    assert invoices(imported) == SAP_INVOICES
    assert settlements(imported) == SAP_SETTLEMENTS
    stated = imported.portfolio.tables["balances"]
    assert dict(zip(stated["buyer_id"], stated["amount_minor"], strict=True)) == {A: 123450, B: 79999}
    assert imported.portfolio.tables["buyers"]["buyer_id"].tolist() == [A, B]
    assert imported.reconciliation.status == "reconciled"
    assert imported.left_out == left_out
    assert imported.rejects.rows == 0


def test_sap_money_on_account_is_known_until_its_clearing():
    rows = load("sap_fbl5n").portfolio.tables["allocations"]
    on_account = rows[rows["invoice_id"].isna()].sort_values("recorded_at")
    assert on_account["recorded_at"].dt.strftime("%m-%d").tolist() == ["02-24", "03-01"]
    assert on_account["withdrawn"].tolist() == [False, True]
    assert on_account[["buyer_id", "amount_minor"]].values.tolist() == [[B, 5000]] * 2


def test_sap_residual_names_its_successor():
    rows = load("sap_tables").portfolio.tables["allocations"]
    moved = rows[rows["kind"] == "transfer"]
    assert moved["successor_id"].tolist() == ["1000-1400000004-2025/002"]


def test_odoo():
    imported = load("odoo")
    assert invoices(imported) == {
        ("INV/2025/00001", "100234", "03-03", "04-02", 123450, "EUR", "invoice"),
        ("INV/2025/00002", "100234", "01-07", "02-06", 250000, "EUR", "invoice"),
        ("INV/2025/00003", "100777", "02-10", "02-24", 99999, "EUR", "invoice"),
        ("INV/2025/00005", "100234", "01-15", "03-16", 75010, "EUR", "invoice"),
        ("RINV/2025/00005", "100234", "03-10", "03-16", 5010, "EUR", "credit_memo"),
        ("INV/2025/00006", "100777", "02-03", "03-05", 5000, "EUR", "invoice"),
    }
    assert settlements(imported) == {
        ("INV/2025/00002", "02-14", "02-14", 250000, "payment"),
        ("INV/2025/00003", "03-05", "03-05", 40000, "payment"),
        ("INV/2025/00005", "03-10", "03-10", 70000, "payment"),
        ("INV/2025/00005", "03-10", "03-10", 5010, "credit_note"),
        ("RINV/2025/00005", "03-10", "03-10", 5010, "credit_note"),
        ("INV/2025/00006", "02-24", "03-01", 5000, "payment"),
    }
    assert (imported.reconciliation.status, imported.reconciliation.compared) == ("reconciled", 6)


@pytest.mark.parametrize("name", ["kingdee", "yonyou"])
def test_kingdee_and_yonyou(name):
    imported = load(name)
    assert invoices(imported) == {
        ("AR000001", "C100234", "03-03", "04-02", 123450, "CNY", "invoice"),
        ("AR000002", "C100234", "01-07", "02-06", 250000, "CNY", "invoice"),
        ("AR000003", "C100777", "02-10", "02-24", 99999, "CNY", "invoice"),
        ("AR000005", "C100234", "01-15", "03-16", 75010, "CNY", "invoice"),
        ("RED00005", "C100234", "03-10", "03-10", 5010, "CNY", "credit_memo"),
    }
    assert settlements(imported) == {
        ("AR000002", "02-14", "02-14", 250000, "payment"),
        ("AR000003", "03-05", "03-05", 40000, "payment"),
        ("AR000005", "03-10", "03-10", 70000, "payment"),
        ("AR000005", "03-10", "03-10", 5010, "credit_note"),
        ("RED00005", "03-10", "03-10", 5010, "credit_note"),
    }
    names = imported.portfolio.tables["buyers"]["name"].tolist()
    assert names == ["客户100234有限公司", "客户100777有限公司"]
    assert (imported.reconciliation.status, imported.reconciliation.compared) == ("reconciled", 5)


def test_highradius():
    imported = load("highradius")
    assert invoices(imported) == {
        ("U001-1930000001-2025", "0200100234", "03-03", "04-02", 123450, "USD", "invoice"),
        ("U001-1930000002-2025", "0200100234", "01-07", "02-06", 250000, "USD", "invoice"),
        ("U001-1930000006-2025", "0200100777", "02-03", "03-05", 5000, "USD", "invoice"),
    }
    assert settlements(imported) == {("U001-1930000002-2025", "02-14", "02-14", 250000, "payment")}
    assert imported.portfolio.repeated == {"invoices": 1, "allocations": 1}
    # One buyer under two spellings of its name is one buyer.
    assert imported.portfolio.tables["buyers"]["buyer_id"].tolist() == ["0200100234", "0200100777"]
    assert imported.reconciliation.status == "reconciled"
