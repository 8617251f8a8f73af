"""Contributions of a model as score points, summed by group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from credit.answer import Answer
from credit.scale import Scale
from credit.wording import Catalog

__all__ = ["GroupPoints", "MemberPoints", "group_points"]


class MemberPoints(NamedTuple):
    """Points that one feature adds."""

    name: str
    value: float
    points: float


# Reason: to make ninety of them by their class takes Python twice as long.
_member = partial(tuple.__new__, MemberPoints)


class GroupPoints(NamedTuple):
    """Points that a group of features adds; negative lowers the score.

    Parameters
    ----------
    group : str
    points : float
        Sum of its members.
    members : sequence of MemberPoints
        The largest first.
    """

    group: str
    points: float
    members: Sequence[MemberPoints]

    def as_json(self) -> dict[str, Any]:
        """Return the group as the assessment shows it."""
        features = [
            {"name": name, "value": value if math.isfinite(value) else None, "points": points}
            for name, value, points in self.members
        ]
        return {"group": self.group, "points": self.points, "features": features}

    def pulling(self, side: float) -> list[MemberPoints]:
        """Return the members whose points have the sign of `side`, the largest first."""
        return [each for each in self.members if each.points * side > 0.0]


def group_points(
    answer: Answer, values: Mapping[str, float], scale: Scale, catalog: Catalog
) -> list[GroupPoints]:
    """Return the points of each group, the most adverse first.

    The base ``scale.points(answer.base_log_odds)`` and all groups add up to
    ``scale.points(answer.log_odds)``.

    Parameters
    ----------
    answer : Answer
    values : mapping of str to float
        The buyer's own values; absent is missing.
    scale : Scale
    catalog : Catalog
    """
    of_one, parts, known, missing = scale.contribution_points(1.0), answer.contributions, values.get, math.nan
    names, number, spans = catalog.grouped(tuple(parts))
    added = np.fromiter(map(parts.__getitem__, names), np.float64, len(names)) * of_one
    # Reason: names ascend in each group, and this sort keeps the order of what is equally large.
    order = np.lexsort((-np.abs(added), number))
    points, ordered = added[order].tolist(), [names[place] for place in order.tolist()]
    told = zip(ordered, map(float, map(known, ordered, repeat(missing))), points, strict=True)
    members: list[MemberPoints] = list(map(_member, told))
    groups = [
        GroupPoints(group, math.fsum(points[first:last]), members[first:last]) for group, first, last in spans
    ]
    return sorted(groups, key=_most_adverse_first)


def _most_adverse_first(group: GroupPoints) -> tuple[float, str]:
    return group.points, group.group
