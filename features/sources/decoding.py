"""Text files in any encoding as UTF-8; a wrong one is refused with a guess of the right one."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from features.errors import InputError

__all__ = ["as_utf8", "copy_as_utf8", "guessed_encoding"]

_SAMPLE_BYTES = 65_536
_PART_BYTES = 1 << 22
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_MIN_SHARE_COMMON = 0.7
_MIN_SHARE_NULS = 0.05
_NOTES = {"cp1252": " (Western European); check names after the import"}


def as_utf8(content: bytes, name: str, encoding: str) -> bytes:
    """Return the content of a text file in UTF-8, without a byte order mark.

    Parameters
    ----------
    content : bytes
    name : str
        The file's name, for messages.
    encoding : str
        What the mapping says that it is; ``auto`` takes the guess.

    Raises
    ------
    InputError
        Where it is another one; the guess and the key of the mapping are named.

    Examples
    --------
    >>> as_utf8("客户".encode("gbk"), "a.csv", "gbk").decode()
    '客户'
    """
    encoding = _named(content, encoding)
    try:
        text = content.decode(_codec(encoding).name)
    except UnicodeError as error:
        raise _other_encoding(content, name, encoding) from error
    if "\0" in text[:_SAMPLE_BYTES]:
        raise _other_encoding(content, name, encoding)
    return text.encode("utf-8")


def copy_as_utf8(source: BinaryIO, target: Path, name: str, encoding: str) -> bool:
    """Write the content of a text file in UTF-8, without a byte order mark, a part at a time.

    Parameters
    ----------
    source : binary file
        At its start.
    target : Path
        File to write.
    name, encoding :
        As in `as_utf8`.

    Returns
    -------
    bool
        Whether the text is empty.

    Raises
    ------
    InputError
        As in `as_utf8`.
    """
    sample = source.read(_SAMPLE_BYTES + 1)
    encoding = _named(sample, encoding)
    decoder = _codec(encoding).incrementaldecoder()
    part, is_first = sample, True
    try:
        with target.open("wb") as file:
            while True:
                text = decoder.decode(part, not part)
                if is_first and "\0" in text:
                    raise _other_encoding(sample, name, encoding)
                file.write(text.encode("utf-8"))
                if not part:
                    return not sample
                part, is_first = source.read(_PART_BYTES), False
    except UnicodeError as error:
        raise _other_encoding(sample, name, encoding) from error


def _named(content: bytes, encoding: str) -> str:
    return (guessed_encoding(content) or "utf-8") if encoding == "auto" else encoding


def _codec(encoding: str) -> codecs.CodecInfo:
    try:
        return codecs.lookup(
            "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        )
    except LookupError as error:
        raise InputError.of(
            "an encoding that Python knows", f"'{encoding}'", "correct [source] encoding"
        ) from error


def _other_encoding(content: bytes, name: str, encoding: str) -> InputError:
    expected = f"text in {encoding}"
    guess = guessed_encoding(content)
    if not guess:
        return InputError.of(
            expected,
            f"{name}, which holds binary content, not text",
            "name a text file, or an .xlsx or .parquet file with its own ending",
        )
    found = f"{name}, probably {guess}{_NOTES.get(guess, '')}"
    return InputError.of(expected, found, f'name it in the mapping: [source] encoding = "{guess}"')


def guessed_encoding(content: bytes) -> str:
    """Return the likeliest of the encodings that the guide names; empty where it is no text."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    sample = content[:_SAMPLE_BYTES]
    if b"\0" in sample:
        return _utf_16_without_mark(sample)
    if _CONTROLS.search(sample.decode("latin-1")):
        return ""
    if len(content) > len(sample):
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    for name, is_common in _CANDIDATES:
        text = _decoded(sample, name)
        if text is not None and (is_common is None or _is_east_asian(text, is_common)):
            return name
    return "cp1252"


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeError:
        return None


def _utf_16_without_mark(sample: bytes) -> str:
    """Return UTF-16 where every NUL byte is the same half of a character and the text is clean."""
    sample = sample[: len(sample) // 2 * 2]
    for name, high, low in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        nuls = sample[high::2].count(0)
        if sample[low::2].count(0) or nuls < _MIN_SHARE_NULS * len(sample) / 2:
            continue
        text = _decoded(sample, name)
        if text is not None and not _CONTROLS.search(text):
            return name
    return ""


def _is_east_asian(text: str, is_common: Callable[[str], bool]) -> bool:
    """Whether characters outside ASCII stand together, as in words of East Asia, and most are common ones.

    Two Western letters with accents rarely stand side by side, so what they decode to stands alone.
    """
    foreign = [character for character in text if character > "\x7f" and character.isalpha()]
    together = sum(len(run) for run in _FOREIGN_RUN.findall(text))
    if not foreign or together < len(foreign) / 2:
        return False
    return sum(is_common(character) for character in foreign) >= _MIN_SHARE_COMMON * len(foreign)


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
