"""Lists of SAP as they come: cut, paged, without subtotals, given twice; what states a figure."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.openings import latest, open_items, totals
from features.sources.importing import Imported, import_files
from features.sources.listing import read_listing
from features.sources.mapping import load_mapping
from tests.features.sources import ledgers as make
from tests.features.sources.ledgers import Sale

DAY = date(2025, 1, 10)
PAID = DAY + timedelta(days=20)
SALES = [
    Sale(1, 1, DAY, 30, 123_450, "open", PAID, 1),
    Sale(2, 1, DAY, 30, 50_000, "paid", PAID, 1),
    Sale(3, 2, DAY, 14, 99_999, "partial", PAID, 40_000),
    Sale(4, 2, DAY, 14, 480_000, "residual", PAID, 460_000),
]
A, B = "0000000001", "0000000002"
OPEN = {A: 123_450, B: 79_999}
NO_FIGURE = "not reconciled: no control figure"


def load(tmp_path: Path, *lists: str | bytes, mapping: str = "sap_fbl5n") -> Imported:
    paths = []
    for number, content in enumerate(lists):
        paths.append(tmp_path / f"list{number}.txt")
        paths[-1].write_bytes(content.encode() if isinstance(content, str) else content)
    return import_files(paths, load_mapping(mapping))


def text_of(sales: list[Sale] = SALES, keep: tuple[str, ...] = ("*", "**")) -> str:
    """The list with the subtotals of these ranks."""
    lines = make.fbl5n(sales).decode().splitlines()
    return "\n".join(line for line in lines if not line.startswith("|*") or stars(line) in keep) + "\n"


def stars(line: str) -> str:
    return line[1:].split("|")[0].strip()


def changed(text: str, rows: int, change: Any) -> str:
    """The list with one row changed, counted from 1 after the header; None drops it."""
    lines = text.splitlines()
    places = [number for number, line in enumerate(lines) if line.startswith("|") and "Account" not in line]
    new = change(lines[places[rows - 1]])
    lines[places[rows - 1]] = "" if new is None else new
    return "\n".join(lines) + "\n"


def stated(imported: Imported) -> dict[str, int]:
    rows = imported.portfolio.table("balances")
    return dict(zip(rows["buyer_id"], rows["amount_minor"], strict=True))


def test_a_list_without_subtotals_has_no_control_figure(tmp_path):
    imported = load(tmp_path, text_of(keep=()))
    assert imported.reconciliation.status == NO_FIGURE
    assert imported.reconciliation.compared == 0
    assert "balances" not in imported.portfolio.tables
    assert totals(imported.portfolio)["open", "EUR"] == sum(OPEN.values())


@pytest.mark.parametrize("side", ["open", "cleared"])
def test_one_table_alone_has_no_control_figure(tmp_path, side):
    lines = [line for line in make.sap_lines(SALES) if bool(line["AUGBL"]) == (side == "cleared")]
    imported = load(tmp_path, make.sap_table(lines), mapping="sap_tables")
    assert imported.reconciliation.status == NO_FIGURE
    assert "balances" not in imported.portfolio.tables


def tables(lines: list[dict[str, Any]]) -> list[bytes]:
    return [
        make.sap_table([line for line in lines if bool(line["AUGBL"]) == cleared])
        for cleared in (False, True)
    ]


def test_the_table_of_open_items_is_a_figure_for_that_of_cleared_ones(tmp_path):
    lines = make.sap_lines(SALES)
    imported = load(tmp_path, *tables(lines), mapping="sap_tables")
    assert (imported.reconciliation.status, stated(imported)) == ("reconciled", OPEN)
    # Without the cleared invoice of 500.00 its payment is left over, and SAP says that nothing is open of it.
    lacking = [line for line in lines if line["BELNR"] != "1800000002"]
    imported = load(tmp_path, *tables(lacking), mapping="sap_tables")
    assert imported.reconciliation.differences["difference"].tolist() == ["-500.00"]


def test_a_table_of_open_items_with_a_line_cut_short_states_nothing(tmp_path):
    opened, cleared = tables(make.sap_lines(SALES))
    cut = opened.decode("utf-16").replace("\t\t\t\r\n", "\r\n", 1)
    imported = load(tmp_path, cut.encode("utf-16"), cleared, mapping="sap_tables")
    assert imported.rejects.rows == 1
    assert imported.reconciliation.status == NO_FIGURE


def test_a_subtotal_that_is_lost_is_no_figure_of_the_next_customer(tmp_path):
    lost = changed(text_of(), 4, lambda _line: None)
    imported = load(tmp_path, lost)
    assert (imported.reconciliation.status, stated(imported)) == ("reconciled", {})
    # Where nothing sums up the list, its last subtotal does not fit the lines above it.
    differences = load(
        tmp_path, changed(text_of(keep=("*",)), 4, lambda _line: None)
    ).reconciliation.differences
    assert differences[["figure", "stated", "computed"]].values.tolist() == [["total", "799.99", "2034.49"]]


@pytest.mark.parametrize("rank", ["*", "**"])
def test_a_sum_over_all_customers_is_a_figure(tmp_path, rank):
    text = text_of(keep=("**",)).replace("|** ", f"|{rank.ljust(3)}")
    imported = load(tmp_path, text)
    assert (imported.reconciliation.status, imported.reconciliation.compared) == ("reconciled", 1)
    assert stated(imported) == {}
    lacking = load(tmp_path, changed(text, 1, lambda _line: None))
    assert lacking.reconciliation.differences["difference"].tolist() == ["-1234.50"]


def test_a_customer_lost_with_its_subtotal_is_missed_by_the_sum_of_the_list(tmp_path):
    lines = text_of().splitlines()
    lost = [line for line in lines if not line.startswith("|1 ")]
    lost.remove(next(line for line in lost if stars(line) == "*"))
    imported = load(tmp_path, "\n".join(lost) + "\n")
    (difference,) = imported.reconciliation.differences.itertuples()
    assert (difference.figure, difference.difference) == ("total", "-1234.50")


def test_a_line_cut_short_is_set_aside_and_the_subtotal_misses_it(tmp_path):
    imported = load(tmp_path, changed(text_of(), 1, lambda line: line[:40]))
    (reason,) = imported.rejects.reasons()
    assert reason["reason"] == "expected 15 cells as in the header; found a line cut short"
    assert imported.rejects.frame()["raw"].tolist()[0].startswith('{"line": "|1 ')
    assert imported.rows_read == 8
    differences = imported.reconciliation.differences
    assert differences.set_index("figure")["difference"].to_dict() == {
        "balance": "-1234.50",
        "total": "-1234.50",
    }
    assert len(imported.failures) == 2


def test_a_list_that_breaks_off_states_what_it_still_sums(tmp_path):
    text = text_of()
    end = text.index("|2         |1000|1400000004") + 70
    imported = load(tmp_path, text[:end])
    assert imported.rejects.rows == 1
    assert stated(imported) == {A: OPEN[A]}
    assert (imported.reconciliation.status, imported.reconciliation.without_figure) == ("reconciled", 1)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_each_line_of_a_list_cut_anywhere_is_read_or_set_aside(data):
    whole = text_of()
    start = whole.index("\n", whole.index("Clrng doc.")) + 1
    first, second = sorted(data.draw(st.tuples(*[st.integers(start, len(whole))] * 2)))
    text = whole[:first] + data.draw(st.sampled_from(["", "\n"])) + whole[second:]
    rule = load_mapping("sap_fbl5n").source[0]
    listing = read_listing(text, "list.txt", rule)
    begun = whole[:start].count("\n")
    rows = [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if number > begun and "|" in line and line.strip("|- ")
    ]
    assert sorted([*listing.numbers, *(number for number, _, _ in listing.broken)]) == rows


def test_pages_of_one_customer_are_one_account(tmp_path):
    lines = text_of().splitlines()
    header = next(number for number, line in enumerate(lines) if line.startswith("|Account"))
    page = [
        "",
        "Customer Line Item Display",
        "",
        "Company Code          1000",
        "",
        *lines[header - 1 : header + 2],
    ]
    paged = lines[: header + 3] + page + lines[header + 3 :]
    imported = load(tmp_path, "\n".join(paged) + "\n")
    assert (imported.rejects.rows, stated(imported)) == (0, OPEN)
    assert imported.reconciliation.status == "reconciled"


def test_rows_above_the_first_header_that_is_left_are_set_aside(tmp_path):
    lines = text_of(keep=()).splitlines()
    header = next(number for number, line in enumerate(lines) if line.startswith("|Account"))
    lines = [*lines[:header], lines[header][:50], *lines[header + 1 : header + 3], *lines[header:]]
    imported = load(tmp_path, "\n".join(lines) + "\n")
    (reason,) = imported.rejects.reasons()
    assert (reason["reason"], reason["rows"]) == ("expected a header above the row; found none", 1)


def test_titles_of_later_pages_are_no_lines_of_a_list_with_tabs(tmp_path):
    text = "Line items   Page 1\nAccount\tDocumentNo\tDoc. Date\tAmount\tCurr.\n"
    text += "1\t18\t10.01.2025\t1.000,00\tEUR\nLine items   Page 2\n1\t19\t10.01.2025\t5,00-\tEUR\n10002\n"
    imported = load(tmp_path, text)
    assert imported.rejects.frame()["row"].tolist() == [6]
    assert totals(imported.portfolio)["open", "EUR"] == 99_500


def test_noted_items_are_part_of_a_subtotal_and_of_no_balance(tmp_path):
    lines = make.sap_lines(SALES[:1])
    noted = lines[0] | {"BELNR": "1500000009", "UMSKZ": "F", "WRBTR": 10_000}
    rows = [make._barred(make._cells_of(line)) for line in (*lines, noted)]
    total = make._barred(make._total("*", 133_450, "EUR"))
    imported = load(
        tmp_path, "\n".join([make._barred([name for name, _ in make.FBL5N]), *rows, total]) + "\n"
    )
    assert (stated(imported), imported.left_out["noted items"]) == ({A: 123_450}, 1)
    assert imported.reconciliation.status == "reconciled"


def test_a_line_in_two_lists_is_in_both_subtotals_and_counts_once(tmp_path):
    imported = load(tmp_path, text_of(SALES[:3]), text_of(SALES[1:]))
    assert stated(imported) == OPEN
    assert imported.reconciliation.status == "reconciled"
    assert imported.left_out["lines given before"] == 4
    again = load(tmp_path, text_of(), text_of())
    assert (stated(again), again.reconciliation.status) == (OPEN, "reconciled")


def test_an_account_is_stated_only_where_every_list_states_it(tmp_path):
    imported = load(tmp_path, text_of(SALES[:1], keep=("*",)), text_of(SALES[1:], keep=()))
    assert stated(imported) == {}
    assert imported.reconciliation.status == NO_FIGURE


def test_a_subtotal_that_cannot_be_read_states_nothing(tmp_path):
    text = changed(text_of(keep=("*",)), 4, lambda line: line.replace("1.234,50", "1.2#4,50"))
    imported = load(tmp_path, text)
    (reason,) = imported.rejects.reasons()
    assert reason["reason"].startswith("subtotal: WRBTR: expected a number with decimal mark ','")
    assert stated(imported) == {B: OPEN[B]}


def test_each_currency_of_a_customer_has_its_subtotal(tmp_path):
    other = Sale(9, 1, DAY, 30, 700, "open", PAID, 1, "USD")
    rows = [make._barred(make._cells_of(line)) for line in make.sap_lines([SALES[0], other])]
    sums = [make._barred(make._total("*", *figure)) for figure in ((123_450, "EUR"), (700, "USD"))]
    imported = load(
        tmp_path, "\n".join([make._barred([name for name, _ in make.FBL5N]), *rows, *sums]) + "\n"
    )
    balances = imported.portfolio.tables["balances"]
    assert dict(zip(balances["currency"], balances["amount_minor"], strict=True)) == {
        "EUR": 123_450,
        "USD": 700,
    }
    assert imported.reconciliation.status == "reconciled"


def test_customers_of_headings_have_their_own_subtotals(tmp_path):
    lines = [
        "Customer   1",
        "|DocumentNo|Doc. Date|Amount|Curr.|",
        "|18|10.01.2025|1.000,00|EUR|",
        "|*|||1.000,00|EUR|",
    ]
    lines = [line.replace("|*||", "|*|") for line in lines]
    lines += ["Customer   2", lines[1], "|19|10.01.2025|20,00|EUR|", "|20|11.01.2025|5,50-|EUR|"]
    lines += ["|*||14,50|EUR|", "|**||1.014,50|EUR|"]
    imported = load(tmp_path, "\n".join(lines) + "\n")
    assert stated(imported) == {A: 100_000, B: 1_450}
    assert (imported.reconciliation.status, imported.reconciliation.compared) == ("reconciled", 3)


def test_a_chinese_list_in_gbk(tmp_path):
    names = "客户|公司代码|凭证编号|年度|项目|凭证类型|凭证日期|过账日期|净到期日|凭证货币金额|货币"
    names += "|特别总账标识|清账日期|清账凭证|发票参考"
    text = text_of()
    header = next(line for line in text.splitlines() if line.startswith("|Account"))
    imported = load(tmp_path, text.replace(header, f"|{names}|").encode("gbk"))
    assert (imported.reconciliation.status, stated(imported)) == ("reconciled", OPEN)
    kinds = latest(imported.portfolio, "allocations")["kind"].value_counts().to_dict()
    # A part payment leaves its invoice open; a residual takes over what its clearing did not pay.
    assert kinds == {"payment": 3, "transfer": 1}


@pytest.mark.parametrize("places", [(0, 2), (1, 1)])
def test_lists_without_line_numbers_that_overlap_count_each_line_once(tmp_path, places):
    head = "Account\tDocumentNo\tYear\tDoc. Date\tAmount\tCurr.\tClearing\tClrng doc.\n"
    twin = "1\t18\t2025\t10.01.2025\t10,00\tEUR\t\t\n"
    paid = "1\t18\t2025\t10.01.2025\t25,00\tEUR\t30.01.2025\t14\n"
    lists = [head + twin * 2 + paid.replace("30.01.2025\t14", "\t"), head + twin * 2 + paid]
    imported = load(tmp_path, *(lists[place % 2] for place in places))
    rows = open_items(imported.portfolio)
    assert sorted(rows["open_minor"]) == ([1_000, 1_000, 2_500] if places == (0, 2) else [0, 1_000, 1_000])
    both = load(tmp_path, *lists)
    assert sorted(open_items(both.portfolio)["open_minor"]) == [0, 1_000, 1_000]
    assert both.left_out == {"lines given before": 3}


@pytest.mark.parametrize("cell", ["", "2", "Account 2"])
def test_a_subtotal_belongs_to_the_lines_above_it_whatever_it_says_itself(tmp_path, cell):
    text = text_of(keep=("*",)).replace("799,99|EUR", "799,99|   ")
    star = [line for line in text.splitlines() if stars(line) == "*"][1]
    imported = load(tmp_path, text.replace(star, star.replace("|*         |", f"|{'* ' + cell:<10}|", 1)))
    assert (imported.reconciliation.status, stated(imported)) == ("reconciled", OPEN)


def test_a_currency_that_nobody_knows_refuses_its_lines_and_states_nothing_else(tmp_path):
    imported = load(tmp_path, text_of().replace("1.234,50|EUR  |", "1.234,50|QQQ  |"))
    assert imported.rejects.rows >= 1
    assert stated(imported) == {B: OPEN[B]}


def test_amounts_in_another_notation_are_refused_and_not_guessed(tmp_path):
    imported = load(tmp_path, text_of(keep=()).replace("1.234,50", "1,234.50").replace("400,00-", "400.00-"))
    assert {reason["reason"] for reason in imported.rejects.reasons()} == {
        "WRBTR: expected a number with decimal mark ',', thousands mark '.'; found something else"
    }
    assert imported.rejects.rows == 2
