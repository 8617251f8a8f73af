"""From trees as LightGBM writes them to records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from credit.trees.booster_text import TextTree, TextTrees
from credit.trees.derive import derive
from credit.trees.kernels import BY_CATEGORY, LEFT_IF_MISSING, LEFT_IF_ZERO
from credit.trees.layout import CATEGORIES, NODE, TREE, Records

__all__ = ["build"]

_BY_CATEGORY, _DEFAULT_LEFT = 1, 2
_ZERO_IS_MISSING, _NAN_IS_MISSING = 1, 2

Integers = npt.NDArray[np.int64]


def build(text: TextTrees) -> tuple[Records, Records, npt.NDArray[np.float64], npt.NDArray[np.uint32]]:
    """Return the records of trees and nodes, the leaves, and the sets of categories.

    Raises
    ------
    ValueError
        Where the children of the nodes are no tree, or a node has no training rows.
    """
    for tree in text.trees:
        _check(tree, len(tree.feature))
    trees = np.zeros(len(text.trees), TREE)
    trees["nodes"] = [len(tree.feature) for tree in text.trees]
    trees["first"] = np.cumsum(trees["nodes"]) - trees["nodes"]
    trees["expected"] = [_expected(tree) for tree in text.trees]
    sets = [_sets(tree) for tree in text.trees]
    starts = np.cumsum([0, *map(len, sets)])
    nodes = _joined([_nodes(tree, start) for tree, start in zip(text.trees, starts, strict=False)], NODE)
    derive(trees, nodes)
    leaves = _joined([tree.leaf_value for tree in text.trees], np.dtype(np.float64))
    return trees, nodes, leaves, _joined(sets, CATEGORIES)


def _joined(parts: Sequence[Records], dtype: np.dtype[np.generic]) -> Records:
    return np.concatenate([np.zeros(0, dtype), *parts])


def _nodes(tree: TextTree, start: int) -> Records:
    order = _order(tree)
    count = len(order)
    slot = np.concatenate([np.argsort(order), np.arange(count, 2 * count + 1)])
    rows = np.concatenate([tree.count, tree.leaf_count])
    nodes = np.zeros(count, NODE)
    nodes["feature"] = tree.feature[order]
    nodes["threshold"] = np.where(_by_category(tree), _set_starts(tree, start), tree.threshold)[order]
    nodes["rule"] = _rules(tree)[order]
    for side, children in (("left", tree.left), ("right", tree.right)):
        child = np.where(children < 0, count + ~children, children)
        nodes[side] = slot[child][order]
        nodes[f"share_{side}"] = (rows[child] / tree.count)[order]
    return nodes


def _order(tree: TextTree) -> Integers:
    """Return the nodes in the order node, right, left."""
    order: list[int] = []
    waiting = [0] if len(tree.feature) else []
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting += [child for child in (int(tree.left[node]), int(tree.right[node])) if child >= 0]
    return np.array(order, dtype=np.int64)


def _check(tree: TextTree, count: int) -> None:
    children = np.sort(np.concatenate([tree.left, tree.right]))
    # Reason: LightGBM numbers a node when it splits a leaf, so a child's number is above its parent's.
    is_tree = np.array_equal(children, [*range(-count - 1, 0), *range(1, count)]) or not count
    is_below = all(((side < 0) | (side > np.arange(count))).all() for side in (tree.left, tree.right))
    if not is_tree or not is_below:
        raise ValueError("expected every node and leaf below one node; found other children")
    if (tree.count <= 0).any() or (tree.leaf_count < 0).any():
        raise ValueError("expected training rows in every node; found none")


def _rules(tree: TextTree) -> Integers:
    """Return by node the bits of `kernels`: where NaN and zero go follows from what is missing."""
    by_category = _by_category(tree)
    missing = (tree.decision >> 2) & 3
    default_left, zero_left = (tree.decision & _DEFAULT_LEFT) > 0, tree.threshold >= 0
    if_missing = np.where(
        (missing == _ZERO_IS_MISSING) | (missing == _NAN_IS_MISSING), default_left, zero_left
    )
    if_zero = np.where(missing == _ZERO_IS_MISSING, default_left, zero_left)
    bits = if_missing * LEFT_IF_MISSING + if_zero * LEFT_IF_ZERO
    return np.where(by_category, BY_CATEGORY, bits)


def _by_category(tree: TextTree) -> npt.NDArray[np.bool_]:
    return (tree.decision & _BY_CATEGORY) > 0


def _sets(tree: TextTree) -> npt.NDArray[np.uint32]:
    parts = [
        np.concatenate([[end - begin], tree.words[begin:end]])
        for begin, end in zip(tree.boundaries, tree.boundaries[1:], strict=False)
    ]
    return _joined(parts, np.dtype(np.int64)).astype(CATEGORIES)


def _set_starts(tree: TextTree, start: int) -> npt.NDArray[np.float64]:
    """Return by node where its set begins; of nodes without one any number."""
    starts = start + tree.boundaries[:-1] + np.arange(len(tree.boundaries) - 1)
    if not len(starts):
        return tree.threshold
    wanted = np.where(_by_category(tree), tree.threshold, 0).astype(np.int64)
    if (wanted < 0).any() or (wanted >= len(starts)).any():
        raise ValueError("expected a set of categories of each split by category; found none")
    return starts[wanted].astype(np.float64)


def _expected(tree: TextTree) -> float:
    if not len(tree.feature):
        return float(tree.leaf_value[0])
    # Reason: added one by one as LightGBM does; NumPy's sum adds in another order.
    return float(np.cumsum(tree.leaf_count / tree.count[0] * tree.leaf_value)[-1])
