"""Refuses records that the compiled walks must not follow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit.trees.derive import DERIVED, derive
from credit.trees.kernels import BY_CATEGORY
from credit.trees.layout import CATEGORIES, FORMAT, HEADER, MOST_POINTS, NODE, TREE, Records

__all__ = ["check"]

_SHARES = ("share_left", "share_right")


def check(header: Records, trees: Records, nodes: Records, leaves: Records, categories: Records) -> None:
    """Check that no walk leaves the arrays or goes on for ever, and that derived fields follow from the rest.

    Parameters
    ----------
    header, trees, nodes, leaves, categories : ndarray
        As in `layout`.

    Raises
    ------
    ValueError
        Otherwise.
    """
    types = {
        "header": HEADER,
        "trees": TREE,
        "nodes": NODE,
        "leaves": np.dtype("<f8"),
        "categories": CATEGORIES,
    }
    for (name, dtype), array in zip(types.items(), (header, trees, nodes, leaves, categories), strict=True):
        _demand(array.dtype == dtype and array.ndim == 1, f"an array of {name} of this format")
    _demand(len(header) == 1 and header["format"][0] == FORMAT, f"trees in format {FORMAT}")
    _demand(header["features"][0] >= 1, "a feature at least")
    _check_sizes(trees, nodes, leaves)
    _check_ways(trees, nodes)
    _check_numbers(int(header["features"][0]), trees, nodes, leaves)
    _check_categories(nodes, categories)
    _check_derived(trees, nodes)


def _demand(holds: bool | np.bool_, expected: str) -> None:
    if not holds:
        raise ValueError(f"expected {expected}; found other content")


def _check_sizes(trees: Records, nodes: Records, leaves: Records) -> None:
    counts = trees["nodes"].astype(np.int64)
    _demand((counts >= 0).all() and counts.sum() == len(nodes), "as many nodes as the trees say")
    _demand((trees["first"] == np.cumsum(counts) - counts).all(), "trees one after another")
    _demand(len(leaves) == len(nodes) + len(trees), "a leaf more than nodes in each tree")


def _check_ways(trees: Records, nodes: Records) -> None:
    """Demand that children come after their parents, and every slot but the root's is the child of one."""
    first, count = (np.repeat(trees[name], trees["nodes"]) for name in ("first", "nodes"))
    slot = np.arange(len(nodes)) - first
    slots = first * 2 + np.repeat(np.arange(len(trees)), trees["nodes"])
    for side in ("left", "right"):
        _demand(((nodes[side] > slot) & (nodes[side] <= 2 * count)).all(), "children after their parents")
    used = np.bincount(np.concatenate([slots + nodes["left"], slots + nodes["right"]]),
                       minlength=2 * len(nodes) + len(trees))  # fmt: skip
    roots = trees["first"] * 2 + np.arange(len(trees))
    used[roots] += 1
    _demand((used == 1).all(), "one parent of every child")


def _check_numbers(features: int, trees: Records, nodes: Records, leaves: Records) -> None:
    _demand(((nodes["feature"] >= 0) & (nodes["feature"] < features)).all(), "features of the header")
    _demand(all(((nodes[share] >= 0) & (nodes[share] <= 1)).all() for share in _SHARES), "shares from 0 to 1")
    _demand(np.isfinite(leaves).all() and np.isfinite(trees["expected"]).all(), "finite leaves")
    _demand(not np.isnan(nodes["threshold"]).any(), "a threshold of every node")


def _check_categories(nodes: Records, categories: npt.NDArray[np.uint32]) -> None:
    start = nodes["threshold"][(nodes["rule"] & BY_CATEGORY) != 0]
    _demand(((start >= 0) & (start < len(categories))).all(), "sets of categories where nodes say")
    begin = start.astype(np.int64)
    _demand((begin + categories[begin] < len(categories)).all(), "whole sets of categories")


def _check_derived(trees: Records, nodes: Records) -> None:
    expected_trees, expected = trees.copy(), nodes.copy()
    derive(expected_trees, expected)
    _demand((expected_trees["points"] == trees["points"]).all(), "the points that the paths need")
    _demand((trees["points"] <= MOST_POINTS).all(), f"at most {2 * MOST_POINTS} features on a path")
    _demand(
        all((expected[name] == nodes[name]).all() for name in DERIVED), "ways that follow from the splits"
    )
