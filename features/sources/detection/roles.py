"""Which column of a file is what: by its header and by what its values look like."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from features.sources.cleaning import folded
from features.sources.detection.notation import Texts, share
from features.sources.rules import SourceRule
from features.sources.values import days_of, plain_numbers
from features.sources.vocabulary import CURRENCY_WORDS, HEADERS, ROLES

__all__ = ["Guess", "alias_of", "assigned", "in_order", "unfit"]

_MIN_CONFIDENCE = 0.35
_HEADER_WEIGHT, _VALUES_WEIGHT = 0.6, 0.4
_MAX_WORDS = 30
_MIN_SHARE_IN_ORDER = 0.95


@dataclass(frozen=True)
class Guess:
    """Which column of the file has a role.

    Parameters
    ----------
    role : str
        A key of `features.sources.vocabulary.ROLES`.
    column : str
    confidence : float
        0 to 1.
    reasons : tuple of str
    """

    role: str
    column: str
    confidence: float
    reasons: tuple[str, ...]

    def with_reason(self, reason: str, factor: float = 1.0) -> Guess:
        """Return the guess with one more reason, which may make it less sure."""
        return Guess(self.role, self.column, self.confidence * factor, (*self.reasons, reason))


def assigned(texts: Texts, rule: SourceRule) -> dict[str, Guess]:
    """Give each role the column that fits best, the surest first; a column has one role.

    Parameters
    ----------
    texts : mapping of str to Series of str
        Columns of the file.
    rule : SourceRule
        Its marks and formats.
    """
    every = [
        guess for name, text in texts.items() for role in ROLES if (guess := _judged(role, name, text, rule))
    ]
    chosen: dict[str, Guess] = {}
    for guess in sorted(every, key=lambda guess: -guess.confidence):
        taken = {other.column for other in chosen.values()}
        if guess.confidence >= _MIN_CONFIDENCE and guess.role not in chosen and guess.column not in taken:
            chosen[guess.role] = guess
    return {role: chosen[role] for role in ROLES if role in chosen}


def alias_of(role: str, name: str) -> float:
    """Return 1 for a known header, 0.5 for one that contains a known one as a word, else 0.

    Examples
    --------
    >>> alias_of("due_on", "Due Date"), alias_of("due_on", "Net due date (local)"), alias_of("due_on", "Item")
    (1.0, 0.5, 0.0)
    """
    mine, names = folded(name), [folded(alias) for alias in HEADERS[role]]
    if mine in names:
        return 1.0
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()
    spaced = re.sub(r"[\W_]+", " ", words)
    known = (re.sub(r"[\W_]+", " ", alias.casefold()) for alias in HEADERS[role] if len(alias) > 3)
    is_part = any(re.search(rf"\b{re.escape(alias)}\b", spaced) for alias in known)
    return 0.5 if is_part else 0.0


def unfit(texts: Texts, rule: SourceRule, taken: set[str], lacking: list[str]) -> list[str]:
    """Tell columns that are named like what lacks and hold other values."""
    told = []
    for role in lacking:
        for name, text in texts.items():
            if name in taken or alias_of(role, name) < 1:
                continue
            _, reason = _fit(ROLES[role], text, rule)
            if ROLES[role] == "date" and text.str.fullmatch(r"[2-5]\d{4}(\.0)?", na=False).mean() > 0.5:
                reason = "its values are day numbers of a spreadsheet; give the column a date format there"
            told.append(f"'{name}' is named like {role}, but {reason}")
    return told


def in_order(guesses: dict[str, Guess], days: dict[str, pd.Series[Any]]) -> list[str]:
    """Warn where dates are not in the order in which they happen; add a reason where they are.

    Parameters
    ----------
    guesses : dict of str to Guess
        By role; changed.
    days : dict of str to Series of datetime64
        By role.
    """
    warnings = []
    for first, second in (("issued_on", "due_on"), ("issued_on", "settled_on")):
        if not {first, second} <= set(guesses):
            continue
        both = days[first].notna() & days[second].notna()
        found = float((days[first] <= days[second])[both].mean()) if both.any() else 1.0
        names = f"'{guesses[first].column}' ({first}) and '{guesses[second].column}' ({second})"
        if found < _MIN_SHARE_IN_ORDER:
            warnings.append(f"{names} are in this order in {found:.0%} of the rows only; check both")
        else:
            guesses[first] = guesses[first].with_reason(f"on or before {second} in {found:.0%} of the rows")
    return warnings


def _judged(role: str, name: str, text: pd.Series[Any], rule: SourceRule) -> Guess | None:
    alias = alias_of(role, name)
    if alias == 0:
        return None
    fit, reason = _fit(ROLES[role], text, rule)
    if fit == 0:
        return None
    header = "header is a known name" if alias == 1 else "header resembles a known name"
    return Guess(role, name, _HEADER_WEIGHT * alias + _VALUES_WEIGHT * fit, (header, reason))


def _fit(kind: str, text: pd.Series[Any], rule: SourceRule) -> tuple[float, str]:
    given = text.dropna()
    if given.empty:
        return 0.0, "column is empty"
    if kind in _SHARES:
        test, what = _SHARES[kind]
        found = test(given, rule)
        return (found if found >= 0.5 else 0.0), f"{found:.0%} of its values are {what}"
    distinct = given.nunique() / len(given)
    if kind == "key":
        return distinct, f"{distinct:.0%} of its values are distinct"
    told = f"{given.nunique()} distinct values in {len(given)} rows"
    if kind == "word" and given.nunique() > _MAX_WORDS:
        return 0.0, told
    return 1.0 - distinct / 2, told


def _currencies(text: pd.Series[Any], _rule: SourceRule) -> float:
    is_code = text.str.fullmatch(r"[A-Za-z]{3}")
    return float((is_code | text.str.casefold().isin(CURRENCY_WORDS)).mean())


_SHARES: dict[str, tuple[Callable[[pd.Series[Any], SourceRule], float], str]] = {
    "date": (lambda text, rule: share(days_of(text, rule.date_formats, "UTC"), text), "dates"),
    "money": (lambda text, rule: share(plain_numbers(text, rule), text), "numbers"),
    "currency": (_currencies, "currencies"),
}
"""By what a role's values look like: the share of values that do, and what they are called."""
