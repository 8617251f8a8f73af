"""An import: files and a mapping in; a checked portfolio, the refused rows and a reconciliation out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.columns import TABLES, Column
from features.errors import InputError, Refused
from features.identifiers.validity import with_natural_persons
from features.instants import day_of, end_of_day
from features.portfolio import CheckedTables, Portfolio, assemble, check_tables
from features.sources.blocks import fill_knowledge
from features.sources.column_rules import ColumnRule
from features.sources.control import reconcile, with_totals
from features.sources.drafting import Draft, draft_of
from features.sources.evaluate import evaluate
from features.sources.intake import File, Query, read_files
from features.sources.mapping import Mapping as MappingFile
from features.sources.reading import SourceFile
from features.sources.reconciliation import Reconciliation
from features.sources.rejects import Rejects

__all__ = [
    "MAX_SHARE_REJECTED",
    "Imported",
    "bounds_of",
    "check",
    "failures",
    "import_files",
    "known_times",
    "left_out",
    "notes_of",
    "observed_days",
    "warnings",
    "without_dates",
]

MAX_SHARE_REJECTED = 0.05
"""Share of refused rows above which an import counts as failed."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Imported:
    """What an import made.

    Parameters
    ----------
    portfolio : Portfolio
    rejects : Rejects
        Rows of the export that were refused, with reasons.
    rows_read : int
        Rows of the export, refused ones included.
    reconciliation : Reconciliation
    left_out : mapping of str to int
        Rows of the files that are no data (subtotals, noted items), by reason.
    assumed : mapping of str to int
        Rows of the export of which a value is assumed, by the mapping's reason.
    untaken : mapping of str to int
        Rows of which no table takes a fact, by file.
    notes : tuple of str
        What is doubtful about the files.
    """

    portfolio: Portfolio
    rejects: Rejects
    rows_read: int
    reconciliation: Reconciliation
    left_out: Mapping[str, int] = field(default_factory=dict)
    assumed: Mapping[str, int] = field(default_factory=dict)
    untaken: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def share_rejected(self) -> float:
        """Share of the export's rows that were refused."""
        return self.rejects.rows / self.rows_read

    @property
    def failures(self) -> list[str]:
        """Why the answer of the import is no; empty where it is yes."""
        return failures(self.share_rejected, self.reconciliation)

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows of each table."""
        return {name: len(frame) for name, frame in self.portfolio.tables.items()}

    def warnings(self, today: date) -> list[str]:
        """Return what is doubtful and no failure.

        Parameters
        ----------
        today : date
            Day of the import in the seller's time zone.
        """
        until = self.portfolio.observed_until
        dates = warnings([known_times(self.portfolio)], until, self.portfolio.seller.timezone, today)
        return [*self.notes, *dates]


def failures(share_rejected: float, reconciliation: Reconciliation) -> list[str]:
    """Return why the answer of an import is no; empty where it is yes.

    Parameters
    ----------
    share_rejected : float
        Share of the export's rows that were refused.
    reconciliation : Reconciliation
    """
    texts = []
    if share_rejected > MAX_SHARE_REJECTED:
        texts.append(f"{share_rejected:.1%} of the rows were refused, more than {MAX_SHARE_REJECTED:.0%}")
    if reconciliation.failed:
        texts.append(f"the control figures differ in {reconciliation.failed} places that nothing tolerates")
    return texts


def known_times(portfolio: Portfolio) -> pd.Series[Any]:
    """Return the number of rows of all tables by the time at which they were known."""
    none = pd.Series(dtype="datetime64[s]")
    times = [none, *(frame[TABLES[name].knowledge] for name, frame in portfolio.tables.items())]
    return pd.concat(times, ignore_index=True).value_counts(sort=False)


def warnings(
    known: Sequence[pd.Series[Any]], observed_until: pd.Timestamp, timezone: str, today: date
) -> list[str]:
    """Return what is doubtful about times and no failure.

    Parameters
    ----------
    known : sequence of Series
        From `known_times`, of each part of a portfolio.
    observed_until : Timestamp
    timezone : str
        The seller's.
    today : date
        Day of the import there.
    """
    end = end_of_day(pd.DatetimeIndex([pd.Timestamp(today)]), timezone)[0]
    late = [counts[counts.index > end] for counts in known]
    rows = int(sum(counts.sum() for counts in late))
    if not rows or observed_until <= end:
        return []
    last = max(counts.index.max() for counts in late if len(counts))
    latest = day_of(pd.DatetimeIndex([last]), timezone)[0].date()
    dated = f"{rows} row{'s are' if rows > 1 else ' is'} dated after today"
    return [f"{dated}, the latest {latest}; the books would end there: correct them, or set observed_until"]


def _no_progress(stage: str) -> None:
    """Tell nobody."""


def import_files(
    paths: Sequence[str | Path | Query], mapping: MappingFile, *, progress: Progress = _no_progress
) -> Imported:
    """Turn the files of an export into a portfolio.

    A row of the export of which any part is refused (a rule of the mapping, a cell that cannot be read, a row
    check) is refused whole: an invoice without the payment that could not be read would look unpaid.

    Parameters
    ----------
    paths : sequence of path or Query
        Files of the export, or rows of queries; each is read by the source that its name matches.
    mapping : Mapping
    progress : callable, optional
        Called with the name of each stage.

    Returns
    -------
    Imported

    Raises
    ------
    InputError
        Where a file cannot be read, lacks a column that the mapping names, or no source reads it.
    Refused
        Where no row is left.
    """
    files = read_files(paths, mapping, progress)
    rejects = Rejects([file.source for file in files], [file.export.rows.index for file in files])
    progress("mapping rows")
    draft = draft_of(files, mapping, rejects)
    progress("checking rows")
    checked = check(
        draft, mapping, rejects, bounds_of(observed_days(files, mapping, rejects.labels), mapping)
    )
    if checked is None:
        raise Refused(f"no row can be loaded; {rejects.summary_text()}")
    if not checked.has_start:
        raise without_dates(rejects.rows, rejects.summary_text())
    progress("reconciling")
    hashes = {file.source.name: file.source.sha256 for file in files}
    portfolio = assemble(checked, mapping.seller.seller(), sources=hashes, knowledge=draft.knowledge())
    exports = [(file.source.rule.name, file.export) for file in files]
    control = with_totals(mapping.control, [total for file in files for total in file.source.totals])
    reconciliation = reconcile(control, exports, rejects.labels, portfolio, draft.frames)
    rows_read = sum(file.source.rows_read for file in files)
    counts = left_out(file.source for file in files)
    return Imported(
        portfolio,
        rejects,
        rows_read,
        reconciliation,
        counts,
        draft.assumptions(rejects.labels),
        draft.untaken,
        notes_of(file.source for file in files),
    )


def without_dates(refused: int, reasons: str) -> InputError | Refused:
    """Return the answer where no row that is left tells a date; `reasons` is why rows were refused."""
    if refused:
        return Refused(f"no row with a date can be loaded; {reasons}")
    step = "map a table with dates, such as invoices, or set observed_from"
    return InputError.of("a date in some table", "none", step)


def notes_of(sources: Iterable[SourceFile]) -> tuple[str, ...]:
    """Return what is doubtful about files, once each."""
    return tuple(dict.fromkeys(note for source in sources for note in source.notes))


def left_out(sources: Iterable[SourceFile]) -> dict[str, int]:
    """Return the rows of files that are no data, by reason."""
    counts: dict[str, int] = {}
    for source in sources:
        for reason, rows in source.left_out.items():
            counts[reason] = counts.get(reason, 0) + rows
    return counts


def check(
    draft: Draft, mapping: MappingFile, rejects: Rejects, bounds: tuple[str | None, str | None]
) -> CheckedTables | None:
    """Refuse what the row checks find until they find nothing: a refused invoice takes its payments along.

    Returns None where no row is left.
    """
    while True:
        tables = draft.without(rejects.labels)
        tables = {name: _with_knowledge(frame, name, mapping) for name, frame in tables.items() if len(frame)}
        if not tables:
            return None
        tables = with_natural_persons(tables)
        checked = check_tables(
            tables,
            mapping.seller.seller(),
            observed_from=bounds[0],
            observed_until=bounds[1],
            rounds=mapping.round_amounts,
        )
        if not checked.findings:
            return checked
        for finding in checked.findings:
            labels = tables[finding.table].index[finding.rows]
            reason = f"expected {finding.expected}; found {finding.found}"
            rejects.add(labels, reason, finding.table, finding.column)


def _with_knowledge(frame: pd.DataFrame, name: str, mapping: MappingFile) -> pd.DataFrame:
    """Fill the knowledge times that only some rows give with the end of the event date."""
    if TABLES[name].knowledge not in frame:
        return frame
    return fill_knowledge(frame, TABLES[name], mapping.seller.timezone)


Days = tuple[list[Any], list[Any]]
"""Days of the columns that say from when and until when the books are complete."""


def observed_days(files: Sequence[File], mapping: MappingFile, refused: pd.Index[Any]) -> Days:
    """Return the days that rows name for the rules of observed_from and observed_until."""
    return (
        _days(files, mapping.observed_from, refused),
        _days(files, mapping.observed_until, refused),
    )


def bounds_of(days: Days, mapping: MappingFile) -> tuple[str | None, str | None]:
    """Return observed_from and observed_until: as given, or the earliest and latest of the days."""
    return (
        _bound(days[0], mapping.observed_from, np.min),
        _bound(days[1], mapping.observed_until, np.max),
    )


def _days(files: Sequence[File], rule: str | ColumnRule | None, refused: pd.Index[Any]) -> list[Any]:
    """Return the days of a rule; files without its columns say nothing."""
    days: list[Any] = []
    if not isinstance(rule, ColumnRule):
        return days
    for file in files:
        if set(rule.columns) <= set(file.export.rows.columns):
            export = file.export.where(~file.export.rows.index.isin(refused))
            result = evaluate(rule, Column("observed", "date"), export, pd.DataFrame(index=export.rows.index))
            days += list(result.values.dropna().drop_duplicates())
    return days


def _bound(days: list[Any], rule: str | ColumnRule | None, choose: Callable[..., Any]) -> str | None:
    if not isinstance(rule, ColumnRule):
        return rule
    if not days:
        raise InputError.of(
            f"days in columns {rule.columns}", "none", "correct observed_from and observed_until"
        )
    return str(pd.Timestamp(choose(days)).date())
