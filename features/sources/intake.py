"""Files of an export, each read by the source of the mapping that its name matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from features.errors import InputError, Problem
from features.sources.column_rules import ColumnRule, Condition
from features.sources.export import Export
from features.sources.mapping import Mapping
from features.sources.reading import SourceFile, read_source
from features.sources.rules import SourceRule, TableRule, VersionRule

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["File", "read_files"]


@dataclass(frozen=True)
class File:
    """A file of an export and its rows; the index of the rows counts over all files."""

    source: SourceFile
    export: Export


def read_files(paths: Sequence[str | Path], mapping: Mapping, progress: Callable[[str], None]) -> list[File]:
    """Read every file.

    Parameters
    ----------
    paths : sequence of path
    mapping : Mapping
    progress : callable
        Called with the name of each stage.

    Raises
    ------
    InputError
        Where a file has no source, a source no file, or a file lacks columns that the mapping names.
    """
    rules = [_source_of(Path(path), mapping) for path in paths]
    unfed = [source.name for source in mapping.source if source not in rules]
    if unfed:
        raise InputError.of(
            f"a file for each source of the mapping, {unfed} included", "none", "name it as FILE too"
        )
    files: list[File] = []
    start = 0
    for path, rule in zip(paths, rules, strict=True):
        progress(f"reading {Path(path).name}")
        source = read_source(path, rule)
        rows = source.rows.set_axis(pd.RangeIndex(start, start + len(source.rows)))
        start += len(rows)
        files.append(File(source, Export(rows, rule, mapping.seller.timezone)))
    _refuse_missing_columns(files, mapping)
    return files


def _source_of(path: Path, mapping: Mapping) -> SourceRule:
    for source in mapping.source:
        if fnmatch(path.name, source.files):
            return source
    patterns = [source.files for source in mapping.source]
    raise InputError.of(f"a file whose name matches one of {patterns}", path.name, "correct [[source]] files")


def _refuse_missing_columns(files: Iterable[File], mapping: Mapping) -> None:
    problems = []
    for file in files:
        found = list(file.export.rows.columns)
        lacking = [name for name in _needed(mapping, file.source.rule.name) if name not in found]
        if lacking:
            step = "correct the mapping, or [source] header_row and delimiter"
            problems.append(Problem(f"columns {lacking} in {file.source.name}", f"columns {found}", step))
    if problems:
        raise InputError(problems)


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
            yield from part.columns.values()
            yield from part.when
    for refusal in (refusal for refusal in mapping.refuse if refusal.source in (None, source)):
        yield from refusal.when
    control = mapping.control
    if control is not None and control.source in (None, source):
        yield from (rule for rule in (control.open_amount, control.invoice_id, control.instalment) if rule)
        yield from control.when
        yield from (condition for tolerance in control.tolerate for condition in tolerance.when)
