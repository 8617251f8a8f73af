"""A table rule applied to a file: rows of one table, their later versions, the cells that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.columns import TABLES, Table
from features.instants import end_of_day
from features.sources.column_rules import ColumnRule
from features.sources.evaluate import evaluate
from features.sources.export import Export, meets
from features.sources.rules import TableRule

__all__ = ["Assumed", "Block", "Unreadable", "fill_knowledge", "keep_rows", "map_block"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Unreadable:
    """Rows of the export (labels of its index) of which a cell cannot be read, and why."""

    table: str
    column: str
    reason: str
    rows: pd.Index[Any]


@dataclass(frozen=True)
class Assumed:
    """Rows of the export (labels of its index) of which a value was assumed, and why."""

    reason: str
    rows: pd.Index[Any]


@dataclass(frozen=True)
class Block:
    """What a table rule makes of a file.

    Parameters
    ----------
    rule : TableRule
    facts : DataFrame, shape (n, columns)
        Raw rows of the table as they were first known; the index holds the labels of the export's rows.
    versions : tuple of DataFrame
        What became known later, in the order of the mapping; each row builds on the version before it.
    unreadable : tuple of Unreadable
    assumed : tuple of Assumed
    made : Index
        Labels of rows whose key is made (`key_of`), since the export names none.
    """

    rule: TableRule
    facts: pd.DataFrame
    versions: tuple[pd.DataFrame, ...]
    unreadable: tuple[Unreadable, ...]
    assumed: tuple[Assumed, ...]
    made: pd.Index[Any]


def map_block(rule: TableRule, export: Export) -> Block:
    """Apply a table rule to the rows of a file that meet its conditions.

    Parameters
    ----------
    rule : TableRule
    export : Export

    Returns
    -------
    Block
    """
    table = TABLES[rule.name]
    chosen = export.where(meets(rule.when, export, unreadable=True))
    found = _Found()
    facts = _columns(table, rule.columns, chosen, pd.DataFrame(index=chosen.rows.index), found)
    versions = []
    facts = fill_knowledge(facts, table, export.timezone) if rule.version else facts
    current = facts
    for version in rule.version:
        later = chosen.where(meets(version.when, chosen))
        frame = _columns(table, version.columns, later, current.loc[later.rows.index], found)
        frame = frame[frame[table.knowledge].notna()]
        versions.append(frame)
        current = pd.concat([current.drop(frame.index), frame])
    return Block(rule, facts, tuple(versions), tuple(found.unreadable), tuple(found.assumed), found.made)


def fill_knowledge(frame: pd.DataFrame, table: Table, timezone: str) -> pd.DataFrame:
    """Return rows with missing knowledge times taken from the end of the event date; others as they are."""
    if not table.event_date or table.knowledge == "received_at":
        return frame
    days = pd.to_datetime(frame[table.event_date])
    assumed = pd.Series(end_of_day(days, timezone), index=frame.index).dt.tz_localize("UTC")
    given = frame.get(table.knowledge)
    return frame.assign(**{table.knowledge: assumed if given is None else given.fillna(assumed)})


def keep_rows(frame: pd.DataFrame, rule: TableRule) -> pd.DataFrame:
    """Return the rows that a rule's `keep` asks for.

    Examples
    --------
    >>> rule = TableRule.model_validate(
    ...     {"name": "buyers", "keep": "first", "columns": {"buyer_id": "Customer"}}
    ... )
    >>> keep_rows(pd.DataFrame({"buyer_id": ["a", "b", "a"]}), rule).index.tolist()
    [0, 1]
    """
    table = TABLES[rule.name]
    key = [name for name in table.key if name in frame]
    if rule.keep in ("first", "last"):
        return frame[~frame.duplicated(key, keep="first" if rule.keep == "first" else "last").to_numpy()]
    if rule.keep == "changes":
        return frame[_says_something_new(frame, key, table.knowledge)]
    return frame


@dataclass
class _Found:
    """What is told of the rows of a block beside their values."""

    unreadable: list[Unreadable] = field(default_factory=list)
    assumed: list[Assumed] = field(default_factory=list)
    made: pd.Index[Any] = field(default_factory=lambda: pd.Index([], dtype="int64"))


def _columns(
    table: Table, rules: Mapping[str, ColumnRule], export: Export, start: pd.DataFrame, found: _Found
) -> pd.DataFrame:
    frame = start.copy()
    keys = {table.derived_key} if table.derived_key else set(table.key)
    for name, rule in sorted(rules.items(), key=lambda item: item[1].same_as is not None):
        result = evaluate(rule, table.column(name), export, frame)
        frame[name] = result.values
        if result.bad.any():
            found.unreadable.append(Unreadable(table.name, name, result.reason, frame.index[result.bad]))
        for reason, rows in result.assumed(rule).items():
            found.assumed.append(Assumed(reason, frame.index[rows]))
        for number, rows in result.origins.items():
            if name in keys and rule.otherwise[number - 1].key_of is not None:
                found.made = found.made.union(frame.index[rows])
    return frame


def _says_something_new(frame: pd.DataFrame, key: Sequence[str], knowledge: str) -> Mask:
    """Rows that differ from the version of their key before them in more than the time."""
    order = frame.reset_index(drop=True)
    order = order.sort_values([*key, *([knowledge] if knowledge in order else [])], kind="stable")
    content = order.drop(columns=[knowledge], errors="ignore").astype("str").fillna("")
    same = (content == content.shift()).all(axis=1)
    return (~same).sort_index().to_numpy(bool)
