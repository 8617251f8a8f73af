from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from features.errors import InputError, Refused
from features.sources.importing import Imported, import_files
from features.sources.mapping import parse_mapping

HEAD = """
[seller]
seller_id = "acme"
timezone = "Europe/Berlin"
reporting_currency = "EUR"
"""

INVOICES = """
[[table]]
name = "invoices"
[table.columns]
invoice_id = "No"
buyer_id = "Customer"
issued_on = "Issued"
due_on = { same_as = "issued_on", plus_days = 30 }
amount = "Amount"
currency = { value = "EUR" }
"""

PAYMENTS = """
[[table]]
name = "allocations"
when = { from = "Paid", filled = true }
[table.columns]
invoice_id = "No"
settled_on = "Paid"
amount = "Amount"
kind = { value = "payment" }
"""

ROWS = ["No,Customer,Issued,Amount,Paid", "1,A,2026-01-05,100.00,2026-02-01", "2,B,2026-01-06,50.5,"]


def run(tmp_path: Path, mapping: str, *files: list[str] | str, name: str = "export") -> Imported:
    paths = []
    for number, lines in enumerate(files):
        path = tmp_path / f"{name}{number or ''}.csv"
        path.write_text("\n".join(lines) + "\n" if isinstance(lines, list) else lines, encoding="utf-8")
        paths.append(path)
    return import_files(paths, parse_mapping(mapping))


def test_one_row_becomes_rows_of_several_tables(tmp_path):
    imported = run(tmp_path, HEAD + INVOICES + PAYMENTS, ROWS)
    invoices, payments = imported.portfolio.tables["invoices"], imported.portfolio.tables["allocations"]
    assert invoices["amount_minor"].tolist() == [10000, 5050]
    assert invoices["due_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-02-04", "2026-02-05"]
    # A day is known at its end in Berlin.
    assert invoices["recorded_at"].astype("str").tolist() == ["2026-01-05 22:59:59", "2026-01-06 22:59:59"]
    assert payments[["invoice_id", "amount_minor"]].values.tolist() == [["1", 10000]]
    assert imported.portfolio.knowledge == {"invoices": "assumed", "allocations": "assumed"}
    assert imported.reconciliation.status == "not reconciled: no control figure"
    assert imported.failures == []


def test_the_same_file_twice_changes_nothing(tmp_path):
    rows = [*ROWS, "3,C,2026-01-07,10,2026-01-20"]
    once = run(tmp_path, HEAD + INVOICES + PAYMENTS, rows)
    twice = run(tmp_path, HEAD + INVOICES + PAYMENTS, rows, rows)
    for name, frame in once.portfolio.tables.items():
        pd.testing.assert_frame_equal(frame, twice.portfolio.tables[name])
    assert twice.portfolio.repeated == {"invoices": 3, "allocations": 2}


def test_two_equal_payments_of_one_row_stay_two(tmp_path):
    second = PAYMENTS.replace('"Paid"', '"Paid2"')
    rows = ["No,Customer,Issued,Amount,Paid,Paid2", "1,A,2026-01-05,100.00,2026-02-01,2026-02-01"]
    imported = run(tmp_path, HEAD + INVOICES + PAYMENTS + second, rows)
    assert imported.portfolio.tables["allocations"]["amount_minor"].tolist() == [10000, 10000]


