"""What a person must decide about a proposed mapping, in words: the file, its rows, their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from features.sources.detection.kinds import Varieties
from features.sources.detection.notation import Texts, is_thousands_or_decimal
from features.sources.detection.roles import Guess
from features.sources.detection.sample import Sample
from features.sources.rules import SourceRule
from features.sources.values import days_of, plain_numbers
from features.sources.vocabulary import ROLES

__all__ = ["of_file", "of_rows", "of_table", "of_values"]

_STEPS = {
    "allocations": "import them together with their invoices, as a second [[source]]",
    "buyers": "import them together with invoices or statements, as a second [[source]]",
    "statements": "check period_end, the currency and the unit of the amounts",
}


def of_file(sample: Sample) -> list[str]:
    """Return what the reading of a file left out: other sheets, lines of another width."""
    told = list(sample.source.notes)
    if len(sample.sheets) > 1:
        others = ", ".join(f"'{title}'" for title in sample.sheets if title != sample.source.rule.sheet)
        told.append(
            f"{len(sample.sheets)} sheets hold data: this reads '{sample.source.rule.sheet}', not {others}"
        )
    broken = len(sample.source.broken)
    if broken:
        lines = "lines have" if broken > 1 else "line has"
        told.append(f"{broken} {lines} another number of fields than the header and will be refused")
    return told


def of_table(table: str, why: str, missing_link: bool) -> list[str]:
    """Return that rows are no invoices, why, and what to do.

    Parameters
    ----------
    table : str
        What the rows are.
    why : str
        Empty for invoices.
    missing_link : bool
        Whether no column names the invoice that a payment pays.
    """
    if not why:
        return []
    names = {"allocations": "payments"}
    told = [f"these look like {names.get(table, table)}, not invoices ({why}): {_STEPS[table]}"]
    if table == "allocations" and missing_link:
        told.append("no column names the invoice that is paid: the money counts as unmatched, by buyer")
    return told


def of_rows(found: Varieties, guesses: Mapping[str, Guess], sums: int) -> list[str]:
    """Return the numbers of rows that are no plain invoices, and what the proposal makes of them."""
    told = []
    if sums:
        told.append(f"{_rows(sums)} of sums or footers: left out by [[source.skip]]")
    if found.negative:
        step = "docs/guides/mapping.md, Signed ledgers, tells how to map payments"
        told.append(f"{_rows(found.negative)} with an amount below 0: proposed as credit memos; {step}")
    if found.negative * 2 > found.rows:
        told.append(
            "most amounts are below 0: if this system writes invoices so, swap more_than and less_than"
        )
    if found.zero:
        told.append(f"{_rows(found.zero)} with an amount of 0: no table takes them")
    if found.empty:
        told.append(f"{_rows(found.empty)} without an amount: no table takes them")
    for name in ("credit_memo", "prepayment"):
        if name in found.words:
            words = ", ".join(found.words[name])
            told.append(f"'{guesses['kind'].column}' says {words}: proposed as {name}, check the words")
    if found.payments:
        words = ", ".join(found.words["payment"])
        told.append(
            f"{_rows(found.payments)} whose '{guesses['kind'].column}' says {words}: no table takes them; map"
            " them to allocations, see docs/guides/mapping.md, Signed ledgers"
        )
    return told


def of_values(
    texts: Texts, guesses: Mapping[str, Guess], rule: SourceRule, formats: Mapping[str, str]
) -> list[str]:
    """Return the numbers of values that the proposed notation does not read, and marks that mean two things.

    Parameters
    ----------
    texts : mapping of str to Series of str
        All rows.
    guesses : mapping of str to Guess
    rule : SourceRule
        The proposed marks and formats.
    formats : mapping of str to str
        Formats of single columns.
    """
    told = []
    for role, guess in guesses.items():
        text = texts[guess.column]
        read = _read(ROLES[role], text, rule, formats.get(guess.column))
        unread = 0 if read is None else int((text.notna() & read.isna()).sum())
        if unread:
            what = "dates" if ROLES[role] == "date" else "numbers"
            told.append(f"{unread} of {int(text.notna().sum())} values of '{guess.column}' are no {what} so")
        if ROLES[role] == "money" and is_thousands_or_decimal(text):
            told.append(
                f"numbers of '{guess.column}' are ambiguous: their mark may part thousands or decimals; set"
                " decimal and thousands"
            )
    return told


def _read(kind: str, text: pd.Series[Any], rule: SourceRule, own: str | None) -> pd.Series[Any] | None:
    if kind == "date":
        return days_of(text, [own] if own else rule.date_formats, "UTC")
    return plain_numbers(text, rule) if kind == "money" else None


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count > 1 else ''}"
