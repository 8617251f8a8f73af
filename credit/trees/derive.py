"""What follows from the splits: the way from the root to each node, and the size of the quadrature."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit.trees.layout import Records

__all__ = ["DERIVED", "derive"]

DERIVED = ("parent", "is_left", "share", "ancestor", "under_left", "reach")
"""Fields of a node that `derive` writes."""

Integers = npt.NDArray[np.int64]


def derive(trees: Records, nodes: Records) -> None:
    """Write `DERIVED` of all nodes, and the points of all trees.

    Parameters
    ----------
    trees : ndarray of `TREE`
        With the first node and the count of nodes.
    nodes : ndarray of `NODE`
        With features, children and shares; every child's slot is above its parent's.
    """
    first = np.repeat(trees["first"], trees["nodes"])
    slot = np.arange(len(nodes)) - first
    count = np.repeat(trees["nodes"], trees["nodes"])
    nodes["parent"], nodes["is_left"], nodes["share"] = 0, 0, 1.0
    for side in ("left", "right"):
        inner = nodes[side] < count
        child = (first + nodes[side])[inner]
        nodes["parent"][child] = slot[inner]
        nodes["is_left"][child] = side == "left"
        nodes["share"][child] = nodes[f"share_{side}"][inner]
    above = first + nodes["parent"]
    _find_ancestors(nodes, above, slot)
    _multiply_shares(nodes, first)
    trees["points"] = _points(trees, _different_features(nodes, above, slot))


def _find_ancestors(nodes: Records, above: Integers, slot: Integers) -> None:
    nodes["ancestor"], nodes["under_left"] = -1, 0
    at, climbing = np.arange(len(nodes)), slot > 0
    while climbing.any():
        up = above[at]
        found = climbing & (nodes["feature"][up] == nodes["feature"])
        nodes["ancestor"][found] = slot[up[found]]
        nodes["under_left"][found] = nodes["is_left"][at[found]]
        climbing &= ~found & (slot[up] > 0)
        at = up


def _multiply_shares(nodes: Records, first: Integers) -> None:
    """Write the reach: shares of a feature multiply from one node that asks for it to the next."""
    repeated = nodes["ancestor"] >= 0
    ancestor = (first + nodes["ancestor"])[repeated]
    shares = np.where(nodes["under_left"][repeated] != 0, nodes["share_left"][ancestor],
                      nodes["share_right"][ancestor])  # fmt: skip
    reach = np.ones(len(nodes))
    while True:
        before = reach[repeated]
        reach[repeated] = reach[ancestor] * shares
        if np.array_equal(before, reach[repeated]):
            break
    nodes["reach"] = reach


def _different_features(nodes: Records, above: Integers, slot: Integers) -> Integers:
    """Return by node how many features the path through it and its split asks for."""
    own = (nodes["ancestor"] < 0).astype(np.int64)
    different = own
    while True:
        longer = np.where(slot > 0, different[above], 0) + own
        if np.array_equal(longer, different):
            return different
        different = longer


def _points(trees: Records, different: Integers) -> Integers:
    """Return the sizes of quadratures: n points are exact for the 2n factors of n pairs of features."""
    points = np.zeros(len(trees), np.int64)
    owner = np.repeat(np.arange(len(trees)), trees["nodes"])
    np.maximum.at(points, owner, (different + 1) // 2)
    return points
