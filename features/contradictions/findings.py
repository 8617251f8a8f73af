"""What the checks found, in counts and amounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.contradictions.books import Books, end_of_books
from features.contradictions.entry import Check
from features.contradictions.table import CHECKS
from features.errors import Problem
from features.money import decimals_array, text_from_minor
from features.portfolio import Portfolio

__all__ = ["Found", "examine", "examine_books"]


@dataclass(frozen=True)
class Found:
    """The rows that one check found.

    Parameters
    ----------
    check : Check
    hits : DataFrame, index of row labels
        Columns ``amount_minor`` and ``currency`` where the table has amounts.
    """

    check: Check
    hits: pd.DataFrame

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.hits)

    @property
    def amounts(self) -> dict[str, str]:
        """Sum of the amounts by currency as decimal text; what is too much, where that is the point."""
        if "amount_minor" not in self.hits:
            return {}
        sums = self.hits.groupby("currency")["amount_minor"].sum()
        texts = text_from_minor(sums.to_numpy(np.int64), decimals_array(pd.Series(sums.index)))
        return dict(zip(sums.index, texts, strict=True))

    @property
    def problem(self) -> Problem:
        """The finding as a problem that can be shown."""
        check = self.check
        found = f"{check.found} ({check.code})"
        return Problem(check.expected, found, check.next_step, check.table, check.column, self.rows)

    @property
    def told(self) -> dict[str, Any]:
        """The finding as JSON."""
        check = self.check
        return {
            "code": check.code,
            "table": check.table,
            "column": check.column,
            "severity": check.severity,
            "rows": self.rows,
            "amounts": self.amounts,
            "expected": check.expected,
            "found": check.found,
            "next_step": check.next_step,
            "repair": check.action,
        }


def examine(portfolio: Portfolio) -> list[Found]:
    """Look for every kind of contradiction; told are those that have rows, errors first.

    Parameters
    ----------
    portfolio : Portfolio

    Examples
    --------
    >>> from features.portfolio import Seller, from_frames
    >>> invoice = {"invoice_id": ["1"], "buyer_id": ["B"], "amount": ["12.50"], "currency": ["EUR"]}
    >>> dates = {"issued_on": ["2026-01-05"], "due_on": ["2036-02-04"]}
    >>> portfolio = from_frames({"invoices": pd.DataFrame(invoice | dates)}, Seller("me"))
    >>> [(found.check.code, found.rows, found.amounts) for found in examine(portfolio)]
    [('due_long_after_issue', 1, {'EUR': '12.50'}), ('no_rate_known', 1, {'EUR': '12.50'})]
    """
    return examine_books(Books(portfolio, end_of_books(portfolio)), CHECKS)


def examine_books(books: Books, checks: Iterable[Check]) -> list[Found]:
    """Look for some kinds of contradictions; see `examine`."""
    able = [check for check in checks if not check.lacks(books.portfolio)]
    found = [Found(check, check.find(books)) for check in able]
    return sorted((one for one in found if one.rows), key=lambda one: one.check.severity != "error")
