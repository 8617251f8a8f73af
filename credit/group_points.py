"""Contributions of a model as score points, summed by group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from credit.answer import Answer
from credit.scale import Scale
from credit.wording import Catalog

__all__ = ["GroupPoints", "MemberPoints", "group_points"]


class MemberPoints(NamedTuple):
    """Points that one feature adds."""

    name: str
    value: float
    points: float


@dataclass(frozen=True)
class GroupPoints:
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
    groups = []
    for group, names in catalog.groups_of(tuple(parts)):
        members = [
            MemberPoints(name, float(known(name, missing)), of_one * float(parts[name])) for name in names
        ]
        # Reason: the names ascend, and a sort keeps the order of what is equally large.
        members.sort(key=_largest_first)
        groups.append(GroupPoints(group, math.fsum([each.points for each in members]), members))
    return sorted(groups, key=lambda each: (each.points, each.group))


def _largest_first(member: MemberPoints) -> float:
    return -abs(member.points)
