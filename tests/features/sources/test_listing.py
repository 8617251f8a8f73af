from __future__ import annotations

from features.sources.cleaning import cleaned, renamed
from features.sources.listing import read_listing
from features.sources.reading import read_source
from features.sources.rules import SourceRule

RULE = SourceRule(
    layout="sap_list",
    aliases={"BELNR": ["DocumentNo"], "WRBTR": ["Amount"], "WAERS": ["Curr."]},
    captions={"KUNNR": ["Customer"]},
)
LIST = """Customer      1234
-----------
|DocumentNo|Amount|Curr.|
-----------
|18        |5,00  |EUR  |
|19        |a|b   |EUR  |
-----------
|*         |5,00  |EUR  |
Customer      9
|DocumentNo|Amount|Curr.|
|20        |7,00  |EUR  |
"""


def test_headings_belong_to_the_rows_below_and_repeated_headers_are_none():
    listing = read_listing(LIST, "list.txt", RULE)
    assert listing.rows == [
        ["18", "5,00", "EUR", "", "1234"],
        ["", "5,00", "EUR", "*", "1234"],
        ["20", "7,00", "EUR", "", "9"],
    ]
    assert listing.numbers == [5, 8, 11]
    assert listing.broken == [(6, "expected 3 cells as in the header; found 4", "|19        |a|b   |EUR  |")]


def test_several_aliases_take_the_first_that_is_there():
    aliases = {"WRBTR": ["Amount in DC", "Amount"], "X": ["nothing"]}
    assert renamed(["Amount", "Amount in DC"], aliases) == {"Amount in DC": "WRBTR"}
    assert renamed(["Amount"], aliases) == {"Amount": "WRBTR"}
    assert renamed(["WRBTR", "Amount"], aliases) == {}


def test_titles_subtotals_and_repeated_cells(tmp_path):
    rule = SourceRule.model_validate(
        {
            "header_row": "find",
            "aliases": {"customer": ["客户编码"], "number": ["单据号"], "amount": ["金额"]},
            "skip": [{"reason": "subtotals", "when": [{"from": "customer", "matches": "(小计|合计).*"}]}],
            "fill_down": ["customer"],
            "pad": {"customer": 5},
        }
    )
    text = "应收明细表,,\n打印日期：2026-01-31,,\n客户编码,单据号,金额\n"
    text += "\uff11\uff12,A1,5\n,A2,6\n小计,,11\n7,B1,1\n合计：,,12\n"
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    source = read_source(tmp_path / "list.csv", rule)
    assert source.rows["customer"].tolist() == ["00012", "00012", "00007"]
    assert source.numbers.tolist() == [1, 2, 4]
    assert source.left_out == {"subtotals": 2}
    assert source.rows_read == 3


def test_ids_lose_the_point_that_a_spreadsheet_gave_them():
    import pandas as pd

    rows = pd.DataFrame({"doc": ["1930.0", "A.0", "12"]}, dtype="str")
    assert cleaned(rows, SourceRule(whole=["doc"]))[0]["doc"].tolist() == ["1930", "A.0", "12"]
