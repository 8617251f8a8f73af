"""Raw columns, text or typed, into the types that tables have in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.codes import COUNTRIES, CURRENCIES
from features.columns import Column
from features.instants import FIRST_YEAR, LAST_YEAR, end_of_day, to_utc, within_range

__all__ = ["EXPECTED", "convert", "is_day_only"]

Mask = npt.NDArray[np.bool_]
Converted = tuple["pd.Series[Any]", Mask]

EXPECTED: dict[str, str] = {
    "text": "text",
    "date": f"a date like 2026-01-31, between {FIRST_YEAR} and {LAST_YEAR}",
    "instant": f"a date or an instant like 2026-01-31T12:00:00Z, between {FIRST_YEAR} and {LAST_YEAR}",
    "money": "a decimal number like 1234.50",
    "number": "a finite number",
    "integer": "a whole number",
    "flag": "true or false",
    "currency": "an ISO 4217 code like EUR (XXX where none is known)",
    "country": "an ISO 3166-1 alpha-2 code like DE",
}
"""What each kind of column expects, in the words of messages."""

_FLAGS = {
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "yes": True,
    "no": False,
    "1.0": True,
    "0.0": False,
}


def convert(raw: pd.Series[Any], column: Column, timezone: str) -> Converted:
    """Convert a raw column; money is left to `features.money`, which needs the currency.

    Parameters
    ----------
    raw : Series, shape (n,)
        Text or typed values; missing allowed.
    column : Column
        The rule of the column.
    timezone : str
        Time zone of days and of instants without a zone.

    Returns
    -------
    values : Series, shape (n,)
        Missing where the row is missing or bad.
    bad : bool ndarray, shape (n,)
        Rows that are filled and cannot be read.

    Examples
    --------
    >>> values, bad = convert(pd.Series(["2026-01-31", "31.1.26"]), Column("due_on", "date"), "UTC")
    >>> values.isna().tolist(), bad.tolist()
    ([False, True], [False, True])
    """
    return _CONVERTERS[column.kind](_blank_to_missing(raw), timezone)


def is_day_only(raw: pd.Series[Any]) -> Mask:
    """Return which rows of an instant column name a day and no time."""
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        naive = getattr(raw.dtype, "tz", None) is None
        return np.full(len(raw), naive and bool((raw.dropna() == raw.dropna().dt.normalize()).all()))
    text = raw.astype(str).str.strip()
    return (text.str.len() <= len("2026-01-31")).to_numpy(bool)


def _blank_to_missing(raw: pd.Series[Any]) -> pd.Series[Any]:
    if not (pd.api.types.is_string_dtype(raw.dtype) or raw.dtype == object):
        return raw
    if raw.dtype == "str":
        return raw.where(raw.str.strip() != "")
    is_blank = raw.map(lambda value: isinstance(value, str) and not value.strip()).astype(bool)
    return raw.where(raw.isna() | ~is_blank)


def _text(raw: pd.Series[Any], _timezone: str) -> Converted:
    values = raw.astype("str") if raw.dtype != "str" else raw
    values = values.where(raw.notna()).str.strip()
    return values, np.zeros(len(raw), bool)


def _date(raw: pd.Series[Any], timezone: str) -> Converted:
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        values = _local(raw, timezone)
        return values, (raw.notna() & (values != values.dt.normalize())).to_numpy(bool)
    values = _parsed(raw, "%Y-%m-%d")
    return values, (values.isna() & raw.notna()).to_numpy(bool)


def _instant(raw: pd.Series[Any], timezone: str) -> Converted:
    day_only = is_day_only(raw)
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        instants = pd.Series(to_utc(_legal(raw), timezone), index=raw.index)
    else:
        instants = _parsed_instants(raw, timezone)
    is_text = raw.dtype == object or raw.dtype == "str"
    local_days = _parsed(raw, "%Y-%m-%d") if is_text else raw.where(instants.notna())
    if day_only.any():
        ends = pd.Series(end_of_day(pd.to_datetime(local_days.where(day_only)), timezone), index=raw.index)
        instants = instants.where(~day_only, ends)
    return instants.astype("datetime64[s]"), (instants.isna() & raw.notna()).to_numpy(bool)


def _legal(times: pd.Series[Any]) -> pd.Series[Any]:
    """Return dates or instants, with or without a zone, missing where they are out of range."""
    has_zone = getattr(times.dtype, "tz", None) is not None
    plain = times.dt.tz_convert("UTC").dt.tz_localize(None) if has_zone else times
    return times.where(within_range(plain, is_utc=has_zone))


def _local(times: pd.Series[Any], timezone: str) -> pd.Series[Any]:
    legal = _legal(times)
    if getattr(legal.dtype, "tz", None) is not None:
        legal = legal.dt.tz_convert(timezone).dt.tz_localize(None)
    return legal.astype("datetime64[s]").where(within_range(legal))


def _parsed(raw: pd.Series[Any], pattern: str) -> pd.Series[Any]:
    text = raw.astype("str").where(raw.notna()).str.strip()
    return _legal(pd.to_datetime(text, format=pattern, errors="coerce").astype("datetime64[s]"))


def _parsed_instants(raw: pd.Series[Any], timezone: str) -> pd.Series[Any]:
    text = raw.astype("str").where(raw.notna()).str.strip()
    zoned = text.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", na=False)
    utc = pd.to_datetime(text.where(zoned), format="ISO8601", errors="coerce", utc=True)
    utc = _legal(utc)
    local = _legal(pd.to_datetime(text.where(~zoned), format="ISO8601", errors="coerce"))
    return pd.Series(
        np.where(zoned, utc.dt.tz_localize(None).astype("datetime64[s]"), to_utc(local, timezone)),
        index=raw.index,
    ).astype("datetime64[s]")


def _number(raw: pd.Series[Any], _timezone: str) -> Converted:
    values = pd.to_numeric(raw, errors="coerce").astype("float64")
    bad = (raw.notna() & ~np.isfinite(values.fillna(np.nan))).to_numpy(bool)
    return values.where(~bad), bad


def _integer(raw: pd.Series[Any], timezone: str) -> Converted:
    values, bad = _number(raw, timezone)
    bad = bad | (values.notna() & (values != values.round())).to_numpy(bool)
    return values.where(~bad).astype("Int64"), bad


def _flag(raw: pd.Series[Any], _timezone: str) -> Converted:
    if pd.api.types.is_bool_dtype(raw.dtype):
        return raw.astype("boolean"), np.zeros(len(raw), bool)
    words = raw.astype("str").where(raw.notna()).str.strip().str.lower()
    values = words.map(_FLAGS).astype("boolean")
    return values, (values.isna() & raw.notna()).to_numpy(bool)


def _coded(legal: frozenset[str]) -> Callable[[pd.Series[Any], str], Converted]:
    def read(raw: pd.Series[Any], timezone: str) -> Converted:
        values, _ = _text(raw, timezone)
        bad = (values.notna() & ~values.isin(legal)).to_numpy(bool)
        return values.where(~bad), bad

    return read


_CONVERTERS: dict[str, Callable[[pd.Series[Any], str], Converted]] = {
    "text": _text,
    "date": _date,
    "instant": _instant,
    "number": _number,
    "integer": _integer,
    "flag": _flag,
    "currency": _coded(CURRENCIES),
    "country": _coded(COUNTRIES),
}
