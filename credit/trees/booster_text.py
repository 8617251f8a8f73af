"""Reads the text that LightGBM writes of a booster, without LightGBM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["TextTree", "TextTrees", "parse"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_VERSION = "v4"
_END = "end of trees"


@dataclass(frozen=True)
class TextTree:
    """A tree as the text has it: node i has children, a child below 0 is the leaf ``~child``.

    Parameters
    ----------
    feature, decision, left, right, count : int64 ndarray, shape (nodes,)
        Bits of the decision: 1 by category, 2 missing goes left, 4 zero counts as missing, 8 NaN is missing.
    threshold : float64 ndarray, shape (nodes,)
        Of a split by category: the number of its set.
    leaf_value : float64 ndarray, shape (nodes + 1,)
    leaf_count : int64 ndarray, shape (nodes + 1,)
        Training rows; empty where the tree is a single leaf.
    boundaries, words : int64 ndarray
        Set i are the words from ``boundaries[i]`` to ``boundaries[i + 1]``, of 32 bits.
    """

    feature: Integers
    decision: Integers
    left: Integers
    right: Integers
    count: Integers
    threshold: Floats
    leaf_value: Floats
    leaf_count: Integers
    boundaries: Integers
    words: Integers


@dataclass(frozen=True)
class TextTrees:
    """The trees of a booster, and how many features it takes."""

    features: int
    trees: tuple[TextTree, ...]


def parse(text: str) -> TextTrees:
    """Return the trees of a booster's text.

    Parameters
    ----------
    text : str
        As ``booster.model_to_string()`` gives it and ``booster.save_model()`` writes it.

    Raises
    ------
    ValueError
        Where the text is none of one output and constant leaves in format v4, or is damaged.
    """
    head, found, rest = text.partition("\nTree=")
    body, ended, _ = (found + rest).rpartition(f"\n{_END}") if found else ("", _END in text, "")
    stated = dict(_pairs(head))
    _check_head(stated, bool(ended))
    trees = tuple(_tree(dict(_pairs(part))) for part in body.split("\nTree=")[1:])
    if len(trees) != len(stated["tree_sizes"].split()):
        raise ValueError(f"expected {len(stated['tree_sizes'].split())} trees; found {len(trees)}")
    return TextTrees(int(stated["max_feature_idx"]) + 1, trees)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator:
            yield key, value


def _check_head(stated: dict[str, str], ended: bool) -> None:
    lacking = {"version", "num_class", "num_tree_per_iteration", "max_feature_idx", "tree_sizes"} - set(
        stated
    )
    if lacking or not ended:
        raise ValueError(f"expected the whole text of a booster; found none of {sorted(lacking) or [_END]}")
    if stated["version"] != _VERSION:
        raise ValueError(f"expected a booster in format {_VERSION}; found another format")
    if (stated["num_class"], stated["num_tree_per_iteration"]) != ("1", "1"):
        raise ValueError("expected a booster with one output; found several")


def _tree(stated: dict[str, str]) -> TextTree:
    try:
        return _read(stated)
    except KeyError as error:
        raise ValueError(f"expected {error} of every tree; found none") from error


def _read(stated: dict[str, str]) -> TextTree:
    if stated.get("is_linear", "0") != "0":
        raise ValueError("expected constant leaves; found linear ones")
    leaves, sets = int(stated["num_leaves"]), int(stated["num_cat"])
    nodes = leaves - 1
    boundaries = _integers(stated, "cat_boundaries", sets + 1) if sets else np.zeros(1, np.int64)
    return TextTree(
        feature=_integers(stated, "split_feature", nodes),
        decision=_integers(stated, "decision_type", nodes),
        left=_integers(stated, "left_child", nodes),
        right=_integers(stated, "right_child", nodes),
        count=_integers(stated, "internal_count", nodes),
        threshold=_floats(stated, "threshold", nodes),
        leaf_value=_floats(stated, "leaf_value", leaves),
        leaf_count=_integers(stated, "leaf_count", leaves) if nodes else np.zeros(0, np.int64),
        boundaries=boundaries,
        words=_integers(stated, "cat_threshold", int(boundaries[-1])) if sets else np.zeros(0, np.int64),
    )


def _integers(stated: dict[str, str], key: str, size: int) -> Integers:
    return np.array(_words(stated, key, size), dtype=np.int64)


def _floats(stated: dict[str, str], key: str, size: int) -> Floats:
    return np.array(_words(stated, key, size), dtype=np.float64)


def _words(stated: dict[str, str], key: str, size: int) -> list[str]:
    words = stated[key].split()
    if len(words) != size:
        raise ValueError(f"expected {size} numbers of {key}; found {len(words)}")
    return words
