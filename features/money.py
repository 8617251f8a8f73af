"""Exact money: decimal text outside, int64 minor units inside."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.codes import CURRENCY_DECIMALS

__all__ = ["FILE_DECIMALS", "decimals_array", "is_too_large", "minor_from", "text_from_minor"]

FILE_DECIMALS = 4
"""Decimals of money in Parquet files: as many as any currency of ISO 4217 has."""

_SCALE = 10**FILE_DECIMALS
_LARGEST_UNITS = 9.2e14  # int64 at four decimals

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def decimals_array(currencies: pd.Series[Any]) -> Ints:
    """Return the decimals of each row's currency; 2 where it is missing or unknown."""
    # Reason: a few codes stand in millions of rows, so each is looked up once.
    position, codes = pd.factorize(currencies)
    decimals = np.array([*(CURRENCY_DECIMALS.get(code, 2) for code in codes), 2], np.int64)
    return decimals[position]


def minor_from(amounts: pd.Series[Any], decimals: Ints, *, rounds: bool = False) -> tuple[Ints, Mask, Mask]:
    """Turn amounts into minor units.

    Parameters
    ----------
    amounts : Series, shape (n,)
        Decimal text (``-1234.50``), decimals, integers or floats, in currency units; missing allowed.
    decimals : ndarray, shape (n,)
        Decimals of each row's currency.
    rounds : bool
        Round half away from zero where there are more decimals than the currency has.

    Returns
    -------
    minor : int64 ndarray, shape (n,)
        Minor units, 0 where a row is bad or missing.
    unreadable, too_fine : bool ndarray, shape (n,)
        Rows that are no finite number (or beyond 9.2e14); rows with more decimals than the currency has.

    Examples
    --------
    >>> minor, unreadable, too_fine = minor_from(pd.Series(["12.5", "0.001", "x"]), np.array([2, 2, 2]))
    >>> minor.tolist(), unreadable.tolist(), too_fine.tolist()
    ([1250, 0, 0], [False, False, True], [False, True, False])
    """
    missing = amounts.isna().to_numpy()
    if pd.api.types.is_float_dtype(amounts.dtype):
        scaled, unreadable, beyond = _scaled_floats(amounts.to_numpy(np.float64, na_value=0.0))
    else:
        scaled, unreadable, beyond = _scaled_text(amounts.astype(str).str.strip())
    unreadable &= ~missing
    scaled[missing | unreadable] = 0
    step = 10 ** (FILE_DECIMALS - decimals)
    half = np.where(rounds, step // 2, 0)
    minor = np.sign(scaled) * ((np.abs(scaled) + half) // step)
    too_fine = ~unreadable & ~missing & ((np.abs(scaled) % step != 0) | beyond) & (not rounds)
    minor[too_fine] = 0
    return minor, unreadable, too_fine


def is_too_large(amounts: pd.Series[Any]) -> Mask:
    """Return which amounts are finite numbers beyond 9.2e14 currency units, in digits of any width.

    Examples
    --------
    >>> is_too_large(pd.Series(["920000000000000", "-1000000000000000", "many", "inf"])).tolist()
    [False, True, False, False]
    """
    text = amounts.astype("str").str.normalize("NFKC").str.strip()
    units = pd.to_numeric(text, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    too_large: Mask = np.isfinite(units) & (np.abs(units) > _LARGEST_UNITS)
    return too_large


def text_from_minor(minor: Ints, decimals: Ints) -> npt.NDArray[np.object_]:
    """Return minor units as decimal text with the currency's decimals.

    Examples
    --------
    >>> text_from_minor(np.array([-1250, 7]), np.array([2, 0])).tolist()
    ['-12.50', '7']
    """
    return np.array([_text(int(m), int(d)) for m, d in zip(minor, decimals, strict=True)], dtype=object)


def _text(minor: int, decimals: int) -> str:
    digits = str(abs(minor)).rjust(decimals + 1, "0")
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    return ("-" if minor < 0 else "") + whole + (f".{fraction}" if decimals else "")


def _scaled_floats(units: npt.NDArray[np.float64]) -> tuple[Ints, Mask, Mask]:
    unreadable = ~np.isfinite(units) | (np.abs(units) > _LARGEST_UNITS)
    scaled = np.where(unreadable, 0.0, units) * _SCALE
    nearest = np.rint(scaled)
    # Reason: a float holds about 15.9 digits, so 672.78 is not exactly 672.78; what binary rounding can
    # explain is exact.
    beyond = np.abs(scaled - nearest) > np.maximum(1e-4, np.abs(scaled) * 2.0**-50)
    return nearest.astype(np.int64), unreadable, beyond & ~unreadable


def _scaled_text(text: pd.Series[Any]) -> tuple[Ints, Mask, Mask]:
    parts = text.str.extract(r"^([+-]?)([0-9]{0,15})(?:\.([0-9]*))?$")
    whole, fraction = parts[1].fillna(""), parts[2].fillna("")
    unreadable = ((whole == "") & (fraction == "")).to_numpy(bool)
    padded = fraction.str.slice(0, FILE_DECIMALS).str.pad(FILE_DECIMALS, side="right", fillchar="0")
    digits = whole.where(whole != "", "0") + padded
    scaled = digits.where(~unreadable, "0").astype(object).map(int).to_numpy(np.float64, na_value=0)
    unreadable = unreadable | (scaled / _SCALE > _LARGEST_UNITS)
    exact = digits.where(~unreadable, "0").astype(np.int64).to_numpy()
    beyond = fraction.str.slice(FILE_DECIMALS).str.strip("0").ne("").to_numpy() & ~unreadable
    return np.where(parts[0].eq("-"), -exact, exact).astype(np.int64), unreadable, beyond
