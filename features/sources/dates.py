"""Days and instants of a column rule: read in its formats, moved by terms, checked against the calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import Column
from features.instants import within_range
from features.sources.column_rules import ColumnRule
from features.sources.export import Export
from features.sources.values import days_of, instants_of, plain_numbers

__all__ = ["dates", "is_legal", "iso_dates", "moved"]

Mask = npt.NDArray[np.bool_]


def dates(text: pd.Series[Any], rule: ColumnRule, column: Column, export: Export) -> pd.Series[Any]:
    """Return days or instants of text in the formats of a rule, else of the source."""
    formats = rule.formats or export.source.date_formats
    if column.kind == "date":
        return days_of(text, formats, export.timezone)
    if rule.plus_days or rule.plus_days_from or rule.plus_months or rule.month_end:
        return days_of(text, formats, export.timezone)
    return instants_of(text, formats, export.timezone)


def iso_dates(text: pd.Series[Any], column: Column, export: Export) -> pd.Series[Any]:
    """Return days or instants of ISO text, as mappings write constants."""
    reader: Callable[..., pd.Series[Any]] = days_of if column.kind == "date" else instants_of
    return reader(text, [], export.timezone)


def is_legal(values: pd.Series[Any]) -> Mask:
    """Return which days or instants lie in the range of years that a portfolio takes."""
    has_zone = getattr(values.dtype, "tz", None) is not None
    return within_range(values.dt.tz_localize(None) if has_zone else values, is_utc=has_zone)


def moved(values: pd.Series[Any], rule: ColumnRule, export: Export) -> tuple[pd.Series[Any], Mask]:
    """Return dates later (or earlier) by what a rule says, and the rows whose days cannot be read."""
    bad = np.zeros(len(values), bool)
    if rule.month_end == "before":
        values = values + pd.offsets.MonthEnd(0)
    if rule.plus_days_from is not None:
        text = export.text(rule.plus_days_from, rule.null_words)
        text = text if rule.plus_days_pattern is None else _days_in(text, rule.plus_days_pattern)
        days = plain_numbers(text, export.source).astype("float64")
        days = days.where((days == days.round()) & (days.abs() < 100_000))
        bad = (text.notna() & days.isna()).to_numpy(bool)
        values = values + pd.to_timedelta(days.astype("Int64"), unit="D")
    if rule.plus_months:
        values = values + pd.DateOffset(months=rule.plus_months)
    if rule.plus_days:
        values = values + pd.Timedelta(days=rule.plus_days)
    return (values + pd.offsets.MonthEnd(0) if rule.month_end is True else values), bad


def _days_in(text: pd.Series[Any], pattern: str) -> pd.Series[Any]:
    """Return the days in words about terms; 0 where the pattern fits without finding any, else missing."""
    narrow = text.str.normalize("NFKC")
    fits = narrow.str.fullmatch(f"(?:{pattern})", na=False)
    found = narrow.where(fits).str.extract(f"^(?:{pattern})()$")[0].fillna("")
    return found.mask(found == "", "0").where(fits)
