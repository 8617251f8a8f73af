"""How an ensemble lies in memory and in files: records of one cache line a node.

Arrays by field were measured to be as quick.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["CATEGORIES", "FORMAT", "HEADER", "MOST_POINTS", "NODE", "STEP", "TREE", "Records"]

Records = npt.NDArray[Any]

FORMAT = 1
"""Of the files; another number is refused."""

MOST_POINTS = 64
"""Points of the quadrature at most: enough for 128 different features on one path."""

HEADER = np.dtype([("format", "<i8"), ("features", "<i8")])

TREE = np.dtype([("first", "<i8"), ("nodes", "<i4"), ("points", "<i4"), ("expected", "<f8")])
"""A tree of n nodes owns the nodes from `first` on, and the leaves from `first` plus the tree's number on.

Slots 0 to n - 1 of a tree are its nodes, slots n to 2n its leaves. `points` is the size of the quadrature
that is exact for it, `expected` the mean of its leaves over the training rows.
"""

NODE = np.dtype(
    [
        ("threshold", "<f8"),  # the largest value that goes left; of categories: where their set begins
        ("share_left", "<f8"),  # training rows of the node that went left, as a share
        ("share_right", "<f8"),
        ("share", "<f8"),  # training rows of the parent that came here
        ("reach", "<f8"),  # product of the shares of this node's feature on the path to it; 1 where it is new
        ("feature", "<i4"),
        ("left", "<i4"),  # slot of the tree
        ("right", "<i4"),
        ("parent", "<i4"),  # slot; 0 of the root
        ("ancestor", "<i4"),  # slot of the last node above with the same feature; -1 where there is none
        (
            "rule",
            "u1",
        ),  # bits of `kernels`: where a missing value and a zero go, and whether it is by category
        ("is_left", "u1"),  # of its parent
        ("under_left", "u1"),  # of its ancestor
        ("spare", "u1"),
    ]
)
"""Nodes of a tree are numbered node, right, left, so that descending numbers visit left, right, node."""

STEP = np.dtype(
    [(name, NODE[name]) for name in ("threshold", "feature", "left", "right", "rule")], align=True
)
"""What of a node a score needs: a third of its memory, which is what walks of large ensembles wait for."""

CATEGORIES = np.dtype("<u4")
"""Sets of codes one after another: the number of words, then words of 32 bits, one bit a code."""
