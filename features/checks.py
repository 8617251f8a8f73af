"""Row checks of one table: each finding says which rows, what was expected, what was found and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import Column, Table
from features.convert import EXPECTED, convert
from features.errors import InputError, Problem
from features.keys import filled_ids
from features.money import decimals_array, is_too_large, minor_from

__all__ = ["Checked", "Finding", "check_columns", "check_table"]

Mask = npt.NDArray[np.bool_]

_SHOWN_ROWS = 5


@dataclass(frozen=True)
class Finding:
    """What is wrong with some rows of a table.

    Parameters
    ----------
    table, column, expected, found, next_step : str
        As in `features.errors.Problem`.
    rows : bool ndarray, shape (n,)
        The rows, in the order of the raw frame.
    """

    table: str
    column: str
    expected: str
    found: str
    next_step: str
    rows: Mask

    @property
    def problem(self) -> Problem:
        """The finding as a problem that can be shown."""
        numbers = np.flatnonzero(self.rows)
        shown = tuple(int(number) + 1 for number in numbers[:_SHOWN_ROWS])
        return Problem(
            self.expected, self.found, self.next_step, self.table, self.column, int(self.rows.sum()), shown
        )

    @property
    def reason(self) -> str:
        """The finding in the few words of a list of refused rows."""
        return f"{self.column}: expected {self.expected}; found {self.found}"


@dataclass
class Checked:
    """A table after its row checks.

    Parameters
    ----------
    table : Table
        Its rules.
    frame : DataFrame, shape (n, columns)
        Typed columns, aligned with the raw rows; bad cells are missing (money: 0).
    findings : list of Finding
        Everything that is wrong.
    repeated : bool ndarray, shape (n,)
        Rows that repeat an earlier row in all columns: one fact, to be dropped and counted.
    knowledge : {"given", "assumed"}
        Whether every row said when it was known.
    assumed : bool ndarray, shape (n,)
        Rows that did not.
    """

    table: Table
    frame: pd.DataFrame
    findings: list[Finding] = field(default_factory=list)
    repeated: Mask = field(default_factory=lambda: np.zeros(0, bool))
    knowledge: str = "given"
    assumed: Mask = field(default_factory=lambda: np.zeros(0, bool))

    def add(
        self, column: str, rows: Mask, expected: str, found: str, next_step: str = "correct the rows"
    ) -> None:
        """Record a finding where there are rows for it."""
        if rows.any():
            self.findings.append(Finding(self.table.name, column, expected, found, next_step, rows))

    @property
    def bad(self) -> Mask:
        """Rows with any finding."""
        rows = np.zeros(len(self.frame), bool)
        for finding in self.findings:
            rows |= finding.rows
        return rows


def check_columns(table: Table, names: Iterable[str]) -> list[Problem]:
    """Return what is wrong with the set of columns of a file: required ones that lack, unknown ones."""
    names = list(names)
    known = [column.name for column in table.columns]
    lacking = [name for name in table.required if name not in names]
    unknown = [name for name in names if name not in known]
    problems = []
    if lacking:
        problems.append(
            Problem(
                f"columns {lacking}", f"columns {names}", "add them, or map them in the import", table.name
            )
        )
    if unknown:
        step = f"remove or rename them; the table knows {known}"
        problems.append(Problem("known columns only", f"unknown columns {unknown}", step, table.name))
    return problems


def check_table(
    table: Table,
    raw: pd.DataFrame,
    *,
    timezone: str = "UTC",
    currencies: pd.Series[Any] | None = None,
    rounds: bool = False,
) -> Checked:
    """Convert and check the rows of one table.

    Parameters
    ----------
    table : Table
        Its rules.
    raw : DataFrame, shape (n, columns)
        Text or typed columns under the names they have in files.
    timezone : str
        Time zone of days and of instants without one.
    currencies : Series, shape (n,), optional
        Currency of each row's money where the table has none of its own (allocations, disputes).
    rounds : bool
        Round amounts that have more decimals than their currency, instead of refusing them.

    Returns
    -------
    Checked

    Raises
    ------
    InputError
        Where columns lack or are unknown: nothing can be said of rows then.
    """
    problems = check_columns(table, raw.columns)
    if problems:
        raise InputError(problems)
    raw = raw.reset_index(drop=True)
    checked = Checked(table, pd.DataFrame(index=raw.index))
    for column in table.columns:
        if column.kind != "money":
            _check_column(checked, column, raw, timezone)
    for column in table.columns:
        if column.kind == "money" and column.name in raw:
            _check_money(checked, column, raw[column.name], currencies, rounds)
    for rule in _ROW_RULES.get(table.name, ()):
        rule(checked)
    if table.derived_key:
        _derive_key(checked)
    return checked


def _check_column(checked: Checked, column: Column, raw: pd.DataFrame, timezone: str) -> None:
    if column.name not in raw:
        if column.default is not None:
            checked.frame[column.name] = _default(column, len(raw))
        return
    values, bad = convert(raw[column.name], column, timezone)
    checked.add(column.name, bad, EXPECTED[column.kind], "something else")
    missing = values.isna().to_numpy(bool) & ~bad
    if column.required:
        checked.add(column.name, missing, "a value", "nothing")
    if column.choices:
        wrong = values.notna().to_numpy(bool) & ~values.isin(column.choices).to_numpy(bool)
        checked.add(column.name, wrong, f"one of {', '.join(column.choices)}", "another word")
    _check_sign(checked, column, values)
    checked.frame[column.name] = _finished(values, column)


def _default(column: Column, rows: int) -> pd.Series[Any]:
    return _finished(pd.Series([column.default] * rows), column)


def _finished(values: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.default is not None:
        values = values.fillna(column.default)
    if column.kind == "flag" and column.default is not None:
        return values.astype(bool)
    if column.kind == "integer" and (column.default is not None or column.required):
        return values.fillna(0).astype("int64")
    if column.kind in ("text", "currency", "country"):
        return values.astype("str")
    return values


def _check_sign(checked: Checked, column: Column, values: pd.Series[Any]) -> None:
    legal, text = _SIGNS[column.sign]
    if column.sign != "any":
        numbers = values.astype("float64")
        checked.add(column.name, ~legal(numbers.fillna(1).to_numpy()), text, "another number")


_SIGNS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "positive": (lambda number: number > 0, "a number above 0"),
    "not_negative": (lambda number: number >= 0, "a number not below 0"),
    "not_zero": (lambda number: number != 0, "a number other than 0"),
    "any": (np.isfinite, "a number"),
}


def _check_money(
    checked: Checked, column: Column, raw: pd.Series[Any], currencies: pd.Series[Any] | None, rounds: bool
) -> None:
    own = checked.frame.get("currency")
    currency = own if currencies is None else (currencies if own is None else own.fillna(currencies))
    if currency is None:
        currency = pd.Series(["XXX"] * len(raw), index=raw.index, dtype="str")
    blank = raw.isna() | raw.astype("str").str.strip().isin(["", "nan", "NaN", "None", "<NA>"])
    minor, unreadable, too_fine = minor_from(raw.where(~blank), decimals_array(currency), rounds=rounds)
    missing = blank.to_numpy(bool)
    too_large = unreadable & is_too_large(raw)
    checked.add(column.name, unreadable & ~too_large, EXPECTED["money"], "something else")
    checked.add(column.name, too_large, "an amount of at most 920 million million", "a larger one")
    step = "correct the rows, or let the mapping round them"
    checked.add(column.name, too_fine, "no more decimals than the currency has", "more decimals", step)
    if column.required:
        checked.add(column.name, missing, "a value", "nothing")
    legal, text = _SIGNS[column.sign]
    checked.add(column.name, ~legal(minor) & ~missing & ~unreadable & ~too_fine, text, "another amount")
    values = pd.Series(minor, index=raw.index)
    checked.frame[column.stored_as] = values if column.required else values.astype("Int64").mask(missing)


def _after(later: str, earlier: str) -> Callable[[Checked], None]:
    def rule(checked: Checked) -> None:
        if {later, earlier} <= set(checked.frame):
            wrong = (checked.frame[later] < checked.frame[earlier]).to_numpy(bool)
            checked.add(later, wrong, f"{later} on or after {earlier}", "an earlier date")

    return rule


def _allocation_names_its_item(checked: Checked) -> None:
    nothing = pd.Series(pd.NA, index=checked.frame.index, dtype="str")
    item, buyer, currency = (
        checked.frame.get(name, nothing) for name in ("invoice_id", "buyer_id", "currency")
    )
    lost = (item.isna() & (buyer.isna() | currency.isna())).to_numpy(bool)
    checked.add("invoice_id", lost, "invoice_id, or buyer_id and currency", "neither")


_ROW_RULES: dict[str, tuple[Callable[[Checked], None], ...]] = {
    "invoices": (_after("due_on", "issued_on"),),
    "allocations": (_allocation_names_its_item,),
    "disputes": (_after("resolved_on", "raised_on"),),
    "limits": (_after("valid_to", "valid_from"),),
    "securities": (_after("valid_to", "valid_from"),),
}


def _derive_key(checked: Checked) -> None:
    key = checked.table.derived_key
    ids = checked.frame.get(key)
    if ids is None or ids.isna().any():
        content = checked.frame.drop(columns=[key, "withdrawn"], errors="ignore")
        checked.frame[key] = filled_ids(ids, content)
