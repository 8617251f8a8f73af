"""Residuals keep the first due date of what they go on for, or else a transfer would wash lateness away."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import pairwise
from typing import Any

import pandas as pd

__all__ = ["ITEM", "with_residuals"]

ITEM = ["invoice", "instalment"]

Rules = dict[int, list[tuple[int, int, int]]]

_MAX_CHAIN = 10
"""Residuals of residuals are followed this far."""


def with_residuals(items: pd.DataFrame, transfers: pd.DataFrame) -> pd.DataFrame:
    """Return item versions with residuals cut where an inherited due date becomes known or ends.

    Parameters
    ----------
    items : DataFrame
        ``invoice`` (a number), ``instalment``, ``known_from``, ``known_until``, ``due`` (days), ``is_sale``
        and what else shall be kept: the versions of residuals and of what they go on for.
    transfers : DataFrame
        ``invoice`` and ``instalment`` of the item, ``successor`` (the residual's invoice), ``known_from``,
        ``known_until``.

    Returns
    -------
    DataFrame
        The columns of `items`. A residual has the earliest due date that is known, and is no sale while it
        goes on for another item.
    """
    is_residual = items["invoice"].isin(transfers["successor"])
    if not is_residual.any():
        return items
    residuals, others = items[is_residual], items[~is_residual]
    current = residuals
    for _ in range(_MAX_CHAIN):
        rules = _inherited(pd.concat([others, current]), transfers)
        following = pd.DataFrame(_pieces(residuals, rules)).astype(residuals.dtypes)
        if following.equals(current):
            break
        current = following
    return pd.concat([others, current], ignore_index=True)


def _inherited(items: pd.DataFrame, transfers: pd.DataFrame) -> Rules:
    """Return by successor the due dates that it inherits, each with the interval in which that is known."""
    columns = [*ITEM, "known_from", "known_until", "due"]
    both = items[columns].merge(transfers, on=ITEM, suffixes=("", "_transfer"))
    start = both[["known_from", "known_from_transfer"]].max(axis=1)
    stop = both[["known_until", "known_until_transfer"]].min(axis=1)
    rules: Rules = {}
    for successor, begins, ends, due in zip(both["successor"], start, stop, both["due"], strict=True):
        if begins < ends:
            rules.setdefault(successor, []).append((begins, ends, due))
    return rules


def _pieces(residuals: pd.DataFrame, rules: Rules) -> Iterable[dict[Hashable, Any]]:
    """Yield versions of residuals, cut where an inherited due date becomes known or ends."""
    for row in residuals.to_dict("records"):
        mine = rules.get(row["invoice"], [])
        begins, ends = row["known_from"], row["known_until"]
        inside = {edge for rule in mine for edge in rule[:2] if begins < edge < ends}
        edges = [begins, *sorted(inside), ends]
        for start, stop in pairwise(edges):
            due = [rule[2] for rule in mine if rule[0] <= start < rule[1]]
            piece = {"known_from": start, "known_until": stop, "due": min([row["due"], *due])}
            yield row | piece | {"is_sale": row["is_sale"] and not due}
