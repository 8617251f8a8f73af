"""The shipped mappings on small files in the layout of their export, made up here."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.portfolio import Portfolio
from features.sources.importing import import_files
from features.sources.mapping import load_mapping

IBM = """\
countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,PaperlessBill,DaysToSettle,DaysLate
391,0187-ERLSR,6/3/2013,611365,1/2/2013,2/1/2013,55.94,No,1/15/2013,Paper,13,0
391,0187-ERLSR,6/3/2013,611366,7/2/2013,8/1/2013,"1,061.74",Yes,9/3/2013,Electronic,63,33
406,0379-NEVHP,12/1/2012,611367,1/26/2013,2/25/2013,65.88,No,,Electronic,,
"""

CASSANDRA = """\
Description,Vendor_Name,Created,Invoice_Date,Due_Date,Amount,Settled,Outstanding,Number_of_Days_until_Payment
Paper,Ann Example,02-03-2015 10:15,01-Mar-15,31-Mar-15,10.00,10.00,0.0,30
Paper,Ann Example,02-03-2015 10:15,01-Mar-15,31-Mar-15,10.00,0.0,10.0,
Ink,Bob Example,20-03-2015 09:00,25-Mar-15,24-Apr-15,99.9,99.9,0.0,-3
"""


def imported(tmp_path: Path, name: str, text: str) -> Portfolio:
    (tmp_path / "export.csv").write_text(text, encoding="utf-8")
    return import_files([tmp_path / "export.csv"], load_mapping(name)).portfolio


def day(frame: pd.DataFrame, column: str) -> list[str]:
    return frame[column].dt.strftime("%Y-%m-%d").fillna("").tolist()


def test_ibm_rows_become_invoices_payments_and_disputes(tmp_path):
    portfolio = imported(tmp_path, "ibm_accounts_receivable", IBM)
    invoices, payments, disputes = (
        portfolio.tables[name] for name in ("invoices", "allocations", "disputes")
    )
    assert invoices["amount_minor"].tolist() == [5594, 106174, 6588]
    assert day(invoices, "due_on") == ["2013-02-01", "2013-08-01", "2013-02-25"]
    assert payments["invoice_id"].tolist() == ["611365", "611366"]
    # Nobody says when the dispute was raised: it may be used from the day on which it was surely known.
    assert disputes["invoice_id"].tolist() == ["611366"]
    assert day(disputes, "raised_on") == day(disputes, "recorded_at") == ["2013-09-03"]


def test_ibm_attributes_carry_their_own_dates(tmp_path):
    attributes = imported(tmp_path, "ibm_accounts_receivable", IBM).tables["attributes"]
    rows = sorted(
        attributes[["buyer_id", "name", "value"]]
        .assign(day=day(attributes, "recorded_at"))
        .itertuples(index=False, name=None)
    )
    assert rows == [
        ("0187-ERLSR", "country_code", "391", "2013-01-02"),
        ("0187-ERLSR", "paperless_bill", "electronic", "2013-06-03"),
        ("0187-ERLSR", "paperless_bill", "paper", "2013-01-02"),
        ("0379-NEVHP", "country_code", "406", "2013-01-26"),
        ("0379-NEVHP", "paperless_bill", "electronic", "2012-12-01"),
    ]


def test_cassandra_refuses_negative_durations_and_tells_equal_rows_apart(tmp_path):
    (tmp_path / "export.csv").write_text(CASSANDRA, encoding="utf-8")
    result = import_files([tmp_path / "export.csv"], load_mapping("cassandra_ap_invoices"))
    assert [item["reason"] for item in result.rejects.reasons()] == ["negative number of days until payment"]
    invoices, payments = result.portfolio.tables["invoices"], result.portfolio.tables["allocations"]
    assert invoices["invoice_id"].nunique() == 2
    assert payments["invoice_id"].tolist() == invoices["invoice_id"].tolist()[:1]
    assert day(payments, "settled_on") == ["2015-03-31"]
    assert str(invoices["recorded_at"][0]) == "2015-03-02 10:15:00"
    assert result.reconciliation.status == "reconciled"


def test_american_rows_become_statements_and_events(tmp_path):
    columns = """firm_id fyear current_assets total_assets cost_of_goods_sold total_long_term_debt
        depreciation_and_amortization ebit ebitda gross_profit inventory total_current_liabilities net_income
        retained_earnings total_receivables total_revenue market_value total_liabilities net_sales
        total_operating_expenses fails_next_year""".split()
    rows = [["F1", "2001", *["1.5"] * 18, "0"], ["F1", "2002", *["1.5"] * 18, "1"]]
    text = "\n".join(",".join(row) for row in [columns, *rows])
    portfolio = imported(tmp_path, "american_bankruptcy", text)
    statements, events = portfolio.tables["statements"], portfolio.tables["events"]
    assert day(statements, "received_at") == ["2002-06-30", "2003-06-30"]
    assert statements["revenue"].tolist() == [1.5e6, 1.5e6]
    assert day(events, "occurred_on") == day(events, "recorded_at") == ["2003-12-31"]
    assert str(portfolio.observed_from) == "2001-12-31 00:00:00"
    assert str(portfolio.observed_until) == "2004-06-30 23:59:59"
