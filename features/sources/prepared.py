"""Rows that a program makes of an export's rows before they are mapped: items, settlements, balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import InputError, Problem
from features.money import minor_from, text_from_minor
from features.sources.export import Export
from features.sources.reading import SourceFile
from features.sources.rules import SourceRule
from features.sources.values import days_of, plain_numbers

__all__ = ["COLUMNS", "DECIMALS", "Reader", "money_text", "prepared_file", "read_all", "refuse_lacking"]

COLUMNS = (
    "makes item_id instalment buyer_id buyer_name entity issued_on due_on amount currency kind known_on"
    " settled_on receipt_id successor_id withdrawn_on open_amount"
).split()
"""Columns of prepared rows. `makes` is item, settlement, on_account or balance; days are ISO."""

DECIMALS = 4
"""Amounts are counted in ten-thousandths of a unit while they are prepared, whatever the currency."""

Mask = npt.NDArray[np.bool_]


@dataclass
class Reader:
    """Reads columns of one file and remembers which rows cannot be read.

    Parameters
    ----------
    source : SourceFile
    bad : dict of str to bool ndarray, shape (n,)
        Rows by reason.
    """

    source: SourceFile
    bad: dict[str, Mask]

    def text(self, name: str) -> pd.Series[Any]:
        """Return a column stripped, empty where it lacks."""
        return Export(self.source.rows, self.source.rule, "UTC").text(name).fillna("")

    def day(self, name: str) -> pd.Series[Any]:
        """Return the days of a column."""
        text = Export(self.source.rows, self.source.rule, "UTC").text(name)
        days = days_of(text, self.source.rule.date_formats, "UTC")
        formats = " or ".join(self.source.rule.date_formats)
        self._note(text.notna() & days.isna(), f"{name}: expected a date like {formats}")
        return days

    def number(self, name: str, *, required: bool = False) -> pd.Series[Any]:
        """Return a column in ten-thousandths (int64), 0 where it is empty."""
        text = Export(self.source.rows, self.source.rule, "UTC").text(name)
        plain = plain_numbers(text, self.source.rule)
        marks = f"decimal mark '{self.source.rule.decimal}', thousands mark '{self.source.rule.thousands}'"
        self._note(text.notna() & plain.isna(), f"{name}: expected a number with {marks}")
        if required:
            self._note(text.isna(), f"{name}: expected a number", found="nothing")
        return _scaled(plain)

    def _note(self, rows: pd.Series[Any], expected: str, found: str = "something else") -> None:
        if rows.any():
            self.bad[f"{expected}; found {found}"] = rows.to_numpy(bool)


def refuse_lacking(sources: Sequence[SourceFile], names: Sequence[str]) -> None:
    """Refuse files that lack columns which the program cannot do without (InputError)."""
    problems = []
    for source in sources:
        found = list(source.rows.columns)
        lacking = [name for name in names if name not in found]
        if lacking:
            step = "export them too, or add their headers to [source.aliases]"
            problems.append(Problem(f"columns {lacking} in {source.name}", f"columns {found}", step))
    if problems:
        raise InputError(problems)


def read_all(reader: Reader, lines: pd.DataFrame) -> tuple[pd.DataFrame, SourceFile]:
    """Return the lines that can be read, and the file with the others set aside.

    Parameters
    ----------
    reader : Reader
        After it has read everything.
    lines : DataFrame, shape (n, columns)
        What was read, aligned with the file's rows.
    """
    source = reader.source
    first: pd.Series[Any] = pd.Series("", index=range(len(lines)), dtype="str")
    for reason, rows in reader.bad.items():
        first = first.mask((first == "") & rows, reason)
    is_bad = (first != "").to_numpy(bool)
    raw = [" | ".join(row) for row in source.rows[is_bad].itertuples(index=False, name=None)]
    more = pd.DataFrame({"number": source.numbers[is_bad], "reason": first[is_bad].tolist(), "raw": raw})
    broken = pd.concat([source.broken, more], ignore_index=True) if len(more) else source.broken
    return lines[~is_bad], replace(source, broken=broken)


def prepared_file(source: SourceFile, rows: pd.DataFrame, places: npt.NDArray[np.int64]) -> SourceFile:
    """Return the file with prepared rows in place of its own.

    Parameters
    ----------
    source : SourceFile
    rows : DataFrame, shape (k, some of `COLUMNS`)
        Columns that lack are empty.
    places : int64 ndarray, shape (k,)
        Position of the row of the file that each was made from.
    """
    lacking = {name: "" for name in COLUMNS if name not in rows}
    whole = rows.assign(**lacking)[COLUMNS].astype(object)
    texts = whole.where(whole.notna(), "").astype("str").reset_index(drop=True)
    plain = SourceRule(name=source.rule.name, files=source.rule.files)
    return replace(
        source, rows=texts, numbers=source.numbers[places], rule=plain, raw=source.rows, places=places
    )


def money_text(amounts: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Return ten-thousandths as plain decimal text."""
    return np.asarray(text_from_minor(amounts, np.full(len(amounts), DECIMALS)))


def _scaled(plain: pd.Series[Any]) -> pd.Series[Any]:
    """Return decimal text as whole ten-thousandths."""
    minor, _, _ = minor_from(plain, np.full(len(plain), DECIMALS, np.int64), rounds=True)
    return pd.Series(minor, index=plain.index)
