"""Keys of facts that a file does not name, and rows of a file that stand in it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.columns import TABLES, Table
from features.keys import derive_ids
from features.sources.blocks import Block
from features.sources.evaluate import NUMERIC
from features.sources.export import Export
from features.sources.rules import TableRule

__all__ = ["derive_keys", "repeated_rows"]

_OF_THEIR_OWN = frozenset(TABLES) - {"buyers", "attributes", "balances", "fx"}
"""Tables whose rows are facts of their own; the others say something of a buyer or a currency."""


def repeated_rows(blocks: Iterable[Block], export: Export) -> pd.Series[Any]:
    """Return the rows of a file that stand in it again and name a fact whose key the file gives.

    An invoice with a number that stands twice is one invoice, and so is its payment. Where the file gives no
    key, two equal rows may be two payments and both count.

    Parameters
    ----------
    blocks : iterable of Block
        What the rules make of the file.
    export : Export

    Returns
    -------
    Series
        Label of the first equal row, by label of each later one.
    """
    rows = export.rows
    if not rows.duplicated().any():
        return pd.Series(dtype="int64")
    firsts = pd.Series(rows.index, index=rows.index).groupby(
        rows.groupby(list(rows.columns), sort=False, dropna=False).ngroup()
    )
    equal = firsts.transform("first")
    no_rows = np.zeros(len(rows), bool)
    named = [block.facts.index.difference(block.made) for block in blocks if _gives_key(block.rule)]
    is_named = np.logical_or.reduce([no_rows, *(equal.index.isin(labels) for labels in named)])
    later: pd.Series[Any] = equal[is_named & (equal != equal.index).to_numpy(bool)]
    return later


def derive_keys(blocks: Sequence[Block], table: Table, repeated: pd.Series[Any]) -> list[pd.DataFrame]:
    """Return the facts and versions of all blocks of one table and file, with the key that no column gives.

    The key is made from what was first known, so that a fact keeps it through its versions, and it counts
    equal rows over all blocks of the file, so that two equal payments of one export row stay two. Rows in
    `repeated` take the key of the row that they repeat.
    """
    facts = pd.concat([block.facts for block in blocks], keys=range(len(blocks)))
    key = table.derived_key
    if key:
        content = facts.drop(columns=[table.knowledge, "withdrawn", key], errors="ignore")
        # Reason: 100 and 100.00 are one amount, whatever the file's format made of it.
        numeric = [
            column.name for column in table.columns if column.kind in NUMERIC and column.name in content
        ]
        content = content.astype(dict.fromkeys(numeric, "float64"))
        derived = _derived_ids(content, repeated)
        facts[key] = facts[key].fillna(derived) if key in facts else derived
    numbers = facts.index.get_level_values(0)
    return [
        _with_versions(facts[numbers == number].droplevel(0), block, table)
        for number, block in enumerate(blocks)
    ]


def _derived_ids(content: pd.DataFrame, repeated: pd.Series[Any]) -> pd.Series[Any]:
    """Return ids of facts by block and row; a repeated row has the id of the row that it repeats."""
    numbers, labels = content.index.get_level_values(0), content.index.get_level_values(1)
    is_repeat = labels.isin(repeated.index)
    once = content[~is_repeat]
    ids = derive_ids(once.reset_index(drop=True)).set_axis(once.index)
    originals = np.where(is_repeat, repeated.reindex(labels, fill_value=0), labels)
    return ids.reindex(pd.MultiIndex.from_arrays([numbers, originals])).set_axis(content.index)


def _gives_key(rule: TableRule) -> bool:
    """Whether a column of the file names each fact of its own, as the number of an invoice does."""
    table = TABLES[rule.name]
    names = [table.derived_key] if table.derived_key else list(table.key)
    rules = [rule.columns[name] for name in names if name in rule.columns]
    is_made = any(column.key_of is not None for column in rules)
    return rule.name in _OF_THEIR_OWN and rule.keep == "all" and bool(rules) and not is_made


def _with_versions(facts: pd.DataFrame, block: Block, table: Table) -> pd.DataFrame:
    """Add versions to facts; one that was known no later than the version before it takes its place."""
    earlier: list[pd.DataFrame] = []
    current = facts
    for version in block.versions:
        before = current.loc[version.index]
        is_later = version[table.knowledge] > before[table.knowledge]
        known = version[table.knowledge].where(is_later, before[table.knowledge])
        changes = {table.knowledge: known} | (
            {table.derived_key: before[table.derived_key]} if table.derived_key else {}
        )
        earlier.append(before[is_later.to_numpy()])
        current = pd.concat([current.drop(version.index), version.assign(**changes)])
    return pd.concat([*earlier, current])