def test_a_row_is_refused_whole_with_its_reason(tmp_path):
    rows = [*ROWS, "3,C,2026-01-07,10,31.02.2026", *(f"{n},D,2026-01-08,1,2026-01-20" for n in range(4, 40))]
    imported = run(tmp_path, HEAD + INVOICES + PAYMENTS, rows)
    # The invoice without the payment that could not be read would look unpaid.
    assert "3" not in imported.portfolio.tables["invoices"]["invoice_id"].tolist()
    (line,) = imported.rejects.frame().to_dict("records")
    assert (line["source_file"], line["row"], line["table"], line["column"]) == (
        "export.csv",
        3,
        "allocations",
        "settled_on",
    )
    assert line["reason"] == "expected a date like %Y-%m-%d, between 1900 and 2200; found something else"
    assert json.loads(line["raw"]) == {
        "No": "3",
        "Customer": "C",
        "Issued": "2026-01-07",
        "Amount": "10",
        "Paid": "31.02.2026",
    }
    assert imported.failures == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("3,C,2026-01-07,-10,", "amount"),
        ("3,C,2026-01-07,NaN,", "amount"),
        ("3,C,2026-01-07,10.001,", "amount"),
        ("3,,2026-01-07,10,", "buyer_id"),
        ("1,C,2026-01-07,10,", "invoice_id, instalment"),
        ("3,C,soon,10,", "issued_on"),
        ("3,C,2026-01-07,10", ""),
    ],
)
def test_row_checks_and_broken_lines_refuse_rows(tmp_path, row, column):
    imported = run(tmp_path, HEAD + INVOICES + PAYMENTS, [*ROWS, row])
    reasons = {item["column"] for item in imported.rejects.reasons()}
    assert column in reasons
    assert imported.share_rejected > 0.05
    assert "were refused" in imported.failures[0]


def test_a_payment_of_an_unknown_or_refused_invoice_is_refused(tmp_path):
    mapping = (
        HEAD
        + '[[source]]\nname = "items"\nfiles = "items*"\n[[source]]\nname = "receipts"\nfiles = "receipts*"\n'
        + INVOICES.replace('"invoices"\n', '"invoices"\nsource = "items"\n')
        + """
[[table]]
name = "allocations"
source = "receipts"
[table.columns]
invoice_id = "Item"
settled_on = "Day"
amount = "Amount"
kind = { value = "payment" }
"""
    )
    (tmp_path / "items.csv").write_text("\n".join([*ROWS, "3,C,2026-01-07,0,"]))
    receipts = ["Item,Day,Amount", "1,2026-02-01,100", "3,2026-02-02,5", "9,2026-02-03,7"]
    (tmp_path / "receipts.csv").write_text("\n".join(receipts))
    imported = import_files([tmp_path / "items.csv", tmp_path / "receipts.csv"], parse_mapping(mapping))
    assert imported.portfolio.tables["allocations"]["invoice_id"].tolist() == ["1"]
    lines = imported.rejects.frame()
    assert lines[["source_file", "row"]].values.tolist() == [
        ["items.csv", 3],
        ["receipts.csv", 2],
        ["receipts.csv", 3],
    ]
    with pytest.raises(InputError, match="receipts"):
        import_files([tmp_path / "items.csv"], parse_mapping(mapping))


def test_a_mapping_refuses_rows_with_its_reason(tmp_path):
    refuse = '[[refuse]]\nreason = "test customer"\nwhen = { from = "Customer", equals = "B" }\n'
    imported = run(tmp_path, HEAD + refuse + INVOICES, ROWS)
    assert imported.rejects.reasons() == [{"table": "", "column": "", "reason": "test customer", "rows": 1}]
    assert imported.portfolio.tables["invoices"]["invoice_id"].tolist() == ["1"]


def test_later_knowledge_of_a_row_becomes_versions(tmp_path):
    disputes = """
[[table]]
name = "disputes"
when = { from = "Opened", filled = true }
[table.columns]
invoice_id = "No"
raised_on = "Opened"
[[table.version]]
when = { from = "Closed", filled = true }
[table.version.columns]
resolved_on = "Closed"
recorded_at = "Closed"
"""
    rows = [
        "No,Customer,Issued,Amount,Opened,Closed",
        "1,A,2026-01-05,100,2026-02-10,2026-03-01",
        "2,B,2026-01-06,50,2026-02-11,",
        "3,B,2026-01-06,50,2026-02-12,2026-02-12",
    ]
    frame = run(tmp_path, HEAD + INVOICES + disputes, rows).portfolio.tables["disputes"]
    seen = frame.sort_values(["invoice_id", "recorded_at"])
    assert seen["invoice_id"].tolist() == ["1", "1", "2", "3"]
    assert seen["resolved_on"].dt.strftime("%m-%d").fillna("").tolist() == ["", "03-01", "", "02-12"]
    days = seen["recorded_at"].dt.strftime("%m-%d %H:%M").tolist()
    assert days == ["02-10 22:59", "03-01 22:59", "02-11 22:59", "02-12 22:59"]
    # Both versions are of one dispute.
    assert seen["dispute_id"].nunique() == 3


