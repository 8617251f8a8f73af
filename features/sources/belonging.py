"""Which rows of an export must be mapped together: those that name one invoice, one buyer or one key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import TABLES, Column
from features.engine.unions import join, settle
from features.sources.column_rules import ColumnRule, Condition
from features.sources.evaluate import evaluate
from features.sources.export import Export, meets
from features.sources.mapping import Mapping
from features.sources.rules import TableRule

__all__ = ["Belonging"]

_NAMED = {"buyer_id": "buyer", "invoice_id": "invoice", "successor_id": "invoice"}
"""Columns whose values tie rows of any table together, and what they name."""

Mask = npt.NDArray[np.bool_]
_Rules = tuple[tuple[Column, ColumnRule, bool], ...]
"""Columns, how each is made, and whether it is part of the name (or only made before it)."""


class Belonging:
    """Rows that belong together, collected while the files are read.

    Rows are tied by what the tables' checks compare: buyers, invoices, keys, and the columns of made ids. So
    a group can be mapped, checked and reconciled alone, with the same result as within the whole export.

    Parameters
    ----------
    mapping : Mapping
    """

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._ties: dict[str, list[tuple[npt.NDArray[np.int32], npt.NDArray[np.uint64]]]] = {}
        self._rows = 0

    def add(self, export: Export, source: str) -> None:
        """Add the next rows of a file.

        Parameters
        ----------
        export : Export
        source : str
            Name of the source of the file.
        """
        seen: list[tuple[str, list[Condition], _Rules]] = []
        for kind, when, rules in _names(self._mapping, source):
            if (kind, when, rules) in seen or (kind, [], rules) in seen:
                continue
            seen.append((kind, when, rules))
            self._tie(kind, _hashes(rules, export), meets(when, export, unreadable=True))
        for names in _made_keys(self._mapping, source):
            values = [export.rows[name].str.strip() for name in names]
            self._tie(f"made of {names}", _combined(values), np.ones(len(export.rows), bool))
        for rule in self._mapping.table:
            if rule.keep != "all" and rule.source in (None, source):
                # Reason: of rows without a key such a rule keeps one too.
                hashes, is_filled = _hashes(_key(rule), export)
                self._tie(
                    f"no key of {rule.name}", (hashes, ~is_filled), meets(rule.when, export, unreadable=True)
                )
        self._rows += len(export.rows)

    def parts(self, rows: int) -> npt.NDArray[np.int32]:
        """Return the number of the part of each row; parts have about as many rows as asked, or more.

        Parameters
        ----------
        rows : int
            Rows of a part.
        """
        parent = np.arange(self._rows, dtype=np.int32)
        while self._ties:
            _, pairs = self._ties.popitem()
            places = np.concatenate([place for place, _ in pairs])
            hashes = np.concatenate([value for _, value in pairs])
            pairs.clear()
            order = np.argsort(hashes)
            hashes, places = hashes[order], places[order]
            del order
            equal = hashes[1:] == hashes[:-1]
            join(parent, places[1:][equal], places[:-1][equal])
        settle(parent)
        sizes = np.bincount(parent, minlength=1)
        before = np.cumsum(sizes) - sizes
        return (before // rows).astype(np.int32)[parent]

    def _tie(self, kind: str, hashes: tuple[npt.NDArray[np.uint64], Mask], chosen: Mask) -> None:
        values, is_filled = hashes
        places = np.flatnonzero(is_filled & chosen)
        self._ties.setdefault(kind, []).append(((places + self._rows).astype(np.int32), values[places]))


def _names(mapping: Mapping, source: str) -> Iterator[tuple[str, list[Condition], _Rules]]:
    """Yield what the rows of a source name: its kind, which rows do, and the columns that say it."""
    for rule in (rule for rule in mapping.table if rule.source in (None, source)):
        for columns in (rule.columns, *(version.columns for version in rule.version)):
            for name in (name for name in _NAMED if name in columns):
                yield _NAMED[name], rule.when, _rules(rule, {**rule.columns, **columns}, [name])
        key = _key(rule)
        if key and not {column.name for column, _, counts in key if counts} & set(_NAMED):
            yield f"key of {rule.name}", rule.when, key
    control = mapping.control
    if control is not None and control.invoice_id is not None and control.source in (None, source):
        yield "invoice", control.when, ((Column("invoice_id"), control.invoice_id, True),)


def _key(rule: TableRule) -> _Rules:
    names = [name for name in TABLES[rule.name].key if name in rule.columns]
    return _rules(rule, rule.columns, names)


def _rules(rule: TableRule, columns: dict[str, ColumnRule], names: Sequence[str]) -> _Rules:
    """Return how columns are made, after those that they are the same as."""
    origins = [str(columns[name].same_as) for name in names if columns[name].same_as is not None]
    table = TABLES[rule.name]
    return tuple((table.column(name), columns[name], name in names) for name in [*origins, *names])


def _hashes(rules: _Rules, export: Export) -> tuple[npt.NDArray[np.uint64], Mask]:
    done = pd.DataFrame(index=export.rows.index)
    for column, rule, _ in rules:
        done[column.name] = evaluate(rule, column, export, done).values
    return _combined([done[column.name] for column, _, counts in rules if counts])


def _combined(values: Sequence[pd.Series[Any]]) -> tuple[npt.NDArray[np.uint64], Mask]:
    """Hash several columns of text as one; a row is filled where one of them is."""
    text = values[0].astype("str").str.strip()
    is_filled = (text.fillna("") != "").to_numpy(bool)
    text = text.fillna("")
    for more in values[1:]:
        part = more.astype("str").str.strip().fillna("")
        is_filled = is_filled | (part != "").to_numpy(bool)
        text = text + "\x1f" + part
    return pd.util.hash_array(text.to_numpy(object), categorize=False), is_filled


def _made_keys(mapping: Mapping, source: str) -> list[tuple[str, ...]]:
    """Columns of which ids are made; their ordinals count rows that are equal in them."""
    rules = [
        column
        for table in mapping.table
        if table.source in (None, source)
        for columns in (table.columns, *(version.columns for version in table.version))
        for column in columns.values()
        for column in (column, *column.otherwise)
    ]
    control = mapping.control
    rules += [control.invoice_id] if control is not None and control.invoice_id is not None else []
    return list(dict.fromkeys(tuple(rule.key_of) for rule in rules if rule.key_of is not None))
