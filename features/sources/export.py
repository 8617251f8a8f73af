"""Rows of an export while they are mapped: cells as text, ids made from them, conditions on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.keys import derive_ids
from features.sources.column_rules import Condition, Scalar
from features.sources.rules import SourceRule
from features.sources.values import filled, plain_numbers

__all__ = ["Export", "as_text", "meets"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Export:
    """Rows of an export and what is needed to read them.

    Parameters
    ----------
    rows : DataFrame of str, shape (n, columns)
    source : SourceRule
        Marks, formats and words for nothing.
    timezone : str
        Zone of days and of instants without one.
    whole : DataFrame or None
        All rows of the file, of which `rows` are some.
    """

    rows: pd.DataFrame
    source: SourceRule
    timezone: str
    whole: pd.DataFrame | None = None
    cache: dict[tuple[str, ...], pd.Series[Any]] = field(default_factory=dict, repr=False)

    def text(self, name: str, null_words: Sequence[str] = ()) -> pd.Series[Any]:
        """Return a column stripped, missing where empty; all missing where the file does not have it."""
        if name not in self.rows:
            return pd.Series(pd.NA, index=self.rows.index, dtype="str")
        return filled(self.rows[name], [*self.source.null_words, *null_words])

    def keys(self, names: tuple[str, ...]) -> pd.Series[Any]:
        """Return an id for each row, made from these columns and its ordinal among equal rows of the file.

        The ids do not depend on which rows were chosen since the file was read.
        """
        whole = self.whole if self.whole is not None else self.rows
        if names not in self.cache:
            self.cache[names] = derive_ids(whole[list(names)].apply(lambda text: text.str.strip()))
        return self.cache[names].reindex(self.rows.index)

    def where(self, mask: Mask) -> Export:
        """Return the export with the rows of `mask` only."""
        whole = self.whole if self.whole is not None else self.rows
        return replace(self, rows=self.rows[mask], whole=whole)


def meets(conditions: Sequence[Condition], export: Export, *, unreadable: bool = False) -> Mask:
    """Return which rows meet every condition; all of them where there is none.

    A cell that is filled and no number meets a comparison only with `unreadable`: who makes rows of a table
    takes it, so that its amount is refused in words and does not vanish.

    Examples
    --------
    >>> export = Export(pd.DataFrame({"days": ["3", "-2", ""]}, dtype="str"), SourceRule(), "UTC")
    >>> meets([Condition.model_validate({"from": "days", "less_than": 0})], export).tolist()
    [False, True, False]
    >>> export = Export(pd.DataFrame({"days": ["n/a", ""]}, dtype="str"), SourceRule(), "UTC")
    >>> late = [Condition.model_validate({"from": "days", "more_than": 0})]
    >>> meets(late, export).tolist(), meets(late, export, unreadable=True).tolist()
    ([False, False], [True, False])
    """
    mask = np.ones(len(export.rows), bool)
    for condition in conditions:
        mask &= _meets(condition, export, unreadable)
    return mask


def as_text(value: Scalar) -> str:
    """Return a constant of a mapping as the text of a cell.

    Examples
    --------
    >>> as_text(True), as_text(7)
    ('true', '7')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _meets(condition: Condition, export: Export, unreadable: bool) -> Mask:
    text = export.text(condition.from_)
    tests: list[Mask] = []
    if condition.filled is not None:
        tests.append((text.notna() == condition.filled).to_numpy(bool))
    if condition.equals is not None:
        tests.append((text == as_text(condition.equals)).fillna(False).to_numpy(bool))
    if condition.in_ is not None:
        tests.append(text.isin([as_text(value) for value in condition.in_]).to_numpy(bool))
    if condition.not_in is not None:
        tests.append(~text.isin([as_text(value) for value in condition.not_in]).to_numpy(bool))
    if condition.less_than is not None or condition.more_than is not None:
        numbers = plain_numbers(text, export.source).astype("float64").to_numpy()
        is_wrong = unreadable & np.isnan(numbers) & text.notna().to_numpy(bool)
        tests.append((numbers < (np.inf if condition.less_than is None else condition.less_than)) | is_wrong)
        tests.append((numbers > (-np.inf if condition.more_than is None else condition.more_than)) | is_wrong)
    if condition.matches is not None:
        tests.append(text.str.fullmatch(condition.matches, na=False).to_numpy(bool))
    result: Mask = np.logical_and.reduce(tests)
    return result
