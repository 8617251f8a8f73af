"""A mapping proposed for a file that nobody has described: which column is what, and how sure that is."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from features.errors import InputError
from features.sources.cleaning import folded
from features.sources.encodings import guessed_encoding
from features.sources.reading import SourceFile, read_source
from features.sources.rules import SourceRule
from features.sources.values import days_of, filled, plain_numbers
from features.sources.vocabulary import DATE_FORMATS, HEADERS, NUMBER_MARKS, ROLES

__all__ = ["Guess", "Proposal", "propose"]

_SAMPLE_ROWS = 5_000
_SAMPLE_LINES = 60
_MIN_CONFIDENCE = 0.35
_DELIMITERS = (",", ";", "\t", "|")
_HEADER_WEIGHT, _VALUES_WEIGHT = 0.6, 0.4


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


@dataclass
class Proposal:
    """A proposed mapping.

    Parameters
    ----------
    file : str
    source : SourceRule
        How to read the file.
    guesses : dict of str to Guess
        By role.
    warnings : list of str
        What a person must decide, such as ambiguous dates.
    lacking : list of str
        Roles that an import needs and no column has.
    """

    file: str
    source: SourceRule
    guesses: dict[str, Guess]
    warnings: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the proposal with its TOML, for JSON."""
        columns = [
            {
                "role": g.role,
                "column": g.column,
                "confidence": round(g.confidence, 2),
                "reasons": list(g.reasons),
            }
            for g in self.guesses.values()
        ]
        return {
            "file": self.file, "columns": columns, "warnings": self.warnings, "lacking": self.lacking,
            "mapping": self.toml(),
        }  # fmt: skip

    def toml(self) -> str:
        """Return a mapping that ``credence data import --mapping`` takes, with its doubts as comments."""
        lines = [f"# Proposed for {self.file}. Review every line; the figures say how sure each column is."]
        lines += [f"# WARNING: {text}" for text in self.warnings]
        lines += [f"# LACKING: {name}; correct the line that stands in for it" for name in self.lacking]
        lines += ["", "[seller]", 'seller_id = "my_company"', 'timezone = "UTC"', "", "[source]"]
        lines += [f"{key} = {_toml(value)}" for key, value in self._source().items()]
        lines += self._buyers() + self._invoices() + self._payments() + self._control()
        return "\n".join(lines) + "\n"

    def _source(self) -> dict[str, Any]:
        names = "encoding delimiter header_row decimal thousands date_formats".split()
        return {name: getattr(self.source, name) for name in names}

    def _line(self, target: str, role: str, stand_in: str = "") -> list[str]:
        guess = self.guesses.get(role)
        if guess is None:
            return [f"{target} = {stand_in}  # no column found"] if stand_in else []
        why = ", ".join(guess.reasons)
        return [f"{target} = {_toml(guess.column)}  # {guess.confidence:.0%} sure: {why}"]

    def _buyers(self) -> list[str]:
        if "name" not in self.guesses or "buyer_id" not in self.guesses:
            return []
        head = ["", "[[table]]", 'name = "buyers"', 'keep = "first"', "[table.columns]"]
        return [*head, *self._line("buyer_id", "buyer_id"), *self._line("name", "name")]

    def _invoices(self) -> list[str]:
        lines = ["", "[[table]]", 'name = "invoices"']
        if "amount" in self.guesses:
            lines.append(f"when = {{ from = {_toml(self.guesses['amount'].column)}, more_than = 0 }}")
        issued = next((role for role in ("issued_on", "due_on") if role in self.guesses), "issued_on")
        known = [
            self.guesses[role].column
            for role in ("invoice_id", "issued_on", "due_on")
            if role in self.guesses
        ]
        key = f"{{ key_of = {_toml(known or ['FILL IN'])} }}"
        due = '{ same_as = "issued_on", plus_days = 30 }'
        lines += ["[table.columns]", *self._line("invoice_id", "invoice_id", key)]
        lines += self._line("buyer_id", "buyer_id", '{ value = "FILL IN" }')
        lines += self._line("issued_on", issued, '{ value = "FILL IN" }')
        lines += self._line("due_on", "due_on", due)
        lines += self._line("amount", "amount", '{ value = "FILL IN" }')
        lines += self._line("currency", "currency", '{ value = "XXX" }')
        return lines + self._line("recorded_at", "recorded_at")

    def _payments(self) -> list[str]:
        if not {"settled_on", "amount", "invoice_id"} <= set(self.guesses):
            return []
        settled = self.guesses["settled_on"].column
        when = f"when = [{{ from = {_toml(settled)}, filled = true }}, "
        when += f"{{ from = {_toml(self.guesses['amount'].column)}, more_than = 0 }}]"
        paid = "paid" if "paid" in self.guesses else "amount"
        lines = ["", "[[table]]", 'name = "allocations"', when, "[table.columns]"]
        lines += self._line("invoice_id", "invoice_id") + self._line("settled_on", "settled_on")
        return [*lines, *self._line("amount", paid), 'kind = { value = "payment" }']

    def _control(self) -> list[str]:
        return (
            ["", "[control]", *self._line("open_amount", "open_amount")]
            if "open_amount" in self.guesses
            else []
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

    Raises
    ------
    InputError
        Where the file cannot be read, or nothing in it looks like a ledger.
    """
    path = Path(path)
    source = _read(path)
    rule, texts = source.rule, {name: filled(source.rows[name], []) for name in source.rows.columns}
    decimal, thousands = _marks(texts)
    formats, ambiguous = _formats(texts)
    warnings = list(ambiguous.values())
    rule = rule.model_copy(update={"decimal": decimal, "thousands": thousands, "date_formats": formats})
    guesses = _assigned(texts, rule)
    if not guesses:
        step = "name the columns yourself; docs/guides/mapping.md tells how"
        raise InputError.of("a ledger with a header", f"{path.name}, of which no column looks like one", step)
    guesses |= {role: _halved(guess) for role, guess in guesses.items() if guess.column in ambiguous}
    warnings += _order(guesses, texts, rule)
    lacking = [
        role for role in ("invoice_id", "buyer_id", "issued_on", "due_on", "amount") if role not in guesses
    ]
    return Proposal(
        path.name, rule, {role: guesses[role] for role in ROLES if role in guesses}, warnings, lacking
    )


def _read(path: Path) -> SourceFile:
    """Read the file by the encoding, delimiter and header that its beginning shows."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".parquet", ".xls", ".gz") or not path.is_file():
        return _sampled(read_source(path, SourceRule()))
    with path.open("rb") as handle:
        sample = handle.read(1 << 18)
    encoding = guessed_encoding(sample)
    if not sample or not encoding:
        return _sampled(read_source(path, SourceRule()))
    text = codecs.getincrementaldecoder(encoding)(errors="strict").decode(sample)
    lines = text.splitlines()[:_SAMPLE_LINES]
    delimiter = max(_DELIMITERS, key=lambda mark: _regularity(lines, mark))
    rows = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    rule = SourceRule(encoding=encoding, delimiter=delimiter, header_row=_header(rows) + 1)
    return _sampled(read_source(path, rule))


def _sampled(source: SourceFile) -> SourceFile:
    return replace(source, rows=source.rows.head(_SAMPLE_ROWS))


def _regularity(lines: Sequence[str], mark: str) -> float:
    """Return the number of cells that most lines agree on; a mark that no line has counts nothing."""
    counts = [line.count(mark) for line in lines if line.strip()]
    usual = max(set(counts), key=lambda count: (counts.count(count), count)) if counts else 0
    return usual * counts.count(usual) / max(len(counts), 1)


def _header(rows: Sequence[Sequence[str]]) -> int:
    """Return the row that holds most names of the dictionary, the first of the fullest where none does."""
    known = {folded(name) for names in HEADERS.values() for name in names}
    hits = [len({folded(cell) for cell in row} & known) for row in rows]
    if hits and max(hits) > 0:
        return hits.index(max(hits))
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    return widths.index(max(widths)) if widths else 0


def _marks(texts: dict[str, pd.Series[Any]]) -> tuple[Literal[".", ","], str]:
    """Return the marks by which most cells with digits are numbers; plain ones where all fit."""
    cells = pd.concat(list(texts.values()), ignore_index=True).dropna()
    numeric = cells[cells.str.fullmatch(r"[(+\-−]?[\d.,'\s\u00a0\uff0c\uff0e\uff10-\uff19]+[)\-]?", na=False)]
    best, marks = -1, NUMBER_MARKS[0]
    for decimal, thousands in NUMBER_MARKS:
        rule = SourceRule(decimal=decimal, thousands=thousands)
        count = int(plain_numbers(numeric, rule).notna().sum())
        if count > best:
            best, marks = count, (decimal, thousands)
    return marks


def _formats(texts: dict[str, pd.Series[Any]]) -> tuple[list[str], dict[str, str]]:
    """Return the formats of the dates, and by column a warning where day and month could be swapped."""
    found: list[str] = []
    warnings: dict[str, str] = {}
    for name, text in texts.items():
        shares = {pattern: _share(days_of(text, [pattern], "UTC"), text) for pattern in DATE_FORMATS}
        best = max(shares.values(), default=0)
        if best < 0.8:
            continue
        winners = [pattern for pattern, share in shares.items() if share == best]
        swapped = [pattern for pattern in winners if _swapped(pattern) in winners]
        # Reason: ISO dates are read whatever the formats are.
        if swapped and not winners[0].startswith("%Y"):
            example = text.dropna().iloc[0]
            ways = " or ".join(swapped)
            warnings[name] = f"dates of '{name}' are ambiguous: {example} reads as {ways}; set date_formats"
        found += [pattern for pattern in winners[:1] if pattern not in found]
    sure = [pattern for pattern in found if _swapped(pattern) not in found]
    return (sure or found or ["%Y-%m-%d"]), warnings


def _halved(guess: Guess) -> Guess:
    reason = "day and month could be swapped"
    return Guess(guess.role, guess.column, guess.confidence / 2, (*guess.reasons, reason))


def _swapped(pattern: str) -> str:
    return pattern.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m") if pattern[:2] != "%Y" else ""


def _share(values: pd.Series[Any], text: pd.Series[Any]) -> float:
    filled_rows = int(text.notna().sum())
    return float(values.notna().sum()) / filled_rows if filled_rows else 0.0


def _assigned(texts: dict[str, pd.Series[Any]], rule: SourceRule) -> dict[str, Guess]:
    """Give each role the column that fits best, the surest first; a column has one role."""
    every = [
        guess for name, text in texts.items() for role in ROLES if (guess := _judged(role, name, text, rule))
    ]
    chosen: dict[str, Guess] = {}
    for guess in sorted(every, key=lambda guess: -guess.confidence):
        taken = {other.column for other in chosen.values()}
        if guess.confidence >= _MIN_CONFIDENCE and guess.role not in chosen and guess.column not in taken:
            chosen[guess.role] = guess
    return chosen


def _judged(role: str, name: str, text: pd.Series[Any], rule: SourceRule) -> Guess | None:
    kind = ROLES[role]
    alias = _alias(role, name)
    fit, reason = _fit(kind, text, rule)
    if alias == 0 or fit == 0:
        return None
    header = "header is a known name" if alias == 1 else "header resembles a known name"
    return Guess(role, name, _HEADER_WEIGHT * alias + _VALUES_WEIGHT * fit, (header, reason))


def _alias(role: str, name: str) -> float:
    """1 for a known header, 0.5 for one that contains a known one as a word, else 0."""
    mine, names = folded(name), [folded(alias) for alias in HEADERS[role]]
    if mine in names:
        return 1.0
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()
    spaced = re.sub(r"[\W_]+", " ", words)
    known = (re.sub(r"[\W_]+", " ", alias.casefold()) for alias in HEADERS[role] if len(alias) > 3)
    is_part = any(re.search(rf"\b{re.escape(alias)}\b", spaced) for alias in known)
    return 0.5 if is_part else 0.0


def _fit(kind: str, text: pd.Series[Any], rule: SourceRule) -> tuple[float, str]:
    given = text.dropna()
    if given.empty:
        return 0.0, "column is empty"
    if kind == "date":
        share = _share(days_of(given, rule.date_formats, "UTC"), given)
        return (share if share >= 0.5 else 0.0), f"{share:.0%} of its values are dates"
    if kind == "money":
        share = _share(plain_numbers(given, rule), given)
        return (share if share >= 0.5 else 0.0), f"{share:.0%} of its values are numbers"
    if kind == "currency":
        share = float(given.str.fullmatch(r"[A-Z]{3}").mean())
        return (share if share >= 0.5 else 0.0), f"{share:.0%} of its values are three capitals"
    share = given.nunique() / len(given)
    if kind == "key":
        return share, f"{share:.0%} of its values are distinct"
    return 1.0 - share / 2, f"{given.nunique()} distinct values in {len(given)} rows"


def _order(guesses: dict[str, Guess], texts: dict[str, pd.Series[Any]], rule: SourceRule) -> list[str]:
    """Warn where dates are not in the order in which they happen; swap issue and due date where it helps."""
    pairs = (("issued_on", "due_on"), ("issued_on", "settled_on"))
    warnings = []
    for first, second in pairs:
        if {first, second} <= set(guesses):
            early, late = (
                days_of(texts[guesses[role].column], rule.date_formats, "UTC") for role in (first, second)
            )
            both = early.notna() & late.notna()
            share = float((early <= late)[both].mean()) if both.any() else 1.0
            names = f"'{guesses[first].column}' ({first}) and '{guesses[second].column}' ({second})"
            if share < 0.95:
                warnings.append(f"{names} are in this order in {share:.0%} of the rows only; check both")
            else:
                why = f"on or before {second} in {share:.0%} of the rows"
                guess = guesses[first]
                guesses[first] = Guess(guess.role, guess.column, guess.confidence, (*guess.reasons, why))
    return warnings


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    return f'"{text}"'
