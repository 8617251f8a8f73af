from __future__ import annotations

import json
from pathlib import Path

import pytest

from features.errors import InputError
from features.sources.detect import Proposal, propose
from features.sources.importing import import_files
from features.sources.mapping import parse_mapping

GERMAN = """Beleg;Kunde;Datum;Fällig;Betrag;Bezahlt am;Offen
1001;4711;05.01.2026;04.02.2026;1.234,50;28.01.2026;0,00
1002;4712;16.01.2026;30.01.2026;99,00;;99,00
"""
CHINESE = """应收单列表
单据编号,客户编码,客户名称,单据日期,到期日,原币金额,币种,未核销金额
AR1,C1,甲公司,2026-01-05,2026-02-04,"1,000.00",CNY,"1,000.00"
AR2,C2,乙公司,2026-01-06,2026-02-05,"2,000.50",CNY,"2,000.50"
"""
AMBIGUOUS = """invoiceNumber,customerID,InvoiceDate,DueDate,InvoiceAmount
1,A,01/02/2024,02/03/2024,10.50
2,B,03/02/2024,04/03/2024,11.50
"""


def of(tmp_path: Path, text: str, encoding: str = "utf-8") -> Proposal:
    (tmp_path / "export.csv").write_bytes(text.encode(encoding))
    return propose(tmp_path / "export.csv")


def columns(proposal: Proposal) -> dict[str, str]:
    return {role: guess.column for role, guess in proposal.guesses.items()}


@pytest.mark.parametrize(
    ("text", "encoding"), [(GERMAN, "cp1252"), (GERMAN, "utf-16"), (CHINESE, "gbk"), (CHINESE, "utf-8-sig")]
)
def test_what_is_proposed_imports_and_reconciles(tmp_path, text, encoding):
    proposal = of(tmp_path, text, encoding)
    imported = import_files([tmp_path / "export.csv"], parse_mapping(proposal.toml()))
    assert imported.rejects.rows == 0
    assert imported.reconciliation.status == "reconciled"
    expected = [123450, 9900] if text is GERMAN else [100000, 200050]
    assert imported.portfolio.tables["invoices"]["amount_minor"].tolist() == expected
    assert proposal.warnings == []
    assert proposal.lacking == []


def test_columns_are_told_by_their_role(tmp_path):
    assert columns(of(tmp_path, GERMAN)) == {
        "invoice_id": "Beleg",
        "buyer_id": "Kunde",
        "issued_on": "Datum",
        "due_on": "Fällig",
        "settled_on": "Bezahlt am",
        "amount": "Betrag",
        "open_amount": "Offen",
    }


def test_each_figure_has_its_reasons(tmp_path):
    told = of(tmp_path, GERMAN).to_dict()
    json.dumps(told, allow_nan=False)
    issued = next(column for column in told["columns"] if column["role"] == "issued_on")
    assert issued["confidence"] == 1.0
    assert issued["reasons"] == [
        "header is a known name",
        "100% of its values are dates",
        "on or before due_on in 100% of the rows",
        "on or before settled_on in 100% of the rows",
    ]
    assert "100% sure: header is a known name" in told["mapping"]


def test_ambiguous_dates_are_named_and_less_sure(tmp_path):
    proposal = of(tmp_path, AMBIGUOUS)
    assert proposal.warnings[0] == (
        "dates of 'InvoiceDate' are ambiguous: 01/02/2024 reads as %d/%m/%Y or %m/%d/%Y; set date_formats"
    )
    assert proposal.guesses["issued_on"].confidence == pytest.approx(0.5)
    assert "# WARNING: dates of 'InvoiceDate' are ambiguous" in proposal.toml()
    # One day beyond the twelfth settles it.
    assert of(tmp_path, AMBIGUOUS.replace("01/02", "21/02").replace("02/03", "22/03")).warnings == []


def test_dates_out_of_order_are_named(tmp_path):
    swapped = GERMAN.replace("Datum", "X").replace("Fällig", "Datum").replace("X", "Fällig")
    assert any("check both" in text for text in of(tmp_path, swapped).warnings)


def test_what_lacks_is_named_and_stood_in_for(tmp_path):
    proposal = of(tmp_path, "Beleg;Datum;Betrag\n1;05.01.2026;7,50\n2;16.01.2026;8,50\n")
    assert proposal.lacking == ["buyer_id", "due_on"]
    assert "# LACKING: buyer_id" in proposal.toml()
    assert parse_mapping(proposal.toml()).table[0].columns["due_on"].plus_days == 30


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00\xff", b"a,b\nx,y\n"])
def test_what_is_no_ledger_is_refused(tmp_path, content):
    (tmp_path / "export.csv").write_bytes(content)
    with pytest.raises(InputError):
        propose(tmp_path / "export.csv")
