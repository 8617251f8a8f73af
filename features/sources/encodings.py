"""Which encoding a text file has, told from its bytes; and whether it fits the one that somebody named."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable

__all__ = ["SAMPLE_BYTES", "Utf8Evidence", "codec_of", "guessed_encoding", "is_utf8_codec", "reads_as_other"]

SAMPLE_BYTES = 65_536
"""Bytes from the beginning of a file that a guess looks at."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_MARKS_OF_ROWS = re.compile("[,;\t|\n\r]")
_RARE_CATEGORIES = frozenset({"Cn", "Co", "Cs"})
_FIRST_OF_THREE_BYTES = "\u0800"
_MIN_SHARE_COMMON = 0.7
_MIN_SHARE_OF_LANGUAGES = 0.95
_MIN_CERTAIN = 8
_MIN_ALONE, _MIN_SHARE_ALONE = 3, 0.95


def guessed_encoding(content: bytes) -> str:
    r"""Return the likeliest of the encodings that the guide names; empty where it is no text.

    Parameters
    ----------
    content : bytes
        A file or its beginning.

    Examples
    --------
    >>> guessed_encoding("客户,金额\n".encode("utf-16-le")), guessed_encoding(b"\x00\x01\x02\x03")
    ('utf-16-le', '')
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    sample = content[:SAMPLE_BYTES]
    if b"\0" in sample:
        return _utf_16_without_mark(sample)
    if _CONTROLS.search(sample.decode("latin-1")):
        return ""
    is_whole = len(content) <= SAMPLE_BYTES
    for name, is_common in _CANDIDATES:
        text = _decoded(sample, name, is_whole=is_whole)
        if text is not None and (is_common is None or _is_east_asian(text, is_common)):
            return "gb18030" if name == "gbk" and _decoded(content, name, is_whole=True) is None else name
    return "cp1252"


def reads_as_other(content: bytes, encoding: str) -> bool:
    r"""Whether text that can be read in an East Asian encoding holds no words of it, and words of another.

    Parameters
    ----------
    content : bytes
        A file or its beginning.
    encoding : str
        ``gbk``, ``gb18030``, ``big5`` or ``shift_jis``.

    Examples
    --------
    >>> western = "Müller,Köln\n".encode("cp1252")
    >>> reads_as_other(western, "gbk"), reads_as_other("客户".encode("gbk"), "gbk")
    (True, False)
    """
    text = _decoded(content[:SAMPLE_BYTES], encoding, is_whole=len(content) <= SAMPLE_BYTES)
    is_common = dict(_CANDIDATES)[encoding]
    if text is None or is_common is None or text.isascii() or _is_east_asian(text, is_common):
        return False
    letters = [character for character in _FOREIGN.findall(text) if character.isalpha()]
    guess = guessed_encoding(content)
    is_family = {guess, encoding} <= {"gbk", "gb18030"}
    # Reason: a few rare characters that stand alone are no words of anything, and what was named counts.
    is_western = not any(map(is_common, letters)) and not _FOREIGN_RUN.search(text)
    is_sure = guess != "cp1252" or (len(letters) > 1 and is_western)
    return bool(letters) and is_sure and not is_family


def codec_of(encoding: str) -> codecs.CodecInfo:
    """Return the codec of an encoding's name; UTF-8 drops its byte order mark (LookupError where unknown)."""
    return codecs.lookup("utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding)


def is_utf8_codec(codec: codecs.CodecInfo) -> bool:
    """Whether a codec reads UTF-8."""
    return codec.name.startswith("utf-8")


class Utf8Evidence:
    """Whether bytes that are read in another encoding are UTF-8 in truth; they may come in parts.

    Text outside ASCII in another encoding is hardly ever valid UTF-8. Only a few characters of two bytes may
    be both in an East Asian encoding, so that these are no evidence.

    Parameters
    ----------
    codec : CodecInfo
        The encoding in which the bytes are read.

    Examples
    --------
    >>> evidence = Utf8Evidence(codecs.lookup("gbk"))
    >>> evidence.add("客户".encode("utf-8"))
    >>> evidence.is_utf8
    True
    """

    def __init__(self, codec: codecs.CodecInfo) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._min = 1 if _is_single_byte(codec) else _MIN_CERTAIN
        self._is_possible = not codec.name.startswith(("utf", "ascii"))
        self._foreign, self._has_long = 0, False

    def add(self, part: bytes, *, is_last: bool = False) -> None:
        """Take the next bytes."""
        if not self._is_possible:
            return
        try:
            text = self._decoder.decode(part, is_last)
        except UnicodeDecodeError:
            self._is_possible = False
            return
        if not text.isascii():
            self._foreign += len(_FOREIGN.findall(text))
            self._has_long |= max(text) >= _FIRST_OF_THREE_BYTES

    @property
    def is_utf8(self) -> bool:
        """Whether what came so far is UTF-8 beyond doubt."""
        return self._is_possible and (self._has_long or self._foreign >= self._min)


def _is_single_byte(codec: codecs.CodecInfo) -> bool:
    return len(codec.decode(bytes(range(0x80, 0x100)), "replace")[0]) == 0x80


def _decoded(sample: bytes, encoding: str, *, is_whole: bool) -> str | None:
    """Return text, or None where bytes are none; the last character of a beginning may be cut."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample, is_whole)
    except UnicodeError:
        return None


def _utf_16_without_mark(sample: bytes) -> str:
    """Return the UTF-16 in which the text is clean and has most marks of rows and fields; empty for none."""
    counts = {}
    for name in ("utf-16-le", "utf-16-be"):
        text = _decoded(sample[: len(sample) // 2 * 2], name, is_whole=len(sample) < SAMPLE_BYTES)
        if text and not _CONTROLS.search(text) and _is_of_languages(text):
            counts[name] = len(_MARKS_OF_ROWS.findall(text))
    best = max(counts, key=lambda name: counts[name], default="")
    return best if best and counts[best] else ""


def _is_of_languages(text: str) -> bool:
    """Whether nearly all characters are assigned ones of the scripts in which ledgers are written."""
    kinds = {character: _is_of_a_ledger(character) for character in set(text)}
    return sum(kinds[character] for character in text) >= _MIN_SHARE_OF_LANGUAGES * len(text)


def _is_of_a_ledger(character: str) -> bool:
    code = ord(character)
    is_script = any(first <= code <= last for first, last in _SCRIPTS)
    return is_script and unicodedata.category(character) not in _RARE_CATEGORIES


_SCRIPTS = (
    (0x0009, 0x052F),
    (0x2000, 0x22FF),
    (0x3000, 0x30FF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xFF00, 0xFFEF),
    (0x1F300, 0x1FAFF),
    (0x20000, 0x2A6DF),
)
"""First and last characters: Latin, Greek and Cyrillic; signs; kana; Chinese; Hangul; full width; emoji."""


def _is_east_asian(text: str, is_common: Callable[[str], bool]) -> bool:
    """Whether characters outside ASCII stand together, as in words of East Asia, and most are common ones.

    Two Western letters with accents rarely stand side by side, so what they decode to stands alone. A common
    character of GB2312 takes two such letters, so that several of them (年, 月, 日 in dates) may stand alone.
    """
    foreign = [character for character in text if character > "\x7f" and character.isalpha()]
    share_common = sum(map(is_common, foreign)) / max(len(foreign), 1)
    together = sum(len(run) for run in _FOREIGN_RUN.findall(text))
    if foreign and together >= len(foreign) / 2:
        return share_common >= _MIN_SHARE_COMMON
    is_certain = is_common is _is_first_level_of_gb2312 and len(foreign) >= _MIN_ALONE
    return is_certain and share_common >= _MIN_SHARE_ALONE


def _is_first_level_of_gb2312(character: str) -> bool:
    code = character.encode("gb18030")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1


def _is_first_level_of_big5(character: str) -> bool:
    return 0xA4 <= character.encode("big5")[0] <= 0xC6


def _is_japanese(character: str) -> bool:
    return "\u3040" <= character <= "\u30ff" or "\u4e00" <= character <= "\u9fff"


_CANDIDATES: tuple[tuple[str, Callable[[str], bool] | None], ...] = (
    ("utf-8", None),
    ("gbk", _is_first_level_of_gb2312),
    ("gb18030", _is_first_level_of_gb2312),
    ("big5", _is_first_level_of_big5),
    ("shift_jis", _is_japanese),
)
