from __future__ import annotations

import gzip
from pathlib import Path

import openpyxl
import pytest

from features.errors import InputError
from features.sources.reading import SourceFile, read_source
from features.sources.rules import SourceRule

CHINESE = "客户,金额\n上海贸易有限公司,12\n北京电子有限公司,13\n"
GERMAN = "Kunde,Ort\nMüller & Söhne,Köln\nWeiß,Düsseldorf\nJäger,Nürnberg\n"


def read(tmp_path: Path, content: bytes, name: str = "export.csv", **source: object) -> SourceFile:
    (tmp_path / name).write_bytes(content)
    return read_source(tmp_path / name, SourceRule.model_validate(source))


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16", "utf-8", "utf-8-sig", "big5"])
def test_an_encoding_that_the_mapping_names_is_read(tmp_path, encoding):
    text = CHINESE if encoding != "big5" else "客戶,金額\n上海,12\n"
    named = "utf-8" if encoding == "utf-8-sig" else encoding
    source = read(tmp_path, text.encode(encoding), encoding=named)
    assert source.rows.iloc[0, 1] == "12"
    assert source.rows.columns[0].startswith("客")


@pytest.mark.parametrize(
    ("content", "guess"),
    [
        (CHINESE.encode("gbk"), "gbk"),
        (CHINESE.encode("utf-16"), "utf-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), "utf-16-le"),
        (CHINESE.encode("utf-16-le"), "utf-16-le"),
        ("\ufeffa,b\n1,2\n".encode("utf-32-le"), "utf-32"),
        (GERMAN.encode("cp1252"), "cp1252"),
        ("Kunde,Ort\nÄrzte,Essen\n".encode("cp1252"), "cp1252"),
        ("Cliente,Ciudad\nMuñoz,Córdoba\nPeña,Málaga\n".encode("cp1252"), "cp1252"),
        ("Client,Ville\nSociété Générale,Orléans\nÉTÉ,Nîmes\n".encode("cp1252"), "cp1252"),
        ("客戶,金額\n臺北貿易有限公司,12\n高雄電子股份有限公司,13\n".encode("big5"), "big5"),
        ("顧客,金額\nカブシキ会社さくら,12\n東京でんき,13\n".encode("shift_jis"), "shift_jis"),
        ("客户,金额\n北京电子有限公司,1\n上海㐀贸易有限公司,2\n".encode("gb18030"), "gb18030"),
    ],
)
def test_another_encoding_is_refused_with_the_guess(tmp_path, content, guess):
    with pytest.raises(InputError, match=f'probably {guess}.*; .*encoding = "{guess}"'):
        read(tmp_path, content)


def test_utf_8_is_the_guess_where_the_mapping_names_another(tmp_path):
    with pytest.raises(InputError, match=r'probably utf-8; .*encoding = "utf-8"'):
        read(tmp_path, "客户,金额\n上海,1\n".encode(), encoding="ascii")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04\x14\x00\x00\x00\xff", bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n\xff\xfe\x01"]
)
def test_binary_content_is_refused_as_such(tmp_path, content):
    with pytest.raises(InputError, match="binary content, not text"):
        read(tmp_path, content)


def test_an_unknown_encoding_is_refused(tmp_path):
    with pytest.raises(InputError, match="an encoding that Python knows"):
        read(tmp_path, b"a\n1\n", encoding="utf-99")


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"a,b", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path, content):
    with pytest.raises(InputError, match="rows below a header"):
        read(tmp_path, content)


def test_rows_keep_their_numbers_beside_broken_ones(tmp_path):
    source = read(tmp_path, b'\xef\xbb\xbfa, b\n1,2\n\n3\n4,"x\ny"\n5,6,7\n,\n')
    assert source.rows.columns.tolist() == ["a", "b"]
    assert source.rows["b"].tolist() == ["2", "x\ny", ""]
    assert source.numbers.tolist() == [1, 3, 5]
    assert source.broken["number"].tolist() == [2, 4]
    assert source.broken["reason"][0] == "expected 2 fields as in the header; found 1"


def test_a_quote_that_is_never_closed_is_refused(tmp_path):
    with pytest.raises(InputError, match="opened and not closed"):
        read(tmp_path, b'a,b\n1,"2\n3,4\n')
    assert len(read(tmp_path, b'a,b\n1,"2\n3,4\n', quote="'").rows) == 2


def test_header_row_delimiter_repeated_names_and_footer(tmp_path):
    source = read(
        tmp_path,
        b"Report\n\nno;name;name;\n1;x;y;z\nTotal;;;\n",
        delimiter=";",
        header_row=3,
        skip_last_rows=1,
    )
    assert source.rows.columns.tolist() == ["no", "name", "name#3", "#4"]
    assert source.rows.iloc[0].tolist() == ["1", "x", "y", "z"]
    assert len(source.rows) == 1


@pytest.mark.parametrize("name", ["export.xlsx", "export.parquet", "export.csv.gz", "export.xls"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=name):
        read(tmp_path, b"no such thing", name)


def test_excel_leaves_out_empty_rows(tmp_path):
    book = openpyxl.Workbook()
    for row in (["a", None, "c"], [None, None, None], [1, 2.50, True], ["", None, None]):
        book.active.append(row)
    book.save(tmp_path / "export.xlsx")
    rows = read_source(tmp_path / "export.xlsx", SourceRule()).rows
    assert rows.to_dict("records") == [{"a": "1", "#2": "2.5", "c": "true"}]


def test_sheets_that_are_not_read_are_told_unless_the_mapping_names_one(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Jan"
    book.create_sheet("Empty")
    book.create_sheet("Feb")
    for title in ("Jan", "Feb"):
        for row in (["a", "b"], [title, 2]):
            book[title].append(row)
    book.save(tmp_path / "export.xlsx")
    source = read_source(tmp_path / "export.xlsx", SourceRule())
    assert source.rows["a"].tolist() == ["Jan"]
    assert source.notes == (
        "export.xlsx has 2 sheets with data; only 'Jan' was read, not 'Feb'; name the one to read: [source]"
        " sheet, or save each as a file of its own",
    )
    assert read_source(tmp_path / "export.xlsx", SourceRule(sheet="Feb")).notes == ()


def test_a_header_may_span_lines(tmp_path):
    source = read(tmp_path, b'Report\n"Invoice\nNo",b\n1,2\n3\n', header_row=2)
    assert source.rows.to_dict("records") == [{"Invoice\nNo": "1", "b": "2"}]
    assert source.broken["number"].tolist() == [2]
    # An inch mark in a header opens no quote that a later line closes.
    assert len(read(tmp_path, b'no,5"\n1,2\n3,4\n', quote="'").rows) == 2


def test_a_gzipped_file_that_is_broken_inside_is_refused(tmp_path):
    content = bytearray(gzip.compress(b"a,b\n1,2\n" * 500))
    content[12:20] = bytes(8)
    with pytest.raises(InputError, match="broken or none"):
        read(tmp_path, bytes(content), "export.csv.gz")
