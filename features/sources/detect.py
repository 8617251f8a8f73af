"""A mapping proposed for a file that nobody has described: which column is what, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.errors import InputError
from features.sources.cleaning import folded
from features.sources.detection.doubts import of_file, of_rows, of_table, of_values
from features.sources.detection.kinds import (
    Varieties,
    doubtful_kind,
    footers,
    period_of,
    table_of,
    varieties,
)
from features.sources.detection.mending import currency_words, ids_to_mend
from features.sources.detection.notation import DateNotation, Texts, date_notation, number_marks, share
from features.sources.detection.proposal import Proposal
from features.sources.detection.roles import Guess, alias_of, assigned, in_order, unfit
from features.sources.detection.sample import Sample, read_sample
from features.sources.detection.systems import recognised
from features.sources.rules import SourceRule
from features.sources.values import days_of, filled
from features.sources.vocabulary import ROLES

__all__ = ["Guess", "Proposal", "propose"]

_SAMPLE_ROWS = 5_000
_MIN_SHARE_DATES = 0.8
_DATES = tuple(role for role, kind in ROLES.items() if kind == "date")
_NEEDED = {
    "invoices": ("invoice_id", "buyer_id", "issued_on", "due_on", "amount"),
    "allocations": ("settled_on", "amount"),
    "buyers": (),
    "statements": ("buyer_id",),
}
_INVOICE_WORDS = (
    "invoice",
    "inv",
    "rechnung",
    "facture",
    "factura",
    "fattura",
    "应收",
    "发票",
    "核销单据",
    "bill",
)


def propose(path: str | Path) -> Proposal:
    """Look at a file and propose a mapping.

    Parameters
    ----------
    path : str or Path
        CSV or other delimited text, Excel or Parquet.

    Returns
    -------
    Proposal
        Where a shipped mapping knows the file, it is named; where only that mapping makes sense of the rows,
        it is the one proposed.

    Raises
    ------
    InputError
        Where the file cannot be read, or nothing in it looks like a ledger.
    """
    sample = read_sample(Path(path))
    systems = recognised(sample)
    rows = sample.source.rows
    texts = {name: filled(rows[name], []) for name in rows.columns}
    look = _look(texts, sample)
    broken = len(sample.source.broken)
    if not look.guesses and not systems and broken:
        found = f"{sample.source.name}, of which {broken} lines have another number of fields"
        raise InputError.of("lines with as many fields as the header", found, "correct the export")
    if not look.guesses and not systems:
        step = "name the columns yourself; docs/guides/mapping.md tells how"
        found = f"{sample.source.name}, of which no column looks like one"
        raise InputError.of("a ledger with a header", found, step)
    proposal = _proposal(sample, texts, look)
    proposal.systems = systems
    if proposal.copied:
        proposal.guesses, proposal.lacking = {}, []
        proposal.warnings = [*sample.source.notes, *look.dates.doubts.values()]
    return proposal


@dataclass
class _Look:
    """What the columns of a file are."""

    rule: SourceRule
    dates: DateNotation
    guesses: dict[str, Guess]
    warnings: list[str]


def _look(texts: Texts, sample: Sample) -> _Look:
    """Tell notation and roles from the first rows that sum up no others."""
    first = {name: text.head(_SAMPLE_ROWS) for name, text in texts.items()}
    decimal, thousands = number_marks(first)
    period = period_of(list(first))
    dated = {
        name: text
        for name, text in first.items()
        if name == period or any(alias_of(role, name) for role in _DATES)
    }
    dates = date_notation(dated)
    update = {"decimal": decimal, "thousands": thousands, "date_formats": dates.formats}
    rule = sample.source.rule.model_copy(update=update)
    # Reason: a column that writes day and month the other way round has its own format.
    every = rule.model_copy(update={"date_formats": [*dates.formats, *set(dates.by_column.values())]})
    guesses = assigned(first, every)
    for role, guess in guesses.items():
        if guess.column in dates.doubts:
            guesses[role] = guess.with_reason("day and month could be swapped", 0.5)
        elif guess.column in dates.settled:
            guesses[role] = guess.with_reason(dates.settled[guess.column])
    days = {
        role: days_of(first[guess.column], _formats(guess.column, dates), "UTC")
        for role, guess in guesses.items()
        if role in _DATES
    }
    return _Look(rule, dates, guesses, [*dates.doubts.values(), *in_order(guesses, days)])


def _formats(column: str, dates: DateNotation) -> list[str]:
    return [dates.by_column[column]] if column in dates.by_column else dates.formats


def _fitted(guesses: Mapping[str, Guess], table: str) -> dict[str, Guess]:
    """Give the roles of payments to columns whose headers fit several."""
    guesses = dict(guesses)
    if table != "allocations":
        return guesses
    for role in ("issued_on", "recorded_at"):
        if "settled_on" not in guesses and role in guesses:
            moved = guesses.pop(role).with_reason("the only date that payments have", 0.8)
            guesses["settled_on"] = Guess("settled_on", moved.column, moved.confidence, moved.reasons)
    number = guesses.get("invoice_id")
    if number and not any(word in folded(number.column) for word in _INVOICE_WORDS):
        del guesses["invoice_id"]
        guesses.setdefault("receipt_id", Guess("receipt_id", number.column, 0.5, ("it numbers payments",)))
    return guesses


def _proposal(sample: Sample, texts: Texts, look: _Look) -> Proposal:
    table, why = table_of(list(texts), look.guesses, sample.source.name)
    guesses = _fitted(look.guesses, table)
    sums = footers(texts, guesses)
    is_sum = pd.concat([*sums.values(), pd.Series(False, sample.source.rows.index)], axis=1).any(axis=1)
    data = {name: text[~is_sum] for name, text in texts.items()}
    found = varieties(data, guesses, look.rule) if table == "invoices" else Varieties()
    pad, whole = ids_to_mend(data, guesses)
    proposal = Proposal(
        sample.source.name,
        look.rule.model_copy(update={"pad": pad, "whole": whole}),
        {role: guesses[role] for role in ROLES if role in guesses},
        table,
        columns=list(texts),
        formats=_own_formats(look, data),
        currencies=currency_words(data, guesses),
        footers=list(sums),
        footer_date=_dated(guesses),
        varieties=found,
        is_list=sample.is_list,
    )
    proposal.lacking = [role for role in _NEEDED[table] if role not in guesses]
    stands_in = {"allocations": ("paid", "amount"), "statements": ("name", "buyer_id")}.get(table)
    if stands_in and stands_in[0] in guesses:
        proposal.lacking = [role for role in proposal.lacking if role != stands_in[1]]
    taken = {guess.column for guess in guesses.values()}
    proposal.warnings = [
        *of_file(sample),
        *of_table(table, why, missing_link="invoice_id" not in guesses),
        *doubtful_kind(list(texts), guesses),
        *look.warnings,
        *unfit(texts, look.rule, taken, proposal.lacking),
        *of_rows(found, guesses, int(is_sum.sum())),
        *of_values(data, guesses, look.rule, look.dates.by_column),
        *(f"'{name}' has ids that lost leading zeros; they are filled to {pad[name]} digits" for name in pad),
    ]
    return proposal


def _own_formats(look: _Look, texts: Texts) -> dict[str, str]:
    """Return the formats of single columns; that of a statement's period too, where it is no year."""
    own = dict(look.dates.by_column)
    period = period_of(list(texts))
    formats = [own[period]] if period in own else look.dates.formats
    for pattern in formats if period else []:
        if share(days_of(texts[period], [pattern], "UTC"), texts[period]) > _MIN_SHARE_DATES:
            own.setdefault(period, pattern)
    return own


def _dated(guesses: Mapping[str, Guess]) -> str:
    roles = ("issued_on", "settled_on", "due_on")
    return next((guesses[role].column for role in roles if role in guesses), "")
