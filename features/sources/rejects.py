"""Rows of an export that were refused: where they stand, why, and what they said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.formulas import harmless
from features.sources.reading import SourceFile

__all__ = ["COLUMNS", "Rejects", "RejectsOfParts", "in_order"]

COLUMNS = ("source_file", "row", "table", "column", "reason", "raw")
"""Columns of rejects.csv: `row` counts from 1 after the header; `raw` is the row as JSON."""


class Rejects:
    """Refused rows, collected while an import runs.

    Parameters
    ----------
    files : sequence of SourceFile
    indexes : sequence of Index
        Labels of each file's rows, distinct over all files.
    """

    def __init__(self, files: Sequence[SourceFile], indexes: Sequence[pd.Index[Any]]) -> None:
        self._files = list(files)
        self._indexes = list(indexes)
        self._found: list[tuple[pd.Index[Any], str, str, str]] = []
        self.labels: pd.Index[Any] = pd.Index([], dtype="int64")

    def add(self, labels: pd.Index[Any], reason: str, table: str = "", column: str = "") -> None:
        """Refuse rows; a row may be refused for several reasons and counts once."""
        if len(labels):
            self._found.append((labels.unique(), reason, table, column))
            self.labels = self.labels.union(labels.unique())

    @property
    def rows(self) -> int:
        """Number of refused rows of the export."""
        refused = 0
        for file, index in zip(self._files, self._indexes, strict=True):
            refused += len(np.unique(file.numbers[index.isin(self.labels)])) + len(file.broken)
        return refused

    def reasons(self) -> list[dict[str, Any]]:
        """Return each reason with its table, column and number of rows, the most frequent first."""
        counts: dict[tuple[str, str, str], int] = {}
        for labels, reason, table, column in self._found:
            counts[table, column, reason] = counts.get((table, column, reason), 0) + len(labels)
        for file in self._files:
            for found, rows in file.broken["reason"].value_counts().items():
                counts["", "", str(found)] = counts.get(("", "", str(found)), 0) + int(rows)
        return _most_frequent_first(counts)

    def summary_text(self) -> str:
        """Return the most frequent reasons in one line."""
        return _summary(self.reasons())

    def frame(self) -> pd.DataFrame:
        """Return one line for each refused row and reason, in the order of the files."""
        return in_order([self.lines()], [file.name for file in self._files])

    def lines(self) -> pd.DataFrame:
        """Return one line for each refused row and reason, broken lines first."""
        parts = [self._broken(file) for file in self._files]
        parts += [self._lines(number, *found) for found in self._found for number in range(len(self._files))]
        filled = [part for part in parts if len(part)]
        return pd.concat(filled) if filled else pd.DataFrame(columns=list(COLUMNS))

    def write(self, path: str | Path) -> None:
        """Write the refused rows as CSV."""
        _write(self.frame(), path)

    def _lines(
        self, number: int, labels: pd.Index[Any], reason: str, table: str, column: str
    ) -> pd.DataFrame:
        file, index = self._files[number], self._indexes[number]
        positions = index.get_indexer(labels)
        positions = np.sort(positions[positions >= 0])
        rows = _own_rows(file, positions).to_dict("records")
        lines = pd.DataFrame(
            {
                "source_file": file.name,
                "row": file.numbers[positions],
                "table": table,
                "column": column,
                "reason": reason,
                "raw": [json.dumps(row, ensure_ascii=False) for row in rows],
            }
        )
        return lines.drop_duplicates(["source_file", "row"])

    def _broken(self, file: SourceFile) -> pd.DataFrame:
        raw = [json.dumps({"line": text}, ensure_ascii=False) for text in file.broken["raw"]]
        return pd.DataFrame(
            {
                "source_file": file.name,
                "row": file.broken["number"],
                "table": "",
                "column": "",
                "reason": file.broken["reason"],
                "raw": raw,
            }
        )


@dataclass(frozen=True)
class RejectsOfParts:
    """Refused rows of an export that was imported in parts; the same as `Rejects` tells of the whole.

    Parameters
    ----------
    names : list of str
        The files, in their order.
    """

    names: list[str]
    _lines: list[pd.DataFrame] = field(default_factory=list)
    _counts: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _rows: list[int] = field(default_factory=list)

    def add(self, rejects: Rejects) -> None:
        """Add the refused rows of a part."""
        self._lines.append(rejects.lines())
        self._rows.append(rejects.rows)
        for item in rejects.reasons():
            place = (item["table"], item["column"], item["reason"])
            self._counts[place] = self._counts.get(place, 0) + item["rows"]

    @property
    def rows(self) -> int:
        """Number of refused rows of the export."""
        return sum(self._rows)

    def reasons(self) -> list[dict[str, Any]]:
        """Return each reason as `Rejects.reasons` does."""
        return _most_frequent_first(self._counts)

    def summary_text(self) -> str:
        """Return the most frequent reasons in one line."""
        return _summary(self.reasons())

    def write(self, path: str | Path) -> None:
        """Write the refused rows as CSV."""
        _write(in_order(self._lines, self.names), path)


def in_order(lines: Sequence[pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    """Return lines of refused rows in the order of the files that hold the rows.

    Parameters
    ----------
    lines : sequence of DataFrame, columns `COLUMNS`
    names : sequence of str
        The files.
    """
    filled = [part for part in lines if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    order = {name: number for number, name in enumerate(names)}
    return (
        pd.concat(filled)
        .sort_values(
            ["source_file", "row"],
            key=lambda keys: keys.map(order) if keys.name == "source_file" else keys,
            kind="stable",
        )
        .reset_index(drop=True)[list(COLUMNS)]
    )


def _write(lines: pd.DataFrame, path: str | Path) -> None:
    # Reason: `row` is a number and `raw` begins with a brace; names and reasons come from files and mappings.
    told = harmless(lines, ["source_file", "table", "column", "reason"])
    told.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _most_frequent_first(counts: dict[tuple[str, str, str], int]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"table": t, "column": c, "reason": reason, "rows": rows} for (t, c, reason), rows in ordered]


def _summary(reasons: Sequence[dict[str, Any]]) -> str:
    parts = [f"{item['rows']} rows: {_place(item)}{item['reason']}" for item in reasons[:3]]
    return "; ".join(parts) or "the mapping's conditions choose none"


def _own_rows(file: SourceFile, positions: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Return rows as the file holds them, whatever was made of them."""
    if file.raw is None or file.places is None:
        return file.rows.iloc[positions]
    return file.raw.iloc[file.places[positions]]


def _place(item: dict[str, Any]) -> str:
    return f"{item['table']}.{item['column']}: " if item["table"] else ""
