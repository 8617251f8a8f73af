"""One kind of contradiction as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from features.contradictions.books import Books
from features.portfolio import Portfolio

__all__ = ["ACTIONS", "Action", "Check", "Severity"]

Severity = Literal["error", "notice"]
Action = Literal["set_aside", "book_as_prepayment", "undo_excess", "clear_figure", "keep"]

ACTIONS: dict[Action, str] = {
    "set_aside": "the row is set aside, an invoice with its allocations and disputes",
    "book_as_prepayment": "money keeps its date and is the buyer's unmatched money until the issue; "
    "what is no money takes the issue date",
    "undo_excess": "the last bookings give way: what is too much of a payment after a write-off becomes a "
    "recovery, of other money or credit the buyer's unmatched money, of the rest it is set aside",
    "clear_figure": "the figure is set aside; the statement stays without it",
    "keep": "nothing is changed",
}
"""What the default repair does with the rows, in words."""


@dataclass(frozen=True)
class Check:
    """A kind of contradiction: where it is looked for, how it is told, what is done about it.

    Parameters
    ----------
    code : str
        Its name; with the table it names the check.
    table, column : str
        Where the rows stand.
    severity : {"error", "notice"}
        An error cannot be true; a notice may be, and is worth a look.
    expected, found, next_step : str
        As in `features.errors.Problem`.
    unrepaired : str
        What features make of such rows where nobody repairs them.
    find : callable
        Gives the rows: from `Books`, a frame whose index are labels of rows of the table, with columns
        ``amount_minor`` and ``currency`` where there are amounts.
    action : Action
        The default repair.
    needs : tuple of str
        Tables and columns of other places that it reads; where one is not there, nothing can be said.
    """

    code: str
    table: str
    column: str
    severity: Severity
    expected: str
    found: str
    next_step: str
    unrepaired: str
    find: Callable[[Books], pd.DataFrame]
    action: Action = "keep"
    needs: tuple[str, ...] = ()

    def lacks(self, portfolio: Portfolio) -> list[str]:
        """Return what it reads and the portfolio does not have."""
        return [name for name in (self.table, self.place, *self.needs) if not portfolio.has(name)]

    @property
    def place(self) -> str:
        """Table and column."""
        return f"{self.table}.{self.column}"
