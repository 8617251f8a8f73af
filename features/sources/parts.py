"""An import of more rows than fit in memory, part by part: rows that belong together stay together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import TABLES
from features.errors import Refused
from features.growing import GrowingPortfolio
from features.instants import start_of_day
from features.portfolio import CheckedTables, Portfolio, assemble
from features.sources.control import Compared, compare, conclude
from features.sources.drafting import Draft, draft_of
from features.sources.importing import (
    bounds_of,
    check,
    failures,
    known_times,
    left_out,
    notes_of,
    observed_days,
    warnings,
    without_dates,
)
from features.sources.intake import File
from features.sources.mapping import Mapping as MappingFile
from features.sources.reconciliation import Reconciliation
from features.sources.rejects import Rejects, RejectsOfParts
from features.sources.spill import Spill

__all__ = ["ROWS_OF_A_PART", "ImportedParts", "import_in_parts"]

ROWS_OF_A_PART = 50_000
"""Rows of the export that are mapped at a time; a group of rows that belong together is not divided."""

Bounds = tuple[str | None, str | None]


@dataclass(frozen=True)
class ImportedParts:
    """What an import in parts made; the tables are in the folder.

    Parameters
    ----------
    portfolio : Portfolio
        Without its tables.
    row_counts : mapping of str to int
        Rows of each table.
    rejects : RejectsOfParts
    rows_read : int
        Rows of the export, refused ones included.
    reconciliation : Reconciliation
    left_out : mapping of str to int
        Rows of the files that are no data, by reason.
    assumed : mapping of str to int
        Rows of the export of which a value is assumed, by the mapping's reason.
    known : sequence of Series
        Rows by the time at which they were known, of each part.
    untaken : mapping of str to int
        Rows of which no table takes a fact, by file.
    notes : tuple of str
        What is doubtful about the files.
    """

    portfolio: Portfolio
    row_counts: Mapping[str, int]
    rejects: RejectsOfParts
    rows_read: int
    reconciliation: Reconciliation
    left_out: Mapping[str, int]
    assumed: Mapping[str, int]
    known: Sequence[pd.Series[Any]]
    untaken: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def share_rejected(self) -> float:
        """Share of the export's rows that were refused."""
        return self.rejects.rows / self.rows_read

    @property
    def failures(self) -> list[str]:
        """Why the answer of the import is no; empty where it is yes."""
        return failures(self.share_rejected, self.reconciliation)

    def warnings(self, today: date) -> list[str]:
        """Return what is doubtful and no failure, as `features.sources.importing.Imported.warnings`."""
        timezone = self.portfolio.seller.timezone
        dates = warnings(self.known, self.portfolio.observed_until, timezone, today)
        return [*self.notes, *dates]


def import_in_parts(
    paths: Sequence[str | Path],
    mapping: MappingFile,
    target: GrowingPortfolio,
    scratch: Path,
    *,
    rows: int = ROWS_OF_A_PART,
    progress: Callable[[str], None] = lambda _stage: None,
) -> ImportedParts:
    """Turn the files of an export into a portfolio folder; as `features.sources.importing.import_files`.

    The facts are the same; their rows are ordered part by part. Memory grows by some 80 to 100 bytes a row.

    Parameters
    ----------
    paths : sequence of path
    mapping : Mapping
        Without ``[prepare]``, which needs all rows at once.
    target : GrowingPortfolio
        Its folder takes ``rejects.csv`` and ``differences.csv`` too.
    scratch : Path
        Empty folder for the text of the export while it is read; about as large as the export.
    rows : int
        Rows of a part.
    progress : callable, optional
        Called with the name of each stage.

    Raises
    ------
    InputError, Refused
        As `features.sources.importing.import_files`.
    """
    spill = Spill(paths, mapping, scratch, progress)
    spill.divide(rows)
    progress("mapping rows")
    bounds = _bounds(spill, mapping)
    progress("checking rows")
    result = _Result(mapping, target, RejectsOfParts([source.name for source in spill.sources]))
    # Reason: lines that are broken belong to no part.
    result.rejects.add(Rejects(spill.sources, [pd.Index([], dtype="int64") for _ in spill.sources]))
    for files in spill.parts():
        result.add(files, bounds)
    progress("reconciling")
    imported = result.finish(spill, bounds)
    imported.rejects.write(target.folder / "rejects.csv")
    imported.reconciliation.write(target.folder / "differences.csv")
    return imported


def _bounds(spill: Spill, mapping: MappingFile) -> Bounds:
    """Return from when and until when the books are complete; columns are asked in all parts first."""
    days: tuple[list[Any], list[Any]] = ([], [])
    if not all(
        rule is None or isinstance(rule, str) for rule in (mapping.observed_from, mapping.observed_until)
    ):
        for files in spill.parts():
            rejects = _rejects(files)
            draft_of(files, mapping, rejects)
            for all_days, more in zip(days, observed_days(files, mapping, rejects.labels), strict=True):
                all_days += list(set(more) - set(all_days))
    return bounds_of(days, mapping)