def test_versions_build_on_each_other(tmp_path):
    versions = """
[[table.version]]
when = { from = "NewDue", filled = true }
columns = { due_on = "NewDue", recorded_at = "AmendedOn" }
[[table.version]]
columns = { withdrawn = { value = true }, recorded_at = "CancelledOn" }
"""
    rows = [
        "No,Customer,Issued,Amount,NewDue,AmendedOn,CancelledOn",
        "1,A,2026-01-05,100,2026-03-31,2026-01-20,2026-02-02",
        "2,A,2026-01-05,100,,,",
    ]
    frame = run(tmp_path, HEAD + INVOICES + versions, rows).portfolio.tables["invoices"]
    first = frame[frame["invoice_id"] == "1"].sort_values("recorded_at")
    assert first["due_on"].dt.strftime("%m-%d").tolist() == ["02-04", "03-31", "03-31"]
    assert first["withdrawn"].tolist() == [False, False, True]
    assert (frame["invoice_id"] == "2").sum() == 1


def test_keep_first_and_changes(tmp_path):
    more = """
[[table]]
name = "buyers"
keep = "first"
columns = { buyer_id = "Customer", name = "Name" }
[[table]]
name = "attributes"
keep = "changes"
[table.columns]
buyer_id = "Customer"
name = { value = "rating" }
value = "Rating"
recorded_at = "Issued"
"""
    rows = [
        "No,Customer,Name,Issued,Amount,Rating",
        "1,A,Acme,2026-01-05,1,good",
        "2,A,ACME Ltd,2026-01-06,1,good",
        "3,A,Acme,2026-01-07,1,bad",
        "4,A,Acme,2026-01-08,1,good",
    ]
    tables = run(tmp_path, HEAD + INVOICES + more, rows).portfolio.tables
    assert tables["buyers"]["name"].tolist() == ["Acme"]
    assert tables["attributes"]["value"].tolist() == ["good", "bad", "good"]


def test_a_rating_that_gives_no_pd_is_set_aside_with_its_reason(tmp_path):
    maps = "\n[seller.grade_maps.house]\nGOOD = 0.004\nBAD = 0.1\n"
    more = """
[[table]]
name = "attributes"
[table.columns]
buyer_id = "Customer"
name = { value = "external_grade_house" }
value = "Rating"
recorded_at = "Issued"
"""
    rows = ["No,Customer,Issued,Amount,Rating", "1,A,2026-01-05,1,good", "2,B,2026-01-06,1,grand"]
    imported = run(tmp_path, HEAD + maps + INVOICES + more, rows)
    assert imported.portfolio.tables["attributes"]["buyer_id"].tolist() == ["A"]
    assert imported.portfolio.seller.grade_maps == {"house": {"GOOD": 0.004, "BAD": 0.1}}
    (line,) = imported.rejects.frame().to_dict("records")
    assert "expected a grade of its scheme" in line["reason"]


def test_observed_days_come_from_the_data(tmp_path):
    observed = """
observed_from = { from = "Issued" }
observed_until = { from = "Issued", plus_months = 1, month_end = true }
"""
    portfolio = run(tmp_path, observed + HEAD + INVOICES, ROWS).portfolio
    assert str(portfolio.observed_from) == "2026-01-04 23:00:00"
    assert str(portfolio.observed_until) == "2026-02-28 22:59:59"


def test_open_amounts_are_compared(tmp_path):
    control = '[control]\nopen_amount = "Open"\n'
    rows = [
        "No,Customer,Issued,Amount,Paid,Open",
        "1,A,2026-01-05,100,2026-02-01,0",
        "2,B,2026-01-06,50,,50.00",
    ]
    good = run(tmp_path, HEAD + control + INVOICES + PAYMENTS, rows)
    assert (good.reconciliation.status, good.reconciliation.compared) == ("reconciled", 2)
    rows[1] = "1,A,2026-01-05,100,2026-02-01,30"
    bad = run(tmp_path, HEAD + control + INVOICES + PAYMENTS, rows)
    (line,) = bad.reconciliation.differences.to_dict("records")
    assert (line["item"], line["stated"], line["computed"], line["difference"]) == (
        "1",
        "30.00",
        "0.00",
        "-30.00",
    )
    assert bad.failures == ["the control figures differ in 1 places that nothing tolerates"]
    tolerate = '[[control.tolerate]]\nreason = "known"\nwhen = { from = "Paid", filled = true }\n'
    known = run(tmp_path, HEAD + control + tolerate + INVOICES + PAYMENTS, rows)
    assert known.failures == []
    assert known.reconciliation.tolerated() == [{"reason": "known", "rows": 1}]
    strict = run(tmp_path, HEAD + control + tolerate + "max_share = 0.4\n" + INVOICES + PAYMENTS, rows)
    assert strict.reconciliation.failed == 1


