"""Mergers of buyers that a person decided, applied to every table and counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from features.columns import TABLES
from features.errors import InputError, Problem
from features.portfolio import Portfolio

__all__ = ["DECISIONS", "Merged", "decided", "merge_buyers"]

DECISIONS = ("merge", "apart", "")
"""What a row of a merge table can say: one company; two companies; not decided yet."""

_REFERENCES = ("buyer_id", "group_id")


@dataclass(frozen=True)
class Merged:
    """A portfolio after mergers, and what they did.

    Parameters
    ----------
    portfolio : Portfolio
    mergers : int
        Buyers that are another one now.
    moved : dict of str to int
        By table, rows that name another buyer now.
    left : dict of str to int
        By table, rows that could not stay: master data, accounts and attributes of the buyer that went where
        the one that stays has its own for the same key and time, and control totals of days on which not all
        of the merged buyers have one.
    """

    portfolio: Portfolio
    mergers: int
    moved: dict[str, int]
    left: dict[str, int]


def decided(table: pd.DataFrame, buyers: Iterable[str]) -> dict[str, str]:
    """Return the mergers of a merge table: the buyer that goes, to the buyer that stays.

    Parameters
    ----------
    table : DataFrame of str
        Columns ``buyer_id``, ``into``, ``decision``; others are not read. Empty cells are missing or ``""``.
    buyers : iterable of str
        Buyers of the portfolio.

    Raises
    ------
    InputError
        Names every rule that rows break, with their numbers.

    Examples
    --------
    >>> rows = pd.DataFrame({"buyer_id": ["b", "c"], "into": ["a", "a"], "decision": ["merge", "apart"]})
    >>> decided(rows, "abc")
    {'b': 'a'}
    """
    lacking = [name for name in ("buyer_id", "into", "decision") if name not in table]
    if lacking:
        step = "write one with `credence data duplicates`, or add the columns"
        raise InputError.of("columns buyer_id, into and decision", f"none of {lacking}", step)
    rows = table[["buyer_id", "into", "decision"]].fillna("").astype("str").reset_index(drop=True)
    rows = rows.apply(lambda column: column.str.strip())
    rows["decision"] = rows["decision"].str.lower()
    problems = _problems(rows, frozenset(buyers))
    if problems:
        raise InputError(problems)
    chosen = rows[rows["decision"] == "merge"].drop_duplicates(["buyer_id", "into"])
    return dict(zip(chosen["buyer_id"], chosen["into"], strict=True))


def _problems(rows: pd.DataFrame, buyers: frozenset[str]) -> list[Problem]:
    said, merges = rows[rows["decision"] != ""], rows[rows["decision"] == "merge"]
    pair = pd.Series(list(map(frozenset, zip(said["buyer_id"], said["into"], strict=True))), said.index)
    both = pair.map(said.groupby(pair)["decision"].nunique()) > 1 if len(said) else pair.astype(bool)
    targets = merges.groupby("buyer_id")["into"].transform("nunique")
    unknown = ~(said["buyer_id"].isin(buyers) & said["into"].isin(buyers))
    in_circle = merges["buyer_id"].isin(
        _in_circles(dict(zip(merges["buyer_id"], merges["into"], strict=True)))
    )
    in_chain = merges["into"].isin(merges["buyer_id"]) & ~in_circle
    found = (
        (~rows["decision"].isin(DECISIONS), "decision merge, apart or nothing", "another word", "correct it"),
        (unknown, "buyers of the portfolio", "an id that it does not have", "correct the ids"),
        (both, "one decision for a pair", "merge and apart", "keep one of them"),
        (targets > 1, "one buyer to merge into", "two", "keep one of them"),
        (in_circle, "a buyer that stays", "a circle of buyers that all go", "choose the one that stays"),
        (
            in_chain,
            "a buyer that stays",
            "one that goes in another row",
            "name the last of the chain in each",
        ),
    )
    return [_problem(mask, *words) for mask, *words in found if mask.any()]


def _problem(mask: pd.Series[Any], expected: str, found: str, next_step: str) -> Problem:
    numbers = [int(label) + 1 for label in mask.index[mask]]
    return Problem(expected, found, next_step, "", "", len(numbers), tuple(numbers[:5]))


def _in_circles(into: dict[str, str]) -> set[str]:
    """Return the buyers from which the mergers lead back to themselves."""
    found: set[str] = set()
    cleared: set[str] = set()
    for start in into:
        path: dict[str, None] = {}
        at = start
        while at in into and at not in path and at not in cleared:
            path[at] = None
            at = into[at]
        if at in path:
            found |= set(list(path)[list(path).index(at) :])
        cleared |= set(path)
    return found


def merge_buyers(portfolio: Portfolio, mergers: dict[str, str], sources: dict[str, str]) -> Merged:
    """Give the facts of each buyer that goes to the one that stays.

    Parameters
    ----------
    portfolio : Portfolio
    mergers : dict of str to str
        From `decided`.
    sources : dict of str to str
        Name and hash of the merge table, for the portfolio's sources.

    Returns
    -------
    Merged
        Control totals of merged buyers are sums.
    """
    moved: dict[str, int] = {}
    left: dict[str, int] = {}
    tables = {}
    for name, frame in portfolio.tables.items():
        renamed, rows = _renamed(frame, mergers)
        tables[name] = _settled(name, renamed, rows, mergers, frame)
        moved[name], left[name] = int(rows.sum()), len(frame) - len(tables[name])
        if name == "balances":
            left[name] = _lost_totals(frame, tables[name], mergers)
    merged = replace(portfolio, tables=tables, sources={**portfolio.sources, **sources})
    keep = {name: count for name, count in moved.items() if count}
    return Merged(merged, len(mergers), keep, {name: count for name, count in left.items() if count > 0})


def _renamed(frame: pd.DataFrame, mergers: dict[str, str]) -> tuple[pd.DataFrame, pd.Series[Any]]:
    rows = pd.Series(False, index=frame.index)
    changed = {}
    for name in _REFERENCES:
        if name in frame:
            goes = frame[name].isin(mergers)
            changed[name] = frame[name].mask(goes, frame[name].map(mergers)).astype(frame[name].dtype)
            rows |= goes
    return frame.assign(**changed), rows


def _settled(
    name: str, renamed: pd.DataFrame, rows: pd.Series[Any], mergers: dict[str, str], before: pd.DataFrame
) -> pd.DataFrame:
    """Let one fact stand for a key: the row of the buyer that stays, or the sum of control totals."""
    key = TABLES[name].key
    if "buyer_id" not in key or not rows.any():
        return renamed
    if name == "balances":
        return _summed(renamed, before, mergers)
    if name == "buyers":
        own = before.loc[~before["buyer_id"].isin(mergers), "buyer_id"]
        goes = before["buyer_id"].isin(mergers) & renamed["buyer_id"].isin(own)
        return _first_of_each(renamed[~goes], before, mergers, key, name)
    return _first_of_each(renamed, before, mergers, key, name)


def _first_of_each(
    renamed: pd.DataFrame, before: pd.DataFrame, mergers: dict[str, str], key: tuple[str, ...], name: str
) -> pd.DataFrame:
    goes = before["buyer_id"].isin(mergers).loc[renamed.index]
    owners = before["buyer_id"].loc[renamed.index]
    order = pd.DataFrame({"goes": goes, "owner": owners}).sort_values(["goes", "owner"], kind="stable").index
    columns = [column for column in (*key, TABLES[name].knowledge) if column in renamed]
    kept = renamed.loc[order].drop_duplicates(columns).sort_index()
    return kept.reset_index(drop=True)


def _summed(renamed: pd.DataFrame, before: pd.DataFrame, mergers: dict[str, str]) -> pd.DataFrame:
    """Add the control totals of merged buyers where each of them has one that day."""
    members = {**mergers, **{into: into for into in mergers.values()}}
    is_member = before["buyer_id"].isin(members)
    sizes = pd.Series(list(members.values())).value_counts()
    keys = ["buyer_id", "on_date", "currency", "recorded_at", "withdrawn"]
    theirs = renamed[is_member]
    groups = theirs.assign(owner=before.loc[is_member, "buyer_id"]).groupby(keys, as_index=False)
    sums = groups.agg(amount_minor=("amount_minor", "sum"), owners=("owner", "nunique"))
    whole = sums[sums["owners"] == sums["buyer_id"].map(sizes)].drop(columns="owners")
    together = pd.concat([renamed[~is_member], whole[list(renamed.columns)]], ignore_index=True)
    return together.astype(renamed.dtypes.to_dict())


def _lost_totals(before: pd.DataFrame, after: pd.DataFrame, mergers: dict[str, str]) -> int:
    """Count control totals that are in no sum."""
    members = {**mergers, **{into: into for into in mergers.values()}}
    sizes = pd.Series(list(members.values())).value_counts()
    sums = after.loc[after["buyer_id"].isin(sizes.index), "buyer_id"].map(sizes).sum()
    return int(before["buyer_id"].isin(members).sum() - sums)
