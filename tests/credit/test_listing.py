from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from credit.assessor import Assessor
from credit.listing import SUFFIXES, book_list, write_list
from credit.listing_sheet import MOST_ROWS
from credit.release import Release
from features.build import Packed
from features.errors import InputError


@pytest.fixture(scope="session")
def told(demo_packed: Packed, demo_release: Release) -> tuple[pd.DataFrame, list[dict]]:
    return Assessor(demo_packed, demo_release).assess_all()


@pytest.fixture(scope="session")
def rows(told) -> pd.DataFrame:
    return book_list(*told)


def test_each_buyer_is_a_row_with_its_own_figures(told, rows: pd.DataFrame):
    values, assessments = told
    assert rows["buyer_id"].tolist() == values.index.tolist()
    for (_, row), assessment in zip(list(rows.iterrows())[::10], assessments[::10], strict=True):
        limit = assessment["limit"]
        for column, expected in (
            ("suggested_limit", limit["amount"]), ("headroom", limit["headroom"]),
            ("action", limit["action"]), ("exposure", limit["exposure"]),
            ("binding", limit["binding"]), ("limit_status", limit["status"]),
            ("grade", assessment["grade"]["computed"]),
        ):  # fmt: skip
            wanted = round(expected, 2) if isinstance(expected, float) else expected
            assert row[column] == wanted or (pd.isna(row[column]) and expected is None), column
        assert row["reasons"] == " | ".join(reason["text"] for reason in assessment["reasons"])


def test_what_cannot_be_said_is_missing_with_its_code_and_never_zero(rows: pd.DataFrame):
    silent = rows[rows["limit_status"] != "ok"]
    assert len(silent)
    assert silent["suggested_limit"].isna().all()
    assert (silent["limit_status"] != "").all()
    spoken = rows[rows["limit_status"] == "ok"]
    assert spoken["suggested_limit"].notna().all()


def test_the_difference_is_suggested_less_current(rows: pd.DataFrame):
    both = rows[rows["current_limit"].notna() & rows["suggested_limit"].notna()]
    assert len(both) > 20
    differences = both["suggested_limit"] - both["current_limit"]
    assert np.allclose(both["difference"], differences, rtol=0.0, atol=0.011)
    assert rows.loc[rows["current_limit"].isna(), "difference"].isna().all()


def test_money_has_the_decimals_of_its_currency(told, tmp_path: Path):
    # given one buyer in euro and one in yen, with sums from a conversion
    values, assessments = told
    said = [copy.deepcopy(assessments[0]), copy.deepcopy(assessments[0])]
    for assessment, currency in zip(said, ("EUR", "JPY"), strict=True):
        sums = {"exposure": 5274.740000000001, "overdue_amount": 15.2349, "headroom": 0.1 + 0.2}
        assessment["limit"] |= sums | {"currency": currency}

    rows = book_list(values.iloc[:2], said)

    assert rows["exposure"].tolist() == [5274.74, 5275.0]
    assert rows["overdue_amount"].tolist() == [15.23, 15.0]
    assert rows["headroom"].tolist() == [0.3, 0.0]


def test_warnings_are_codes_with_a_blank_between_them(told):
    values, assessments = told
    both = [{"code": "books_behind"}, {"code": "before_the_books"}]
    said = [assessments[0], assessments[1] | {"warnings": both}]

    assert book_list(values.iloc[:2], said)["warnings"].tolist() == ["", "books_behind before_the_books"]


def test_parquet_keeps_the_list(rows: pd.DataFrame, tmp_path: Path):
    write_list(rows, tmp_path / "book.parquet", ".parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "book.parquet"), rows)


def test_csv_keeps_the_numbers_and_chinese_for_excel(rows: pd.DataFrame, tmp_path: Path):
    path = tmp_path / "book.csv"
    named = rows.assign(buyer_id="买方" + rows["buyer_id"])
    write_list(named, path, ".csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    again = pd.read_csv(path)
    assert again["buyer_id"].tolist() == named["buyer_id"].tolist()
    pd.testing.assert_series_equal(again["suggested_limit"], rows["suggested_limit"])
    pd.testing.assert_series_equal(again["difference"], rows["difference"])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_can_be_taken_for_a_formula(rows: pd.DataFrame, tmp_path: Path, start):
    path = tmp_path / "book.csv"
    write_list(rows.head(2).assign(buyer_id=f"{start}HYPERLINK(1)"), path, ".csv")
    assert pd.read_csv(path)["buyer_id"].str.startswith("'").all()


def sheet_of(path: Path) -> list[tuple]:
    return list(openpyxl.load_workbook(path)["credit"].iter_rows(values_only=True))


def test_a_workbook_keeps_numbers_texts_and_what_is_missing(rows: pd.DataFrame, tmp_path: Path):
    path = tmp_path / "book.xlsx"
    write_list(rows.assign(buyer_id="买方" + rows["buyer_id"]), path, ".xlsx")

    header, *cells = sheet_of(path)

    assert list(header) == rows.columns.tolist()
    assert [row[0] for row in cells] == ("买方" + rows["buyer_id"]).tolist()
    limits = [row[header.index("suggested_limit")] for row in cells]
    assert limits == [None if pd.isna(amount) else amount for amount in rows["suggested_limit"]]
    assert None in limits


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_workbook_is_a_formula(rows: pd.DataFrame, tmp_path: Path, start):
    path, text = tmp_path / "book.xlsx", f"{start}HYPERLINK(1)"
    write_list(rows.head(2).assign(buyer_id=text), path, ".xlsx")

    cell = openpyxl.load_workbook(path)["credit"]["A2"]

    assert cell.data_type == "s"
    assert cell.value.replace("\r", "\n").strip() == text.replace("\r", "\n").strip()


def test_what_a_workbook_cannot_hold_is_replaced_cut_or_refused(rows: pd.DataFrame, tmp_path: Path):
    path = tmp_path / "book.xlsx"
    write_list(rows.head(1).assign(buyer_id="a\x00b", reasons="x" * 40_000), path, ".xlsx")

    header, row = sheet_of(path)
    assert row[0] == "a\ufffdb"
    assert len(row[header.index("reasons")]) == 32_767
    with pytest.raises(InputError, match="at most 1,048,575 rows"):
        write_list(pd.DataFrame({"buyer_id": np.zeros(MOST_ROWS + 1)}), path, ".xlsx")


def test_no_buyers_give_an_empty_list_with_all_columns(told, rows: pd.DataFrame, tmp_path: Path):
    values, _ = told
    empty = book_list(values.iloc[:0], [])
    assert empty.columns.tolist() == rows.columns.tolist()
    for suffix in SUFFIXES:
        write_list(empty, tmp_path / f"book{suffix}", suffix)