def _rejects(files: Sequence[File]) -> Rejects:
    return Rejects([file.source for file in files], [file.export.rows.index for file in files])


class _Result:
    """What is known of the parts that were imported."""

    def __init__(self, mapping: MappingFile, target: GrowingPortfolio, rejects: RejectsOfParts) -> None:
        self._mapping, self._target, self.rejects = mapping, target, rejects
        self._compared: list[Compared] = []
        self._known: list[pd.Series[Any]] = []
        self._heads: list[Portfolio] = []
        self._undated: list[tuple[dict[str, pd.DataFrame], dict[str, npt.NDArray[np.bool_]]]] = []
        self._firsts: list[pd.Timestamp] = []
        self._has_start = False
        self._assumed: Counter[str] = Counter()
        self._untaken: dict[str, int] = {}

    def add(self, files: Sequence[File], bounds: Bounds) -> None:
        """Import a part and write what has a date."""
        rejects = _rejects(files)
        draft = draft_of(files, self._mapping, rejects)
        checked = check(draft, self._mapping, rejects, bounds)
        self.rejects.add(rejects)
        self._assumed.update(draft.assumptions(rejects.labels))
        for name, rows in draft.untaken.items():
            self._untaken[name] = self._untaken.get(name, 0) + rows
        if checked is None:
            return
        self._has_start |= checked.has_start
        # Reason: a part may hold rows without dates only; the whole is judged in the end.
        portfolio = assemble(
            replace(checked, has_start=True), self._mapping.seller.seller(), knowledge=draft.knowledge()
        )
        self._compare(files, rejects, draft, portfolio)
        self._firsts += [
            frame[TABLES[name].event_date].min()
            for name, frame in portfolio.tables.items()
            if TABLES[name].event_date and name != "fx"
        ]
        self._target.add(replace(portfolio, tables=_only(portfolio, dated=True)))
        self._undated.append((_only(portfolio, dated=False), _assumed(checked)))
        self._known.append(known_times(replace(portfolio, tables=_only(portfolio, dated=True))))
        self._heads.append(replace(portfolio, tables={}))

    def _compare(self, files: Sequence[File], rejects: Rejects, draft: Draft, portfolio: Portfolio) -> None:
        exports = [(file.source.rule.name, file.export) for file in files]
        control = self._mapping.control
        self._compared.append(compare(control, exports, rejects.labels, portfolio, draft.frames))

    def finish(self, spill: Spill, bounds: Bounds) -> ImportedParts:
        """Write what has no date, which is known from the start of the books, and sum up."""
        if not self._heads:
            raise Refused(f"no row can be loaded; {self.rejects.summary_text()}")
        if not self._has_start:
            raise without_dates(self.rejects.rows, self.rejects.summary_text())
        start = self._start(bounds)
        for tables, assumed in self._undated:
            for name, frame in tables.items():
                knowledge = TABLES[name].knowledge
                frame[knowledge] = frame[knowledge].mask(assumed[name], start).astype("datetime64[s]")
            part = replace(self._heads[0], tables=tables)
            self._target.add(part)
            self._known += [known_times(part)] if tables else []
        head = replace(
            self._heads[0],
            observed_from=start,
            observed_until=max(head.observed_until for head in self._heads),
            knowledge=_together({}, [head.knowledge for head in self._heads]),
            sources={source.name: source.sha256 for source in spill.sources},
            repeated=_summed([head.repeated for head in self._heads]),
        )
        self._target.close(head)
        return ImportedParts(
            head,
            {name: self._target.rows[name] for name in TABLES if name in self._target.rows},
            self.rejects,
            sum(source.rows_read for source in spill.sources),
            conclude(self._mapping.control, self._compared),
            left_out(spill.sources),
            dict(self._assumed),
            self._known,
            self._untaken,
            notes_of(spill.sources),
        )

    def _start(self, bounds: Bounds) -> pd.Timestamp:
        if bounds[0] is not None:
            return self._heads[0].observed_from
        days = [day for day in self._firsts if pd.notna(day)]
        first = min(days, default=pd.Timestamp("1970-01-01"))
        return start_of_day(first.date(), self._mapping.seller.timezone)


def _only(portfolio: Portfolio, *, dated: bool) -> dict[str, pd.DataFrame]:
    return {name: frame for name, frame in portfolio.tables.items() if bool(TABLES[name].event_date) == dated}


def _assumed(checked: CheckedTables) -> dict[str, npt.NDArray[np.bool_]]:
    return {name: table.assumed[~table.repeated] for name, table in checked.tables.items()}


def _together(told: dict[str, str], parts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    for part in parts:
        for name, answer in part.items():
            told[name] = "assumed" if "assumed" in (answer, told.get(name)) else "given"
    return {name: told[name] for name in TABLES if name in told}


def _summed(parts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    names = [name for name in TABLES if any(name in part for part in parts)]
    return {name: sum(part.get(name, 0) for part in parts) for name in names}
