"""Files of an export, each read by the source of the mapping that its name matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd

from features.errors import InputError, Problem
from features.sources.column_rules import ColumnRule, Condition
from features.sources.export import Export
from features.sources.mapping import Mapping
from features.sources.odoo import prepare_odoo
from features.sources.reading import SourceFile, read_source, source_of_frame
from features.sources.rules import PrepareRule, SourceRule, TableRule, VersionRule
from features.sources.sap import prepare_sap

__all__ = ["File", "Query", "lacks_columns", "query_rows", "read_files", "refuse_missing_columns", "rules_of"]


@dataclass(frozen=True)
class File:
    """A file of an export and its rows; the index of the rows counts over all files."""

    source: SourceFile
    export: Export


_PREPARES: dict[str, Callable[[Sequence[SourceFile], PrepareRule], list[SourceFile]]] = {
    "sap_items": prepare_sap,
    "odoo_items": prepare_odoo,
}


@dataclass(frozen=True)
class Query:
    """Rows that a query gave, under a name that the mapping's sources can match.

    Parameters
    ----------
    name : str
    frame : DataFrame, shape (n, columns)
        Cells of any type.
    """

    name: str
    frame: pd.DataFrame


def read_files(
    paths: Sequence[str | Path | Query], mapping: Mapping, progress: Callable[[str], None]
) -> list[File]:
    """Read every file.

    Parameters
    ----------
    paths : sequence of path or Query
    mapping : Mapping
    progress : callable
        Called with the name of each stage.

    Raises
    ------
    InputError
        Where a file has no source, a source no file, or a file lacks columns that the mapping names.
    """
    rules = rules_of(paths, mapping)
    sources = []
    for path, rule in zip(paths, rules, strict=True):
        progress("reading")
        sources.append(query_rows(path, rule) if isinstance(path, Query) else read_source(path, rule))
    if mapping.prepare is not None:
        sources = _PREPARES[mapping.prepare.name](sources, mapping.prepare)
    files: list[File] = []
    start = 0
    for source in sources:
        rows = source.rows.set_axis(pd.RangeIndex(start, start + len(source.rows)))
        start += len(rows)
        files.append(File(source, Export(rows, source.rule, mapping.seller.timezone)))
    refuse_missing_columns(files, mapping)
    return files


def rules_of(paths: Sequence[str | Path | Query], mapping: Mapping) -> list[SourceRule]:
    """Return the source that reads each file (InputError where there is none, or a source has no file)."""
    rules = [_source_of(path.name if isinstance(path, Query) else Path(path).name, mapping) for path in paths]
    unfed = [source.name for source in mapping.source if source not in rules]
    if unfed:
        raise InputError.of(
            f"a file for each source of the mapping, {unfed} included", "none", "name it as FILE too"
        )
    return rules


def query_rows(query: Query, rule: SourceRule) -> SourceFile:
    """Rows of a query, whose numbers have no marks of an export."""
    return source_of_frame(query.name, query.frame, rule.model_copy(update={"decimal": ".", "thousands": ""}))


def _source_of(name: str, mapping: Mapping) -> SourceRule:
    for source in mapping.source:
        if fnmatch(name.lower(), source.files.lower()):
            return source
    patterns = [source.files for source in mapping.source]
    raise InputError.of(f"a file whose name matches one of {patterns}", name, "correct [[source]] files")


def refuse_missing_columns(files: Iterable[File], mapping: Mapping) -> None:
    """Refuse files that lack columns which the mapping names (InputError)."""
    problems = []
    for file in files:
        found = list(file.export.rows.columns)
        lacking = lacks_columns(found, mapping, file.source.rule.name)
        if lacking:
            step = _delimiter_hint(found) or "correct the mapping, or [source] header_row and delimiter"
            problems.append(Problem(f"columns {lacking} in {file.source.name}", f"columns {found}", step))
    if problems:
        raise InputError(problems)


def lacks_columns(found: Sequence[str], mapping: Mapping, source: str) -> list[str]:
    """Return the columns that a file of a source must have and does not."""
    return [name for name in _needed(mapping, source) if name not in found]


def _delimiter_hint(found: list[str]) -> str:
    """Tell the delimiter of a file of which the whole header was read as one name; empty where it was not."""
    counts = {mark: found[0].count(mark) for mark in ",;\t|"} if len(found) == 1 else {}
    best = max(counts, key=lambda mark: counts[mark], default="")
    shown = "\\t" if best == "\t" else best
    return f'set [source] delimiter = "{shown}"' if counts.get(best) else ""


def _needed(mapping: Mapping, source: str) -> list[str]:
    """Columns that a file of a source must have, in the order of the mapping."""
    rules = [rule for rule in _rules(mapping, source) if isinstance(rule, Condition) or not rule.optional]
    names = [
        name for rule in rules for name in ([rule.from_] if isinstance(rule, Condition) else rule.columns)
    ]
    return list(dict.fromkeys(names))


def _rules(mapping: Mapping, source: str) -> Iterator[ColumnRule | Condition]:
    """Every rule that reads columns of a source's files."""
    for table in (table for table in mapping.table if table.source in (None, source)):
        parts: list[TableRule | VersionRule] = [table, *table.version]
        for part in parts:
            for rule in part.columns.values():
                yield from (rule, *rule.otherwise)
            yield from part.when
    for refusal in (refusal for refusal in mapping.refuse if refusal.source in (None, source)):
        yield from refusal.when
    control = mapping.control
    if control is not None and control.source in (None, source):
        yield from (rule for rule in (control.open_amount, control.invoice_id, control.instalment) if rule)
        yield from control.when
        yield from (condition for tolerance in control.tolerate for condition in tolerance.when)
