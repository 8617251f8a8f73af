"""Errors that say what was expected, what was found and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["CredenceError", "InputError", "Problem", "Refused"]


class CredenceError(Exception):
    """Base of every error that Credence raises on purpose."""

    exit_code = 2


class Refused(CredenceError):
    """The command ran and its answer is no (exit code 1)."""

    exit_code = 1


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

    Parameters
    ----------
    expected, found, next_step : str
        What the input should be, what it is and how to mend it. Never a value of a customer's row.
    table, column : str
        Where the problem lies; empty where it is not a table's.
    rows : int
        How many rows have it; 0 where rows do not apply.
    row_numbers : tuple of int
        The first few of these rows, counted from 1 without the header.

    Examples
    --------
    >>> print(Problem("a date like 2026-01-31", "text", "fix the export", "invoices", "due_on", 2, (3, 9)))
    table 'invoices', column 'due_on', 2 rows (3, 9): expected a date like 2026-01-31; found text; fix the
    export
    """

    expected: str
    found: str
    next_step: str
    table: str = ""
    column: str = ""
    rows: int = 0
    row_numbers: tuple[int, ...] = ()

    def __str__(self) -> str:
        place = ", ".join(part for part in (self._table(), self._column(), self._rows()) if part)
        text = f"expected {self.expected}; found {self.found}; {self.next_step}"
        return f"{place}: {text}" if place else text

    def _table(self) -> str:
        return f"table '{self.table}'" if self.table else ""

    def _column(self) -> str:
        return f"column '{self.column}'" if self.column else ""

    def _rows(self) -> str:
        if not self.rows:
            return ""
        shown = ", ".join(str(number) for number in self.row_numbers)
        more = ", ..." if len(self.row_numbers) < self.rows and shown else ""
        return f"{self.rows} row{'s' if self.rows > 1 else ''}" + (f" ({shown}{more})" if shown else "")


class InputError(CredenceError, ValueError):
    """Bad input, refused before anything changed (exit code 2).

    Parameters
    ----------
    problems : Problem or iterable of Problem
        Everything that is wrong, so that one run tells all.
    """

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Come out of another process as what it was there."""
        return type(self), (self.problems,)

    @classmethod
    def of(
        cls, expected: str, found: str, next_step: str, *, table: str = "", column: str = ""
    ) -> InputError:
        """Build an error of one problem that has no rows."""
        return cls(Problem(expected, found, next_step, table, column))
