"""Text of an export into plain values: numbers with any marks, dates in any format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from features.instants import day_of, end_of_day, to_utc, within_range
from features.sources.rules import SourceRule

__all__ = ["days_of", "filled", "instants_of", "plain_numbers"]

_TIME = re.compile(r"%[HIMSpfzZcXs]")
_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?"
_ZONE = r"(?:Z|[+-]\d\d:?\d\d)$"
_FULL_WIDTH = "[\uff08-\uff1a]"
_NO_BREAK_SPACES = "\u00a0|\u202f"


def filled(text: pd.Series[Any], null_words: Sequence[str]) -> pd.Series[Any]:
    """Return stripped text, missing where it is empty or one of the words for nothing.

    Examples
    --------
    >>> filled(pd.Series([" a ", "", "n/a"]), ["n/a"]).isna().tolist()
    [False, True, True]
    """
    stripped = text.str.strip()
    return stripped.mask(stripped.isin(["", *null_words]))


def plain_numbers(text: pd.Series[Any], source: SourceRule) -> pd.Series[Any]:
    """Return numbers as plain decimal text (``-1234.50``), exactly as precise as they were.

    Parameters
    ----------
    text : Series of str, shape (n,)
        Numbers with the source's marks, in narrow or full-width characters; a minus may trail, brackets mean
        negative.
    source : SourceRule
        Decimal and thousands marks. A thousands mark must stand where one belongs: ``1.5`` is no number of an
        export that writes ``1.500,00``.

    Returns
    -------
    Series of str, shape (n,)
        Missing where the text is missing or no number.

    Examples
    --------
    >>> german = SourceRule(decimal=",", thousands=".")
    >>> plain_numbers(pd.Series(["1.234,50", "7,5-", "(3)", "1.5", "2E3"]), german).fillna("?").tolist()
    ['1234.50', '-7.5', '-3', '?', '2000']
    """
    unsigned, negative = _without_sign(_narrow(text).str.replace(_NO_BREAK_SPACES, " ", regex=True))
    decimal, mark = re.escape(source.decimal), re.escape(source.thousands)
    shapes = [rf"(?:\d+(?:{decimal}\d*)?|{decimal}\d+)(?:[eE][+-]?\d{{1,2}})?"]
    if mark:
        shapes.append(rf"\d{{1,3}}(?:{mark}\d{{2,3}})*{mark}\d{{3}}(?:{decimal}\d*)?")
    readable = unsigned.str.fullmatch("|".join(shapes), na=False)
    plain = unsigned.where(readable)
    if mark:
        plain = plain.str.replace(source.thousands, "", regex=False)
    plain = _without_exponent(plain.str.replace(source.decimal, ".", regex=False))
    return plain.where(~negative, "-" + plain)


def days_of(text: pd.Series[Any], formats: Sequence[str], timezone: str) -> pd.Series[Any]:
    """Return the day that each text names, midnight; missing where it names none.

    Parameters
    ----------
    text : Series of str, shape (n,)
    formats : sequence of str
        ``strptime`` formats in the order in which they are tried; ISO days and instants are read after them.
    timezone : str
        Zone in which the day of an instant with a zone is meant.

    Examples
    --------
    >>> days_of(pd.Series(["26-Apr-11", "2011-05-01", "x"]), ["%d-%b-%y"], "UTC").dt.strftime(
    ...     "%Y-%m-%d"
    ... ).tolist()
    ['2011-04-26', '2011-05-01', nan]
    """
    local, _ = _parsed(text, formats)
    zoned = _zoned(text, local)
    if zoned.notna().any():
        local = local.fillna(pd.Series(day_of(zoned, timezone), index=text.index))
    days: pd.Series[Any] = local.dt.normalize()
    return days


def instants_of(text: pd.Series[Any], formats: Sequence[str], timezone: str) -> pd.Series[Any]:
    """Return the instant that each text names, in UTC; a day alone means its end.

    Parameters
    ----------
    text : Series of str, shape (n,)
    formats : sequence of str
        As in `days_of`.
    timezone : str
        Zone of texts that name none.

    Examples
    --------
    >>> instants_of(
    ...     pd.Series(["01-02-2026 09:30", "2026-02-01"]), ["%d-%m-%Y %H:%M"], "Asia/Shanghai"
    ... ).tolist()
    [Timestamp('2026-02-01 01:30:00+0000', tz='UTC'), Timestamp('2026-02-01 15:59:59+0000', tz='UTC')]
    """
    local, has_time = _parsed(text, formats)
    utc = pd.Series(to_utc(local, timezone), index=text.index)
    utc = utc.mask(
        ~has_time & local.notna(), pd.Series(end_of_day(local.dt.normalize(), timezone), index=text.index)
    )
    return utc.fillna(_zoned(text, local)).dt.tz_localize("UTC")


def _narrow(text: pd.Series[Any]) -> pd.Series[Any]:
    """Return full-width digits and marks, as East Asian systems write them, in their narrow form."""
    is_wide = text.str.contains(_FULL_WIDTH, na=False, regex=True)
    return text.mask(is_wide, text[is_wide].str.normalize("NFKC")) if is_wide.any() else text


def _without_sign(text: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    bracketed = text.str.fullmatch(r"\(.*\)", na=False)
    leading, trailing = text.str.startswith(("-", "\u2212"), na=False), text.str.endswith("-", na=False)
    # Reason: two signs are no number; what is left of them fails the shape.
    unsigned = text.mask(bracketed, text.str.slice(1, -1)).mask(trailing & ~leading, text.str.slice(0, -1))
    unsigned = unsigned.mask(leading | text.str.startswith("+", na=False), text.str.slice(1))
    return unsigned.str.strip(), bracketed | leading | trailing


def _without_exponent(plain: pd.Series[Any]) -> pd.Series[Any]:
    has_exponent = plain.str.contains("e", case=False, na=False, regex=False)
    if not has_exponent.any():
        return plain
    written = plain[has_exponent].map(lambda number: format(Decimal(number), "f"))
    return plain.mask(has_exponent, written.reindex(plain.index))


def _zoned(text: pd.Series[Any], local: pd.Series[Any]) -> pd.Series[Any]:
    """UTC instants of the ISO texts that name a zone; missing for all others."""
    named = text.str.contains(_ZONE, na=False) & text.str.fullmatch(_ISO, na=False) & local.isna()
    if not named.any():
        return pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    utc = pd.to_datetime(text.where(named), format="ISO8601", errors="coerce", utc=True)
    plain = utc.dt.tz_localize(None).astype("datetime64[s]")
    return plain.where(within_range(plain, is_utc=True))


def _parsed(text: pd.Series[Any], formats: Sequence[str]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Local instants, and which of them have a time of day; each different text is parsed once."""
    codes, different = pd.factorize(text)
    values, has_time = _parsed_once(_narrow(pd.Series(different, dtype="str")), formats)
    taken = values.reindex(codes).set_axis(text.index)
    return taken, has_time.reindex(codes, fill_value=False).set_axis(text.index)


def _parsed_once(text: pd.Series[Any], formats: Sequence[str]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    values = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    has_time = pd.Series(False, index=text.index)
    is_iso = text.str.fullmatch(_ISO, na=False) & ~text.str.contains(_ZONE, na=False)
    for pattern in [*formats, "ISO8601"]:
        chosen = values.isna() & is_iso if pattern == "ISO8601" else values.isna()
        found = pd.to_datetime(text.where(chosen), format=pattern, errors="coerce").astype("datetime64[s]")
        found = found.where(within_range(found))
        told = text.str.len() > len("2026-01-31") if pattern == "ISO8601" else bool(_TIME.search(pattern))
        has_time |= found.notna() & told
        values = values.fillna(found)
    return values, has_time
