"""Rows of an export as rows of tables, before they are checked; what no table takes is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from features.columns import TABLES
from features.sources.block_keys import derive_keys, repeated_rows
from features.sources.blocks import Assumed, Block, keep_rows, map_block
from features.sources.export import Export, meets
from features.sources.intake import File
from features.sources.mapping import Mapping
from features.sources.rejects import Rejects
from features.sources.rules import TableRule

__all__ = ["Draft", "draft_of"]


@dataclass
class Draft:
    """Rows of all tables before their checks.

    Parameters
    ----------
    frames : list of (TableRule, DataFrame)
        One for each table rule; the index names the export's row.
    assumed : list of Assumed
    untaken : dict of str to int
        Rows of which no table takes a fact, by file.
    """

    frames: list[tuple[TableRule, pd.DataFrame]] = field(default_factory=list)
    assumed: list[Assumed] = field(default_factory=list)
    untaken: dict[str, int] = field(default_factory=dict)

    def assumptions(self, refused: pd.Index[Any]) -> dict[str, int]:
        """Return how many rows that were not refused rest on each assumption of the mapping."""
        rows: dict[str, pd.Index[Any]] = {}
        for found in self.assumed:
            rows[found.reason] = found.rows.union(rows.get(found.reason, found.rows))
        counts = {reason: len(labels.difference(refused)) for reason, labels in rows.items()}
        return {reason: count for reason, count in counts.items() if count}

    def without(self, refused: pd.Index[Any]) -> dict[str, pd.DataFrame]:
        """Raw tables of the rows that were not refused, as the rules' `keep` wants them."""
        tables: dict[str, list[pd.DataFrame]] = {}
        for rule, frame in self.frames:
            tables.setdefault(rule.name, []).append(keep_rows(frame[~frame.index.isin(refused)], rule))
        return {name: pd.concat(frames) for name, frames in tables.items()}

    def knowledge(self) -> dict[str, str]:
        """Tell whether the export says when it knew each table's rows.

        One rule or row that assumes is enough for "assumed".
        """
        told: dict[str, str] = {}
        for rule, frame in self.frames:
            name = TABLES[rule.name].knowledge
            column = rule.columns.get(name)
            says = column is not None and column.from_ is not None and column.default is None
            answer = rule.knowledge or ("given" if says and frame[name].notna().all() else "assumed")
            told[rule.name] = "assumed" if "assumed" in (answer, told.get(rule.name)) else "given"
        return told


def _refuse(mapping: Mapping, file: File, rejects: Rejects) -> None:
    for rule in mapping.refuse:
        if rule.source in (None, file.source.rule.name):
            rejects.add(file.export.rows.index[meets(rule.when, file.export)], rule.reason)


def draft_of(files: Sequence[File], mapping: Mapping, rejects: Rejects) -> Draft:
    """Map the rows of files that no rule of the mapping refuses; what cannot be read goes to `rejects`."""
    for file in files:
        _refuse(mapping, file, rejects)
    draft: dict[int, list[pd.DataFrame]] = {}
    assumed: list[Assumed] = []
    untaken: dict[str, int] = {}
    for file in files:
        kept = file.export.where(~file.export.rows.index.isin(rejects.labels))
        blocks: dict[str, list[tuple[int, Block]]] = {}
        for number, rule in enumerate(mapping.table):
            if rule.source in (None, file.source.rule.name):
                blocks.setdefault(rule.name, []).append((number, map_block(rule, kept)))
        missed = _untaken([block for many in blocks.values() for _, block in many], kept)
        untaken[file.source.name] = untaken.get(file.source.name, 0) + missed
        repeated = repeated_rows((block for many in blocks.values() for _, block in many), kept)
        for name, numbered in blocks.items():
            frames = derive_keys([block for _, block in numbered], TABLES[name], repeated)
            for (number, block), frame in zip(numbered, frames, strict=True):
                assumed += block.assumed
                draft.setdefault(number, []).append(frame)
                for cell in block.unreadable:
                    rejects.add(cell.rows, cell.reason, cell.table, cell.column)
    tables = [(mapping.table[number], pd.concat(parts)) for number, parts in sorted(draft.items())]
    return Draft(tables, assumed, {name: rows for name, rows in untaken.items() if rows})


def _untaken(blocks: Sequence[Block], export: Export) -> int:
    """Return the number of rows that meet the conditions of no table; a buyer alone is no fact.

    A file that only states control figures, or only buyers, is meant so.
    """
    of_facts = [block for block in blocks if block.rule.name != "buyers"] or blocks
    if not of_facts:
        return 0
    taken = np.zeros(len(export.rows), bool)
    for block in of_facts:
        taken |= export.rows.index.isin(block.facts.index)
    return int((~taken).sum())
