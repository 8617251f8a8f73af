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

    def as_json(self) -> dict[str, Any]:
        """Return the feature as the assessment shows it; a missing value is null."""
        value = self.value if math.isfinite(self.value) else None
        return {"name": self.name, "value": value, "points": self.points}


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
        return {
            "group": self.group,
            "points": self.points,
            "features": [each.as_json() for each in self.members],
        }

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
    members: dict[str, list[MemberPoints]] = {}
    of_one = scale.contribution_points(1.0)
    for name, contribution in answer.contributions.items():
        member = MemberPoints(name, float(values.get(name, math.nan)), of_one * float(contribution))
        members.setdefault(catalog.group_of(name), []).append(member)
    groups = [_group(name, found) for name, found in members.items()]
    return sorted(groups, key=lambda each: (each.points, each.group))


def _group(name: str, members: list[MemberPoints]) -> GroupPoints:
    ordered = sorted(members, key=lambda each: (-abs(each.points), each.name))
    return GroupPoints(name, math.fsum(each.points for each in ordered), ordered)
