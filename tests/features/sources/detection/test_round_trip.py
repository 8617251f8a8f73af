"""Files as people make them: what is proposed reads them, or says what it cannot read."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import InputError, Refused
from features.sources.detect import Proposal, propose
from features.sources.importing import Imported, import_files
from features.sources.mapping import parse_mapping

HEAD = "Invoice No,Customer,Invoice Date,Due Date,Amount,Currency"
ROWS = "1001,A,2026-01-05,2026-02-04,10.50,EUR\n1002,B,2026-01-06,2026-02-05,11.50,EUR\n"
PLAIN = f"{HEAD}\n{ROWS}"


def of(tmp_path: Path, text: str | bytes) -> tuple[Proposal, Imported]:
    path = tmp_path / "export.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    proposal = propose(path)
    return proposal, import_files([path], parse_mapping(proposal.toml()))


def amounts(imported: Imported) -> list[int]:
    return imported.portfolio.tables["invoices"]["amount_minor"].tolist()


def dates(imported: Imported, column: str) -> list[str]:
    return imported.portfolio.tables["invoices"][column].dt.strftime("%Y-%m-%d").tolist()


def wide(text: str, *cells: str) -> str:
    """Cells of a text in full-width characters."""
    for cell in cells:
        text = text.replace(cell, cell.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}))
    return text


def rows(*cells: str) -> str:
    """Lines of a file with semicolons: number, issue date, due date, amount."""
    head = HEAD.replace(",", ";")
    lines = [f"{number};A;{cell};EUR" for number, cell in enumerate(cells, start=1)]
    return "\n".join([head, *lines, ""])


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        "Ledger of 2026\n\n" + PLAIN,
        PLAIN.replace("1001,A", '1001,"A\nB, ""x"""'),
        PLAIN.replace("Invoice No", '"Invoice\nNo"'),
        PLAIN.replace("Customer", '"Customer ""x"" \\ # \x7f"'),
        PLAIN.replace("1001,A", f"1001,{'x' * 300_000}"),
        PLAIN.replace("1001,A", '1001,"' + "x,\n" * 60_000 + '"'),
        wide(PLAIN, "10.50", "2026-01-05"),
        PLAIN.encode("utf-16-le"),
    ],
)
def test_one_ledger_written_in_many_ways_is_read_alike(tmp_path, text):
    proposal, imported = of(tmp_path, text)
    assert (proposal.warnings, proposal.lacking) == ([], [])
    assert imported.rejects.rows == 0
    assert amounts(imported) == [1050, 1150]
    assert dates(imported, "issued_on") == ["2026-01-05", "2026-01-06"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "which is empty"),
        (f"{HEAD}\n", "rows below a header"),
        ("\n\n\n", "rows below a header"),
        (f'{HEAD}\n1,"A,2026-01-05,2026-02-04,1.00,EUR\n{ROWS}', "opened and not closed"),
        ("x\ny\nz\n", "a ledger with a header"),
        (PLAIN.replace("EUR\n", "EUR,\n"), "of which 2 lines have another number of fields"),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_proposal(tmp_path, content, expected):
    with pytest.raises(InputError, match=expected):
        of(tmp_path, content)


@pytest.mark.parametrize(
    "text", ["Amount\n1\n2\n", PLAIN.replace("10.50", "€ 10.50").replace("11.50", "€ 1")]
)
def test_what_lacks_is_refused_by_the_import_and_not_guessed(tmp_path, text):
    with pytest.raises(Refused, match="no row can be loaded"):
        of(tmp_path, text)


def test_a_column_that_is_named_well_and_holds_other_values_is_told(tmp_path):
    (tmp_path / "a.csv").write_text(PLAIN.replace("2026-01-05", "46027").replace("2026-01-06", "46028"))
    proposal = propose(tmp_path / "a.csv")
    assert proposal.lacking == ["issued_on"]
    assert "'Invoice Date' is named like issued_on, but its values are day numbers" in proposal.warnings[0]


def test_ids_that_lost_zeros_or_gained_decimals_are_mended(tmp_path):
    text = PLAIN.replace("1001,A", "0001001,0000100234").replace("1002,B", "1002,100777")
    imported = of(tmp_path, text)[1].portfolio.tables["invoices"]
    assert imported["invoice_id"].tolist() == ["0001001", "0001002"]
    assert imported["buyer_id"].tolist() == ["0000100234", "0000100777"]
    floats = of(tmp_path, PLAIN.replace("1001,A", "1001.0,12.0").replace("1002,B", "1002.0,13.0"))[1]
    assert floats.portfolio.tables["invoices"]["buyer_id"].tolist() == ["12", "13"]


def test_words_for_currencies_are_mapped(tmp_path):
    text = PLAIN.replace("10.50,EUR", "10.50,人民币").replace("11.50,EUR", "11.50,usd")
    assert of(tmp_path, text)[1].portfolio.tables["invoices"]["currency"].tolist() == ["CNY", "USD"]


