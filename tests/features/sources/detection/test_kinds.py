"""Rows that are no invoices are called what they are, and rows among invoices that differ are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import InputError
from features.sources.detect import Proposal, propose
from features.sources.importing import Imported, import_files
from features.sources.mapping import Mapping, parse_mapping

HEAD = "Invoice No,Customer,Invoice Date,Due Date,Amount,Currency"
ROWS = "1001,A,2026-01-05,2026-02-04,10.50,EUR\n1002,B,2026-01-06,2026-02-05,11.50,EUR\n"


def of(tmp_path: Path, text: str, name: str = "export.csv") -> tuple[Proposal, Imported]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    proposal = propose(tmp_path / name)
    mapping = parse_mapping(proposal.toml())
    paths = [tmp_path / name]
    if mapping.table[0].name == "allocations" and "invoice_id" in mapping.table[0].columns:
        # Payments need the invoices that they name.
        (tmp_path / "invoices.csv").write_text(f"{HEAD}\n{ROWS}", encoding="utf-8")
        mapping = _together(proposal, propose(tmp_path / "invoices.csv"), name)
        paths.append(tmp_path / "invoices.csv")
    return proposal, import_files(paths, mapping)


def _together(payments: Proposal, invoices: Proposal, name: str) -> Mapping:
    """The two proposals as one mapping, as a user puts them together."""
    first, second = payments.toml(), invoices.toml()
    first = first.replace("\n[source]\n", f'\n[[source]]\nname = "payments"\nfiles = "{name}"\n')
    first = first.replace("\n[[table]]\n", '\n[[table]]\nsource = "payments"\n')
    second = second[second.index("\n[source]\n") :].replace("[source]", '[[source]]\nname = "invoices"', 1)
    return parse_mapping(first + second.replace("\n[[table]]\n", '\n[[table]]\nsource = "invoices"\n'))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "Payment ID,Invoice No,Customer,Payment Date,Amount\nP1,1001,A,2026-02-01,10.50\n",
            "'Payment Date' is their only date",
        ),
        (
            "Zahlungsnummer;Rechnungsnummer;Zahlungsdatum;Zahlbetrag\n1;1001;13.02.2026;10,50\n",
            "'Zahlungsdatum' is their only date",
        ),
        (
            "Receipt No,Invoice,Date,Applied amount\nR1,1001,2026-02-01,10.50\n",
            "'Receipt No' numbers payments, and nothing is due",
        ),
    ],
)
def test_payments_become_allocations_of_their_invoices(tmp_path, text, why):
    proposal, imported = of(tmp_path, text)
    assert proposal.table == "allocations"
    assert proposal.warnings[0].startswith(f"these look like payments, not invoices ({why}): import")
    assert imported.portfolio.tables["allocations"]["amount_minor"].tolist() == [1050]
    assert imported.portfolio.tables["allocations"]["invoice_id"].tolist() == ["1001"]
    assert imported.row_counts == {"invoices": 2, "allocations": 1}


def test_payments_that_name_no_invoice_are_money_of_the_buyer(tmp_path):
    text = "Document No,Customer,Date,Amount,Currency\nP1,A,2026-02-01,10.50,EUR\n"
    proposal, imported = of(tmp_path, text, "payments.csv")
    assert any("no column names the invoice" in text for text in proposal.warnings)
    allocations = imported.portfolio.tables["allocations"]
    assert allocations[["buyer_id", "receipt_id"]].to_numpy().tolist() == [["A", "P1"]]
    # The same rows under another name are taken for invoices: nothing in them says otherwise.
    assert of(tmp_path, text, "ledger.csv")[0].table == "invoices"


def test_statements_become_statements(tmp_path):
    text = "Company,Fiscal year,Total assets,Revenue,Net income,Currency\nA,2023,100,200,-5,EUR\n"
    proposal, imported = of(tmp_path, text)
    assert proposal.table == "statements"
    assert "lines of accounts" in proposal.warnings[0]
    row = imported.portfolio.tables["statements"].iloc[0]
    assert (row["total_assets"], row["net_income"], str(row["period_end"].date())) == (100, -5, "2023-12-31")
    dated = text.replace("Fiscal year", "Stichtag").replace("2023", "30.06.2023")
    period = of(tmp_path, dated)[1].portfolio.tables["statements"]["period_end"]
    assert period.dt.strftime("%Y-%m-%d").tolist() == ["2023-06-30"]


def test_a_list_of_buyers_becomes_buyers(tmp_path):
    text = "Customer,Customer name,Country\n1,Acme,DE\n2,Bolt,FR\n"
    # given names without any date: nobody knows from when on the books are complete
    with pytest.raises(InputError, match="or set observed_from"):
        of(tmp_path, text)
    proposal = propose(tmp_path / "export.csv")
    assert proposal.table == "buyers"
    # when that is said
    mapping = parse_mapping(proposal.toml())
    stated = mapping.model_copy(update={"observed_from": "2026-01-01"})
    imported = import_files([tmp_path / "export.csv"], stated)
    assert imported.portfolio.tables["buyers"]["name"].tolist() == ["Acme", "Bolt"]


def test_what_no_table_takes_is_told(tmp_path):
    (tmp_path / "ageing.csv").write_text("Customer,Name,Total,0-30,31-60,>90\n1,A,10,1,2,3\n")
    assert any("ageing report" in text for text in propose(tmp_path / "ageing.csv").warnings)
    (tmp_path / "ap.csv").write_text(f"{HEAD.replace('Customer', 'Vendor')}\n{ROWS}")
    assert any("names suppliers" in text for text in propose(tmp_path / "ap.csv").warnings)


def test_negative_and_zero_amounts_are_counted_and_taken(tmp_path):
    text = f"{HEAD}\n{ROWS}1003,B,2026-01-07,2026-02-05,-3.00,EUR\n"
    text += "1004,B,2026-01-07,2026-02-05,0.00,EUR\n"
    proposal, imported = of(tmp_path, text)
    assert any(
        text.startswith("1 row with an amount below 0: proposed as credit") for text in proposal.warnings
    )
    assert "1 row with an amount of 0: no table takes them" in proposal.warnings
    assert imported.portfolio.tables["invoices"]["kind"].tolist() == ["invoice", "invoice", "credit_memo"]
    assert imported.untaken == {"export.csv": 1}


def test_amounts_of_another_sign_and_none_at_all_are_told(tmp_path):
    proposal, imported = of(tmp_path, f"{HEAD}\n{ROWS.replace('.50', '')}3,A,2026-01-07,,,EUR\n")
    assert "1 row without an amount: no table takes them" in proposal.warnings
    assert imported.untaken == {"export.csv": 1}
    reverse, _ = of(tmp_path, f"{HEAD}\n{ROWS.replace(',1', ',-1')}")
    assert any(text.startswith("most amounts are below 0") for text in reverse.warnings)


def test_words_of_a_second_kind_are_told_apart(tmp_path):
    text = f"{HEAD},Type\n1,A,2026-01-05,2026-02-04,10,EUR,Invoice\n2,A,2026-01-06,,3,EUR,Credit note\n"
    text += (
        "3,A,2026-01-07,,-7,EUR,Payment\n4,A,2026-01-07,,-1,EUR,Invoice\n5,A,2026-01-08,,9,EUR,Anzahlung\n"
    )
    proposal, imported = of(tmp_path, text)
    invoices = imported.portfolio.tables["invoices"].set_index("invoice_id")["kind"].to_dict()
    assert invoices == {"1": "invoice", "2": "credit_memo", "4": "credit_memo", "5": "prepayment"}
    assert any(text.startswith("1 row whose 'Type' says Payment: no table") for text in proposal.warnings)
    assert imported.untaken == {"export.csv": 1}


def test_credit_memos_that_were_cleared_reconcile(tmp_path):
    text = (
        "No;Kunde;Datum;Fällig;Betrag;Bezahlt am;Offen\n1;A;05.01.2026;04.02.2026;1.234,50;28.01.2026;0,00\n"
    )
    text += "2;B;16.01.2026;30.01.2026;99,00;;99,00\n3;B;16.01.2026;;-9,00;;-9,00\n"
    text += "4;B;16.01.2026;;-8,00;17.01.2026;0,00\n"
    _, imported = of(tmp_path, text)
    assert imported.reconciliation.status == "reconciled"
    assert imported.reconciliation.compared == 4


@pytest.mark.parametrize("footer", ["Total,,,,22.00,", ",Grand Total:,,,22.00,", "合计,,,,22.00,"])
def test_rows_of_sums_are_left_out_and_counted(tmp_path, footer):
    text = f"{HEAD}\n{ROWS.replace(',A,', ',Total Energies,')}{footer}\n"
    proposal, imported = of(tmp_path, text)
    assert "1 row of sums or footers: left out by [[source.skip]]" in proposal.warnings
    assert imported.left_out == {"subtotals and footers": 1}
    assert imported.portfolio.tables["invoices"]["amount_minor"].tolist() == [1050, 1150]
