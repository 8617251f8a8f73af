"""The mean of several boosters as one booster, so that exact contributions stay one sum over its trees."""

from __future__ import annotations

import re
from collections.abc import Sequence

import lightgbm as lgb

__all__ = ["mean_of"]

_VALUES = re.compile(r"^(leaf_value|internal_value)=(.*)$", re.MULTILINE)
_NUMBER = re.compile(r"^Tree=\d+$", re.MULTILINE)
_END = "end of trees"


def mean_of(boosters: Sequence[lgb.Booster]) -> lgb.Booster:
    """Return the booster whose raw margin is the mean of those of several boosters of the same features.

    It holds the trees of all of them, with their leaves divided by the number of boosters. The mean of
    monotone margins is monotone, and SHAP values of a sum are the sum of SHAP values.

    Parameters
    ----------
    boosters : sequence of lightgbm.Booster
        Fitted on the same features in the same order.

    Raises
    ------
    ValueError
        Where the boosters read different features.
    """
    if len(boosters) == 1:
        return boosters[0]
    if len({tuple(booster.feature_name()) for booster in boosters}) > 1:
        raise ValueError("expected boosters of the same features; found different ones")
    texts = [booster.model_to_string(num_iteration=-1) for booster in boosters]
    trees = [tree for text in texts for tree in _trees(text)]
    scaled = [_renumbered(_scaled(tree, len(boosters)), number) for number, tree in enumerate(trees)]
    merged = f"{_head(texts[0], scaled)}{''.join(scaled)}{_END}{texts[0].partition(_END)[2]}"
    # Reason: read and written once more, so that importances and sizes are those of all trees.
    return lgb.Booster(model_str=lgb.Booster(model_str=merged).model_to_string())


def _trees(text: str) -> list[str]:
    """Return the text of each tree, with what separates it from the next one."""
    body = text[text.index("Tree=0") : text.index(_END)]
    return [f"Tree={part}" for part in body.split("Tree=")[1:]]


def _scaled(tree: str, count: int) -> str:
    def shared(found: re.Match[str]) -> str:
        values = (repr(float(value) / count) for value in found[2].split())
        return f"{found[1]}={' '.join(values)}"

    return _VALUES.sub(shared, tree)


def _renumbered(tree: str, number: int) -> str:
    return _NUMBER.sub(f"Tree={number}", tree, count=1)


def _head(text: str, trees: Sequence[str]) -> str:
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    return re.sub(r"^tree_sizes=.*$", f"tree_sizes={sizes}", text[: text.index("Tree=0")], flags=re.MULTILINE)
