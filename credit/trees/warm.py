"""Compiles the walks ahead of their first use, on one tree of two leaves."""

from __future__ import annotations

import numpy as np

from credit.trees.booster_text import TextTree, TextTrees
from credit.trees.ensemble import Trees

__all__ = ["warm"]

_MANY = 8
"""Rows that are explained as a block."""


def warm() -> None:
    """Run every compiled function once; the machine code goes to Numba's cache on disk.

    It takes some seconds where the cache is empty, and a fraction of one where it is filled.
    """
    none, both = np.zeros(0, np.int64), np.array([1, 1])
    split = {"feature": np.array([0]), "threshold": np.array([0.5]), "decision": np.array([0])}
    children = {"left": np.array([-1]), "right": np.array([-2]), "count": np.array([2])}
    leaves = {"leaf_value": np.array([-1.0, 1.0]), "leaf_count": both}
    tree = TextTree(**split, **children, **leaves, boundaries=np.zeros(1, np.int64), words=none)
    trees = Trees.of(TextTrees(1, (tree,)))
    rows = np.zeros((_MANY, 1))
    trees.raw(rows)
    trees.contributions(rows)
    trees.contributions(rows[:1])
