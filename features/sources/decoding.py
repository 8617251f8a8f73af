"""Text files in any encoding as UTF-8; a wrong one is refused with a guess of the right one."""

from __future__ import annotations

import charset_normalizer

from features.errors import InputError

__all__ = ["as_utf8"]

_SAMPLE_BYTES = 65_536
_STEP_ENCODING = "name it in the mapping: [source] encoding = "


def as_utf8(content: bytes, name: str, encoding: str) -> bytes:
    """Return the content of a text file in UTF-8, without a byte order mark.

    Parameters
    ----------
    content : bytes
    name : str
        The file's name, for messages.
    encoding : str
        What the mapping says that it is.

    Raises
    ------
    InputError
        Where it is another one; the guess and the key of the mapping are named.

    Examples
    --------
    >>> as_utf8("客户".encode("gbk"), "a.csv", "gbk").decode()
    '客户'
    """
    try:
        text = content.decode(
            "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        )
    except LookupError as error:
        raise InputError.of(
            "an encoding that Python knows", f"'{encoding}'", "correct [source] encoding"
        ) from error
    except UnicodeError as error:
        raise _other_encoding(content, name, encoding) from error
    if "\0" in text[:_SAMPLE_BYTES]:
        raise _other_encoding(content, name, encoding)
    return text.encode("utf-8")


def _other_encoding(content: bytes, name: str, encoding: str) -> InputError:
    guess = _guessed_encoding(content)
    found = f"{name}, which looks like {guess}" if guess else f"{name}, whose encoding cannot be guessed"
    return InputError.of(f"text in {encoding}", found, f'{_STEP_ENCODING}"{guess or "..."}"')


def _guessed_encoding(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    sample = content[:_SAMPLE_BYTES]
    if b"\0" in sample:
        return "utf-16-le" if sample[1:2] == b"\0" else "utf-16-be"
    try:
        return _gbk_if_chinese(sample)
    except UnicodeError:
        best = charset_normalizer.from_bytes(sample).best()
        if best is None:
            return ""
        return "cp1252" if "cp1252" in best.could_be_from_charset else best.encoding


def _gbk_if_chinese(sample: bytes) -> str:
    """Return the name of GBK where most characters are of the first level of GB 2312 (bytes B0-D7)."""
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    pairs = [code for code in whole.decode("gbk") if ord(code) > 0x7F]
    common = [code for code in pairs if 0xB0 <= code.encode("gbk")[0] <= 0xD7]
    if not pairs or len(common) < 0.8 * len(pairs):
        raise UnicodeError
    return "gbk"
