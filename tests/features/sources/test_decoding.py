from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import InputError
from features.sources.decoding import as_utf8, copy_as_utf8, doubts_of
from features.sources.encodings import guessed_encoding

CHINESE = "客户,金额\n上海贸易有限公司,12\n北京电子有限公司,13\n"
GERMAN = "Kunde,Ort\nMüller,Köln\nÄrzte,Essen\nWeiß,Düsseldorf\n"
BIG5 = "客戶,金額\n臺北貿易有限公司,12\n高雄電子股份有限公司,13\n"
JAPANESE = "顧客,金額\nカブシキ会社さくら,12\n東京でんき,13\n"
LATE_EMOJI = (CHINESE + "x,1\n" * 20_000 + "\U0001f600,2\n").encode("gb18030")


def read(tmp_path: Path, content: bytes, encoding: str, *, in_parts: bool) -> str:
    if not in_parts:
        return as_utf8(content, "a.csv", encoding).decode()
    copy_as_utf8(io.BytesIO(content), tmp_path / "text", "a.csv", encoding)
    return (tmp_path / "text").read_bytes().decode()


@pytest.mark.parametrize("in_parts", [False, True])
@pytest.mark.parametrize("text", [CHINESE, GERMAN])
@pytest.mark.parametrize(
    "encoding", ["gbk", "gb18030", "big5", "shift_jis", "cp1252", "latin-1", "cp1251", "iso8859-15", "euc_kr"]
)
def test_utf_8_under_another_name_is_refused(tmp_path, encoding, text, in_parts):
    with pytest.raises(InputError, match=r'text in utf-8|probably utf-8.*encoding = "utf-8"'):
        read(tmp_path, text.encode(), encoding, in_parts=in_parts)


@pytest.mark.parametrize("in_parts", [False, True])
@pytest.mark.parametrize(
    ("text", "is_in", "named"),
    [
        (CHINESE, "gbk", "cp1252"),
        (CHINESE, "gbk", "latin-1"),
        (CHINESE, "gbk", "big5"),
        (GERMAN, "cp1252", "gbk"),
        (BIG5, "big5", "gbk"),
        (JAPANESE, "shift_jis", "gb18030"),
    ],
)
def test_words_that_are_none_in_the_encoding_named_are_refused(tmp_path, text, is_in, named, in_parts):
    with pytest.raises(InputError, match=f'encoding = "{is_in}"'):
        read(tmp_path, text.encode(is_in), named, in_parts=in_parts)


@pytest.mark.parametrize("in_parts", [False, True])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "gbk"),
        ("a,b\n万,1\n", "gbk"),
        ("a,b\n鑫淼,1\n", "gbk"),
        ("a,b\n鑫,1\n", "gbk"),
        (GERMAN, "cp1252"),
        ("A,B\nÉTÉ,NOËL\n", "cp1252"),
        ("ЩИТ,ЖИР\nЖИЛИЩИ,12\n", "cp1251"),
        ("ЩИТ,ЖИР\nЖилищи,12\n", "koi8-r"),
        (BIG5, "big5"),
        (JAPANESE, "shift_jis"),
        ("ｶﾌﾞｼｷ,1\n", "shift_jis"),
        ("이름,금액\n서울,12\n", "euc_kr"),
        ("plain,1\n", "gbk"),
    ],
)
def test_what_the_mapping_names_rightly_is_read(tmp_path, text, encoding, in_parts):
    assert read(tmp_path, text.encode(encoding), encoding, in_parts=in_parts) == text


@pytest.mark.parametrize("in_parts", [False, True])
def test_a_late_character_of_gb18030_is_read_by_the_guess_and_named_under_gbk(tmp_path, in_parts):
    assert read(tmp_path, LATE_EMOJI, "auto", in_parts=in_parts).endswith("\U0001f600,2\n")
    assert guessed_encoding(LATE_EMOJI) == "gb18030"
    with pytest.raises(InputError, match='encoding = "gb18030"'):
        read(tmp_path, LATE_EMOJI, "gbk", in_parts=in_parts)


def test_one_line_in_another_encoding_is_named():
    content = (CHINESE + "x,1\n" * 20_000).encode() + "Müller,3\n".encode("cp1252")
    with pytest.raises(InputError, match="begins so and holds other bytes in line 20004"):
        as_utf8(content, "a.csv", "utf-8")


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        "名称\n一\n",
        "客户,金额\n" + "一二三上海贸易有限公司北京,丁七\n" * 300,
        "名,一\n" + "上海贸易\U0001f600" * 40_000 + "\n",
        CHINESE,
    ],
)
def test_utf_16_without_a_mark_is_told_from_binary_content(name, text):
    assert guessed_encoding(text.encode(name)) == name


@given(st.binary(min_size=256, max_size=4096))
def test_noise_is_never_utf_16_without_a_mark(noise):
    assert not guessed_encoding(b"\x00\x01\x02" + noise).startswith("utf-16-")


@given(st.text(st.characters(codec="gbk", min_codepoint=0x20), min_size=1))
def test_what_gbk_reads_gb18030_reads_alike(text):
    assert text.encode("gbk").decode("gb18030") == text


def test_characters_that_were_lost_before_are_told():
    assert doubts_of(CHINESE.encode(), "a.csv") == doubts_of(GERMAN.encode(), "a.csv") == ()
    assert "holds 2 characters that were lost" in doubts_of("a,\ufffd\ufffd\n".encode(), "a.csv")[0]
    for once in (CHINESE.encode().decode("latin-1"), GERMAN.encode().decode("cp1252", "ignore")):
        assert "once saved as Western text" in doubts_of(once.encode(), "a.csv")[0]
