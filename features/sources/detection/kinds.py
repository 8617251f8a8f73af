"""What the rows of a file are: invoices, payments, statements or buyers; and rows among them that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from features.sources.cleaning import folded
from features.sources.detection.notation import Texts
from features.sources.detection.roles import Guess
from features.sources.rules import SourceRule
from features.sources.values import plain_numbers
from features.sources.vocabulary import (
    AGEING,
    PAYMENTS,
    PERIOD_HEADERS,
    STATEMENT_HEADERS,
    SUPPLIERS,
    TOTALS,
    TYPE_WORDS,
)

__all__ = ["Varieties", "doubtful_kind", "footers", "period_of", "statement_items", "table_of", "varieties"]

_MIN_ITEMS = 3
_MIN_BUCKETS = 2
_MONEY = {"amount", "paid", "open_amount"}
_DATES = {"issued_on", "due_on", "settled_on"}


@dataclass
class Varieties:
    """Rows of a ledger that are not plain invoices.

    Parameters
    ----------
    negative, zero, empty : int
        Rows with an amount below 0, of 0 and without any.
    rows : int
        Rows that are neither payments nor prepayments.
    words : dict of str to list of str
        Words in the column of types that say ``credit_memo``, ``prepayment`` or ``payment``.
    payments : int
        Rows whose type says that they are payments.
    """

    negative: int = 0
    zero: int = 0
    empty: int = 0
    rows: int = 0
    words: dict[str, list[str]] = field(default_factory=dict)
    payments: int = 0


def table_of(columns: Sequence[str], guesses: Mapping[str, Guess], name: str) -> tuple[str, str]:
    """Return the table of a portfolio that the rows belong to, and why where it is not ``invoices``.

    Parameters
    ----------
    columns : sequence of str
    guesses : mapping of str to Guess
        By role.
    name : str
        The file's name.
    """
    items = statement_items(columns)
    has_money = not _MONEY.isdisjoint(guesses)
    if len(items) >= _MIN_ITEMS and not {"invoice_id", "due_on"} & set(guesses):
        return "statements", f"columns such as {', '.join(list(items.values())[:3])} are lines of accounts"
    if has_money and "due_on" not in guesses:
        if "settled_on" in guesses and "issued_on" not in guesses:
            return "allocations", f"'{guesses['settled_on'].column}' is their only date"
        if "receipt_id" in guesses:
            return "allocations", f"'{guesses['receipt_id'].column}' numbers payments, and nothing is due"
        if re.fullmatch(PAYMENTS, name):
            return "allocations", "the file's name says so, and nothing is due"
    if not has_money and _DATES.isdisjoint(guesses) and not {"buyer_id", "name"}.isdisjoint(guesses):
        return "buyers", "there are neither amounts nor dates"
    return "invoices", ""


def doubtful_kind(columns: Sequence[str], guesses: Mapping[str, Guess]) -> list[str]:
    """Return what speaks against rows that are single items of customers."""
    doubts = []
    buckets = [name for name in columns if re.fullmatch(AGEING, name)]
    if len(buckets) >= _MIN_BUCKETS:
        shown = ", ".join(f"'{name}'" for name in buckets[:3])
        doubts.append(f"{shown} are buckets of an ageing report, which has no single items: export the items")
    buyer = guesses.get("buyer_id") or guesses.get("name")
    if buyer and any(word in buyer.column.casefold() for word in SUPPLIERS):
        doubts.append(f"'{buyer.column}' names suppliers: this may be what you owe; export the receivables")
    return doubts


def statement_items(columns: Sequence[str]) -> dict[str, str]:
    """Return line items of statements and the columns that hold them.

    Examples
    --------
    >>> statement_items(["Company", "Total assets", "净利润"])
    {'total_assets': 'Total assets', 'net_income': '净利润'}
    """
    mine = {folded(name): name for name in reversed(columns)}
    found = {}
    for item, names in STATEMENT_HEADERS.items():
        column = next((mine[key] for key in map(folded, (item, *names)) if key in mine), None)
        if column is not None:
            found[item] = column
    return found


def period_of(columns: Sequence[str]) -> str:
    """Return the column that names the end of a statement's period; empty for none."""
    mine = {folded(name): name for name in reversed(columns)}
    return next((mine[key] for key in map(folded, PERIOD_HEADERS) if key in mine), "")


def varieties(texts: Texts, guesses: Mapping[str, Guess], rule: SourceRule) -> Varieties:
    """Count the rows whose amount or type makes them something else than invoices."""
    found = Varieties()
    types = texts[guesses["kind"].column] if "kind" in guesses else pd.Series(dtype="str")
    for word in types.dropna().unique():
        meaning = next((name for name, shape in TYPE_WORDS.items() if re.fullmatch(shape, word)), "")
        if meaning:
            found.words.setdefault(meaning, []).append(word)
    found.payments = int(types.isin(found.words.get("payment", [])).sum())
    if "amount" in guesses:
        written = texts[guesses["amount"].column]
        amounts = plain_numbers(written, rule).astype("float64")
        others = [word for name in ("payment", "prepayment") for word in found.words.get(name, [])]
        amounts = amounts[~types.isin(others).reindex(amounts.index, fill_value=False)]
        found.negative, found.zero = int((amounts < 0).sum()), int((amounts == 0).sum())
        found.empty, found.rows = int(written[amounts.index].isna().sum()), len(amounts)
    return found


def footers(texts: Texts, guesses: Mapping[str, Guess]) -> dict[str, pd.Series[Any]]:
    """Return the rows that sum up others, by the column that says so: they name no day.

    Parameters
    ----------
    texts : mapping of str to Series of str
    guesses : mapping of str to Guess

    Returns
    -------
    dict of str to Series of bool
    """
    dates = [guesses[role].column for role in ("issued_on", "settled_on", "due_on") if role in guesses][:1]
    if not dates:
        return {}
    is_undated = texts[dates[0]].isna()
    found = {}
    for name, text in texts.items():
        # Reason: few rows are undated, and only their cells are matched.
        chosen = text[is_undated].str.fullmatch(TOTALS, na=False)
        if chosen.any():
            found[name] = pd.Series(np.zeros(len(text), bool), index=text.index)
            found[name].loc[chosen.index] = chosen.to_numpy(bool)
            is_undated &= ~found[name]
    return found