def test_a_list_of_open_items_is_complete_or_not(tmp_path):
    sources = '[[source]]\nname = "items"\nfiles = "items*"\n[[source]]\nname = "open"\nfiles = "open*"\n'
    control = '[control]\nsource = "open"\nopen_amount = "Open"\ninvoice_id = "No"\n'
    items = INVOICES.replace('"invoices"\n', '"invoices"\nsource = "items"\n')
    (tmp_path / "items.csv").write_text("\n".join(ROWS))
    (tmp_path / "open.csv").write_text("No,Open\n2,50.50\n")
    files = [tmp_path / "items.csv", tmp_path / "open.csv"]
    partial = import_files(files, parse_mapping(HEAD + sources + control + items))
    assert (partial.reconciliation.status, partial.reconciliation.compared) == ("reconciled", 1)
    whole = import_files(files, parse_mapping(HEAD + sources + control + "complete = true\n" + items))
    assert whole.reconciliation.differences["item"].tolist() == ["1"]


def test_stated_totals_and_balances_are_compared(tmp_path):
    control = '[[control.total]]\nmeasure = "invoiced"\ncurrency = "EUR"\namount = "150.50"\n'
    control += '[[control.total]]\nmeasure = "open"\ncurrency = "EUR"\namount = "50.00"\n'
    imported = run(tmp_path, HEAD + "[control]\n" + control + INVOICES + PAYMENTS, ROWS)
    (line,) = imported.reconciliation.differences.to_dict("records")
    assert (line["item"], line["stated"], line["computed"]) == ("open", "50.00", "50.50")
    balances = """
[[table]]
name = "balances"
keep = "last"
[table.columns]
buyer_id = "Customer"
on_date = { value = 2026-01-31 }
currency = { value = "EUR" }
amount = "Amount"
"""
    # At the end of January buyer A has not paid yet.
    imported = run(tmp_path, HEAD + balances + INVOICES + PAYMENTS, ROWS)
    assert (imported.reconciliation.status, imported.reconciliation.compared) == ("reconciled", 2)


