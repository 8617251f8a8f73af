"""What a caller asks about a buyer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from features.codes import CURRENCIES
from features.errors import InputError, Problem

__all__ = ["LARGEST_AMOUNT", "LONGEST_TERMS_DAYS", "Request", "RequestKind"]

LARGEST_AMOUNT = 9.2e14
"""Beyond it an amount has no exact minor units."""

LONGEST_TERMS_DAYS = 3650

RequestKind = Literal["order", "limit", "terms"]


@dataclass(frozen=True)
class Request:
    """A request for an order's release, a limit or terms.

    Parameters
    ----------
    kind : {"order", "limit", "terms"}
    amount : float or None
        In units of `currency`, above 0 and at most `LARGEST_AMOUNT`.
    currency : str
        ISO 4217 code.
    terms_days : int or None
        Days from invoice to due date, 0 to `LONGEST_TERMS_DAYS`.
    due_on : date or None
        Day on which payment would be due, where no terms are named.
    assumed : bool
        Nobody asked: it stands for the buyer's usual invoice.

    Raises
    ------
    InputError
        Naming each field that is not legal.

    Examples
    --------
    >>> Request("order", 50000.0, "EUR", terms_days=60).assumed
    False
    """

    kind: RequestKind
    amount: float | None = None
    currency: str = "XXX"
    terms_days: int | None = None
    due_on: date | None = None
    assumed: bool = False

    def __post_init__(self) -> None:
        problems = [problem for legal, problem in self._checks() if not legal]
        if problems:
            raise InputError(problems)

    def as_json(self) -> dict[str, Any]:
        """Return the request as the assessment repeats it."""
        return {
            "kind": self.kind,
            "amount": self.amount,
            "currency": self.currency,
            "terms_days": self.terms_days,
            "due_on": None if self.due_on is None else self.due_on.isoformat(),
            "assumed": self.assumed,
        }

    def _checks(self) -> list[tuple[bool, Problem]]:
        amount_is_legal = self.amount is None or 0 < self.amount <= LARGEST_AMOUNT
        terms_are_legal = self.terms_days is None or 0 <= self.terms_days <= LONGEST_TERMS_DAYS
        return [
            (self.kind in get_args(RequestKind), _problem("kind", "order, limit or terms", "another word")),
            (amount_is_legal, _problem("amount", _AMOUNT, "one that is not")),
            (self.kind == "terms" or self.amount is not None, _problem("amount", "an amount", "none")),
            (self.currency in CURRENCIES, _problem("currency", "an ISO 4217 code", "another word")),
            (terms_are_legal, _problem("terms_days", _TERMS, "a number out of range")),
        ]


_AMOUNT = f"a finite amount above 0 and at most {LARGEST_AMOUNT:.0f}"
_TERMS = f"whole days from 0 to {LONGEST_TERMS_DAYS}"


def _problem(field: str, expected: str, found: str) -> Problem:
    return Problem(expected, found, f"correct '{field}' of the request", column=field)
