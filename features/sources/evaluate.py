"""A column rule applied to the rows of an export: values for the row checks, and the rows it cannot read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import Column
from features.convert import EXPECTED
from features.instants import FIRST_YEAR, LAST_YEAR, day_of
from features.sources.column_rules import ColumnRule, Scalar
from features.sources.dates import dates, is_legal, iso_dates, moved
from features.sources.export import Export, as_text
from features.sources.values import days_of, instants_of, plain_numbers

__all__ = ["NUMERIC", "Evaluated", "evaluate"]

Mask = npt.NDArray[np.bool_]

_UNITS = {"one": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}
NUMERIC = ("money", "number", "integer")
"""Kinds of columns that are made as plain decimal text."""


@dataclass(frozen=True)
class Evaluated:
    """Values of a column, aligned with the export's rows, and what is wrong with some of them.

    Parameters
    ----------
    values : Series, shape (n,)
        Text, plain decimal text or dates; missing where the row is missing or bad.
    bad : bool ndarray, shape (n,)
    reason : str
        What was expected of bad rows and what was found.
    origins : dict of int to bool ndarray, shape (n,)
        Rows that a rule of `otherwise` filled, by its number there from 1.
    """

    values: pd.Series[Any]
    bad: Mask
    reason: str
    origins: dict[int, Mask] = field(default_factory=dict)

    def assumed(self, rule: ColumnRule) -> dict[str, Mask]:
        """Return the rows whose value is an assumption, by its reason."""
        first = self.values.notna().to_numpy(bool)
        for rows in self.origins.values():
            first = first & ~rows
        taken = {0: first, **self.origins}
        reasons = [other.assumed for other in (rule, *rule.otherwise)]
        return {
            str(reasons[number]): rows for number, rows in taken.items() if reasons[number] and rows.any()
        }


def evaluate(rule: ColumnRule, column: Column, export: Export, done: pd.DataFrame) -> Evaluated:
    """Apply a rule to every row.

    Parameters
    ----------
    rule : ColumnRule
    column : Column
        The column of the portfolio that is made; its kind says how text is read.
    export : Export
    done : DataFrame, shape (n, columns made so far)
        Columns that ``same_as`` can name.

    Returns
    -------
    Evaluated

    Examples
    --------
    >>> from features.sources.rules import SourceRule
    >>> export = Export(pd.DataFrame({"due": ["31.01.2026", "soon"]}, dtype="str"), SourceRule(), "UTC")
    >>> rule = ColumnRule.model_validate({"from": "due", "format": "%d.%m.%Y", "plus_days": 30})
    >>> result = evaluate(rule, Column("due_on", "date"), export, pd.DataFrame())
    >>> result.values.dt.strftime("%Y-%m-%d").tolist(), result.bad.tolist()
    (['2026-03-02', nan], [False, True])
    """
    result = _evaluated(rule, column, export, done)
    for number, other in enumerate(rule.otherwise, start=1):
        empty = result.values.isna().to_numpy(bool) & ~result.bad
        if empty.any():
            result = _filled_up(result, number, empty, _evaluated(other, column, export, done))
    return result


def _filled_up(result: Evaluated, number: int, empty: Mask, more: Evaluated) -> Evaluated:
    filled = empty & more.values.notna().to_numpy(bool)
    return Evaluated(
        result.values.where(~filled, more.values),
        result.bad | (empty & more.bad),
        result.reason if result.bad.any() else more.reason,
        {**result.origins, number: filled},
    )


def _evaluated(rule: ColumnRule, column: Column, export: Export, done: pd.DataFrame) -> Evaluated:
    if rule.same_as is not None:
        return _finished(_same(rule, column, export, done), rule, column, export)
    if rule.year_from is not None:
        return _finished(_day_of_year(rule, export), rule, column, export)
    if rule.add is not None:
        return _finished(_sum(rule, export), rule, column, export)
    return _finished(_read(rule, column, export), rule, column, export)


def _read(rule: ColumnRule, column: Column, export: Export) -> Evaluated:
    """Columns of the export, constants and joined texts, read by the kind of the column."""
    text = _origin(rule, export)
    if rule.pattern is not None:
        text = _extracted(text, rule.pattern)
    if rule.map is not None:
        return _mapped(text, rule, column)
    if rule.value is not None:
        return _constant(rule.value, column, export)
    if column.kind in NUMERIC:
        values = plain_numbers(text, export.source)
    elif column.kind in ("date", "instant"):
        values = dates(text, rule, column, export)
    else:
        values = text
    return _with_bad(values, text, _expected(rule, column, export))


def _origin(rule: ColumnRule, export: Export) -> pd.Series[Any]:
    if rule.join is not None:
        return _joined([export.text(name, rule.null_words) for name in rule.join], rule.with_)
    if rule.key_of is not None:
        return export.keys(tuple(rule.key_of))
    names = [rule.from_] if isinstance(rule.from_, str) else list(rule.from_ or [])
    text = pd.Series(pd.NA, index=export.rows.index, dtype="str")
    for name in names:
        text = text.fillna(export.text(name, rule.null_words))
    return text


def _joined(parts: Sequence[pd.Series[Any]], mark: str) -> pd.Series[Any]:
    """Missing where any part is: half a document number is none."""
    text = parts[0]
    for part in parts[1:]:
        text = text + mark + part
    return text


def _extracted(text: pd.Series[Any], pattern: str) -> pd.Series[Any]:
    groups = text.str.extract(f"({pattern})")
    return groups[groups.columns[min(1, groups.shape[1] - 1)]]


def _mapped(text: pd.Series[Any], rule: ColumnRule, column: Column) -> Evaluated:
    words = {word: as_text(value) for word, value in (rule.map or {}).items()}
    values = text.map(words).astype("str").where(text.isin(list(words)))
    if rule.other is not None:
        values = values.mask(values.isna() & text.notna(), as_text(rule.other))
    result = _with_bad(values, text, f"expected one of the words that the mapping knows for {column.name}")
    if column.kind in ("date", "instant"):
        return Evaluated(days_of(result.values, [], "UTC"), result.bad, result.reason)
    return result


def _constant(value: Scalar, column: Column, export: Export) -> Evaluated:
    text = pd.Series(as_text(value), index=export.rows.index, dtype="str")
    values = iso_dates(text, column, export) if column.kind in ("date", "instant") else text
    return Evaluated(values, np.zeros(len(text), bool), "")


def _same(rule: ColumnRule, column: Column, export: Export, done: pd.DataFrame) -> Evaluated:
    values = done[str(rule.same_as)]
    if column.kind == "date" and getattr(values.dtype, "tz", None) is not None:
        values = pd.Series(day_of(values.dt.tz_localize(None), export.timezone), index=values.index)
    return Evaluated(values, np.zeros(len(values), bool), "")


def _sum(rule: ColumnRule, export: Export) -> Evaluated:
    """Exact sums of decimal text; an empty part counts as 0 unless all are empty."""
    names = [*(rule.add or []), *rule.subtract]
    texts = [export.text(name, rule.null_words) for name in names]
    numbers = [plain_numbers(text, export.source) for text in texts]
    bad = np.logical_or.reduce(
        [(t.notna() & n.isna()).to_numpy(bool) for t, n in zip(texts, numbers, strict=True)]
    )
    empty = np.logical_and.reduce([text.isna().to_numpy(bool) for text in texts])
    total = pd.Series([Decimal(0)] * len(bad), index=export.rows.index, dtype=object)
    for name, number in zip(names, numbers, strict=True):
        part = number.fillna("0").astype(object).map(Decimal)
        total = total + part if name in (rule.add or []) else total - part
    values = total.map(lambda number: format(number, "f")).astype("str").mask(bad | empty)
    return Evaluated(values, bad, f"expected numbers in {', '.join(names)}; found something else")


def _day_of_year(rule: ColumnRule, export: Export) -> Evaluated:
    """Return a fixed day of a year; the last day of months that are shorter."""
    text = export.text(str(rule.year_from), rule.null_words)
    years = plain_numbers(text, export.source).astype("float64")
    years = years.where((years == years.round()) & years.between(FIRST_YEAR, LAST_YEAR)) + rule.plus_years
    firsts = pd.to_datetime(
        years.astype("Int64").astype("str") + f"-{rule.month:02d}-01", errors="coerce", format="%Y-%m-%d"
    )
    ends = firsts + pd.offsets.MonthEnd(0)
    days = firsts + pd.Timedelta(days=rule.day - 1)
    days = days.where(~(days > ends), ends).astype("datetime64[s]")
    return _with_bad(days, text, f"expected a year in {rule.year_from}")


def _finished(result: Evaluated, rule: ColumnRule, column: Column, export: Export) -> Evaluated:
    """Move dates, scale and sign numbers, fill what is empty."""
    values, bad, reason = result.values, result.bad, result.reason
    if column.kind in NUMERIC:
        values = _signed(_scaled(values, rule), rule)
    elif column.kind in ("date", "instant"):
        values, unreadable = moved(values, rule, export)
        if unreadable.any():
            reason = reason if bad.any() else f"expected a whole number of days in {rule.plus_days_from}"
            bad = bad | unreadable
        moved_out = values.notna().to_numpy(bool) & ~is_legal(values)
        if moved_out.any():
            reason = (
                reason
                if bad.any()
                else f"expected a date between {FIRST_YEAR} and {LAST_YEAR}; found another one"
            )
            bad, values = bad | moved_out, values.mask(moved_out)
        if column.kind == "instant" and getattr(values.dtype, "tz", None) is None:
            values = instants_of(values.dt.strftime("%Y-%m-%d").astype("str"), [], export.timezone)
    if rule.default is not None:
        default = _constant(rule.default, column, export).values
        values = values.fillna(default).mask(bad)
    return Evaluated(values, bad, reason)


def _scaled(values: pd.Series[Any], rule: ColumnRule) -> pd.Series[Any]:
    if rule.unit == "one":
        return values
    factor = Decimal(_UNITS[rule.unit])
    exact = values.astype(object).map(
        lambda number: format(Decimal(number) * factor, "f"), na_action="ignore"
    )
    return exact.astype("str").where(values.notna())


def _signed(values: pd.Series[Any], rule: ColumnRule) -> pd.Series[Any]:
    if rule.sign == "as_is":
        return values
    bare = values.str.removeprefix("-")
    if rule.sign == "absolute":
        return bare
    return bare.where(values.str.startswith("-", na=False), "-" + bare)


def _expected(rule: ColumnRule, column: Column, export: Export) -> str:
    if column.kind in ("date", "instant"):
        formats = " or ".join(rule.formats or export.source.date_formats)
        return f"expected a date like {formats}, between {FIRST_YEAR} and {LAST_YEAR}"
    if column.kind in NUMERIC:
        thousands = export.source.thousands
        mark = f"thousands mark '{thousands}'" if thousands else "no thousands mark"
        return f"expected a number with decimal mark '{export.source.decimal}', {mark}"
    return f"expected {EXPECTED[column.kind]}"


def _with_bad(values: pd.Series[Any], text: pd.Series[Any], expected: str) -> Evaluated:
    return Evaluated(
        values, (values.isna() & text.notna()).to_numpy(bool), f"{expected}; found something else"
    )