def test_excel_keeps_zeros_and_reads_typed_cells(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.create_sheet("AR")
    sheet.append(["Open items of 2026"])
    sheet.append(["No", "Customer", "Issued", "Amount", "Paid"])
    sheet.append(["007", 4711, pd.Timestamp("2026-01-05").to_pydatetime(), 1234.5, None])
    sheet.append(["008", 4711, "06.01.2026", "1.234,50", "07.01.2026"])
    book.save(tmp_path / "export.xlsx")
    source = """
[source]
sheet = "AR"
header_row = 2
decimal = ","
thousands = "."
date_formats = ["%d.%m.%Y"]
"""
    imported = import_files([tmp_path / "export.xlsx"], parse_mapping(HEAD + source + INVOICES + PAYMENTS))
    invoices = imported.portfolio.tables["invoices"]
    assert invoices["invoice_id"].tolist() == ["007", "008"]
    assert invoices["buyer_id"].tolist() == ["4711", "4711"]
    assert invoices["amount_minor"].tolist() == [123450, 123450]
    assert invoices["issued_on"].dt.day.tolist() == [5, 6]
    with pytest.raises(InputError, match=r"\['Sheet', 'AR'\]"):
        import_files([tmp_path / "export.xlsx"], parse_mapping(HEAD + '[source]\nsheet = "AP"\n' + INVOICES))


def test_parquet_and_gzip_give_what_csv_gives(tmp_path):
    expected = run(tmp_path, HEAD + INVOICES + PAYMENTS, ROWS).portfolio.tables
    (tmp_path / "export.csv.gz").write_bytes(gzip.compress("\n".join(ROWS).encode()))
    frame = pd.DataFrame(
        {
            "No": [1, 2],
            "Customer": pd.Categorical(["A", "B"]),
            "Issued": pd.to_datetime(["2026-01-05", "2026-01-06"]),
            "Amount": [100.0, 50.5],
            "Paid": [pd.Timestamp("2026-02-01").date(), None],
        }
    )
    frame.to_parquet(tmp_path / "export.parquet")
    for name in ("export.csv.gz", "export.parquet"):
        found = import_files([tmp_path / name], parse_mapping(HEAD + INVOICES + PAYMENTS)).portfolio.tables
        for table in expected:
            pd.testing.assert_frame_equal(found[table], expected[table])


def test_nothing_left_is_a_no(tmp_path):
    with pytest.raises(Refused, match=r"no row can be loaded; 1 rows: invoices\.issued_on"):
        run(tmp_path, HEAD + INVOICES, ["No,Customer,Issued,Amount", "1,A,never,1"])


def test_missing_columns_are_named_with_those_found(tmp_path):
    with pytest.raises(
        InputError, match=r"columns \['Issued', 'Amount'\] in export.csv; found columns \['No'"
    ):
        run(tmp_path, HEAD + INVOICES, ["No,Customer,issued", "1,A,2026-01-05"])


def test_an_optional_column_may_be_absent(tmp_path):
    mapping = HEAD + INVOICES + 'entity = { from = "Company", optional = true, default = "main" }\n'
    imported = run(tmp_path, mapping, ROWS)
    assert imported.portfolio.tables["invoices"]["entity"].tolist() == ["main", "main"]


def test_amounts_are_rounded_only_where_the_mapping_says_so(tmp_path):
    rows = ["No,Customer,Issued,Amount", "1,A,2026-01-05,10.005"]
    with pytest.raises(Refused, match="more decimals"):
        run(tmp_path, HEAD + INVOICES, rows)
    imported = run(tmp_path, "round_amounts = true\n" + HEAD + INVOICES, rows)
    assert imported.portfolio.tables["invoices"]["amount_minor"].tolist() == [1001]


LEDGER = """\
Debitorenliste

Konto\tBeleg\tArt\tBuchung\tFaellig\tBetrag\tAusgleich
0000471\t1800001\tRV\t05.01.2026\t04.02.2026\t1.234,50\t
0000471\t1800002\tRG\t06.01.2026\t06.01.2026\t34,50-\t
0000471\t1400001\tDZ\t28.01.2026\t28.01.2026\t1.000,00-\t1800001
0000472\t1400002\tDZ\t28.01.2026\t28.01.2026\t5,00-\t
Summe\t\t\t\t\t195,00\t
"""

LEDGER_MAPPING = """
[source]
encoding = "utf-16"
delimiter = "\\t"
header_row = 3
skip_last_rows = 1
decimal = ","
thousands = "."
date_formats = ["%d.%m.%Y"]

[[table]]
name = "invoices"
when = { from = "Art", in = ["RV", "RG"] }
[table.columns]
invoice_id = "Beleg"
buyer_id = "Konto"
issued_on = "Buchung"
due_on = "Faellig"
amount = { from = "Betrag", sign = "absolute" }
currency = { value = "EUR" }
kind = { from = "Art", map = { RV = "invoice", RG = "credit_memo" } }

[[table]]
name = "allocations"
when = { from = "Art", equals = "DZ" }
[table.columns]
invoice_id = "Ausgleich"
buyer_id = "Konto"
currency = { value = "EUR" }
settled_on = "Buchung"
amount = { from = "Betrag", sign = "reverse" }
kind = { value = "payment" }

# No row of this export makes one.
[[table]]
name = "disputes"
when = { from = "Art", equals = "ZZ" }
[table.columns]
invoice_id = "Beleg"
raised_on = "Buchung"
[[table.version]]
columns = { resolved_on = "Faellig", recorded_at = "Faellig" }

[control]
[[control.total]]
measure = "open"
currency = "EUR"
amount = "195.00"
"""


def test_a_signed_ledger_with_everything_in_one_list(tmp_path):
    (tmp_path / "fbl5n.txt").write_text(LEDGER, encoding="utf-16")
    imported = import_files([tmp_path / "fbl5n.txt"], parse_mapping(HEAD + LEDGER_MAPPING))
    tables = imported.portfolio.tables
    assert tables["invoices"][["kind", "amount_minor"]].values.tolist() == [
        ["invoice", 123450],
        ["credit_memo", 3450],
    ]
    assert tables["allocations"]["amount_minor"].tolist() == [100000, 500]
    # The second payment is not matched yet: it belongs to its account.
    assert tables["allocations"]["invoice_id"].isna().tolist() == [False, True]
    assert tables["allocations"]["buyer_id"].tolist() == ["0000471", "0000472"]
    assert imported.reconciliation.status == "reconciled"
    assert "disputes" not in tables


def test_a_row_of_a_numbered_invoice_that_stands_twice_counts_once(tmp_path):
    once = run(tmp_path, HEAD + INVOICES + PAYMENTS, ROWS)
    twice = run(tmp_path, HEAD + INVOICES + PAYMENTS, [*ROWS, ROWS[1]])
    for name, frame in once.portfolio.tables.items():
        pd.testing.assert_frame_equal(frame, twice.portfolio.tables[name])
    assert twice.portfolio.repeated == {"invoices": 1, "allocations": 1}


def test_equal_receipts_without_a_number_stay_two_payments(tmp_path):
    mapping = (
        HEAD
        + """
[[table]]
name = "buyers"
[table.columns]
buyer_id = "Customer"
[[table]]
name = "allocations"
[table.columns]
buyer_id = "Customer"
settled_on = "Day"
amount = "Amount"
currency = { value = "EUR" }
kind = { value = "payment" }
"""
    )
    imported = run(tmp_path, mapping, ["Customer,Day,Amount", "A,2026-01-05,10", "A,2026-01-05,10"])
    assert imported.portfolio.tables["allocations"]["amount_minor"].tolist() == [1000, 1000]


@pytest.mark.parametrize(
    "day", ["9999-12-31", "0001-01-01", "2201-01-01", "1899-12-31", "9999-12-31T23:59:59Z"]
)
@pytest.mark.parametrize("column", ["Issued", "Paid"])
def test_a_date_out_of_range_refuses_its_row(tmp_path, day, column):
    row = {"Issued": "2026-01-07", "Paid": "2026-01-20"} | {column: day}
    rows = [*ROWS, f"3,C,{row['Issued']},10,{row['Paid']}"]
    imported = run(tmp_path, HEAD + INVOICES + PAYMENTS, rows)
    assert imported.portfolio.tables["invoices"]["invoice_id"].tolist() == ["1", "2"]
    assert "between 1900 and 2200" in imported.rejects.reasons()[0]["reason"]


def test_a_date_moved_out_of_range_refuses_its_row(tmp_path):
    rows = [*ROWS, "3,C,2200-12-15,10,"]
    imported = run(tmp_path, HEAD + INVOICES, rows)
    assert imported.rejects.reasons()[0] == {
        "table": "invoices",
        "column": "due_on",
        "reason": "expected a date between 1900 and 2200; found another one",
        "rows": 1,
    }


def test_rows_dated_after_the_day_of_the_import_are_told(tmp_path):
    imported = run(tmp_path, HEAD + INVOICES + PAYMENTS, [*ROWS, "3,C,2126-01-07,10,"])
    assert imported.warnings(date(2126, 1, 7)) == []
    assert imported.warnings(date(2026, 3, 1)) == [
        "1 row is dated after today, the latest 2126-01-07; the books would end there: correct them, "
        "or set observed_until"
    ]
    assert imported.failures == []


def test_books_that_the_mapping_ends_before_today_warn_of_nothing(tmp_path):
    mapping = "observed_until = 2026-02-01\n" + HEAD + INVOICES
    imported = run(tmp_path, mapping, [*ROWS, "3,C,2126-01-07,10,"])
    assert imported.warnings(date(2026, 3, 1)) == []


@pytest.mark.parametrize(
    "amount", ["920000000000001", "1234567890123456789", "".join(chr(0xFF10 + 9) for _ in range(16))]
)
@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_an_amount_beyond_the_largest_says_so(tmp_path, amount, currency):
    mapping = HEAD + INVOICES.replace('"EUR"', f'"{currency}"')
    imported = run(tmp_path, mapping, [ROWS[0], "1,A,2026-01-05,100,", f"2,B,2026-01-06,{amount},"])
    (reason,) = imported.rejects.reasons()
    assert reason["reason"] == "expected an amount of at most 920 million million; found a larger one"


def test_no_thousands_mark_is_said_in_words(tmp_path):
    imported = run(tmp_path, HEAD + INVOICES, [*ROWS, '3,C,2026-01-07,"1,000",'])
    (reason,) = imported.rejects.reasons()
    expected = "expected a number with decimal mark '.', no thousands mark; found something else"
    assert reason["reason"] == expected


BUYERS = """
[[table]]
name = "buyers"
[table.columns]
buyer_id = "Customer"
registration_id = "Code"
"""


@pytest.mark.parametrize(
    ("column", "told"), [("", [True, False, False]), ('natural_person = "Person"\n', [False, False, True])]
)
def test_sole_traders_are_natural_persons_unless_the_source_says_who_is(tmp_path, column, told):
    lines = [
        "No,Customer,Issued,Amount,Code,Person",
        "1,甲,2026-01-05,100,9211 0000 8021004338,false",
        "2,乙,2026-01-05,100,91110000802100433B,false",
        "3,丙,2026-01-05,100,921100008021004339,true",
    ]
    imported = run(tmp_path, HEAD + INVOICES + BUYERS + column, lines)
    buyers = imported.portfolio.tables["buyers"].set_index("buyer_id")["natural_person"]
    assert buyers[["甲", "乙", "丙"]].tolist() == told


@pytest.mark.parametrize("cell", ["$700", "n/a", "1.300 EUR"])
def test_an_amount_that_is_no_number_is_refused_where_only_amounts_above_0_make_rows(tmp_path, cell):
    rule = INVOICES.replace("[table.columns]", 'when = { from = "Amount", more_than = 0 }\n[table.columns]')
    rows = [*ROWS, f"3,B,2026-01-07,{cell},", "4,B,2026-01-08,-5.00,", "5,B,2026-01-09,,"]
    imported = run(tmp_path, HEAD + rule, rows)
    assert imported.portfolio.tables["invoices"]["invoice_id"].tolist() == ["1", "2"]
    (line,) = imported.rejects.frame().to_dict("records")
    assert (line["row"], line["column"]) == (3, "amount")


def test_rows_that_no_table_takes_are_counted(tmp_path):
    of_type = 'when = { from = "Type", equals = "RV" }\n[table.columns]\ninvoice_id'
    mapping = HEAD + INVOICES.replace("[table.columns]\ninvoice_id", of_type)
    rows = ["No,Customer,Issued,Amount,Type", "1,A,2026-01-05,100,RV", "2,A,2026-01-05,-5,RG", "3,B,x,7,RV"]
    imported = run(tmp_path, mapping, rows)
    assert imported.untaken == {"export.csv": 1}
    # The refused row is counted as refused, and the name of a buyer takes no row: it is no fact.
    assert imported.rejects.rows == 1
    buyers = '[[table]]\nname = "buyers"\nkeep = "first"\ncolumns = { buyer_id = "Customer" }\n'
    assert run(tmp_path, mapping + buyers, rows).untaken == {"export.csv": 1}
    started = HEAD.replace("[seller]", 'observed_from = "2026-01-01"\n[seller]')
    assert run(tmp_path, started + buyers, rows).untaken == {}
    assert run(tmp_path, HEAD + INVOICES, ROWS).untaken == {}


def test_doubts_about_a_file_are_warnings_of_the_import(tmp_path):
    imported = run(tmp_path, HEAD + INVOICES, [*ROWS, "3,M\u00c3\u00bcller,2026-01-07,1,"])
    assert imported.warnings(date(2026, 12, 31)) == [
        "export.csv holds UTF-8 that was once saved as Western text (such as \u00c3\u00bc): export it again"
    ]
