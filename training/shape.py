"""Hyper-parameters of the trees as data: what the folds choose, a version records and a refit replays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["KINDS", "Member", "Shape", "kinds_for"]


@dataclass(frozen=True)
class Member:
    """Trees of one kind, boosted one after another.

    Parameters
    ----------
    kind : {"best_splits", "random_splits"}
        Thresholds are the best ones, or the best of one drawn at random for each feature, which vary less
        where bad outcomes are few (Geurts, Ernst and Wehenkel 2006).
    trees : int
        Trees of each booster.
    learning_rate : float
    num_leaves, max_depth, min_child_samples : int
    feature_fraction : float
        Share of the features, drawn anew for every tree.
    bagging_fraction : float
        Share of the rows, drawn anew for every tree.
    lambda_l2 : float
    bag : int
        Boosters with different seeds, of which the mean counts.
    """

    kind: str
    trees: int
    learning_rate: float
    num_leaves: int
    max_depth: int
    min_child_samples: int
    feature_fraction: float
    bagging_fraction: float
    lambda_l2: float
    bag: int = 1

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of LightGBM."""
        names = {field.name for field in fields(self)} - {"kind", "trees", "bag"}
        own = {name: getattr(self, name) for name in sorted(names)}
        return {**own, "extra_trees": self.kind == "random_splits", "bagging_freq": 1}


@dataclass(frozen=True)
class Shape:
    """The kinds of trees of a model; its margin is the mean over all boosters of all members.

    Parameters
    ----------
    members : tuple of Member
        Members as objects of JSON are taken too, so that ``Shape(**recorded)`` is what was recorded.
    """

    members: tuple[Member, ...]

    def __post_init__(self) -> None:
        """Make members of what a record holds."""
        made = tuple(Member(**one) if isinstance(one, Mapping) else one for one in self.members)
        object.__setattr__(self, "members", made)

    @property
    def kind(self) -> str:
        """Kinds of the trees, joined by ``+``."""
        return "+".join(member.kind for member in self.members)

    @property
    def trees(self) -> int:
        """Trees of all boosters."""
        return sum(member.trees * member.bag for member in self.members)

    @property
    def leaves(self) -> int:
        """Leaves of all trees at most: what reasons cost."""
        return sum(member.trees * member.bag * member.num_leaves for member in self.members)


KINDS: Mapping[str, Member] = {
    "best_splits": Member("best_splits", 300, 0.04, 8, 4, 20, 0.3, 0.8, 5.0),
    "random_splits": Member("random_splits", 300, 0.04, 15, 6, 20, 0.3, 0.8, 5.0),
}
"""The kinds that the folds mix, with the most trees that they may choose. They are small and of few features:
reasons cost what trees weigh, and bad outcomes are few."""

_LARGE: Mapping[str, Member] = {
    "best_splits": Member("best_splits", 100, 0.15, 31, 6, 100, 0.5, 0.8, 5.0),
    "random_splits": Member("random_splits", 100, 0.2, 31, 6, 100, 0.5, 0.8, 5.0),
}

_LARGE_FROM = 100_000
"""Subjects from which trees are fewer, larger and learn faster: there is enough to tell chance from rule."""


def kinds_for(subjects: float) -> tuple[Member, ...]:
    """Return the kinds of trees for so many training subjects.

    Examples
    --------
    >>> [(member.kind, member.num_leaves) for member in kinds_for(5_000)]
    [('best_splits', 8), ('random_splits', 15)]
    """
    return tuple((_LARGE if subjects >= _LARGE_FROM else KINDS).values())
