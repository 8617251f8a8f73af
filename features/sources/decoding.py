"""Text files in any encoding as UTF-8; a wrong one is refused with a guess of the right one."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import BinaryIO

from features.errors import InputError
from features.sources.encodings import (
    SAMPLE_BYTES,
    Utf8Evidence,
    codec_of,
    guessed_encoding,
    is_utf8_codec,
    reads_as_other,
)

__all__ = ["as_utf8", "copy_as_utf8", "doubts_of"]

_PART_BYTES = 1 << 22
_NOTES = {"cp1252": " (Western European); check names after the import"}
_EAST_ASIAN = frozenset({"gbk", "gb18030", "big5", "shift_jis"})
_WESTERN = frozenset({"cp1252", "iso8859-1", "iso8859-15", "mac-roman"})
_LOST = "\ufffd"


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
        Where it is another one, also where its bytes could be read in the one named; the guess and the key
        of the mapping are named.

    Examples
    --------
    >>> as_utf8("客户".encode("gbk"), "a.csv", "gbk").decode()
    '客户'
    """
    named = _named(content, encoding)
    codec = _codec(named)
    try:
        text = codec.decode(content)[0]
    except UnicodeError as error:
        raise _other_encoding(content, name, named, _place(content, error)) from error
    if "\0" in text[:SAMPLE_BYTES]:
        raise _other_encoding(content, name, named)
    evidence = Utf8Evidence(codec)
    evidence.add(content, is_last=True)
    _refuse_other(content, name, named, evidence)
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
    sample = source.read(SAMPLE_BYTES + 1)
    encoding = _named(sample, encoding)
    decoder, evidence = _codec(encoding).incrementaldecoder(), Utf8Evidence(_codec(encoding))
    part, is_first = sample, True
    try:
        with target.open("wb") as file:
            while True:
                text = decoder.decode(part, not part)
                evidence.add(part, is_last=not part)
                if is_first and "\0" in text:
                    raise _other_encoding(sample, name, encoding)
                file.write(text.encode("utf-8"))
                if not part:
                    _refuse_other(sample, name, encoding, evidence)
                    return not sample
                part, is_first = source.read(_PART_BYTES), False
    except UnicodeError as error:
        raise _other_encoding(sample, name, encoding, "in the middle of it") from error


def doubts_of(utf8: bytes, name: str) -> tuple[str, ...]:
    """Return what is doubtful about a text that could be read: characters that were lost before.

    Parameters
    ----------
    utf8 : bytes
        The text or its beginning.
    name : str
        The file's name.

    Examples
    --------
    >>> doubts_of("Caf\ufffd,1".encode(), "a.csv")
    ('a.csv holds 1 character that was lost before (\ufffd): export it again in UTF-8',)
    """
    doubts = []
    lost = utf8.count(_LOST.encode())
    if lost:
        told = "characters that were" if lost > 1 else "character that was"
        doubts.append(f"{name} holds {lost} {told} lost before ({_LOST}): export it again in UTF-8")
    if _is_damaged(utf8[:SAMPLE_BYTES].decode(errors="ignore")):
        doubts.append(f"{name} holds UTF-8 that was once saved as Western text (such as Ã¼): export it again")
    return tuple(doubts)


def _is_damaged(text: str) -> bool:
    """Whether most lines with characters outside ASCII are UTF-8 that was once read as Western text."""
    foreign = [line for line in text.split("\n") if not line.isascii()]
    return sum(map(_is_damaged_line, foreign)) * 2 > len(foreign) > 0


def _is_damaged_line(line: str) -> bool:
    for encoding in ("cp1252", "latin-1"):
        try:
            line.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def _named(content: bytes, encoding: str) -> str:
    if encoding != "auto":
        return encoding
    guess = guessed_encoding(content) or "utf-8"
    # Reason: each character of GBK has the same bytes in GB18030, which has those that come later as well.
    return "gb18030" if guess == "gbk" else guess


def _codec(encoding: str) -> codecs.CodecInfo:
    try:
        return codec_of(encoding)
    except LookupError as error:
        raise InputError.of(
            "an encoding that Python knows", f"'{encoding}'", "correct [source] encoding"
        ) from error


def _refuse_other(content: bytes, name: str, encoding: str, evidence: Utf8Evidence) -> None:
    """Refuse a text whose bytes could be read, but are those of another encoding."""
    codec = _codec(encoding)
    guess = "utf-8" if evidence.is_utf8 else ""
    if not guess and codec.name in _WESTERN and not content.isascii():
        guess = guessed_encoding(content)
        guess = guess if guess in _EAST_ASIAN else ""
    if not guess and codec.name in _EAST_ASIAN and reads_as_other(content, codec.name):
        guess = guessed_encoding(content)
    if guess:
        found = f"{name}, whose bytes are text in {guess}"
        step = f'name it in the mapping: [source] encoding = "{guess}"'
        raise InputError.of(f"text in {encoding}", found, step)


def _other_encoding(content: bytes, name: str, encoding: str, place: str = "") -> InputError:
    expected = f"text in {encoding}"
    guess = guessed_encoding(content)
    if not guess:
        return InputError.of(
            expected,
            f"{name}, which holds binary content, not text",
            "name a text file, or an .xlsx or .parquet file with its own ending",
        )
    codec = _codec(encoding)
    if is_utf8_codec(codec) and guess in ("utf-8", "utf-8-sig"):
        found = f"{name}, which begins so and holds other bytes {place}"
        return InputError.of(expected, found, "export it again in one encoding, or correct that line")
    if codec.name in ("gbk", "gb2312") and guess == "gbk":
        guess = "gb18030"
    found = f"{name}, probably {guess}{_NOTES.get(guess, '')}"
    return InputError.of(expected, found, f'name it in the mapping: [source] encoding = "{guess}"')


def _place(content: bytes, error: UnicodeError) -> str:
    if not isinstance(error, UnicodeDecodeError):
        return "in the middle of it"
    line = content.count(b"\n", 0, error.start) + 1
    return f"in line {line}"