def test_a_sure_column_settles_an_ambiguous_one(tmp_path):
    proposal, imported = of(tmp_path, rows("01/02/2024;02/28/2024;1.50", "03/02/2024;04/13/2024;2.50"))
    assert proposal.warnings == []
    assert "like another column" in str(proposal.guesses["issued_on"].reasons)
    assert dates(imported, "issued_on") == ["2024-01-02", "2024-03-02"]


def test_two_columns_with_two_orders_have_a_format_each(tmp_path):
    _, imported = of(tmp_path, rows("13/02/2024;03/08/2024;1.50", "01/02/2024;04/13/2024;2.50"))
    assert dates(imported, "issued_on") == ["2024-02-13", "2024-02-01"]
    assert dates(imported, "due_on") == ["2024-03-08", "2024-04-13"]


def test_two_orders_in_one_column_are_told_and_the_rest_refused(tmp_path):
    cells = ("13/02/2024;2024-03-28;1.50", "02/14/2024;2024-04-13;2.50", "02/15/2024;2024-04-13;3.50")
    proposal, imported = of(tmp_path, rows(*cells))
    assert "are written as %m/%d/%Y and as %d/%m/%Y" in proposal.warnings[0]
    assert "1 of 3 values of 'Invoice Date' are no dates so" in proposal.warnings
    assert (amounts(imported), imported.rejects.rows) == ([250, 350], 1)


def test_marks_that_mean_two_things_are_told(tmp_path):
    proposal, imported = of(tmp_path, rows("13.01.2026;13.02.2026;1.234", "14.01.2026;14.02.2026;500"))
    assert any("numbers of 'Amount' are ambiguous" in text for text in proposal.warnings)
    # Nothing is read a thousand times too large or too small on the quiet.
    assert (amounts(imported), imported.rejects.rows) == ([50000], 1)


def test_a_number_with_the_other_marks_is_told_and_refused(tmp_path):
    cells = [f"13.01.2026;13.02.2026;{cell}" for cell in ("1.234,56", "1,234.56", "1.234,50")]
    proposal, imported = of(tmp_path, rows(*cells))
    assert "1 of 3 values of 'Amount' are no numbers so" in proposal.warnings
    assert (amounts(imported), imported.rejects.rows) == ([123456, 123450], 1)


def test_the_sheet_with_the_ledger_is_found_and_the_others_are_told(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["see the next sheet"])
    ledger = [line.split(",") for line in PLAIN.splitlines()]
    for title, lines in {"Data": [["Report"], [], *ledger], "More": ledger}.items():
        sheet = book.create_sheet(title)
        for row in lines:
            sheet.append(row)
    book.save(tmp_path / "export.xlsx")
    proposal = propose(tmp_path / "export.xlsx")
    assert "2 sheets hold data: this reads 'Data', not 'More'" in proposal.warnings
    mapping = parse_mapping(proposal.toml())
    assert (mapping.source[0].sheet, mapping.source[0].header_row) == ("Data", 3)
    assert amounts(import_files([tmp_path / "export.xlsx"], mapping)) == [1050, 1150]


DATES = {"%Y-%m-%d": "ISO", "%d.%m.%Y": "German", "%m/%d/%Y": "American", "%Y年%m月%d日": "Chinese"}
MARKS = {(".", ""): ",", (",", "."): ";", (".", ","): ";", (",", " "): "\t"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(
    items=st.lists(
        st.tuples(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.decimals("0.01", "9999999", places=2)),
        min_size=1,
        max_size=8,
    ),
    pattern=st.sampled_from(sorted(DATES)),
    marks=st.sampled_from(sorted(MARKS)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gbk", "utf-16", "utf-16-le"]),
)
def test_any_notation_comes_back_as_it_was_written(tmp_path, items, pattern, marks, encoding):
    # Reason: rows that settle what is ambiguous are part of each ledger.
    items = [*items, (date(2020, 12, 31), Decimal("1234567.89"))]
    mark = MARKS[marks]
    lines = [mark.join(["单据编号", "客户编码", "单据日期", "到期日", "金额"])]
    for number, (day, amount) in enumerate(items):
        text = f"{amount:,}".replace(",", "\0").replace(".", marks[0]).replace("\0", marks[1])
        due = day + timedelta(days=30)
        lines.append(mark.join([f"R{number}", "客户甲", day.strftime(pattern), due.strftime(pattern), text]))
    proposal, imported = of(tmp_path, ("\n".join(lines) + "\n").encode(encoding))
    assert imported.rejects.rows == 0, proposal.toml()
    assert amounts(imported) == [int(amount * 100) for _, amount in items]
    assert dates(imported, "issued_on") == [day.isoformat() for day, _ in items]
